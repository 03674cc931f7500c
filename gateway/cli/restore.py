"""``oddlink restore``: the original of a rewritten message or PDF, bit for bit.

Does not change the store.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

from gateway import manifests
from gateway.cli import files
from gateway.cli.common import DATA, Config, StoreUrl, fail, open_store
from gateway.cli.rewrite import In, Out
from gateway.outcome import Manifest
from gateway.store import StoreError

ManifestFile = Annotated[
    Path | None,
    typer.Option("--manifest", metavar="FILE", help="The manifest; otherwise the store is asked."),
]


def command(
    source: In = "-",
    target: Out = "-",
    manifest: ManifestFile = None,
    config: Config = None,
    store: StoreUrl = "",
) -> None:
    """Give back the original of a rewritten message or PDF, bit for bit."""
    data = files.read(source)
    wrong = "the store knows no rewriting that gave these bytes; name its --manifest"
    unmarked = manifests.without_our_lines(data) if manifest is None else None
    try:
        candidates = _manifests(data, manifest, config, store)
    except StoreError:
        if unmarked is None:
            raise
        candidates = []
    for found in candidates:
        try:
            original = manifests.restore(data, found)
        except manifests.ManifestError as error:
            wrong = str(error)
            continue
        files.write(target, original)
        return
    if unmarked is not None:
        files.write(target, unmarked)
        return
    fail(f"{source}: {wrong}", DATA)


def _manifests(data: bytes, file: Path | None, config: Path | None, store: str) -> list[Manifest]:
    """The manifest named, or those the store has for this message."""
    if file is not None:
        try:
            return [manifests.from_json(json.loads(file.read_text(encoding="utf-8")))]
        except (ValueError, RecursionError, manifests.ManifestError) as error:
            fail(f"{file}: {error}; name a file that `oddlink rewrite --manifest` wrote", DATA)
    with open_store(config, store) as opened:
        found = [opened.manifest(id) for id in manifests.ids(data)]
        found.append(opened.manifest_by_digest(hashlib.sha256(data).hexdigest()))
        return [one for one in found if one is not None]
