"""``oddlink scan``: inventory and judgement against the store; nothing is changed or learned.

Does not rewrite and does not write to the store.
"""

from __future__ import annotations

import asyncio
import functools
import time
from pathlib import Path

import typer

from gateway.cli import files, pictures, report
from gateway.cli.common import Config, FromIsGenuine, Json, PolicyPath, Recipients, StoreUrl
from gateway.cli.links import Files
from gateway.cli.session import addressed, dated, opened, process
from policy.model import Envelope


def command(
    names: Files,
    as_json: Json = False,
    config: Config = None,
    store: StoreUrl = "",
    policy: PolicyPath = None,
    from_is_genuine: FromIsGenuine = False,
    picture: pictures.Picture = None,
    recipients: Recipients = None,
) -> None:
    """Judge every link of messages and PDFs against the store, each as of its Date. Nothing is changed."""
    asyncio.run(_scan(names, as_json, config, store, policy, from_is_genuine, picture, addressed(recipients)))


async def _scan(
    names: list[str],
    as_json: bool,
    config: Path | None,
    store: str,
    policy: Path | None,
    genuine: bool,
    folder: Path | None,
    envelope: Envelope,
) -> None:
    console = report.console()
    unread: list[str] = []
    async with opened(config, policy=policy, store=store, from_is_genuine=genuine) as parts:
        gallery = pictures.Gallery.opened(folder, parts.pipeline.reader)
        for name in names:
            await asyncio.sleep(0)  # lets Ctrl-C through, where nothing else waits
            raw = files.attempt(functools.partial(files.read, name), name, unread)
            if raw is None:
                continue
            source = files.source(raw)
            # Judged as when it was sent: what is remembered of people must not have faded since.
            outcome = await process(parts, source, at=dated(raw, time.time()), envelope=envelope)
            found = report.whole(name, outcome)
            if gallery is not None:
                await gallery.draw(name, source, outcome.inspection.links, found)
            if as_json:
                typer.echo(report.line(found))
            else:
                report.show(console, found)
                pictures.show(found)
    files.end(unread)
