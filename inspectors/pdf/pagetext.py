"""What pages show: URLs in their text that are links of their own, words on link annotations, codes.

A URL under a link annotation leads where the annotation leads; only what no annotation covers is a link of
its own. A cover of half the width leaves the rest live in Firefox, so it does not count.

Does not change anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pikepdf

from inspectors.model import Flag, Link, Reading, Skipped
from inspectors.pdf import boxes, limits, text, uri
from inspectors.pdf.codes import Codes
from inspectors.pdf.document import BROKEN
from inspectors.pdf.model import Box
from inspectors.pdf.trail import Stop, Walk
from inspectors.pdf.weight import Scales

_WIDTH, _HEIGHT = 0.95, 0.5
"""Parts of a URL's box that an annotation has to cover."""


def pagetext(path: str, content: bytes, walk: Walk, *, codes: bool = False) -> tuple[dict[int, str], Reading]:
    """Words shown by the links of ``walk``, by their number, and the links in page text, and in ``codes``."""
    if not text.available():
        words = "The text of the PDF's pages is not read, as pypdfium2 is not installed."
        return {}, Reading(flags=(Flag("pdf-text-unread", path, words),))
    pages, skipped, marked = _light(walk.sheets)
    rectangles = _rectangles(walk)
    under = {
        page: [(n, line) for n, _, lines in those for line in lines] for page, those in rectangles.items()
    }
    search = Codes(path, walk)
    found = text.read(content, pages, under, search.look if codes else None)
    shown = dict(found.shown)
    links = [link for page, string in marked for link in _marked(path, page, string)]
    for each in found.urls:
        url, host = uri.opened(each.url)
        covers = [(number, box) for number, box, _ in rectangles.get(each.handle.page, ())]
        if not host or not each.handle.boxes:
            continue
        over = [{n for n, cover in covers if _covers(cover, box)} for box in each.handle.boxes]
        if all(over):
            shown.update((number, each.words) for number in over[0] if _other(walk, number, host))
        else:
            links.append(_link(path, each, url, host))
    said = [
        Skipped(path, f"PDF with {why}", "limit") for why in (*skipped, *found.limits, *search.over.values())
    ]
    said += [Skipped(path, f"PDF with {why}", "broken") for why in found.broken]
    return shown, Reading((*links, *search.links), tuple(said))


def _link(path: str, each: text.TextUrl, url: str, host: str) -> Link:
    page, box = each.handle.page, boxes.around(each.handle.boxes)
    return Link(path, url, each.words, each.words, "pdf:text", each.handle, host, page, box=box)


def _other(walk: Walk, number: int, host: str) -> bool:
    """Whether a link leads to another host than the URL that stands in the text below it.

    Then that URL alone is what it shows: among other words it would not be noticed.
    """
    value = walk.found[number].value[: limits.URI_BYTES]
    return uri.opened(uri.characters(value), walk.base)[1] != host


def _marked(path: str, page: int, string: bytes) -> Iterator[Link]:
    """What a literal among the properties of marked content leads to; no viewer makes a link of it."""
    try:
        value = pikepdf.Object.parse(string)
    except BROKEN:
        return
    written = uri.characters(bytes(value)) if isinstance(value, pikepdf.String) else ""
    url, host = uri.file(written)
    if host:
        yield Link(path, url, written, "", "pdf:marked", ("marked", page, written), host, page)


def _light(sheets: Sequence[Stop]) -> tuple[list[int], list[str], list[tuple[int, bytes]]]:
    """The pages that may be read, why others may not, and the targets of marked content, with their page."""
    scales, left = Scales(), limits.TEXT_BYTES
    pages, heavy, marked = [], [], []
    for number, (_, page) in enumerate(sheets[: limits.TEXT_PAGES], 1):
        weight = scales.page(page)
        marked += [(number, each) for each in scales.marked()]
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
    return pages, reasons, marked


def _rectangles(walk: Walk) -> dict[int, list[tuple[int, Box, tuple[Box, ...]]]]:
    """The annotations whose click opens a URL, by page: their link's number, rectangle, and lines of text."""
    places = {stop[0]: stop[1] for _, stop in walk.annotations}
    rectangles: dict[int, list[tuple[int, Box, tuple[Box, ...]]]] = defaultdict(list)
    for number, found in enumerate(walk.found):
        handle = found.handle
        if found.page and handle.key == "/A" and handle.kind == "uri" and handle.holder in places:
            annotation = places[handle.holder]
            box = boxes.rectangle(annotation)
            if box is not None:
                rectangles[found.page].append((number, box, boxes.lines(annotation, box)))
    return rectangles


def _covers(cover: Box, box: Box) -> bool:
    width = min(cover[2], box[2]) - max(cover[0], box[0])
    height = min(cover[3], box[3]) - max(cover[1], box[1])
    return width >= _WIDTH * (box[2] - box[0]) and height >= _HEIGHT * (box[3] - box[1])
