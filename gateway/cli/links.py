"""``oddlink links``: the complete link inventory of messages and PDFs, nothing judged.

Does not open the store.
"""

from __future__ import annotations

import asyncio
import functools
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from gateway.app import worker_limits
from gateway.cli import files, pictures, report
from gateway.cli.common import Config, Json
from gateway.reader import Reader
from gateway.settings import Settings
from gateway.workers import Workers

Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Messages or PDFs; - is standard input.")]


def command(
    names: Files, as_json: Json = False, config: Config = None, picture: pictures.Picture = None
) -> None:
    """List every link of messages and PDFs. Nothing is judged, and nothing is fetched."""
    asyncio.run(_links(names, as_json, config, picture))


async def _links(names: list[str], as_json: bool, config: Path | None, folder: Path | None) -> None:
    workers = Workers(replace(worker_limits(Settings.load(config)), processes=1))
    reader = Reader(workers)
    console = report.console()
    unread: list[str] = []
    try:
        gallery = pictures.Gallery.opened(folder, reader)
        for name in names:
            await asyncio.sleep(0)  # lets Ctrl-C through, where nothing else waits
            raw = files.attempt(functools.partial(files.read, name), name, unread)
            if raw is None:
                continue
            source = files.source(raw)
            inspection = await reader.inspect(source)
            fields = inspection.message.headers
            message_id = next(
                (f.value.decode("utf-8", "replace") for f in fields if f.name == "message-id"), ""
            )
            found = report.inventory(name, inspection, message_id)
            if gallery is not None:
                await gallery.draw(name, source, inspection.links, found)
            if as_json:
                typer.echo(report.line(found))
            else:
                report.show(console, found)
                pictures.show(found)
    finally:
        workers.close()
    files.end(unread)
