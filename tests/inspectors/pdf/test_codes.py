"""Codes on pages are found however they are put there, with their place; pages without cost nothing."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

import pytest
import zxingcpp
from PIL import Image

from inspectors.model import Edit, Link
from inspectors.pdf import codes, edit, limits, read, regions, text

URL = "https://code.example/pay"
FORM = b"/Type/XObject/Subtype/Form/BBox[0 0 400 400]"


def stream(data: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (more, len(packed), packed)


def modules(code: str = URL) -> list[list[bool]]:
    """A QR code, True for dark, without its quiet zone."""
    barcode = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    image = Image.fromarray(barcode.to_image(scale=1, add_quiet_zones=False)).convert("L")
    pixels = image.load()
    assert pixels is not None
    return [[pixels[x, y] < 128 for x in range(image.width)] for y in range(image.height)]


def dark(code: str = URL) -> list[tuple[int, int]]:
    """Column and row, from below, of the dark modules."""
    rows = modules(code)
    return [(x, len(rows) - 1 - y) for y, row in enumerate(rows) for x, module in enumerate(row) if module]


def picture(more: bytes = b"", grey: bool = True) -> bytes:
    """The code as an image, with a quiet zone."""
    rows = modules()
    side = len(rows) + 8
    light, black = (b"\xff", b"\x00") if grey else (b"\xff\xff\xff", b"\x00\x00\x00")
    data = light * side * 4
    for row in rows:
        data += light * 4 + b"".join(black if module else light for module in row) + light * 4
    data += light * side * 4
    space = b"/DeviceGray" if grey else b"/DeviceRGB"
    facts = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace%b"
    return stream(data, facts % (side, side, space) + more)


def sheet(
    pdfs, content: bytes, objects: bytes = b"", more: bytes = b"", others: dict[int, bytes] | None = None
):
    pdf = pdfs.document([], {9: stream(content), **(others or {})})
    pdf.objects[3] = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Resources<</XObject<<%b>>>>/Contents 9 0 R%b>>"
        % (objects, more)
    )
    return pdf.bytes()


def shapes(draw: Callable[[int, int], bytes], end: bytes) -> bytes:
    return b"q 1 0 0 1 100 200 cm " + b" ".join(draw(x, y) for x, y in dark()) + end + b" Q"


PLACED = b"q 90 0 0 90 100 200 cm /X Do Q"
WAYS = {
    "a picture": lambda pdfs: sheet(pdfs, PLACED, b"/X 20 0 R", others={20: picture()}),
    "a coloured picture": lambda pdfs: sheet(pdfs, PLACED, b"/X 20 0 R", others={20: picture(grey=False)}),
    "a mirrored picture": lambda pdfs: sheet(
        pdfs, b"q -90 0 0 90 190 200 cm /X Do Q", b"/X 20 0 R", others={20: picture()}
    ),
    "a tilted picture": lambda pdfs: sheet(
        pdfs, b"q 65 20 -20 65 125 200 cm /X Do Q", b"/X 20 0 R", others={20: picture()}
    ),
    "a picture in a form": lambda pdfs: sheet(
        pdfs,
        b"/F Do",
        b"/F 21 0 R",
        others={20: picture(), 21: stream(PLACED, FORM + b"/Resources<</XObject<</X 20 0 R>>>>")},
    ),
    "rectangles": lambda pdfs: sheet(pdfs, shapes(lambda x, y: b"%d %d 3 3 re f" % (3 * x, 3 * y), b"")),
    "one shape of rectangles": lambda pdfs: sheet(
        pdfs, shapes(lambda x, y: b"%d %d 3 3 re" % (3 * x, 3 * y), b" f")
    ),
    "strokes": lambda pdfs: sheet(
        pdfs, b"3 w " + shapes(lambda x, y: b"%d %d m %d %d l S" % (3 * x, 3 * y, 3 * x + 3, 3 * y), b"")
    ),
    "shapes in a form": lambda pdfs: sheet(
        pdfs,
        b"/F Do",
        b"/F 21 0 R",
        others={21: stream(shapes(lambda x, y: b"%d %d 3 3 re f" % (3 * x, 3 * y), b""), FORM)},
    ),
    "tiny pictures": lambda pdfs: sheet(
        pdfs,
        shapes(lambda x, y: b"q 3 0 0 3 %d %d cm BI /W 1/H 1/BPC 8/CS/G ID \x00 EI Q" % (3 * x, 3 * y), b""),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_code_is_found_in_whatever_way_it_is_drawn(pdfs, way: str) -> None:
    (found,) = pdfs.links(WAYS[way](pdfs))
    assert (found.place, found.url, found.written, found.shown) == ("pdf:qr", URL, URL, "")
    assert (found.page, found.host) == (1, "code.example")
    assert found.box is not None
    left, bottom, right, top = found.box
    assert 95 <= left < 125 and 195 <= bottom < 225 and 170 < right < 205 and 265 < top < 300


@pytest.mark.parametrize("more", [b"/Rotate 90", b"/Rotate 180", b"/CropBox[50 150 300 350]", b"/UserUnit 2"])
def test_its_box_is_in_the_units_of_the_file_however_the_page_is_turned(pdfs, more: bytes) -> None:
    (found,) = pdfs.links(sheet(pdfs, PLACED, b"/X 20 0 R", more, {20: picture()}))
    left, bottom, right, top = found.box
    assert 100 < left < 120 and 200 < bottom < 220 and 170 < right < 190 and 270 < top < 290


@pytest.mark.parametrize("size", [28, 60, 380])
def test_small_and_large_codes_are_found(pdfs, size: int) -> None:
    content = b"q %d 0 0 %d 10 10 cm /X Do Q" % (size, size)
    assert [each.url for each in pdfs.links(sheet(pdfs, content, b"/X 20 0 R", others={20: picture()}))] == [
        URL
    ]


def test_a_code_on_a_stamp_is_found(pdfs) -> None:
    look = stream(b"q 90 0 0 90 0 0 cm /X Do Q", FORM + b"/Resources<</XObject<</X 20 0 R>>>>")
    stamp = b"/Annots[<</Subtype/Stamp/Rect[100 200 500 600]/AP<</N 21 0 R>>/F 4>>]"
    (found,) = pdfs.links(sheet(pdfs, b"", b"", stamp, {20: picture(), 21: look}))
    assert (found.url, found.page) == (URL, 1)


def test_very_many_stamps_take_bounded_time(pdfs) -> None:
    look = stream(b"q 90 0 0 90 0 0 cm /X Do Q", FORM + b"/Resources<</XObject<</X 20 0 R>>>>")
    stamp = b"<</Subtype/Stamp/Rect[%d %d %d %d]/AP<</N 21 0 R>>/F 4>>"
    stamps = b"".join(stamp % (x % 300, 90, x % 300 + 400, 490) for x in range(5_000))
    start = time.process_time()
    reading = read("1", sheet(pdfs, b"", b"", b"/Annots[%b]" % stamps, {20: picture(), 21: look}))
    assert time.process_time() - start < 1.5
    assert [each.kind for each in reading.skipped] == ["limit"]


def test_many_pictures_on_one_page_are_searched_together(monkeypatch, pdfs) -> None:
    places = [(x, y) for x in range(10, 400, 130) for y in range(10, 400, 130)]
    content = b" ".join(b"q 90 0 0 90 %d %d cm /X Do Q" % place for place in places)
    drawn, real = [], codes.render.drawn
    monkeypatch.setattr(codes.render, "drawn", lambda *some, **more: drawn.append(1) or real(*some, **more))
    assert len(pdfs.links(sheet(pdfs, content, b"/X 20 0 R", others={20: picture()}))) == 1
    assert len(drawn) == 1


def test_fields_that_show_text_are_not_drawn(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(codes.render, "drawn", lambda *_, **__: pytest.fail("a page was drawn"))
    look = stream(b"BT /F 10 Tf (some words) Tj ET", FORM + b"/Resources<<>>")
    field = b"/Annots[<</Subtype/Widget/Rect[10 10 300 300]/AP<</N 21 0 R>>>>]"
    assert read("1", sheet(pdfs, b"", b"", field, {21: look})).skipped == ()


def test_a_code_of_block_characters_is_found(pdfs) -> None:
    rows = modules()
    written = (b"".join(b"B" if module else b" " for module in row) for row in rows)
    lines = b" ".join(b"1 0 0 1 100 %d Tm (%b) Tj" % (290 - 3 * n, line) for n, line in enumerate(written))
    cmap = b"1 beginbfchar <42> <2588> endbfchar"
    font = (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 32/LastChar 66"
        b"/CharProcs<</B 22 0 R/s 23 0 R>>/Encoding<</Differences[32/s 66/B]>>/ToUnicode 24 0 R/Widths[%b]>>"
        % (b"1 " * 35)
    )
    glyphs = {22: stream(b"1 0 d0 0 0 1 1 re f"), 23: stream(b"1 0 d0"), 24: stream(cmap), 21: font}
    pdf = sheet(pdfs, b"BT /F 3 Tf %b ET" % lines, b">>/Font<</F 21 0 R", others=glyphs)
    assert [each.url for each in read("1", pdf).links] == [URL]


def test_a_code_in_strips_is_found(pdfs) -> None:
    content = b"".join(
        b"q 93 0 0 3 100 %d cm BI /W %d/H 1/BPC 8/CS/G ID %b EI Q "
        % (280 - 3 * number, len(row), b"".join(b"\x00" if module else b"\xff" for module in row))
        for number, row in enumerate(modules())
    )
    assert [each.url for each in pdfs.links(sheet(pdfs, content))] == [URL]


def test_each_code_is_listed_once_and_all_urls_of_its_text(pdfs) -> None:
    twice = PLACED + b" q 90 0 0 90 250 50 cm /X Do Q"
    assert len(pdfs.links(sheet(pdfs, twice, b"/X 20 0 R", others={20: picture()}))) == 1


def test_a_picture_is_never_repainted(pdfs) -> None:
    content = sheet(pdfs, PLACED, b"/X 20 0 R", others={20: picture()})
    (found,) = pdfs.links(content)
    assert "never repainted" in pdfs.refusal(content, found)


def test_a_code_does_not_hinder_changes_beside_it(pdfs) -> None:
    more = b"/Annots[%b]" % pdfs.annotation(pdfs.action(b"(https://x.example/)"))
    content = sheet(pdfs, PLACED, b"/X 20 0 R", more, {20: picture()})
    one, code = pdfs.links(content)
    (replacement,), refused = edit("2", content, [Edit(one, (pdfs.NEW,))])
    assert not refused
    after = pdfs.links(content + replacement.choices[0])
    assert [each.url for each in after] == [pdfs.NEW, code.url]


DULL = {
    "nothing": b"",
    "lines": b"".join(b"10 %d m 390 %d l S " % (y, y) for y in range(10, 390, 5)),
    "large surfaces": b"0 0 400 400 re f 10 10 380 300 re f",
    "a few shapes": b"".join(b"%d 10 5 5 re f " % x for x in range(10, 200, 10)),
    "a small picture": b"q 20 0 0 20 10 10 cm /X Do Q",
    "a flat picture": b"q 300 0 0 10 10 10 cm /X Do Q",
}


@pytest.mark.parametrize("content", DULL)
def test_pages_without_room_for_a_code_are_not_drawn(monkeypatch, pdfs, content: str) -> None:
    monkeypatch.setattr(codes.render, "drawn", lambda *_, **__: pytest.fail("a page was drawn"))
    assert read("1", sheet(pdfs, DULL[content], b"/X 20 0 R", others={20: picture()})).skipped == ()


def many(pdfs, count: int) -> bytes:
    pdf = pdfs.document([], {9: stream(PLACED), 20: picture()})
    kids = b" ".join(b"%d 0 R" % (100 + number) for number in range(count))
    pdf.objects[2] = b"<</Type/Pages/Kids[%b]/Count %d/MediaBox[0 0 400 400]>>" % (kids, count)
    for number in range(count):
        pdf.objects[100 + number] = (
            b"<</Type/Page/Parent 2 0 R/Resources<</XObject<</X 20 0 R>>>>/Contents 9 0 R>>"
        )
    return pdf.bytes()


@pytest.mark.parametrize("bound", ["CODE_PAGES", "CODE_PIXELS", "PAINTED", "PICTURES_SAMPLES"])
def test_pages_pixels_and_pictures_are_bounded_and_it_is_said(monkeypatch, pdfs, bound: str) -> None:
    assert len(read("1", many(pdfs, 4)).links) == 4
    spent = {"CODE_PAGES": 2, "CODE_PIXELS": 200_000, "PAINTED": 2_000_000, "PICTURES_SAMPLES": 3_000}[bound]
    monkeypatch.setattr(limits, bound, spent)
    reading = read("1", many(pdfs, 4))
    assert 1 <= len(reading.links) < 4
    assert [(each.kind, "codes" in each.reason) for each in reading.skipped][:1] == [("limit", True)]


def nested(count: int, draws: bytes) -> dict[int, bytes]:
    below = b"/Resources<</XObject<</X %d 0 R>>>>"
    return {20 + level: stream(draws, FORM + below % (21 + level)) for level in range(count)} | {
        20 + count: picture()
    }


HOSTILE = {
    "surfaces on surfaces": lambda: (b"0 0 400 400 re f " * 5_900 + PLACED, b"/X 20 0 R", {20: picture()}),
    "very many shapes": lambda: (b"0 0 5 5 re f " * 100_000 + PLACED, b"/X 20 0 R", {20: picture()}),
    "shapes all over": lambda: (
        b"".join(b"%d %d 3 3 re f " % (n % 400, n // 400 * 30) for n in range(5_000)) + PLACED,
        b"/X 20 0 R",
        {20: picture()},
    ),
    "a picture over and over": lambda: (
        b"q 400 0 0 400 0 0 cm /X Do Q " * 3_000,
        b"/X 20 0 R",
        {20: picture()},
    ),
    "forms in forms": lambda: (b"/X Do " * 3, b"/X 20 0 R", nested(5, b"/X Do /X Do /X Do ")),
    "a picture of great size": lambda: (
        PLACED,
        b"/X 20 0 R",
        {
            20: stream(
                b"\x00" * 10_000_000,
                b"/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray",
            )
        },
    ),
    "a pattern of very small tiles": lambda: (
        b"/Pattern cs /P scn 0 0 400 400 re f " + PLACED,
        b"/X 20 0 R>>/Pattern<</P 22 0 R",
        {
            20: picture(),
            22: stream(
                b"0 0 1 1 re f",
                b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .001/YStep .001/Resources<<>>",
            ),
        },
    ),
    "a shading that computes": lambda: (
        b"/S sh " * 50 + PLACED,
        b"/X 20 0 R>>/Shading<</S 22 0 R",
        {
            20: picture(),
            22: b"<</ShadingType 1/ColorSpace/DeviceGray/Function 23 0 R>>",
            23: stream(b"{ add " + b"dup mul " * 5_000 + b"}", b"/FunctionType 4/Domain[0 1 0 1]/Range[0 1]"),
        },
    ),
    "masks on masks": lambda: (
        b"/G gs " + b"0 0 400 400 re f " * 500 + PLACED,
        b"/X 20 0 R>>/ExtGState<</G<</SMask<</S/Luminosity/G 22 0 R>>>>",
        {
            20: picture(),
            22: stream(
                b"/F Do",
                FORM + b"/Group<</S/Transparency/CS/DeviceGray>>/Resources<</XObject<</F 23 0 R>>>>",
            ),
            23: stream(b"0 0 400 400 re f " * 5_000, FORM),
        },
    ),
    "glyphs that are drawings": lambda: (
        b"BT /T 10 Tf (%b) Tj ET " % (b"a" * 5_000) + PLACED,
        b"/X 20 0 R>>/Font<</T 22 0 R",
        {
            20: picture(),
            22: b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[1 0 0 1 0 0]/CharProcs<</a 23 0 R>>"
            b"/Encoding<</Differences[97/a]>>/FirstChar 97/LastChar 97/Widths[1]>>",
            23: stream(b"1 0 d0 " + b"".join(b"%d %d 3 3 re f " % (n, n * 7 % 999) for n in range(60_000))),
        },
    ),
    "a stamp of stamps": lambda: (
        b"",
        b">>>>/Annots[<</Subtype/Stamp/Rect[0 0 300 300]/AP<</N 21 0 R>>>>]/Z<</Z<<",
        nested(20, b"/X Do /X Do ") | {},
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_pages_that_are_made_to_be_slow_take_bounded_time(pdfs, name: str) -> None:
    content = sheet(pdfs, *HOSTILE[name]()[:2], others=HOSTILE[name]()[2])
    start = time.process_time()
    reading = read("1", content)
    assert time.process_time() - start < 1.5
    if name not in ("forms in forms", "shapes all over"):
        assert [each.kind for each in reading.skipped] == ["limit"], reading.links


def test_without_pages_no_code_is_looked_for(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(text, "library", lambda: pytest.fail("PDFium was used"))
    assert read("1", sheet(pdfs, PLACED, b"/X 20 0 R", others={20: picture()}), pages=False).links == ()


def test_parts_next_to_each_other_are_one() -> None:
    found = regions.Sheet()
    for x, y, weight, side in (
        (0, 0, 40, 10),
        (1, 1, 40, 10),
        (2, 2, 1, 6),
        (9, 9, 100, 20),
        (20, 20, 30, 50),
    ):
        left, bottom = 12.0 * x, 12.0 * y
        found.marks[x, y] = (weight, (left, bottom, left + side, bottom + side))
    assert regions.parts(found) == [(-6.0, -6.0, 36.0, 36.0)]


def test_what_is_painted_counts_as_often_as_it_lies_over_each_other() -> None:
    found = regions.Sheet(painted=[((0.0, 0.0, 10.0, 10.0), 1), ((5.0, 5.0, 20.0, 20.0), 8)])
    assert regions.paint(found, (5.0, 5.0, 10.0, 10.0)) == 25 + 8 * 25


def test_a_code_is_a_link_like_others(pdfs) -> None:
    (found,) = pdfs.links(sheet(pdfs, PLACED, b"/X 20 0 R", others={20: picture()}))
    assert isinstance(found, Link)
    assert hash(found.handle)
