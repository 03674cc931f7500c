"""How much there is to go through before a page's text is known.

PDFium cannot be stopped once it reads a page, and a form that draws two forms that draw two forms … keeps it
busy for ever. So the work is estimated first, from above: as if each ``Do`` drew the heaviest form at hand.

What is gone through is also searched for URLs in the properties of marked content (ISO 32000-2 section 14.6).

Does not interpret page descriptions.
"""

from __future__ import annotations

import re
from itertools import islice

import pikepdf

from inspectors.pdf import limits, streams
from inspectors.pdf.document import BROKEN
from inspectors.pdf.model import ObjectId

_PARENTS = 20
"""Levels a page's resources are looked for in; page trees of 20,000 pages have 5."""

_MARKED = re.compile(
    rb"/(?:URI|href)[\x00\t\n\f\r ]{0,20}(\((?:[^()\\]|\\.){1,2000}+\)|<[0-9A-Fa-f\s]{2,4000}+>)", re.DOTALL
)


class Scales:
    """Weighs the pages of one document; forms are weighed once."""

    def __init__(self) -> None:
        self._forms: dict[ObjectId, int] = {}
        self._marked: list[bytes] = []

    def marked(self) -> list[bytes]:
        """What marked content names as its target, on the pages and in the forms weighed since last asked."""
        found, self._marked = self._marked, []
        return found

    def page(self, page: pikepdf.Object) -> int:
        """Bytes to go through; more than ``limits.TEXT_BYTES`` where that cannot be told."""
        try:
            contents = page.get("/Contents")
            parts = [contents]
            if isinstance(contents, pikepdf.Array):
                parts = [contents[index] for index in range(min(len(contents), limits.FORMS))]
            data = b" ".join(_content(part) for part in parts if isinstance(part, pikepdf.Stream))
            return self._drawn(data, resources(page), 0)
        except BROKEN:
            return limits.TEXT_BYTES + 1

    def appearance(self, annotation: pikepdf.Object) -> int:
        """The same for all that an annotation may look like."""
        try:
            return sum(self._form(each, each, 1) for each in looks(annotation))
        except BROKEN:
            return limits.TEXT_BYTES + 1

    def _drawn(self, data: bytes, resources: pikepdf.Object | None, depth: int) -> int:
        if b"/URI" in data or b"/href" in data:
            room = limits.MARKED - len(self._marked)
            self._marked += (match[1] for match in islice(_MARKED.finditer(data), room))
        drawings = data.count(b"Do")
        if not drawings or not isinstance(resources, pikepdf.Dictionary):
            return len(data)
        return len(data) + drawings * self._heaviest(resources, depth)

    def _heaviest(self, resources: pikepdf.Object, depth: int) -> int:
        objects = resources.get("/XObject")
        if not isinstance(objects, pikepdf.Dictionary):
            return 0
        heaviest = 0
        for _, form in objects.items():
            if isinstance(form, pikepdf.Stream) and form.get("/Subtype") == pikepdf.Name.Form:
                heaviest = max(heaviest, self._form(form, resources, depth + 1))
        return heaviest

    def _form(self, form: pikepdf.Stream, outer: pikepdf.Object, depth: int) -> int:
        known = self._forms.get(form.objgen)
        if known is not None:
            return known
        if depth > limits.FORM_DEPTH or len(self._forms) >= limits.FORMS:
            return limits.TEXT_BYTES + 1
        # A form that draws itself: PDFium goes on until no memory is left.
        self._forms[form.objgen] = limits.TEXT_BYTES + 1
        own = form.get("/Resources")
        data = _content(form)
        weight = min(self._drawn(data, outer if own is None else own, depth), limits.TEXT_BYTES + 1)
        self._forms[form.objgen] = weight
        return weight


def _content(stream: pikepdf.Stream) -> bytes:
    return streams.content(stream, limits.TEXT_BYTES + 1)


def looks(annotation: pikepdf.Object) -> list[pikepdf.Stream]:
    """The appearances of an annotation (ISO 32000-2 section 12.5.5), of all its states."""
    kinds = annotation.get("/AP")
    normal = kinds.get("/N") if isinstance(kinds, pikepdf.Dictionary) else None
    states = [each for _, each in normal.items()] if isinstance(normal, pikepdf.Dictionary) else [normal]
    return [each for each in states if isinstance(each, pikepdf.Stream)]


def resources(page: pikepdf.Object) -> pikepdf.Object | None:
    node: pikepdf.Object | None = page
    for _ in range(_PARENTS):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        own = node.get("/Resources")
        if own is not None:
            return own
        node = node.get("/Parent")
    return None
