"""QR codes and other barcodes in a picture, through zxing-cpp.

Phone cameras read QR, Data Matrix, Aztec and PDF417 codes and open the URL they hold; scanner programs read
Code 128 too.

Does not open image files (``imageqr.py``) or render pages, and does not say what in a code's text is a link:
``links`` does.
"""

from __future__ import annotations

from itertools import islice
from math import ceil, sqrt

import zxingcpp
from PIL import Image

from inspectors import limits, text, urls

_FORMATS = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.AllMatrix, zxingcpp.BarcodeFormat.PDF417, zxingcpp.BarcodeFormat.Code128]
)
_WHITE, _BLACK = 255, 0

Box = tuple[float, float, float, float]


def codes(image: Image.Image) -> tuple[str, ...]:
    """The text of each code in a picture, each once; at any angle, also light on dark.

    Large pictures are shrunk by a whole factor first: one of 2 megapixels costs about 0.1 s, at worst 1 s.
    Never raises for a picture whose pixels could be decoded.
    """
    return tuple(text for text, _ in located(image))


def located(image: Image.Image) -> tuple[tuple[str, Box], ...]:
    """The same with the place of each code: left, top, right, bottom in pixels, counted from the top."""
    found: dict[str, Box] = {}
    small = _shrunk(image)
    scale = (image.width / small.width, image.height / small.height)
    for gray in _grays(small):
        read = zxingcpp.read_barcodes(gray, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain)
        for each in read:
            if each.text:
                found.setdefault(each.text, _box(each.position, scale))
    return tuple(islice(found.items(), limits.CODES))


def _box(position: zxingcpp.Position, scale: tuple[float, float]) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_left, position.bottom_right)
    across, down = [corner.x * scale[0] for corner in corners], [corner.y * scale[1] for corner in corners]
    return min(across), min(down), max(across), max(down)


def _shrunk(image: Image.Image) -> Image.Image:
    factor = ceil(sqrt(image.width * image.height / limits.PICTURE_SEARCHED))
    if factor < 2:
        return image
    if image.mode not in ("L", "LA", "RGB", "RGBA", "CMYK", "I", "F"):  # others cannot be averaged
        image = image.convert("LA" if image.has_transparency_data else "L")
    return image.reduce(factor)


def _grays(image: Image.Image) -> tuple[Image.Image, ...]:
    """In grey; a picture with transparency as it looks on white and on black ground."""
    if not image.has_transparency_data:
        return (image.convert("L"),)
    layered = image.convert("LA")
    gray, alpha = layered.getchannel("L"), layered.getchannel("A")
    grounds = (Image.new("L", gray.size, shade) for shade in (_WHITE, _BLACK))
    return tuple(Image.composite(gray, ground, alpha) for ground in grounds)


def links(code: str) -> tuple[tuple[str, urls.Url], ...]:
    """What a reader offers to open for a code's text: (as written, URL) pairs.

    The whole text where it is a URL or a host with a path, else what stands in it: contact cards, calendar
    entries and ``URLTO:``, ``MEBKM:`` forms hold a URL among other things.
    """
    code = code.strip().replace("\\:", ":")  # as MEBKM: and contact cards write a colon
    if not code or len(code) > limits.URL_CHARACTERS:
        return ()
    found = [(written, url) for _, written, url in text.find(code) if url is not None]
    if found or any(character.isspace() for character in code):
        return tuple(found)
    host, slash, _ = code.partition("/")
    if "@" in host or ":" in host or "." not in host.strip("."):
        return ()
    url = urls.read("http://" + code)
    labels = host.rsplit(".", 1)
    readable = url is not None and labels[1].isalpha() and (slash or len(labels[1]) > 1)
    return ((code, url),) if url is not None and readable else ()
