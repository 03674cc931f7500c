"""Links in HTML as a browser builds the page (WHATWG HTML), and where they stand in the source.

The tree is turbohtml's: it agreed with Chromium on 119 of 119 real parts and 88 of 89 evasive ones, and is
linear on hostile input. Reading needs no positions; only an edit parses again with source locations, so that
mail without an odd link does not pay for them. Positions are code points in text whose line ends were made
one newline, and are mapped back.

Does not run scripts, does not follow style sheets, and does not list what a page merely loads (images,
style sheets); Outlook's conditional comments and VML come with the body grammar of a later step.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import turbohtml
from turbohtml import Document, Element

from inspectors import charsets, limits, text, urls
from inspectors.model import Edit, Flag, Leaf, Link, Reading, Replacement, Skipped, Span

_ATTRIBUTES = {
    "a": ("href", "xlink:href"),
    "area": ("href",),
    "form": ("action",),
    "button": ("formaction",),
    "input": ("formaction",),
    "iframe": ("src",),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "meta": ("content",),
}
"""Attributes that take a person or a client somewhere, by element."""

_HIDING = frozenset(("a", "script", "style", "title", "textarea", "noembed", "noframes", "xmp", "template"))
"""Elements whose text is not made clickable by a mail client: it is a link already, or not shown as text."""

_REFRESH = re.compile(r"\s*[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?", re.IGNORECASE)
_VALUE = re.compile(r"=?[^=]*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\"'].*))", re.DOTALL)
_REFERENCE = re.compile(r"&#?[0-9A-Za-z]{1,40};?")
_COMMENT = re.compile(r"<!--.*?(?:--!?>|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AttributeHandle:
    """A link in an attribute."""

    element: int
    """Index among the elements that can carry a link, in document order."""
    attribute: str


@dataclass(frozen=True, slots=True)
class TextHandle:
    """A link in the page's text, outside of any anchor."""

    occurrence: int
    """Which occurrence of its written form in the page's text this is, from 0."""


Order = tuple[int, int, int]
"""Sorts links as they stand in the source: line, column, and text behind the tag before it."""


def read(leaf: Leaf, content: bytes) -> Reading:
    """The links of a text/html leaf in the order they stand, those that clients find in the text included."""
    if len(content) > limits.TEXT_BYTES:
        return Reading(skipped=(Skipped(leaf.path, f"HTML longer than {limits.TEXT_BYTES} bytes"),))
    view = charsets.view(content, leaf.charset)
    document = turbohtml.parse(view.text)
    found: list[tuple[Order, Link]] = []
    for index, element, attribute, value, url in _attribute_links(document):
        place, handle = f"html:{element.tag}.{attribute}", AttributeHandle(index, attribute)
        written = text.readable(value)
        link = Link(leaf.path, url.href, written, _shown(element), place, handle, url.host)
        found.append(((*_position(element), 0), link))
    for order, written, occurrence, url in _text_links(document):
        readable = text.readable(written)
        link = Link(leaf.path, url.href, readable, "", "html:text", TextHandle(occurrence), url.host)
        found.append((order, link))
    found.sort(key=lambda each: each[0])
    links = tuple(link for _, link in found)
    if len(links) > limits.LINKS:
        over = Flag("limit", leaf.path, f"More than {limits.LINKS} links.")
        return Reading(links[: limits.LINKS], (Skipped(leaf.path, "links over the limit"),), (over,))
    return Reading(links, flags=text.charset_flags(leaf, view))


def _position(element: Element) -> tuple[int, int]:
    """Line and column of its start tag; of the start for elements the parser added."""
    return (element.source_line or 0, element.source_col or 0)


def _attribute_links(document: Document) -> Iterator[tuple[int, Element, str, str, urls.Url]]:
    base = _base(document)
    for index, element in enumerate(_elements(document)):
        attributes = element.attrs
        for name in _ATTRIBUTES[element.tag]:
            value = attributes.get(name)
            if not isinstance(value, str):
                continue
            if element.tag == "meta":
                value = _refresh_target(element, value)
            url = urls.read(value, base) if value else None
            if url is not None:
                yield index, element, name, value, url


def _elements(document: Document) -> Iterator[Element]:
    """Elements that can carry a link, each start tag once.

    Misnested tags make the browser clone an element; clones have their original's line and column.
    """
    seen: set[tuple[int, int]] = set()
    for element in document.iter_elements(_ATTRIBUTES):
        place = _position(element)
        if place not in seen:
            seen.add(place)
            yield element


def _base(document: Document) -> str | None:
    """The document's base URL where its first base element gives an absolute one."""
    for element in document.iter_elements(("base",)):
        href = element.attrs.get("href")
        if isinstance(href, str):
            url = urls.read(href)
            return url.href if url else None
    return None


def _refresh_target(element: Element, value: str) -> str:
    """The URL in ``<meta http-equiv=refresh content="0; url=…">``, empty where there is none."""
    kind = element.attrs.get("http-equiv")
    if not isinstance(kind, str) or kind.strip().lower() != "refresh":
        return ""
    match = _REFRESH.match(value)
    return value[match.end() :].strip().strip("\"'") if match else ""


def _shown(element: Element) -> str:
    """The words on the link, or what stands in for its picture."""
    words = " ".join(element.text.split())
    if not words:
        for image in element.iter_elements(("img",)):
            alternative = image.attrs.get("alt")
            if isinstance(alternative, str) and alternative.strip():
                words = " ".join(alternative.split())
                break
    return text.readable(words[: limits.SHOWN_CHARACTERS])


def _text_links(document: Document) -> Iterator[tuple[Order, str, int, urls.Url]]:
    """URLs in the page's text that stand in no anchor: mail clients make them clickable."""
    whole = document.text
    if "://" not in whole and "www." not in whole.lower():
        return
    seen: dict[str, int] = {}
    for order, data, hidden in _texts(document):
        for _, written, url in text.find(data):
            occurrence = seen.get(written, 0)
            seen[written] = occurrence + 1
            if not hidden:
                yield order, written, occurrence, url


def _texts(document: Document) -> Iterator[tuple[Order, str, bool]]:
    """Text nodes in document order with their order, and whether an element around them hides their URLs."""
    last = (0, 0)
    for node in document.descendants:
        if isinstance(node, Element):
            last = max(last, _position(node))
        elif isinstance(node, turbohtml.Text):
            hidden = any(isinstance(a, Element) and a.tag in _HIDING for a in node.ancestors)
            yield (*last, 1), node.data, hidden


def edit(
    leaf: Leaf, content: bytes, edits: Sequence[Edit]
) -> tuple[tuple[Replacement, ...], tuple[tuple[Edit, str], ...]]:
    """Replacements in attribute values and text, and edits that cannot be made."""
    view = charsets.view(content, leaf.charset)
    if not view.proves(content):
        reason = f"the charset {leaf.charset or 'utf-8'} does not map back exactly"
        return (), tuple((each, reason) for each in edits)
    source = _Source(view.text)
    made: list[Replacement] = []
    refused: list[tuple[Edit, str]] = []
    for each in edits:
        place = source.place(each.link)
        span = view.span(place) if place is not None else None
        if span is None:
            refused.append((each, "the link's place in the source could not be found exactly"))
        else:
            made.append(Replacement(span, tuple(view.encode(_escaped(url)) for url in each.urls), (each,)))
    return tuple(made), tuple(refused)


def _escaped(url: str) -> str:
    """Safe in double-quoted, single-quoted and unquoted attribute values and in text."""
    return escape(url, quote=True)


class _Source:
    """The source text of one page with the places of its links."""

    def __init__(self, characters: str) -> None:
        self._folds = [match.start() - n for n, match in enumerate(re.finditer("\r\n", characters))]
        self._source = characters.replace("\r\n", "\n").replace("\r", "\n")
        self._document = turbohtml.parse(self._source, source_locations=True)
        self._elements = list(_elements(self._document))
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
            for span, written in _unescaped_links(self._source[gap.start : gap.end]):
                places.setdefault(written, []).append(span.moved(gap.start))
        counts: dict[str, int] = {}
        for _, data, _ in _texts(self._document):
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


def _unescaped_links(source: str) -> Iterator[tuple[Span, str]]:
    """Links in markup text with their places in it, character references resolved for finding them."""
    if "&" not in source:
        for span, written, _ in text.find(source):
            yield span, written
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
