"""Where on a page a code may stand: pictures, and small shapes close together.

Text, lines and large shapes are passed over, so that ordinary pages cost nothing but a look at their objects.

Does not draw anything.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from inspectors.pdf import limits
from inspectors.pdf.boxes import around
from inspectors.pdf.model import Box

_CELL = 12.0
"""Units; a page is divided into squares of this size, and marked squares next to each other are one part."""
_MODULE = (0.3, 36.0, 260.0)
"""Units of a shape that may belong to a code: its shorter side at least and at most, its longer one at most.
A code that fills a sheet has modules of 25 units, seven of them in a row in its corners."""
_SEGMENTS = 240
"""Lines of one shape from which on it may be a whole code: 60 rectangles."""
_MARGIN = 6.0
"""Units around a part: a code needs a quiet zone, which may be the empty page."""
_FAR = 30_000.0
_CELLS = 60_000
"""Squares marked on one page, each as often as something lies in it; 0.5 µs each."""
_DEPTH = 6
PICTURE, _SHADING, _FORM = 8, 30, 4
"""How many times longer painting takes than for a plain shape."""


@dataclass(slots=True)
class Sheet:
    """What is known of a page before it is drawn."""

    marks: dict[tuple[int, int], tuple[int, Box]] = field(default_factory=dict)
    """For squares of the page how much speaks for a code in them, and the box around what does."""
    painted: list[tuple[Box, float]] = field(default_factory=list)
    """What paints, and how much longer that takes than for a plain shape."""
    samples: int = 0
    """Pixels of the pictures, times how long they take to decode."""
    objects: int = 0
    cells: int = 0
    heavy: bool = False


def sheet(pdfium: Any, page: Any) -> Sheet:
    """Look at all objects of a page that PDFium has read."""
    found = Sheet()
    sides = tuple(ctypes.c_float() for _ in range(4))
    count = pdfium.FPDFPage_CountObjects(page)
    if count > 20 * limits.CODE_OBJECTS:
        found.heavy = True
        return found
    for index in range(count):
        each = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(each)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        found.objects += 1
        if found.heavy or found.objects > limits.CODE_OBJECTS:
            found.heavy = True
            return found
        bounds = _bounds(pdfium, each, sides)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            _picture(found, pdfium, each, bounds)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            _path(found, pdfium, each, bounds)
        elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
            found.painted.append((bounds, _SHADING))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM:
            _form(found, pdfium, each, bounds)
    return found


def _bounds(pdfium: Any, each: Any, sides: tuple[ctypes.c_float, ...]) -> Box:
    if not pdfium.FPDFPageObj_GetBounds(each, *sides):
        return (0.0, 0.0, 0.0, 0.0)
    left, bottom, right, top = (side.value for side in sides)
    if -_FAR < left <= right < _FAR and -_FAR < bottom <= top < _FAR:
        return left, bottom, right, top
    return max(left, -_FAR), max(bottom, -_FAR), min(right, _FAR), min(top, _FAR)


def _picture(found: Sheet, pdfium: Any, each: Any, box: Box) -> None:
    found.painted.append((box, PICTURE))
    found.samples += _samples(found, pdfium, each)
    _mark(found, box, limits.CODE_MODULES)


def _samples(found: Sheet, pdfium: Any, each: Any) -> int:
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not pdfium.FPDFImageObj_GetImagePixelSize(each, width, height):
        return 0
    samples = width.value * height.value
    found.heavy = found.heavy or samples > limits.PICTURE_SAMPLES
    name = ctypes.create_string_buffer(20)
    for index in range(min(pdfium.FPDFImageObj_GetImageFilterCount(each), _DEPTH)):
        pdfium.FPDFImageObj_GetImageFilter(each, index, name, len(name))
        if name.value == b"JPXDecode":
            samples *= limits.WAVELETS
    return samples


def _path(found: Sheet, pdfium: Any, each: Any, box: Box) -> None:
    found.painted.append((box, 1))
    across, up = box[2] - box[0], box[3] - box[1]
    least, short, long = _MODULE
    segments = pdfium.FPDFPath_CountSegments(each)
    if segments >= _SEGMENTS:
        _mark(found, box, limits.CODE_MODULES)
    elif least <= min(across, up) <= short and max(across, up) <= long:
        _mark(found, box, 1 + segments // 6)


def _form(found: Sheet, pdfium: Any, form: Any, box: Box) -> None:
    """A form is one part of the page where it holds a picture or enough shapes; what it costs to paint is
    taken as if each of its objects covered it."""
    inside = pictures = shapes = 0
    for kind, each in _inside(pdfium, form, _DEPTH):
        found.objects += 1
        inside += 1
        if found.objects > limits.CODE_OBJECTS:
            found.heavy = True
            return
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += 1
            found.samples += _samples(found, pdfium, each)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            shapes += 1 + pdfium.FPDFPath_CountSegments(each) // 6
    found.painted.append((box, _FORM * (1 + min(inside, 20)) + PICTURE * pictures))
    if pictures or shapes >= limits.CODE_MODULES:
        _mark(found, box, limits.CODE_MODULES)


def _inside(pdfium: Any, form: Any, depth: int) -> Iterator[tuple[int, Any]]:
    for index in range(min(pdfium.FPDFFormObj_CountObjects(form), limits.CODE_OBJECTS + 1)):
        each = pdfium.FPDFFormObj_GetObject(form, index)
        kind = pdfium.FPDFPageObj_GetType(each)
        yield kind, each
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth:
            yield from _inside(pdfium, each, depth - 1)


def _mark(found: Sheet, box: Box, weight: int) -> None:
    left, bottom, right, top = (int(side // _CELL) for side in box)
    found.cells += max(0, right - left + 1) * max(0, top - bottom + 1)
    if found.cells > _CELLS:
        found.heavy = True
        return
    share = weight if weight >= limits.CODE_MODULES else 0
    for x in range(left, right + 1):
        for y in range(bottom, top + 1):
            before = found.marks.get((x, y))
            own = share if (x, y) != (left, bottom) else weight
            found.marks[x, y] = (own, box) if before is None else (before[0] + own, around((before[1], box)))


def parts(found: Sheet) -> list[Box]:
    """The parts of the page in which a code may stand, largest first."""
    left = dict(found.marks)
    boxes: list[Box] = []
    while left:
        weight, inside = 0, []
        stack = [next(iter(left))]
        while stack:
            cell = stack.pop()
            mark = left.pop(cell, None)
            if mark is not None:
                weight += mark[0]
                inside.append(mark[1])
                x, y = cell
                stack += [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]
        box = around(inside)
        if weight >= limits.CODE_MODULES and min(box[2] - box[0], box[3] - box[1]) >= limits.CODE_SIDE:
            boxes.append((box[0] - _MARGIN, box[1] - _MARGIN, box[2] + _MARGIN, box[3] + _MARGIN))
    return sorted(boxes, key=lambda box: (box[0] - box[2]) * (box[3] - box[1]))


def paint(found: Sheet, box: Box) -> float:
    """Square units painted to draw this part, counted as often as things lie over each other."""
    area = 0.0
    for (left, bottom, right, top), factor in found.painted:
        across = min(right, box[2]) - max(left, box[0])
        up = min(top, box[3]) - max(bottom, box[1])
        if across > 0 and up > 0:
            area += across * up * factor
    return area
