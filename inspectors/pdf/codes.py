"""QR codes and barcodes on pages: in pictures, drawn with shapes, or on stamps.

Only the parts of a page that may hold one are drawn, with bounds on what PDFium is given to draw.

Does not open pictures that no page shows, and does not read codes made of text characters but the block ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from inspectors.formats import qr
from inspectors.model import Link
from inspectors.pdf import boxes, limits, regions, render
from inspectors.pdf.brush import Brush
from inspectors.pdf.model import Box, CodeHandle
from inspectors.pdf.trail import Walk
from inspectors.pdf.weight import Scales, looks

_SCALE = 200 / 72
"""Pixels a unit, as a 2 cm code then has four or more a module."""
_SHARP, _SHARPEST = 300.0, 8.0
"""Pixels that the shorter side of a small part gets, and pixels a unit at most."""
_DRAWN = frozenset(("/Stamp", "/Watermark", "/Screen", "/Widget", "/FreeText", "/RichMedia", "/Square"))
"""Kinds of annotation that may show a picture."""
_PARTS = 6
"""Parts of a page that are drawn one by one; more are drawn together, less sharp."""
_LOOKS = 1_000
"""Bytes of an appearance without pictures from which on it may draw a code."""
_ALL: Box = (-30_000.0, -30_000.0, 30_000.0, 30_000.0)
_BLOCK_CHARACTERS = 100
"""Block elements on a page from which on they may form a code: the smallest has 21 lines of 21, or half."""


@dataclass(slots=True)
class Codes:
    """The search through the pages of one document."""

    path: str
    walk: Walk
    links: list[Link] = field(default_factory=list)
    over: dict[str, str] = field(default_factory=dict)
    """Bounds reached, by name, in words; each with the first page."""
    brush: Brush = field(default_factory=Brush)
    stamps: Mapping[int, Sequence[Box]] | None = None
    pages: int = 0
    pixels: int = field(default_factory=lambda: limits.CODE_PIXELS)
    painted: float = field(default_factory=lambda: limits.PAINTED)
    samples: int = field(default_factory=lambda: limits.PICTURES_SAMPLES)

    def look(self, pdfium: Any, page: Any, number: int, blocks: int) -> None:
        """Search one page that PDFium has read; ``blocks``: how many block elements are in its text."""
        found = regions.sheet(pdfium, page)
        stamps = self._stamps().get(number, ())
        if found.heavy:
            self._over("slow", f"a page that takes too long to draw (page {number})")
            return
        wanted = [*regions.parts(found), *stamps]
        found.painted += ((box, regions.PICTURE) for box in stamps)
        if len(wanted) > _PARTS:  # each costs a look at all that the page has
            wanted = [boxes.around(wanted)]
        if blocks >= _BLOCK_CHARACTERS:
            wanted = [_ALL]
        if not wanted:
            return
        self.pages += 1
        if self.pages > limits.CODE_PAGES:
            self._over("pages", f"pictures on more than {limits.CODE_PAGES} pages")
        elif found.samples > self.samples or not self.brush.takes(self.walk.sheets[number - 1][1]):
            self._over("slow", f"a page that takes too long to draw (page {number})")
        else:
            self.samples -= found.samples
            known: set[str] = set()
            for box in wanted:
                view = self._view(pdfium, page, number, box, found)
                if view is not None:
                    self._part(pdfium, page, number, view, known, annotations=bool(stamps))

    def _view(
        self, pdfium: Any, page: Any, number: int, box: Box, found: regions.Sheet
    ) -> render.View | None:
        """The part of a page to be drawn; None where there is no room for it."""
        short = max(1.0, min(box[2] - box[0], box[3] - box[1]))
        scale = min(max(_SCALE, _SHARP / short), _SHARPEST)
        if box == _ALL:
            view = render.whole(pdfium, page, _SCALE, limits.CODE_PAGE_PIXELS)
        else:
            view = render.part(pdfium, page, box, scale, limits.CODE_PAGE_PIXELS)
        if view is None:
            return None
        pixels = view.width * view.height
        grown = view.page[0] / max(1.0, pdfium.FPDF_GetPageWidthF(page))
        painted = regions.paint(found, box) * grown**2
        if pixels > self.pixels or painted > self.painted:
            self._over("pixels", f"more pictures than are searched (page {number})")
            return None
        self.pixels -= pixels
        self.painted -= painted
        return view

    def _part(
        self, pdfium: Any, page: Any, number: int, view: render.View, known: set[str], *, annotations: bool
    ) -> None:
        """Search one part of a page; ``known`` are the codes found on it."""
        image = render.drawn(pdfium, page, view, colour=False, annotations=annotations)
        for code, place in qr.located(image) if image is not None else ():
            if code not in known:
                known.add(code)
                corners = (view.point(pdfium, page, *place[:2]), view.point(pdfium, page, *place[2:]))
                self._note(code, number, corners)

    def _note(self, code: str, number: int, corners: tuple[tuple[float, float], tuple[float, float]]) -> None:
        (x, y), (right, top) = corners
        sides = (min(x, right), min(y, top), max(x, right), max(y, top))
        box = (round(sides[0], 2), round(sides[1], 2), round(sides[2], 2), round(sides[3], 2))
        for part, (written, url) in enumerate(qr.links(code)):
            handle = CodeHandle(number, code, part)
            self.links.append(
                Link(self.path, url.href, written, "", "pdf:qr", handle, url.host, number, box=box)
            )

    def _over(self, name: str, words: str) -> None:
        self.over.setdefault(name, f"{words}, not searched for codes")

    def _stamps(self) -> Mapping[int, Sequence[Box]]:
        """Annotations that may show a code, by page, where all annotations of the page can be drawn."""
        if self.stamps is None:
            found: dict[int, list[Box]] = defaultdict(list)
            for number, (_, annotation) in self.walk.annotations:
                box = _stamp(annotation)
                if box is not None:
                    found[number].append(box)
            heavy = self._heavy(found)
            self.stamps = {number: several for number, several in found.items() if number not in heavy}
        return self.stamps

    def _heavy(self, pages: Collection[int]) -> set[int]:
        scales, heavy, left = Scales(), set(), limits.TEXT_BYTES
        for number, (_, annotation) in self.walk.annotations if pages else ():
            if number in pages:
                left -= scales.appearance(annotation)
                if left < 0 or not self.brush.appearance(annotation):
                    heavy.add(number)
                    self._over("stamps", f"annotations that take too long to draw (page {number})")
        return heavy


def _stamp(annotation: pikepdf.Object) -> Box | None:
    """The rectangle of an annotation that may show a picture large enough."""
    kind = annotation.get("/Subtype")
    if not isinstance(kind, pikepdf.Name) or str(kind) not in _DRAWN or "/AP" not in annotation:
        return None
    box = boxes.rectangle(annotation)
    large = box is not None and min(box[2] - box[0], box[3] - box[1]) >= limits.CODE_SIDE
    return box if large and any(_pictures(look) for look in looks(annotation)) else None


def _pictures(look: pikepdf.Stream) -> bool:
    """Whether an appearance may show a picture or a drawing with many shapes; fields show text."""
    own, length = look.get("/Resources"), look.get("/Length")
    objects = own.get("/XObject") if isinstance(own, pikepdf.Dictionary) else None
    drawings = isinstance(objects, pikepdf.Dictionary) and len(objects) > 0
    return drawings or (isinstance(length, pikepdf.Integer) and int(length) > _LOOKS)
