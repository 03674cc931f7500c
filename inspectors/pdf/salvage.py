"""Links of a file that only PDFium can open: what a person who opens it in Chromium can click.

There is no way to change such a file, as what is needed for an appended revision cannot be read. And there is
no way to weigh its pages before PDFium reads them: the bound on the worker's time has to do.

Does not look for anything but links of pages.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from inspectors.model import Link
from inspectors.pdf import boxes, limits, text, uri
from inspectors.pdf.model import Box

_URI, _TO_FILE, _LAUNCH = 3, 2, 4
"""PDFACTION_URI, PDFACTION_REMOTEGOTO and PDFACTION_LAUNCH of PDFium's fpdf_doc.h."""


def salvaged(path: str, content: bytes) -> tuple[Link, ...]:
    """Links of the first ``limits.TEXT_PAGES`` pages; none where PDFium cannot open the file either."""
    pdfium = text.library()
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), None) if pdfium else None
    if not document:
        return ()
    links: list[Link] = []
    try:
        for number in range(1, min(pdfium.FPDF_GetPageCount(document), limits.TEXT_PAGES) + 1):
            page = pdfium.FPDF_LoadPage(document, number - 1)
            if not page:
                continue
            try:
                links += _annotations(pdfium, document, page, path, number)
            finally:
                pdfium.FPDF_ClosePage(page)
            with text.text_page(pdfium, document, number - 1) as words:
                found = text.urls(pdfium, words, number) if words else []
            for each in found:
                url, host = uri.opened(each.url)
                if host:
                    box = boxes.around(each.handle.boxes) if each.handle.boxes else None
                    handle = each.handle
                    links.append(
                        Link(path, url, each.words, each.words, "pdf:text", handle, host, number, box=box)
                    )
            if len(links) >= limits.TARGETS:
                break
    finally:
        pdfium.FPDF_CloseDocument(document)
    return tuple(links[: limits.TARGETS])


def _annotations(pdfium: Any, document: Any, page: Any, path: str, number: int) -> Iterator[Link]:
    position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    for count in range(limits.TARGETS):
        if not pdfium.FPDFLink_Enumerate(page, ctypes.byref(position), ctypes.byref(link)):
            return
        action = pdfium.FPDFLink_GetAction(link)
        kind = pdfium.FPDFAction_GetType(action) if action else 0
        if kind == _URI:
            place = "pdf:annotation"
            value = _string(lambda *to, action=action: pdfium.FPDFAction_GetURIPath(document, action, *to))
            url, host = uri.opened(uri.characters(value))
        elif kind in (_LAUNCH, _TO_FILE):
            place = "pdf:launch" if kind == _LAUNCH else "pdf:gotor"
            value = _string(lambda *to, action=action: pdfium.FPDFAction_GetFilePath(action, *to))
            url, host = uri.file(uri.characters(value))
        else:
            continue
        if host:
            handle = ("salvaged", number, count)
            box = _rectangle(pdfium, link)
            yield Link(path, url, uri.characters(value), "", place, handle, host, number, box=box)


def _rectangle(pdfium: Any, link: Any) -> Box | None:
    sides = pdfium.FS_RECTF()
    if not pdfium.FPDFLink_GetAnnotRect(link, ctypes.byref(sides)):
        return None
    x, right = sorted((sides.left, sides.right))
    y, top = sorted((sides.bottom, sides.top))
    return x, y, right, top


def _string(get: Callable[..., int]) -> bytes:
    """A string of PDFium's, asked for its length first."""
    size = min(get(None, 0), limits.URI_BYTES)
    buffer = ctypes.create_string_buffer(size + 1)
    get(buffer, size)
    return buffer.value
