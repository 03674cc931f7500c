"""Pictures, for the QR codes and barcodes in them: a phone held before the screen opens what they say.

Only those large enough for a code a camera can read, so that tracking pixels and small logos cost nothing.

Does not read text in pictures, and does not change pictures.
"""

from __future__ import annotations

import io
import struct

from PIL import AvifImagePlugin, Image, ImageFile, JpegImagePlugin

from inspectors import labels, limits
from inspectors.formats import qr
from inspectors.formats.finding import Finds
from inspectors.model import Leaf, Reading

ImageFile.LOAD_TRUNCATED_IMAGES = True  # as viewers do: a code may stand in the part that is there

AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # as many as there are processors would not fit a worker's memory

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "AVIF")
_TYPES = (
    "image/png", "image/jpeg", "image/jpg", "image/pjpeg", "image/gif", "image/webp", "image/bmp",
    "image/x-bmp", "image/x-ms-bmp", "image/tiff", "image/x-png", "image/apng",
    "image/avif",
)  # fmt: skip
_ENDINGS = (".png", ".jpg", ".jpeg", ".jfif", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif")
_MAGICS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_SCREEN = 2000
"""Pixels a side to which a JPEG is shrunk while it is decoded, at least."""


def accepts(leaf: Leaf, start: bytes) -> bool:
    if not (labels.says(leaf, _TYPES, _ENDINGS) or start.startswith(_MAGICS) or _is_boxed(start)):
        return False
    size = _size(start)
    return size is None or min(size) >= limits.PICTURE_SIDE


def _is_boxed(start: bytes) -> bool:
    return (start.startswith(b"RIFF") and start[8:12] == b"WEBP") or start[4:12] in (b"ftypavif", b"ftypavis")


def _size(start: bytes) -> tuple[int, int] | None:
    """Width and height where the first kilobyte tells them."""
    if start.startswith(b"\x89PNG") and len(start) >= 24:
        return struct.unpack_from(">LL", start, 16)
    if start.startswith((b"GIF87a", b"GIF89a")) and len(start) >= 10:
        return struct.unpack_from("<HH", start, 6)
    if start.startswith(b"\xff\xd8"):
        return _jpeg_size(start)
    return None


def _jpeg_size(start: bytes) -> tuple[int, int] | None:
    """From the frame header (ITU-T T.81 section B.2.2), where it stands in the first kilobyte."""
    at = 2
    while at + 9 <= len(start) and start[at] == 0xFF:
        marker = start[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", start, at + 5)
            return (width, height) if height else None  # zero: told later
        at += 2 + int.from_bytes(start[at + 2 : at + 4], "big")
    return None


def read(leaf: Leaf, content: bytes) -> Reading:
    """Links in the codes of a picture as "image:qr"; of moving pictures the first one."""
    finds = Finds(leaf)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            codes = _codes(finds, image)
    except Exception as error:  # Pillow raises many kinds for what is damaged, and one for too many pixels
        large = isinstance(error, Image.DecompressionBombError)
        reason = "a picture over the limit of pixels" if large else "a picture that cannot be decoded"
        finds.skip(reason, "limit" if large else "broken")
        return finds.reading()
    for code in codes:
        for written, url in qr.links(code):
            finds.add(url, written, "image:qr")
    return finds.reading()


def _codes(finds: Finds, image: Image.Image) -> tuple[str, ...]:
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        image.draft("L", (_SCREEN, _SCREEN))
    if min(image.size) < limits.PICTURE_SIDE:
        return ()
    if image.width * image.height > limits.PICTURE_PIXELS:
        finds.skip(f"a picture of more than {limits.PICTURE_PIXELS} pixels", "limit")
        return ()
    return qr.codes(image)
