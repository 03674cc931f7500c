"""The text of pages as PDFium reads it: URLs that viewers turn into links, words under rectangles.

Chromium and Firefox make links of URLs in page text; the list here is PDFium's own, whose rules Firefox's
pdf.js follows closely. PDFium is loaded at the first use, and its absence is a result.

Does not look at annotations, and does not judge how much work a page is; ``weight.py`` does.
"""

from __future__ import annotations

import ctypes
import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from inspectors.limits import SHOWN_CHARACTERS
from inspectors.pdf import limits
from inspectors.pdf.model import Box, TextHandle

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


def available() -> bool:
    """Whether PDFium can be used."""
    return _pdfium() is not None


def read(content: bytes, pages: Sequence[int], rectangles: Mapping[int, Sequence[tuple[int, Box]]]) -> Text:
    """The text of these pages (from 1), and the words under ``rectangles``, numbered, by page.

    What PDFium cannot open or read is said in ``limits``.
    """
    text = Text([], {}, [])
    pdfium = _pdfium()
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
    if not document:
        text.limits.append("text that cannot be read")
        return text
    try:
        unread: list[int] = []
        characters, work = limits.TEXT_CHARACTERS, limits.SHOWN_WORK
        for number in pages:
            with _text_page(pdfium, document, number - 1) as page:
                if page is None:
                    unread.append(number)
                    continue
                count = pdfium.FPDFText_CountChars(page)
                characters -= count
                if characters < 0 or len(text.urls) >= limits.TEXT_URLS:
                    text.limits.append(f"long text, not read from page {number} on")
                    break
                text.urls += _urls(pdfium, page, number)
                wanted = rectangles.get(number, ())
                work -= count * len(wanted)
                if work > 0:
                    text.shown.update((index, _words(pdfium, page, box)) for index, box in wanted)
        if unread:
            text.limits.append(f"text that cannot be read (page {unread[0]})")
    finally:
        pdfium.FPDF_CloseDocument(document)
    return text


@cache
def _pdfium() -> Any:
    try:
        return importlib.import_module("pypdfium2.raw")
    except (ImportError, OSError):
        return None


@contextmanager
def _text_page(pdfium: Any, document: Any, index: int) -> Iterator[Any]:
    page = pdfium.FPDF_LoadPage(document, index)
    text = pdfium.FPDFText_LoadPage(page) if page else None
    try:
        yield text or None
    finally:
        if text:
            pdfium.FPDFText_ClosePage(text)
        if page:
            pdfium.FPDF_ClosePage(page)


def _urls(pdfium: Any, page: Any, number: int) -> list[TextUrl]:
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
