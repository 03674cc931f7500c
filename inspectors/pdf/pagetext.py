"""Page text and link annotations put together: URLs that are links of their own, words that links show.

A URL under a link annotation leads where the annotation leads; only what no annotation covers is a link of
its own. A cover of half the width leaves the rest live in Firefox, so it does not count.

Does not change anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import pikepdf

from inspectors.model import Flag, Link, Reading, Skipped
from inspectors.pdf import limits, text, uri
from inspectors.pdf.document import BROKEN
from inspectors.pdf.model import Box
from inspectors.pdf.trail import Stop, Walk
from inspectors.pdf.weight import Scales

_WIDTH, _HEIGHT = 0.95, 0.5
"""Parts of a URL's box that an annotation has to cover."""


def pagetext(path: str, content: bytes, walk: Walk) -> tuple[dict[int, str], Reading]:
    """Words shown by the links of ``walk``, by their number, and the links in page text."""
    if not text.available():
        words = "The text of the PDF's pages is not read, as pypdfium2 is not installed."
        return {}, Reading(flags=(Flag("pdf-text-unread", path, words),))
    pages, skipped = _light(walk.sheets)
    boxes = _rectangles(walk)
    found = text.read(content, pages, boxes)
    links = []
    for each in found.urls:
        url, host = uri.opened(each.url)
        covers = [box for _, box in boxes.get(each.handle.page, ())]
        if host and not all(any(_covers(cover, box) for cover in covers) for box in each.handle.boxes):
            links.append(
                Link(path, url, each.words, each.words, "pdf:text", each.handle, host, each.handle.page)
            )
    skipped += found.limits
    return found.shown, Reading(tuple(links), tuple(Skipped(path, f"PDF with {why}") for why in skipped))


def _light(sheets: Sequence[Stop]) -> tuple[list[int], list[str]]:
    """The pages that may be read, and why others may not."""
    scales, left = Scales(), limits.TEXT_BYTES
    pages, heavy = [], []
    for number, (_, page) in enumerate(sheets[: limits.TEXT_PAGES], 1):
        weight = scales.page(page)
        if weight > left:
            heavy.append(number)
        else:
            left -= weight
            pages.append(number)
    reasons = []
    if heavy:
        reasons.append(f"a page whose text takes too long to read (page {heavy[0]})")
    if len(sheets) > limits.TEXT_PAGES:
        reasons.append(f"more than {limits.TEXT_PAGES} pages, the text of the rest is not read")
    return pages, reasons


def _rectangles(walk: Walk) -> dict[int, list[tuple[int, Box]]]:
    """Rectangles of the annotations whose click opens a URL, by page, with their link's number."""
    places = {stop[0]: stop[1] for _, stop in walk.annotations}
    rectangles: dict[int, list[tuple[int, Box]]] = defaultdict(list)
    for number, found in enumerate(walk.found):
        handle = found.handle
        if found.page and handle.key == "/A" and handle.kind == "uri" and handle.holder in places:
            box = rectangle(places[handle.holder])
            if box is not None:
                rectangles[found.page].append((number, box))
    return rectangles


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


def _covers(cover: Box, box: Box) -> bool:
    width = min(cover[2], box[2]) - max(cover[0], box[0])
    height = min(cover[3], box[3]) - max(cover[1], box[1])
    return width >= _WIDTH * (box[2] - box[0]) and height >= _HEIGHT * (box[3] - box[1])
