"""The links in the attributes of a page, and where each leads: base URLs, refreshes, pages written into URLs.

Does not parse pages and does not know where in the source anything stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from turbohtml import Document, Element, Namespace

from inspectors import htmltree, limits, text, urls
from inspectors.htmltree import AttributeHandle, Order

_BLANK = r"[\x00-\x20]"  # wider than the standard's: Chromium takes a vertical tab for a blank, too
_REFRESH = re.compile(
    rf"{_BLANK}*(?:[0-9]|(?=\.))[0-9.]*(?:{_BLANK}*[;,]|{_BLANK}){_BLANK}*"
    rf"(?:url{_BLANK}*={_BLANK}*)?(?:\"([^\"]*)|'([^']*)|(.+))",
    re.IGNORECASE | re.DOTALL,
)
"""WHATWG HTML section 4.2.5.3, "shared declarative refresh steps"."""
_SPACED = re.compile(r"[\x00-\x20]*(?:https?:)?[/\\]{2,}[^/\\?#]*?(?: |%20)[^/\\?#]*", re.IGNORECASE)
_SPACE = "zq20qz"
"""Stands for a space in a host while the URL parser reads it."""
_WORD = re.compile(r"[^ \t\n\f\r]+")
_BLANKS = "".join(map(chr, range(0x21)))


class Found(NamedTuple):
    """One link in an attribute."""

    order: Order
    handle: AttributeHandle
    element: Element
    written: str
    """The URL as the value has it, references resolved."""
    url: urls.Url | None
    """None where it is too long to read, opens no host, or is a page itself."""


def links(
    document: Document, names: Mapping[str, tuple[str, ...]], base: str | None, comment: int = -1
) -> Iterator[Found]:
    """Every value that could be a URL, in document order."""
    for index, (at, element, attributes) in enumerate(htmltree.elements(document, names)):
        values = element.attrs
        if element.tag != "a" and element.namespace is Namespace.SVG:  # a name like any other there
            continue
        for name in attributes:
            value = values.get(name)
            if not isinstance(value, str) or not (value or base):
                continue
            if name in _PARTS or ":" in name:
                for start, end in _parts(element, name, value):
                    part = value[start:end]
                    handle = AttributeHandle(index, name, start, end, comment)
                    yield Found((*at, 0), handle, element, part, resolve(part, base))
            else:
                handle = AttributeHandle(index, name, 0, -1, comment)
                yield Found((*at, 0), handle, element, value, resolve(value, base))


_PARTS = frozenset(("ping", "content"))


def _parts(element: Element, name: str, value: str) -> Iterator[tuple[int, int]]:
    """Where URLs stand in a value that is not one URL and nothing else."""
    if name == "xlink:href":
        if element.namespace is not Namespace.HTML:  # there it is a name like any other
            yield 0, len(value)
    elif name == "ping":
        for match in _WORD.finditer(value):
            yield match.span()
    elif (span := _refresh(element, value)) is not None:
        yield span


def _refresh(element: Element, value: str) -> tuple[int, int] | None:
    """Where the URL stands in ``<meta http-equiv=refresh content="0; url=…">``."""
    kind = element.attrs.get("http-equiv")
    if not isinstance(kind, str) or kind.strip().lower() != "refresh":
        return None
    match = _REFRESH.match(value)
    if match is None:
        return None
    start, end = match.span(match.lastindex or 3)
    return start, start + len(value[start:end].rstrip(_BLANKS))


def resolve(value: str, base: str | None) -> urls.Url | None:
    """The URL a browser opens for this value on a page at ``base``."""
    if base is None:
        return (_read(value, None) or _bare(value)) if value else None
    stripped = value.strip(_BLANKS)
    if not stripped or stripped.startswith("#"):  # leads to the base itself
        return urls.read(base.partition("#")[0] + stripped)
    return _read(value, base)


def _bare(value: str) -> urls.Url | None:
    """``www.`` without a scheme: nothing to a browser without a page, and a link to mail programs."""
    start = value.lstrip(_BLANKS)
    return _read(f"http://{start}", None) if start[:4].lower() == "www." else None


def _read(value: str, base: str | None, marked: bool = False) -> urls.Url | None:
    """As the standard has it, but for a space in a host: Chromium, against the standard, escapes it.

    ``marked`` leaves the mark for it, for a URL that is to be a base.
    """
    url = urls.read(value, base)
    if url is None:
        match = _SPACED.match(value[: limits.URL_CHARACTERS])
        if match is None:
            return None
        joined = match.group().replace(" ", _SPACE).replace("%20", _SPACE)
        url = urls.read(joined + value[match.end() :], base)
    if url is not None and not marked and _SPACE in url.host:
        return urls.Url(url.href.replace(_SPACE, "%20"), url.scheme, url.host.replace(_SPACE, "%20"))
    return url


def base(document: Document, outer: str | None) -> str | None:
    """The URL that relative links are relative to (WHATWG HTML section 2.4.1).

    The first base element with a href counts, even where that is none to be used: then ``outer``, the page's
    own URL, does.
    """
    for element in document.iter_elements(("base",)):
        href = element.attrs.get("href")
        if isinstance(href, str) and element.namespace is Namespace.HTML and not _inert(element):
            url = _read(href, outer, marked=True)
            return url.href if url else outer
    return outer


def _inert(element: Element) -> bool:
    return any(isinstance(each, Element) and each.tag == "template" for each in element.ancestors)


def shown(element: Element) -> str:
    """The words on the link, or what stands in for its picture."""
    words = " ".join(element.text.split())
    if not words:
        for image in element.iter_elements(("img",)):
            alternative = image.attrs.get("alt")
            if isinstance(alternative, str) and alternative.strip():
                words = " ".join(alternative.split())
                break
    return text.readable(words[: limits.SHOWN_CHARACTERS])
