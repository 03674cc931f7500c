"""Where the links of a page stand in its source.

Parses again, with source locations, only when a link is to be changed, so that mail without an odd link does
not pay for them. Positions are code points in text whose line ends were made one newline, and are mapped
back.

Does not change anything.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import turbohtml

from inspectors import htmltree, text
from inspectors.htmltree import AttributeHandle, TextHandle
from inspectors.model import Link, Span

_VALUE = re.compile(r"=?[^=]*=[ \t\n\f\r]*(?:\"([^\"]*)\"|'([^']*)'|([^\"'].*))", re.DOTALL)
_STRAY_TAG = re.compile(r"</?[A-Za-z][^<>]*>")  # such as a second body, which leaves no element in the tree
_REFERENCE = re.compile(r"&#?[0-9A-Za-z]{1,40};?")
_COMMENT = re.compile(
    r"<!---?>|<!--.*?(?:--!?>|\Z)|<[!?][^>]*(?:>|\Z)|</(?![A-Za-z])[^>]*(?:>|\Z)", re.DOTALL
)
"""Comments, and what browsers read as one: declarations, processing instructions, end tags without a name."""


class Source:
    """The source text of one page with the places of its links."""

    def __init__(self, characters: str) -> None:
        self._folds = [match.start() - n for n, match in enumerate(re.finditer("\r\n", characters))]
        self._source = characters.replace("\r\n", "\n").replace("\r", "\n")
        self._document = turbohtml.parse(self._source, source_locations=True)
        self._elements = [element for _, element in htmltree.elements(self._document)]
        self._in_text: dict[str, list[Span]] | None = None

    def place(self, link: Link) -> Span | None:
        """The characters that hold the link's URL, in the text as it came."""
        if isinstance(link.handle, AttributeHandle):
            span = self._attribute(link, link.handle)
        else:
            assert isinstance(link.handle, TextHandle)
            span = self._text(link, link.handle)
        return None if span is None else Span(self._original(span.start), self._original(span.end))

    def _original(self, position: int) -> int:
        """From newline-normalised text to the text as it came: every CRLF before it was one longer."""
        return position + bisect_right(self._folds, position - 1)

    def _attribute(self, link: Link, handle: AttributeHandle) -> Span | None:
        location = self._elements[handle.element].source_location
        whole = location.attrs.get(handle.attribute) if location is not None else None
        if whole is None:
            return None
        match = _VALUE.fullmatch(self._source, whole.start_offset, whole.end_offset)
        if match is None:
            return None
        group = next(number for number in (1, 2, 3) if match.group(number) is not None)
        start, end = match.span(group)
        if link.place != "html:meta.content":
            return Span(start, end)
        at = self._source.find(link.written, start, end)
        return Span(at, at + len(link.written)) if at >= 0 else None

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
            for span, written in _unescaped_links(_STRAY_TAG.sub(_blank, self._source[gap.start : gap.end])):
                places.setdefault(written, []).append(span.moved(gap.start))
        counts: dict[str, int] = {}
        for _, data, _ in htmltree.texts(self._document):
            for _, written, _ in text.find(data):
                counts[written] = counts.get(written, 0) + 1
        return {written: spans for written, spans in places.items() if counts.get(written) == len(spans)}

    def _gaps(self) -> Iterator[Span]:
        """The source between tags and comments."""
        marks = [(match.start(), match.end()) for match in _COMMENT.finditer(self._source)]
        for element in self._document.iter_elements():
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


def _unescaped_links(source: str) -> Iterator[tuple[Span, str]]:
    """Links in markup text with their places in it, character references resolved for finding them."""
    if "&" not in source:
        yield from ((span, written) for span, written, _ in text.find(source))
        return
    pieces, starts, sources, length, position = [], [], [], 0, 0
    for match in [*_REFERENCE.finditer(source), None]:
        end = match.start() if match else len(source)
        for piece, at in ((source[position:end], position), (match.group() if match else "", end)):
            starts.append(length)
            sources.append(at)
            pieces.append(turbohtml.unescape(piece) if piece.startswith("&") else piece)
            length += len(pieces[-1])
        position = match.end() if match else end
    starts.append(length)
    sources.append(len(source))
    for span, written, _ in text.find("".join(pieces)):
        first = bisect_right(starts, span.start) - 1
        last = bisect_right(starts, span.end - 1)
        start = sources[first] + span.start - starts[first]
        plain = pieces[last - 1] == source[sources[last - 1] : sources[last]]
        end = sources[last - 1] + span.end - starts[last - 1] if plain else sources[last]
        yield Span(start, end), written
