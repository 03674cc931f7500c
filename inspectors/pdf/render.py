"""A page, or a part of it, as a picture.

Does not judge how long drawing takes; ``brush.py`` and ``regions.py`` do.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from math import sqrt
from typing import Any

from PIL import Image

from inspectors.pdf.model import Box

_WHITE = 0xFFFFFFFF
_MOST = 30_000
"""Pixels a side: PDFium counts the bytes of a bitmap in 32 bits."""


@dataclass(frozen=True, slots=True)
class View:
    """A part of a drawn page, in pixels from its top left corner."""

    page: tuple[int, int]
    """Width and height of the whole page."""
    left: int
    top: int
    width: int
    height: int

    def pixel(self, pdfium: Any, page: Any, x: float, y: float) -> tuple[int, int]:
        """The pixel of the view at a point of the page."""
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, -self.left, -self.top, *self.page, 0, x, y, across, down)
        return across.value, down.value

    def point(self, pdfium: Any, page: Any, across: float, down: float) -> tuple[float, float]:
        """The point of the page at a pixel of the view."""
        x, y = ctypes.c_double(), ctypes.c_double()
        at = (round(across), round(down))
        pdfium.FPDF_DeviceToPage(page, -self.left, -self.top, *self.page, 0, *at, x, y)
        return x.value, y.value


def whole(pdfium: Any, page: Any, scale: float, pixels: int) -> View | None:
    """The whole page with ``scale`` pixels a unit, fewer where that would be more than ``pixels`` altogether;
    None where it has no extent."""
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    if not (0 < width < _MOST and 0 < height < _MOST):
        return None
    scale = min(scale, sqrt(pixels / (width * height)), _MOST / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return View(size, 0, 0, *size)


def part(pdfium: Any, page: Any, box: Box, scale: float, pixels: int) -> View | None:
    """The same for a box in the page's own units; None where the box is not on the page."""
    area = max(1.0, box[2] - box[0]) * max(1.0, box[3] - box[1])
    full = whole(pdfium, page, min(scale, sqrt(pixels / area)), _MOST * _MOST)
    if full is None:
        return None
    corners = [full.pixel(pdfium, page, box[x], box[y]) for x in (0, 2) for y in (1, 3)]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    left, top = max(0, left), max(0, top)
    right, bottom = min(full.width, right), min(full.height, bottom)
    if right <= left or bottom <= top or (right - left) * (bottom - top) > 2 * pixels:
        return None
    return View(full.page, left, top, right - left, bottom - top)


def drawn(pdfium: Any, page: Any, view: View, *, colour: bool, annotations: bool) -> Image.Image | None:
    """The picture, "RGB" or "L"; None where there is no memory for it."""
    format_ = pdfium.FPDFBitmap_BGRx if colour else pdfium.FPDFBitmap_Gray
    bitmap = pdfium.FPDFBitmap_CreateEx(view.width, view.height, format_, None, 0)
    if not bitmap:
        return None
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, view.width, view.height, _WHITE)
        flags = (pdfium.FPDF_ANNOT if annotations else 0) | (0 if colour else pdfium.FPDF_GRAYSCALE)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, -view.left, -view.top, *view.page, 0, flags)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        data = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * view.height)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    mode, raw = ("RGB", "BGRX") if colour else ("L", "L")
    return Image.frombytes(mode, (view.width, view.height), data, "raw", raw, stride, 1)
