"""QR codes and barcodes in pictures."""

import zlib

import pytest
from PIL import Image, ImageOps

from fixtures import files
from inspectors import limits
from inspectors.formats import imageqr, qr
from inspectors.model import Leaf, Reading, Span

URL = "https://a.example/x"


def leaf(kind: str = "image/png", name: str = "") -> Leaf:
    return Leaf("2", kind, "", "base64", name, "inline", Span(0, 0), Span(0, 0))


def read(image: Image.Image, kind: str = "PNG") -> Reading:
    content = files.picture(image, kind)
    assert imageqr.accepts(leaf("application/octet-stream"), content[:1024])
    return imageqr.read(leaf(), content)


def found(reading: Reading) -> list[tuple[str, str, str]]:
    return [(link.place, link.url, link.shown) for link in reading.links]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "AVIF"])
def test_a_code_is_read_in_each_kind_of_picture(kind):
    assert found(read(files.code(URL), kind)) == [("image:qr", URL, "")]


def test_a_bitmap_is_read_by_its_type():
    assert imageqr.accepts(leaf("image/bmp"), b"BM")
    assert found(imageqr.read(leaf("image/bmp"), files.picture(files.code(URL), "BMP"))) != []


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "Aztec", "PDF417", "Code128"])
def test_each_kind_of_code_that_holds_a_url_is_read(kind):
    assert qr.codes(files.code(URL, kind)) == (URL,)


def see_through(image: Image.Image, ink: int) -> Image.Image:
    made = Image.new("LA", image.size, (ink, 0))
    made.putalpha(ImageOps.invert(image))
    return made


@pytest.mark.parametrize(
    "change",
    [
        ImageOps.invert,
        lambda image: image.rotate(33, expand=True, fillcolor=255),
        lambda image: ImageOps.expand(image, 900, fill=255),
        lambda image: image.convert("1"),
        lambda image: image.convert("P"),
        lambda image: image.convert("CMYK"),
        lambda image: image.convert("I;16").point(lambda value: value * 257),
        lambda image: see_through(image, 0),
        lambda image: see_through(image, 255),
        lambda image: image.resize((2400, 2400)).convert("P"),
    ],
    ids=["negative", "turned", "small", "1", "P", "CMYK", "16", "clear-black", "clear-white", "large"],
)
def test_a_code_is_read_however_the_picture_is_made(change):
    assert qr.codes(change(files.code(URL))) == (URL,)


def test_several_codes_are_each_listed_once():
    both = Image.new("L", (600, 300), 255)
    for at, url in enumerate((URL, "https://b.example/", "https://b.example/")):
        both.paste(files.code(url), (at * 190, 50))
    assert sorted(qr.codes(both)) == [URL, "https://b.example/"]


@pytest.mark.parametrize(
    ("code", "url"),
    [
        ("HTTPS://A.EXAMPLE/X", "https://a.example/X"),
        ("www.a.example", "http://www.a.example/"),
        ("a.example/x", "http://a.example/x"),
        ("a.example", "http://a.example/"),
        ("URLTO:http://a.example/", "http://a.example/"),
        ("MEBKM:TITLE:t;URL:http\\://a.example/;;", "http://a.example/"),
        ("BEGIN:VCARD\nURL:http://a.example/\nEND:VCARD", "http://a.example/"),
        ("4006381333931", None),
        ("1.5", None),
        ("someone@a.example", None),
        ("WIFI:S:net;P:secret;;", None),
        ("two words.example here", None),
        ("", None),
    ],
)
def test_what_a_phone_would_open_is_a_link(code, url):
    assert [link.href for _, link in qr.links(code)] == ([url] if url else [])


@pytest.mark.parametrize(("size", "expected"), [((1, 1), False), ((39, 400), False), ((40, 40), True)])
@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG"])
def test_small_pictures_are_passed_over_from_their_first_bytes(size, expected, kind):
    content = files.picture(Image.new("L", size, 255), kind)
    assert imageqr.accepts(leaf(f"image/{kind.lower()}"), content[:1024]) is expected


def test_a_picture_of_too_many_pixels_is_not_decoded():
    content = bytearray(files.picture(Image.new("1", (64, 64))))
    content[16:24] = (30_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    assert [each.kind for each in imageqr.read(leaf(), bytes(content)).skipped] == ["limit"]
    content[16:24] = (5_500).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    assert limits.PICTURE_PIXELS < 5_500**2
    assert [each.kind for each in imageqr.read(leaf(), bytes(content)).skipped] == ["limit"]


def test_what_is_no_picture_is_said_and_what_is_cut_is_read_as_far_as_it_goes():
    assert [each.kind for each in imageqr.read(leaf(), b"\x89PNG\r\n\x1a\njunk").skipped] == ["broken"]
    taller = Image.new("L", (132, 1000), 255)
    taller.paste(files.code(URL), (0, 0))
    content = files.picture(taller, "BMP")
    assert found(imageqr.read(leaf(), content)) == [("image:qr", URL, "")]


def test_a_code_on_white_ground_hides_none_that_shows_on_black_ground():
    shown, hidden = files.code("https://good.example/"), files.code(URL)
    side = max(*shown.size, *hidden.size)
    both = Image.new("LA", (2 * side + 80, side), (255, 255))
    both.paste(shown.convert("LA"), (0, 0))
    both.paste(Image.merge("LA", (Image.new("L", hidden.size, 255), hidden)), (side + 80, 0))
    assert set(qr.codes(both)) == {"https://good.example/", URL}
