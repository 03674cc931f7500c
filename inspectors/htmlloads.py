"""What a page fetches to be shown: pictures, style sheets, scripts, films. Inventory; nobody clicks it.

Does not fetch anything, does not follow style sheets into what they import, and does not look for ``url(``
itself written with escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from turbohtml import Document, Element

from inspectors import htmltree, urls
from inspectors.htmltree import LoadHandle

LOADS = {
    "img": ("src",),
    "image": ("href", "xlink:href"),
    "feImage": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "input": ("src",),
    "link": ("href",),
    "script": ("src", "href", "xlink:href"),
    **dict.fromkeys(("video", "audio", "source", "track", "bgsound"), ("src",)),
    **{f"v:{name}": ("src", "o:href") for name in ("imagedata", "fill", "stroke", "image")},
}
"""Attributes whose URL programs fetch by themselves, by element."""
RARE = {
    "background": frozenset(("body", "table", "thead", "tbody", "tfoot", "tr", "td", "th")),
    "lowsrc": frozenset(("img",)),
    "dynsrc": frozenset(("img",)),
    "poster": frozenset(("video",)),
}
"""Attributes that few elements have, and the elements on which they mean something."""
_LISTS = ("srcset", "imagesrcset")
_RARELY = '[style*="url(" i],' + ",".join(f"[{name}]" for name in (*RARE, *_LISTS))
_HANDLES = {tag: [LoadHandle(tag, name, True) for name in names] for tag, names in LOADS.items()}
_SHEET = LoadHandle("style", "", False)

_CSS = re.compile(r"(?:url|image)\(\s{0,40}[\"']?([^\"'()\s]+)|@import\s{1,40}[\"']([^\"']+)", re.IGNORECASE)
_STARTS = ("url(", "image(", "@import")
_ESCAPE = re.compile(r"\\(?:([0-9A-Fa-f]{1,6})[ \t\n\f\r]?|([^\n]))")
_DESCRIPTORS = re.compile(r"[^,(]*(?:\([^)]*(?:\)|\Z)[^,(]*)*")
_BLANKS, _NO_BLANKS = re.compile(r"[ \t\n\f\r,]*"), re.compile(r"[^ \t\n\f\r]*")


Load = tuple[LoadHandle, str, urls.Url]
"""Where, as it is written, and what it means."""


def loads(document: Document, base: str | None, seen: set[tuple[LoadHandle, str]]) -> Iterator[Load]:
    """Everything the page fetches that was not ``seen``, equal things once, in no certain order."""
    for handle, written in _written(document):
        if (handle, written) not in seen:
            seen.add((handle, written))
            url = urls.read(written, base)
            if url is not None and url.scheme in ("http", "https", "ftp"):
                yield handle, written, url


def _written(document: Document) -> Iterator[tuple[LoadHandle, str]]:
    for element in document.iter_elements(LOADS):
        values = element.attrs
        for handle in _HANDLES[element.tag]:
            value = values.get(handle.attribute)
            if value and isinstance(value, str):
                yield handle, value
    for element in document.select(_RARELY):
        for name, value in element.attrs.items():
            if not isinstance(value, str):
                continue
            if name == "style":
                handle = LoadHandle(_word(element), name, False)
                yield from ((handle, one) for one in of_css(value))
            elif name in _LISTS:
                handle = LoadHandle(_word(element), name, False)
                yield from ((handle, one) for one in _candidates(value))
            elif name in RARE and element.tag in RARE[name]:
                yield LoadHandle(element.tag, name, True), value
    for sheet in document.iter_elements(("style",)):
        yield from ((_SHEET, one) for one in of_css(sheet.text))


def _word(element: Element) -> str:
    """The element's name, where it is one of a few; a page can make up any."""
    return element.tag if element.tag in _STYLED else "other"


_COMMON = ("div", "span", "p", "center", "h1", "h2", "h3", "li", "ul", "section")
_STYLED = frozenset((*htmltree.ATTRIBUTES, *LOADS, *RARE["background"], *_COMMON))


def of_css(sheet: str) -> Iterator[str]:
    """The URLs of a style sheet (CSS Syntax 3 section 4.3.6), escapes resolved.

    Looks for fixed strings first: a pattern tried at every character costs more than all else about a sheet.
    """
    lower = sheet.lower()
    if len(lower) != len(sheet):  # one character of Turkish has two in lower case
        lower = sheet
    for start in _STARTS:
        at = lower.find(start)
        while at >= 0:
            match = _CSS.match(sheet, at)
            if match is not None:
                written = match.group(1) or match.group(2)
                yield _ESCAPE.sub(_unescaped, written) if "\\" in written else written
            at = lower.find(start, match.end() if match else at + 1)


def _unescaped(match: re.Match[str]) -> str:
    if not match.group(1):
        return match.group(2)
    code = int(match.group(1), 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def _candidates(value: str) -> Iterator[str]:
    """The URLs of a ``srcset`` (WHATWG HTML section 4.8.4.2.2)."""
    position = 0
    while position < len(value):
        start = _end(_BLANKS, value, position)
        position = _end(_NO_BLANKS, value, start)
        written = value[start:position]
        if not written.endswith(","):
            position = _end(_DESCRIPTORS, value, position)
        if written := written.rstrip(","):
            yield written


def _end(pattern: re.Pattern[str], value: str, position: int) -> int:
    match = pattern.match(value, position)
    return match.end() if match else position
