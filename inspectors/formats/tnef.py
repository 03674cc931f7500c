"""winmail.dat, in which Outlook wraps a message ([MS-OXTNEF]): its texts and attachments as what lies inside.

Attributes of unknown kind are passed over; a damaged file is read as far as it goes.

Does not check the checksums, and does not read address books and forms.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from inspectors import limits
from inspectors.formats.finding import Finds
from inspectors.formats.lzfu import decompress
from inspectors.model import Inside, Leaf, Reading

_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
_MAGIC = b"\x78\x9f\x3e\x22"
_NAMES = ("winmail.dat", "win.dat")
_ATTRIBUTE = struct.Struct("<BHHL")

# Attributes ([MS-OXTNEF] section 2.1.3.2): id without the type in its upper half
_BODY, _DATA, _TITLE, _RENDERING = 0x800C, 0x800F, 0x8010, 0x9002
_MESSAGE_PROPERTIES, _ATTACHMENT_PROPERTIES, _CODEPAGE = 0x9003, 0x9005, 0x9007
# Properties ([MS-OXPROPS])
_PLAIN, _RTF, _HTML, _CPID = 0x1000, 0x1009, 0x1013, 0x3FDE
_OBJECT, _SHORT_NAME, _LONG_NAME, _MIME = 0x3701, 0x3704, 0x3707, 0x370E

_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8,
          0x0040: 8, 0x0048: 16}  # fmt: skip
_COUNTED = (0x000D, 0x001E, 0x001F, 0x0102)
_UNICODE = 0x001F


@dataclass(slots=True)
class _Attachment:
    name: str = ""
    data: bytes = b""
    type: str = "application/octet-stream"


def accepts(leaf: Leaf, start: bytes) -> bool:
    return leaf.type in _TYPES or start.startswith(_MAGIC) or leaf.filename.lower() in _NAMES


def read(leaf: Leaf, content: bytes) -> Reading:
    """The texts "body.txt", "body.html", "body.rtf" and the attachments."""
    finds = Finds(leaf)
    if not content.startswith(_MAGIC):
        finds.skip("a winmail.dat that does not begin like one", "broken")
        return finds.reading()
    codepage = "cp1252"
    attachments: list[_Attachment] = []
    for count, (name, data) in enumerate(_attributes(content)):
        if count >= limits.TNEF_ATTRIBUTES:
            finds.skip("a winmail.dat of more attributes than are read", "limit")
            break
        if name == _CODEPAGE and len(data) >= 4:
            codepage = f"cp{int.from_bytes(data[:4], 'little') % 100_000}"
        elif name == _BODY:
            finds.inside.append(Inside("body.txt", data.rstrip(b"\0"), "text/plain", codepage))
        elif name == _MESSAGE_PROPERTIES:
            finds.inside.extend(_texts(data, codepage))
        elif name == _RENDERING:
            attachments.append(_Attachment())
        elif attachments:
            _attachment(attachments[-1], name, data, codepage)
    for each in attachments:
        if each.data:
            finds.inside.append(Inside(each.name or "attachment", each.data, each.type))
    if any(
        _over(data)
        for name, data in islice(_attributes(content), limits.TNEF_ATTRIBUTES)
        if name in (_MESSAGE_PROPERTIES, _ATTACHMENT_PROPERTIES)
    ):
        finds.skip("a winmail.dat of more properties than are read", "limit")
    if not finds.inside:
        finds.skip("a winmail.dat in which nothing was found", "broken")
    return finds.reading()


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Id and data of each attribute; the last may be cut."""
    at = 6  # signature and key
    while at + _ATTRIBUTE.size <= len(content):
        level, name, _, length = _ATTRIBUTE.unpack_from(content, at)
        if level not in (1, 2):
            return
        at += _ATTRIBUTE.size
        yield name, content[at : at + length]
        at += length + 2  # checksum


def _texts(data: bytes, codepage: str) -> Iterator[Inside]:
    html = "utf-8"
    found: list[Inside] = []
    for name, kind, value in _properties(data):
        if name == _CPID and kind == 3:
            number = int.from_bytes(value[:4], "little")
            html = "utf-8" if number == 65001 else f"cp{number % 100_000}"
        elif name == _RTF:
            found.append(Inside("body.rtf", decompress(value, limits.RTF_BYTES), "application/rtf"))
        elif name == _HTML:
            found.append(Inside("body.html", value, "text/html", "?"))
        elif name == _PLAIN:
            charset = "utf-16-le" if kind == _UNICODE else codepage
            found.append(Inside("body.txt", value.rstrip(b"\0"), "text/plain", charset))
    for each in found:
        yield Inside(each.name, each.content, each.type, html) if each.charset == "?" else each


def _attachment(into: _Attachment, name: int, data: bytes, codepage: str) -> None:
    if name == _DATA:
        into.data = into.data or data
    elif name == _TITLE:
        into.name = into.name or _string(data, 0, codepage)
    elif name == _ATTACHMENT_PROPERTIES:
        for key, kind, value in _properties(data):
            if key == _LONG_NAME or (key == _SHORT_NAME and not into.name):
                into.name = _string(value, kind, codepage) or into.name
            elif key == _MIME:
                into.type = _string(value, kind, codepage).lower() or into.type
            elif key == _OBJECT:
                inner = value[16:] if value[16:20] == _MAGIC else value  # an interface id stands in front
                if inner.startswith(_MAGIC):
                    into.type = "application/ms-tnef"
                into.data = inner


def _string(value: bytes, kind: int, codepage: str) -> str:
    try:
        words = value.decode("utf-16-le" if kind == _UNICODE else codepage, "replace")
    except LookupError:
        words = value.decode("latin-1")
    return words.split("\0", 1)[0]


def _over(data: bytes) -> bool:
    return int.from_bytes(data[:4], "little") > limits.TNEF_ATTRIBUTES


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Id, type and value of each MAPI property ([MS-OXTNEF] section 2.1.3.4), as far as they make sense."""
    count, at = int.from_bytes(data[:4], "little"), 4
    for _ in range(min(count, limits.TNEF_ATTRIBUTES)):
        kind, name = (
            int.from_bytes(data[at : at + 2], "little"),
            int.from_bytes(data[at + 2 : at + 4], "little"),
        )
        at += 4
        if name >= 0x8000:
            at = _past_name(data, at)
        many, kind = kind & 0x1000, kind & 0xEFFF
        values = 1
        if many or kind in _COUNTED:
            values, at = int.from_bytes(data[at : at + 4], "little"), at + 4
        for _ in range(min(values, limits.TNEF_ATTRIBUTES)):
            size = _FIXED.get(kind, 0)
            if kind in _COUNTED:
                size, at = int.from_bytes(data[at : at + 4], "little"), at + 4
            if (not size and kind not in _COUNTED) or at > len(data):
                return
            yield name, kind, data[at : at + size]
            at += (size + 3) // 4 * 4


def _past_name(data: bytes, at: int) -> int:
    """Behind a property's set, and its number or name."""
    at += 16
    by_name = int.from_bytes(data[at : at + 4], "little")
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    return at + 8 + ((length + 3) // 4 * 4 if by_name else 0)
