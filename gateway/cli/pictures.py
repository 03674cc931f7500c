"""``--picture DIR``: the pages of PDFs as PNG files, with coloured boxes around the links.

Does not draw; ``gateway/drawing.py`` does, in a worker process.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway import drawing, work
from gateway.cli.common import DATA, fail, printable
from gateway.drawing import Colour, Mark
from gateway.reader import Reader
from gateway.workers import WorkerError
from inspectors.model import Link

Picture = Annotated[
    Path | None,
    typer.Option("--picture", metavar="DIR", help="Also draw the pages of PDFs, with boxes around links."),
]

_PAGES = 100
"""Pages of one message or PDF that are drawn, and about 0.1 s each."""
_PATIENCE = 3
"""A page is drawn in its own time, after the file around it was read again."""
_NAME = re.compile(r"[^\w.-]+")
_NAME_LENGTH = 60

_GREEN, _RED, _ORANGE = (0x2E, 0x7D, 0x32), (0xD3, 0x2F, 0x2F), (0xEF, 0x6C, 0x00)
_BLUE, _VIOLET = (0x15, 0x65, 0xC0), (0x8E, 0x24, 0xAA)

PLACES: Mapping[str, tuple[str, Colour]] = {
    "pdf:annotation": ("blue", _BLUE),
    "pdf:text": ("green", _GREEN),
    "pdf:qr": ("violet", _VIOLET),
}
"""The colours of links that nobody judged; all others are orange."""
_OTHER = ("orange", _ORANGE)
VERDICTS: Mapping[str, tuple[str, Colour]] = {"pass": ("green", _GREEN), "rewrite": ("red", _RED)}
"""The colours of judged links; whatever else the policy does about one is orange."""


@dataclass(slots=True)
class Gallery:
    """The pictures of one command, all in one folder."""

    folder: Path
    reader: Reader
    _taken: set[str] = field(default_factory=set)

    @classmethod
    def opened(cls, folder: Path | None, reader: Reader) -> Gallery | None:
        """None where no pictures are wanted; Failure where the folder cannot be made or written to."""
        if folder is None:
            return None
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            fail(f"--picture {folder}: {error.strerror or error}; name a folder that can be written to", DATA)
        if not os.access(folder, os.W_OK | os.X_OK):
            fail(f"--picture {folder}: Permission denied; name a folder that can be written to", DATA)
        return cls(folder, reader)

    async def draw(
        self, name: str, source: work.Source, links: Sequence[Link], found: dict[str, Any]
    ) -> None:
        """Draw the pages of the PDFs in one file. ``found`` is what is printed of it: verdicts are taken from
        there, and it gets the names of the pictures."""
        pictures: list[str] = []
        found["pictures"] = pictures
        try:
            counted = await self.reader.run(source, drawing.count, alone=True, patience=_PATIENCE)
        except WorkerError as error:
            self._say(f"{name}: no page is drawn: looking for PDFs was ended: {error}")
            return
        if not counted:
            self._say(f"{name}: there is no PDF in it, so no page is drawn")
        left = _PAGES
        for each in counted:
            where = f"{name} {each.leaf}".rstrip()
            if not each.pages:
                self._say(f"{where}: this PDF cannot be opened, so no page is drawn")
            marks = _marks(each.leaf, links, found["links"])
            for number in range(1, min(each.pages, left) + 1):
                here = tuple(marks.get(number, ()))
                data = await self._page(where, source, each.leaf, number, here)
                if data:
                    path = self.folder / self._named(name, each.leaf, number)
                    path.write_bytes(data)
                    pictures.append(str(path))
            if each.pages > left:
                self._say(f"{where}: only {left} of {each.pages} pages are drawn")
            left -= min(each.pages, left)

    async def _page(
        self, where: str, source: work.Source, leaf: str, number: int, marks: tuple[Mark, ...]
    ) -> bytes:
        """One page as a PNG file; empty, and said, where it cannot be drawn."""
        why = "it cannot be read"
        try:
            data = await self.reader.run(
                source, drawing.page, leaf, number, marks, alone=True, patience=_PATIENCE
            )
        except WorkerError as error:
            data, why = b"", f"it was ended: {error}"
        if not data:
            self._say(f"{where}: page {number} is not drawn: {why}")
        return data

    def _named(self, name: str, leaf: str, number: int) -> str:
        """``NAME-page-1.png``, with the leaf's path where the PDF lies in a message; each name once."""
        stem = "stdin" if name == "-" else Path(name).stem
        parts = [_NAME.sub("_", part)[-_NAME_LENGTH:].strip("._") or "pdf" for part in (stem, leaf) if part]
        plain = "-".join(parts)
        base, again = plain, 1
        while f"{base}-page-{number}.png" in self._taken:
            again += 1
            base = f"{plain}-{again}"
        made = f"{base}-page-{number}.png"
        self._taken.add(made)
        return made

    def _say(self, words: str) -> None:
        typer.echo(f"oddlink: {printable(words)}", err=True)


def _marks(leaf: str, links: Sequence[Link], shown: Sequence[Mapping[str, Any]]) -> Mapping[int, list[Mark]]:
    """The boxes of a PDF's links by page."""
    marks: dict[int, list[Mark]] = {}
    for link, entry in zip(links, shown, strict=True):
        if link.leaf == leaf and link.box is not None and link.page:
            marks.setdefault(link.page, []).append(Mark(link.box, colour(entry)[1]))
    return marks


def colour(entry: Mapping[str, Any]) -> tuple[str, Colour]:
    """Name and value of the colour for a link as it is printed."""
    if "verdict" in entry:
        return VERDICTS.get(entry["verdict"], _OTHER)
    return PLACES.get(entry["place"], _OTHER)


def show(found: Mapping[str, Any]) -> None:
    """Tell a person what was drawn, and what the colours mean."""
    for path in found.get("pictures", ()):
        typer.echo(f"  drawn: {printable(path)}")
    if found.get("pictures"):
        judged = any("verdict" in link for link in found["links"])
        table = VERDICTS if judged else PLACES
        words = ", ".join(f"{name} {place}" for place, (name, _) in table.items())
        typer.echo(f"  boxes: {words}, {_OTHER[0]} all others")
