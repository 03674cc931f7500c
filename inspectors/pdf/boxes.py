"""Where links stand on their pages: rectangles of annotations, and the lines of text in them.

Does not read text.
"""

from __future__ import annotations

from collections.abc import Sequence

import pikepdf

from inspectors.pdf import limits
from inspectors.pdf.document import BROKEN
from inspectors.pdf.model import Box, Place
from inspectors.pdf.trail import Walk

_SLACK = 1.0
"""Units a line may stand out of its annotation's rectangle; writers round the two differently."""


def boxes(walk: Walk) -> dict[int, Box]:
    """The rectangles of the links that hang under an annotation, at any depth, by the link's number."""
    places = {stop[0]: stop[1] for _, stop in walk.annotations}
    found: dict[int, Box] = {}
    known: dict[Place, Box | None] = {}
    for number, each in enumerate(walk.found):
        annotation = _around(each.handle.holder, places) if each.page else None
        if annotation is None:
            continue
        if annotation not in known:
            known[annotation] = rectangle(places[annotation])
        box = known[annotation]
        if box is not None:
            found[number] = box
    return found


def _around(place: Place, annotations: dict[Place, pikepdf.Object]) -> Place | None:
    """The annotation that a place lies in; None where it is in none, or in an object of its own."""
    for length in range(len(place.path), -1, -1):
        outer = Place(place.number, place.generation, place.path[:length])
        if outer in annotations:
            return outer
    return None


def rectangle(annotation: pikepdf.Object) -> Box | None:
    """An annotation's /Rect with its corners in order; None where it is none."""
    try:
        array = annotation.get("/Rect")
        if not isinstance(array, pikepdf.Array) or len(array) != 4:
            return None
        x, y, right, top = (float(array[index]) for index in range(4))
    except (*BROKEN, TypeError, OverflowError):
        return None
    return min(x, right), min(y, top), max(x, right), max(y, top)


def lines(annotation: pikepdf.Object, box: Box) -> tuple[Box, ...]:
    """The lines that an annotation marks with /QuadPoints (ISO 32000-2 table 176); else its rectangle.

    Lines outside of the rectangle do not count, as the standard has it.
    """
    try:
        array = annotation.get("/QuadPoints")
        if not isinstance(array, pikepdf.Array) or len(array) % 8 or not 8 <= len(array) <= 8 * limits.LINES:
            return (box,)
        numbers = [float(array[index]) for index in range(len(array))]
    except (*BROKEN, TypeError, OverflowError):
        return (box,)
    quads = tuple(_bounds(numbers[at : at + 8]) for at in range(0, len(numbers), 8))
    return quads if all(_within(quad, box) for quad in quads) else (box,)


def _bounds(corners: Sequence[float]) -> Box:
    across, up = corners[::2], corners[1::2]
    return min(across), min(up), max(across), max(up)


def _within(inner: Box, outer: Box) -> bool:
    low = all(inner[side] >= outer[side] - _SLACK for side in (0, 1))
    return low and all(inner[side] <= outer[side] + _SLACK for side in (2, 3))


def around(several: Sequence[Box]) -> Box:
    """The smallest box with all of these in it; there must be one."""
    lefts, bottoms, rights, tops = zip(*several, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)
