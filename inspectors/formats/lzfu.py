"""Compressed RTF as Outlook keeps it ([MS-OXRTFCP], "LZFu").

Does not check the checksum: readers show the text all the same.
"""

from __future__ import annotations

import struct

_HEADER = struct.Struct("<LL4sL")
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
"""What the dictionary holds before the first byte ([MS-OXRTFCP] section 2.1.2.1)."""
_SIZE = 4096


def decompress(data: bytes, most: int) -> bytes:
    """The RTF, at most ``most`` bytes; what can be read of damaged data, empty where that is nothing."""
    try:
        _, raw_size, kind, _ = _HEADER.unpack_from(data)
    except struct.error:
        return b""
    most = min(most, raw_size)
    body = data[_HEADER.size :]
    if kind == b"MELA":
        return body[:most]
    return _unpacked(body, most) if kind == b"LZFu" else b""


def _unpacked(body: bytes, most: int) -> bytes:
    """The output with the dictionary in front: a reference is a place in the last 4,096 bytes of it."""
    out = bytearray(_START)
    at, end = 0, most + len(_START)
    while at < len(body) and len(out) < end:
        control, at = body[at], at + 1
        for bit in range(8):
            if not control >> bit & 1:
                out += body[at : at + 1]
                at += 1
                continue
            if at + 2 > len(body):
                return bytes(out[len(_START) : end])
            reference = body[at] << 8 | body[at + 1]
            at += 2
            write = len(out) % _SIZE
            distance = (write - (reference >> 4)) % _SIZE
            if not distance:  # a reference to the place that is written next ends the data
                return bytes(out[len(_START) : end])
            _copy(out, distance, (reference & 15) + 2)
    return bytes(out[len(_START) : end])


def _copy(out: bytearray, distance: int, length: int) -> None:
    """Repeat what stands ``distance`` back; places never written read as blanks."""
    if distance > len(out):
        out += b" " * length
        return
    for _ in range(length):
        out.append(out[-distance])
