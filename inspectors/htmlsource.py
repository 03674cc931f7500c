"""Where the links of a page stand in its source.

Parses again, with source locations, only when a link is to be changed, so that mail without an odd link does
not pay for them. Positions are code points in text whose line ends were made one newline, and are mapped
back.

Does not change anything.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

import turbohtml
from turbohtml import Element

from inspectors import conditional, htmltree, text
from inspectors.htmltree import AttributeHandle, LoadHandle, TextHandle
from inspectors.model import Link, Span
from inspectors.references import Resolved

_VALUE = re.compile(r"=?[^=]*=[ \t\n\f\r]*(?:\"([^\"]*)\"|'([^']*)'|([^\"'].*))", re.DOTALL)
_STRAY_TAG = re.compile(r"</?[A-Za-z][^<>]*>")  # such as a second body, which leaves no element in the tree
_COMMENT = re.compile(
    r"<!---?>|<!--.*?(?:--!?>|\Z)|<[!?][^>]*(?:>|\Z)|</(?![A-Za-z])[^>]*(?:>|\Z)", re.DOTALL
)
"""Comments, and what browsers read as one: declarations, processing instructions, end tags without a name."""


class Page:
    """The attributes of one page or conditional comment, by their places in its own source."""

    def __init__(self, source: str, names: Mapping[str, tuple[str, ...]]) -> None:
        self._source = source
        self.document = turbohtml.parse(source, source_locations=True)
        self._elements = [element for _, element, _ in htmltree.elements(self.document, names)]

    def linked(self, handle: AttributeHandle, written: str) -> Span | None:
        """The characters that hold this link's URL."""
        if handle.element >= len(self._elements):
            return None
        whole = self._value(self._elements[handle.element], handle.attribute)
        if whole is None or handle.end < 0:
            return whole
        resolved = Resolved(self._source[whole.start : whole.end], attribute=True)
        part = Span(handle.start, handle.end)
        if resolved.text[part.start : part.end] != written:
            return None
        return resolved.source(part).moved(whole.start)

    def loaded(self, handle: LoadHandle, written: str) -> Iterator[Span | None]:
        """The characters of each attribute of this kind that holds this and nothing else."""
        for element in self.document.iter_elements((handle.element,)):
            if element.attrs.get(handle.attribute) == written and element.source_location is not None:
                yield self._value(element, handle.attribute)

    def _value(self, element: Element, attribute: str) -> Span | None:
        location = element.source_location
        whole = location.attrs.get(attribute) if location is not None else None
        if whole is None:
            return None
        match = _VALUE.fullmatch(self._source, whole.start_offset, whole.end_offset)
        if match is None:
            return None
        group = next(number for number in (1, 2, 3) if match.group(number) is not None)
        return Span(*match.span(group))


class Source:
    """The source text of one page with the places of its links."""

    def __init__(self, characters: str) -> None:
        self._folds = [match.start() - n for n, match in enumerate(re.finditer("\r\n", characters))]
        self._source = htmltree.normalised(characters)
        self._names = htmltree.carriers(characters)
        self._page = Page(self._source, self._names)
        self._comments: dict[int, tuple[conditional.Conditional, Page]] | None = None
        self._in_text: dict[str, list[Span]] | None = None

    def places(self, link: Link) -> list[Span]:
        """The characters that hold the link's URL, in the text as it came; none where that is not certain.

        What a page fetches may stand in many places, everything else stands in one.
        """
        found = list(self._found(link))
        if any(span is None for span in found):
            return []
        return [Span(self._original(span.start), self._original(span.end)) for span in found if span]

    def _found(self, link: Link) -> Iterator[Span | None]:
        handle = link.handle
        if isinstance(handle, AttributeHandle):
            if handle.comment < 0:
                yield self._page.linked(handle, link.written)
            else:
                one, page = self._all_comments()[handle.comment]
                yield _outside(one, page.linked(handle, link.written))
        elif isinstance(handle, LoadHandle):
            if handle.whole:
                yield from self._page.loaded(handle, link.written)
                for one, page in self._all_comments().values():
                    yield from (_outside(one, span) for span in page.loaded(handle, link.written))
        else:
            assert isinstance(handle, TextHandle)
            yield self._text(link, handle)

    def _all_comments(self) -> dict[int, tuple[conditional.Conditional, Page]]:
        if self._comments is None:
            found = conditional.comments(self._source, self._page.document)
            self._comments = {n: (one, Page(one.source, self._names)) for n, one in enumerate(found)}
        return self._comments

    def _original(self, position: int) -> int:
        """From newline-normalised text to the text as it came: every CRLF before it was one longer."""
        return position + bisect_right(self._folds, position - 1)

    def _text(self, link: Link, handle: TextHandle) -> Span | None:
        """One of the places of this link in the text; None unless source and tree agree on their number."""
        if self._in_text is None:
            self._in_text = self._text_places()
        places = self._in_text.get(link.written, [])
        return places[handle.occurrence] if handle.occurrence < len(places) else None

    def _text_places(self) -> dict[str, list[Span]]:
        """Every link in the text by its written form; those the tree counts otherwise are left out."""
        places: dict[str, list[Span]] = {}
        for gap in self._gaps():
            source = _STRAY_TAG.sub(_blank, self._source[gap.start : gap.end])
            resolved = Resolved(source)
            for span, written, _ in text.find(resolved.text):
                places.setdefault(written, []).append(resolved.source(span).moved(gap.start))
        counts: dict[str, int] = {}
        for _, data, _ in htmltree.texts(self._page.document):
            for _, written, _ in text.find(data):
                counts[written] = counts.get(written, 0) + 1
        return {written: spans for written, spans in places.items() if counts.get(written) == len(spans)}

    def _gaps(self) -> Iterator[Span]:
        """The source between tags and comments."""
        marks = [(match.start(), match.end()) for match in _COMMENT.finditer(self._source)]
        for element in self._page.document.iter_elements():
            location = element.source_location
            if location is not None:
                marks.append((location.start_tag.start_offset, location.start_tag.end_offset))
                if location.end_tag is not None:
                    marks.append((location.end_tag.start_offset, location.end_tag.end_offset))
        position = 0
        for start, end in sorted(marks):
            if start > position:
                yield Span(position, start)
            position = max(position, end)
        if position < len(self._source):
            yield Span(position, len(self._source))


def _blank(match: re.Match[str]) -> str:
    return "<" + " " * (len(match.group()) - 1)


def _outside(one: conditional.Conditional, span: Span | None) -> Span | None:
    """From a conditional comment's own source to the page's."""
    if span is None or one.start < 0 or span.start < one.added:
        return None
    return span.moved(one.start - one.added)


def reason(link: Link) -> str:
    """Why a link that was found cannot be changed."""
    handle = link.handle
    if isinstance(handle, LoadHandle) and not handle.whole:
        return "addresses in style sheets and in lists of pictures are listed and not rewritten"
    return "the link's place in the source could not be found exactly"
