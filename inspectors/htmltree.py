"""The tree of a page as a browser builds it, and what both reading and rewriting ask of it.

Reader and rewriter must count elements and texts alike, for a link's handle is a number.

Does not know URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from turbohtml import Document, Element, Text

from inspectors import charsets, text
from inspectors.model import Leaf

ATTRIBUTES = {
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

HIDING = frozenset(("script", "style", "title", "textarea", "iframe", "noembed", "noframes", "template"))
"""Elements whose text is not made clickable by a mail client, for it is not shown as text."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([-A-Za-z0-9_:.]{1,40})", re.IGNORECASE)


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


def view(leaf: Leaf, content: bytes) -> charsets.View:
    """The page's characters, by the part's label, else by what the page says of itself.

    WHATWG HTML section 13.2.3.2: a meta element in the first kilobyte; one that says UTF-16 means UTF-8.
    """
    label = leaf.charset
    if not label and (found := _META_CHARSET.search(content, 0, 1024)):
        label = found.group(1).decode("ascii")
        if label.lower().startswith(("utf-16", "utf-32")):
            label = "utf-8"
    return charsets.view(content, label)


def position(element: Element) -> tuple[int, int]:
    """Line and column of its start tag; of the start for elements the parser added."""
    return (element.source_line or 0, element.source_col or 0)


def elements(document: Document) -> Iterator[tuple[tuple[int, int], Element]]:
    """Elements that can carry a link, each start tag once, with their positions.

    Misnested tags make the browser clone an element; clones have their original's line and column.
    """
    seen: set[tuple[int, int]] = set()
    for element in document.iter_elements(ATTRIBUTES):
        place = position(element)
        if place not in seen:
            seen.add(place)
            yield place, element


def texts(document: Document) -> Iterator[tuple[Order, str, bool]]:
    """Texts that may hold a URL, in document order, and whether an element around each hides it."""
    before: Element | None = None
    known: dict[object, bool] = {}
    for node in document.descendants:
        if isinstance(node, Element):
            before = node
        elif isinstance(node, Text) and text.may_hold_link(data := node.data):
            line, column = position(before) if before is not None else (0, 0)
            yield (line, column, 1), data, _hidden(node.parent, known)


def _hidden(node: object, known: dict[object, bool]) -> bool:
    """Whether this element or one around it hides URLs; through ``known`` no element is climbed twice."""
    climbed: list[object] = []
    answer = False
    while isinstance(node, Element):
        if node in known:
            answer = known[node]
            break
        climbed.append(node)
        if node.tag in HIDING or (node.tag == "a" and "href" in node.attrs):
            answer = True
            break
        node = node.parent
    known.update(dict.fromkeys(climbed, answer))
    return answer
