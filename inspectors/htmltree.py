"""The tree of a page as a browser builds it, and what both reading and rewriting ask of it.

Reader and rewriter must count elements and texts alike, for a link's handle is a number.

Does not know URLs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from turbohtml import Document, Element, Namespace, Text

from inspectors import charsets, limits, text
from inspectors.model import Leaf

_VML = ("shape", "roundrect", "rect", "oval", "line", "polyline", "curve", "arc", "group", "image")
"""Vector shapes that carry a link in Outlook (VML, W3C note NOTE-VML-19980513)."""

ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "a": ("href", "xlink:href", "ping"),
    "area": ("href", "ping"),
    "form": ("action", "action-xhr"),
    "button": ("formaction",),
    "input": ("formaction",),
    "iframe": ("src", "srcdoc"),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "meta": ("content",),
    **{f"v:{name}": ("href",) for name in _VML},
}
"""Attributes that take a person or a client somewhere, by element.

``cite`` of q, blockquote, ins and del, ``longdesc`` and ``profile`` are not among them: nothing opens them.
"""

HIDING = frozenset(("script", "style", "title", "textarea", "iframe", "noembed", "noframes", "template"))
"""Elements whose text is not made clickable by a mail client, for it is not shown as text."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([-A-Za-z0-9_:.]{1,40})", re.IGNORECASE)
_NAMESPACE = re.compile(
    r"xmlns:([\w.-]{1,40})\s*=\s*[\"']?\s*"
    r"(?:urn:schemas-microsoft-com:vml|http://www\.w3\.org/(?:1999/xhtml|2000/svg))",
    re.IGNORECASE,
)


class AttributeHandle(NamedTuple):
    """A link in an attribute. A named tuple, because a newsletter has a hundred of them."""

    element: int
    """Index among the elements that can carry a link, in document order."""
    attribute: str
    start: int = 0
    """Where the URL begins in the attribute's value, references resolved."""
    end: int = -1
    """Where it ends; -1 where the whole value is the URL."""
    comment: int = -1
    """Index of the conditional comment it stands in; -1 for the page itself."""


@dataclass(frozen=True, slots=True)
class TextHandle:
    """A link in the page's text, outside of any anchor."""

    occurrence: int
    """Which occurrence of its written form in the page's text this is, from 0."""


class LoadHandle(NamedTuple):
    """Something the page fetches, wherever in the page it is written so. A named tuple, as the other."""

    element: str
    attribute: str
    whole: bool
    """Whether the attribute's value is the URL and nothing else."""

    @property
    def place(self) -> str:
        """``html:TAG.ATTRIBUTE``; ``html:style`` in a style sheet of the page."""
        return f"html:{self.element.lower()}{'.' if self.attribute else ''}{self.attribute}"


Order = tuple[int, ...]
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


def normalised(page: str) -> str:
    """With every line end one newline, as the parser sees it; positions count in this."""
    return page.replace("\r\n", "\n").replace("\r", "\n")


def carriers(source: str) -> Mapping[str, tuple[str, ...]]:
    """The elements of this page that can carry a link; pages may name prefixes of namespaces themselves."""
    if "xmlns:" not in source:
        return ATTRIBUTES
    prefixes: set[str] = set()
    for match in _NAMESPACE.finditer(source):
        prefixes.add(match.group(1).lower())
        if len(prefixes) > limits.PREFIXES:
            break
    prefixes -= {"v"}
    if not prefixes:
        return ATTRIBUTES
    local = {name.removeprefix("v:"): attributes for name, attributes in ATTRIBUTES.items()}
    more = {f"{prefix}:{name}": attributes for prefix in prefixes for name, attributes in local.items()}
    return {**ATTRIBUTES, **more}


def too_many_prefixes(source: str) -> bool:
    """Whether a page names more prefixes for itself than are read."""
    if source.count("xmlns:") <= limits.PREFIXES:
        return False
    return len({match.group(1).lower() for match in _NAMESPACE.finditer(source)}) > limits.PREFIXES + 1


def place(element: Element, attribute: str) -> str:
    """``html:TAG.ATTRIBUTE``, from a fixed set of words whatever the page calls its prefixes."""
    tag = element.tag
    if tag not in ATTRIBUTES:
        local = tag.rpartition(":")[2]
        tag = local if local in ATTRIBUTES else f"v:{local}" if f"v:{local}" in ATTRIBUTES else "math"
    return f"html:{tag}.{attribute}"


def position(element: Element) -> tuple[int, int]:
    """Line and column of its start tag; of the start for elements the parser added."""
    return (element.source_line or 0, element.source_col or 0)


def elements(
    document: Document, names: Mapping[str, tuple[str, ...]] = ATTRIBUTES
) -> Iterator[tuple[tuple[int, int], Element, tuple[str, ...]]]:
    """Elements that can carry a link, each start tag once, with their positions and attributes.

    Misnested tags make the browser clone an element; clones have their original's line and column. Elements
    of MathML, any of which can be a link, come behind the others.
    """
    seen: set[tuple[int, int]] = set()
    for element in document.iter_elements(names):
        at = position(element)
        if at not in seen:
            seen.add(at)
            yield at, element, names[element.tag]
    if next(document.iter_elements(("math",)), None) is not None:
        for element in document.iter_elements():
            if element.namespace is Namespace.MATHML and element.tag not in names:
                yield position(element), element, ("href", "xlink:href")


def texts(document: Document) -> Iterator[tuple[Order, str, bool]]:
    """Texts that may hold a URL, in document order, and whether an element around each hides it."""
    before: Element | None = None
    known: dict[object, bool] = {}
    for node in document.descendants:
        kind = type(node)
        if kind is Element:
            before = node  # type: ignore[assignment]  # mypy does not narrow by type()
        elif kind is Text:
            data: str = node.data  # type: ignore[attr-defined]  # the same
            if ("/" in data or "." in data) and text.may_hold_link(data):
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
