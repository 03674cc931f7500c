"""Pages are drawn, and boxes stand where the links are."""

from __future__ import annotations

import io

import pikepdf
import pytest
from PIL import Image

from gateway import drawing, work
from gateway.drawing import Counted, Mark

RED = (0xD3, 0x2F, 0x2F)


def pdf(pages: int = 1, more: str = "") -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page(page_size=(400, 200))
        for key, value in pikepdf.Object.parse(f"<<{more}>>".encode()).items():
            made.pages[0][key] = value
        made.save(out)
    return out.getvalue()


def picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def test_pages_are_counted() -> None:
    assert drawing.count(work.BareFile(pdf(3))) == (Counted("", 3),)
    assert drawing.count(work.BareFile(b"%PDF-1.7 nothing")) == (Counted("", 0),)
    assert drawing.count(b"Subject: x\r\n\r\ntext") == ()


def test_a_page_has_two_pixels_a_unit_and_is_white_where_nothing_is() -> None:
    image = picture(drawing.page(work.BareFile(pdf()), "", 1, ()))
    assert image.size == (800, 400)
    assert image.getcolors() == [(800 * 400, (255, 255, 255))]


@pytest.mark.parametrize(
    ("more", "at", "beside"),
    [
        ("", (300, 150), (300, 250)),
        ("/Rotate 90", (250, 300), (150, 300)),
        ("/CropBox [50 0 400 200]", (200, 150), (200, 250)),
        ("/MediaBox [100 100 500 300]", (100, 350), (300, 150)),
    ],
)
def test_a_box_stands_where_its_link_is(more: str, at: tuple[int, int], beside: tuple[int, int]) -> None:
    mark = Mark((100.0, 120.0, 200.0, 130.0), RED)
    image = picture(drawing.page(work.BareFile(pdf(more=more)), "", 1, (mark,)))
    red, green, blue = image.getpixel(at)
    assert red > 240 and green < 230 and blue < 230
    assert image.getpixel(beside) == (255, 255, 255)
    assert RED in {colour for _, colour in image.getcolors(1_000_000)}


def test_boxes_that_are_nowhere_or_upside_down_do_no_harm() -> None:
    marks = tuple(
        Mark(box, RED)
        for box in (
            (9.0, 9.0, 1.0, 1.0),
            (-1e30, -1e30, 1e30, 1e30),
            (1e300, 0.0, 1e300, 1.0),
            (float("nan"), 0.0, 1.0, 1.0),
        )
    )
    assert drawing.page(work.BareFile(pdf()), "", 1, marks)


@pytest.mark.parametrize("number", [0, 2, -5])
def test_a_page_that_is_not_there_is_not_drawn(number: int) -> None:
    assert drawing.page(work.BareFile(pdf()), "", number, ()) == b""
    assert drawing.page(work.BareFile(b"%PDF-1.7"), "", 1, ()) == b""


def test_pictures_of_large_sheets_are_bounded() -> None:
    image = picture(drawing.page(work.BareFile(pdf(more="/MediaBox [0 0 14400 14400]")), "", 1, ()))
    assert 3_900_000 < image.width * image.height <= 4_010_000
