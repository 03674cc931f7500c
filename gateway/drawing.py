"""Pages of PDFs as PNG pictures, with boxes around their links: runs in a worker process, one page at a time.

What a hostile page does to PDFium ends the worker and nothing else.

Does not write files and does not know what the colours mean.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw

from gateway import work
from inspectors import within
from inspectors.pdf import limits, render, text

Colour = tuple[int, int, int]

_SCALE, _PIXELS = 2.0, 4_000_000
"""Pixels a unit, which is 144 dots an inch, and pixels of one picture at most: A4 has two million."""
_WIDTH = 3
_FILLED = 48
"""Opacity of the inside of a box, of 255: what is below stays readable."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to be drawn on a page."""

    box: tuple[float, float, float, float]
    """Left, bottom, right, top in the page's own units."""
    colour: Colour


@dataclass(frozen=True, slots=True)
class Counted:
    """A PDF, and how many pages it has."""

    leaf: str
    """As in ``Link.leaf``."""
    pages: int
    """0 where it cannot be opened."""


def count(source: work.Source) -> tuple[Counted, ...]:
    """The PDFs of a message, or the bare one, with their numbers of pages."""
    found = []
    for leaf, content in _pdfs(source, ""):
        pdfium = text.library()
        document = pdfium.FPDF_LoadMemDocument64(content, len(content), None) if pdfium else None
        found.append(Counted(leaf, pdfium.FPDF_GetPageCount(document) if document else 0))
        if document:
            pdfium.FPDF_CloseDocument(document)
    return tuple(found)


def page(source: work.Source, leaf: str, number: int, marks: Sequence[Mark]) -> bytes:
    """One page, counted from 1, as a PNG file; empty where it cannot be drawn."""
    pdfium = text.library()
    content = next((data for _, data in _pdfs(source, leaf)), b"")
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), None) if pdfium and content else None
    if not document:
        return b""
    try:
        with text.loaded(pdfium, document, number - 1) as sheet:
            image = _drawn(pdfium, sheet, marks) if sheet else None
    finally:
        pdfium.FPDF_CloseDocument(document)
    if image is None:
        return b""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _pdfs(source: work.Source, leaf: str) -> Iterator[tuple[str, bytes]]:
    raw = work.load(source)
    return within.bare(raw, leaf) if isinstance(source, work.BareFile) else within.pdfs(raw, leaf)


def _drawn(pdfium: Any, sheet: Any, marks: Sequence[Mark]) -> Image.Image | None:
    view = render.whole(pdfium, sheet, _SCALE, _PIXELS)
    image = render.drawn(pdfium, sheet, view, colour=True, annotations=True) if view is not None else None
    if image is None or view is None:
        return None
    brush = ImageDraw.Draw(image, "RGBA")
    for mark in marks[: limits.ANNOTATIONS]:
        corners = [view.pixel(pdfium, sheet, mark.box[x], mark.box[y]) for x in (0, 2) for y in (1, 3)]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        sides = (
            min(across) - _WIDTH,
            min(down) - _WIDTH,
            max(across) + _WIDTH,
            max(down) + _WIDTH,
        )
        brush.rectangle(sides, fill=(*mark.colour, _FILLED), outline=mark.colour, width=_WIDTH)
    return image
