"""The text of pages as PDFium reads it: URLs that viewers turn into links, words under rectangles.

Chromium and Firefox make links of URLs in page text; the list here is PDFium's own, whose rules Firefox's
pdf.js follows closely. PDFium is loaded at the first use, and its absence is a result.

Does not look at annotations, and does not judge how much work a page is; ``weight.py`` does.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from inspectors.limits import SHOWN_CHARACTERS
from inspectors.pdf import limits
from inspectors.pdf.model import Box, TextHandle

_BLOCKS = "\u2580\u2584\u2588\u258c\u2590\u25a0"
"""Halves and whole of a character's space, of which codes can be made."""

_TRIMMED = 0.25
"""Part of a rectangle's height cut above and below, so that the lines next to it do not count."""


@dataclass(frozen=True, slots=True)
class TextUrl:
    """A URL in the text of a page."""

    handle: TextHandle
    url: str
    """With the scheme that PDFium adds to ``www.``."""
    words: str
    """As it stands on the page."""


@dataclass(slots=True)
class Text:
    """What was read."""

    urls: list[TextUrl]
    shown: dict[int, str]
    """Words under a rectangle, by the rectangle's number."""
    limits: list[str]
    """Bounds reached, in words."""
    broken: list[str]
    """What PDFium cannot open or read, in words."""


def available() -> bool:
    """Whether PDFium can be used."""
    return library() is not None


Look = Callable[[Any, Any, int, int], None]
"""Told PDFium, a page it has read, the page's number, and how many block elements are in its text."""


def read(
    content: bytes,
    pages: Sequence[int],
    rectangles: Mapping[int, Sequence[tuple[int, Box]]],
    look: Look | None = None,
) -> Text:
    """The text of these pages (from 1), and the words under ``rectangles``, numbered, by page.

    A number may have several rectangles, one for each line. ``look`` is shown each page after its text.
    What PDFium cannot open or read is said in ``broken``.
    """
    text = Text([], {}, [], [])
    pdfium = library()
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
    if not document:
        text.broken.append("text that cannot be read")
        return text
    room = _Room()
    unread: list[int] = []
    try:
        for number in pages:
            with loaded(pdfium, document, number - 1) as page:
                with _text(pdfium, page) as words:
                    blocks = (
                        _page(text, room, pdfium, words, number, rectangles.get(number, ())) if words else 0
                    )
                if words is None:
                    unread.append(number)
                if page and look is not None:
                    look(pdfium, page, number, blocks)
        if unread:
            text.broken.append(f"text that cannot be read (page {unread[0]})")
    finally:
        pdfium.FPDF_CloseDocument(document)
    return text


@dataclass(slots=True)
class _Room:
    """What may still be read."""

    characters: int = field(default_factory=lambda: limits.TEXT_CHARACTERS)
    work: int = field(default_factory=lambda: limits.SHOWN_WORK)


def _page(
    text: Text, room: _Room, pdfium: Any, words: Any, number: int, wanted: Sequence[tuple[int, Box]]
) -> int:
    """Read one page; how many block elements are in its text."""
    if text.limits:
        return 0
    count = pdfium.FPDFText_CountChars(words)
    room.characters -= count
    if room.characters < 0 or len(text.urls) >= limits.TEXT_URLS:
        text.limits.append(f"long text, not read from page {number} on")
        return 0
    text.urls += urls(pdfium, words, number)
    room.work -= count * len(wanted)
    if room.work > 0:
        _show(text, pdfium, words, wanted)
    whole = _range(pdfium, words, 0, count) if count >= limits.CODE_MODULES else ""
    return sum(whole.count(block) for block in _BLOCKS)


def _show(text: Text, pdfium: Any, page: Any, wanted: Sequence[tuple[int, Box]]) -> None:
    """Note the words under rectangles; those under one number are put together."""
    for index, box in wanted:
        words = (text.shown.get(index, ""), _words(pdfium, page, box))
        text.shown[index] = " ".join(filter(None, words))[:SHOWN_CHARACTERS]


@cache
def library() -> Any:
    try:
        return importlib.import_module("pypdfium2.raw")
    except (ImportError, OSError):
        return None


@contextmanager
def loaded(pdfium: Any, document: Any, index: int) -> Iterator[Any]:
    """A page, closed behind it; None where PDFium cannot read it."""
    page = pdfium.FPDF_LoadPage(document, index)
    try:
        yield page or None
    finally:
        if page:
            pdfium.FPDF_ClosePage(page)


@contextmanager
def _text(pdfium: Any, page: Any) -> Iterator[Any]:
    text = pdfium.FPDFText_LoadPage(page) if page else None
    try:
        yield text or None
    finally:
        if text:
            pdfium.FPDFText_ClosePage(text)


@contextmanager
def text_page(pdfium: Any, document: Any, index: int) -> Iterator[Any]:
    """The text of a page, closed behind it; None where PDFium cannot read it."""
    with loaded(pdfium, document, index) as page, _text(pdfium, page) as text:
        yield text


def urls(pdfium: Any, page: Any, number: int) -> list[TextUrl]:
    links = pdfium.FPDFLink_LoadWebLinks(page)
    if not links:
        return []
    try:
        count = min(pdfium.FPDFLink_CountWebLinks(links), limits.TEXT_URLS)
        return [_url(pdfium, page, links, index, number) for index in range(count)]
    finally:
        pdfium.FPDFLink_CloseWebLinks(links)


def _url(pdfium: Any, page: Any, links: Any, index: int, number: int) -> TextUrl:
    size = min(pdfium.FPDFLink_GetURL(links, index, None, 0), limits.URI_BYTES)
    buffer = (ctypes.c_ushort * size)()
    pdfium.FPDFLink_GetURL(links, index, buffer, size)
    start, count = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFLink_GetTextRange(links, index, start, count)
    boxes = tuple(
        _box(pdfium, links, index, part)
        for part in range(min(pdfium.FPDFLink_CountRects(links, index), SHOWN_CHARACTERS))
    )
    url = _characters(buffer)
    words = _range(pdfium, page, start.value, min(count.value, limits.URI_BYTES))
    return TextUrl(TextHandle(number, start.value, boxes), url, words or url)


def _box(pdfium: Any, links: Any, index: int, part: int) -> Box:
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFLink_GetRect(links, index, part, left, top, right, bottom)
    return tuple(round(each.value, 2) for each in (left, bottom, right, top))  # type: ignore[return-value]  # four of them


def _range(pdfium: Any, page: Any, start: int, count: int) -> str:
    buffer = (ctypes.c_ushort * (count + 1))()
    pdfium.FPDFText_GetText(page, start, count, buffer)
    return _characters(buffer)


def _words(pdfium: Any, page: Any, box: Box) -> str:
    left, bottom, right, top = box
    trim = (top - bottom) * _TRIMMED
    buffer = (ctypes.c_ushort * SHOWN_CHARACTERS)()
    bounds = (left, top - trim, right, bottom + trim)
    pdfium.FPDFText_GetBoundedText(page, *bounds, buffer, SHOWN_CHARACTERS)
    return " ".join(_characters(buffer).split())


def _characters(buffer: Any) -> str:
    """UTF-16 up to the zero; what is no character is left out."""
    text = bytes(buffer).decode("utf-16-le", "replace").split("\0", 1)[0]
    return text.replace("\ufffe", "").replace("\x02", "")
