"""Unpacking compressed data within hard bounds: never more output than asked for is made.

Does not know containers (``zipmembers.py``, ``tarmembers.py``).
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import NamedTuple

_MEMORY = 80 * 1024 * 1024
"""What an xz stream may ask for its dictionary: "xz -9" asks for 65 MB, a hostile header for 4 GB."""

MAGICS = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\x00", "xz"), (b"\x5d\x00\x00", "lzma"))
"""How compressed files begin (RFC 1952 section 2.3.1; the formats' own descriptions)."""
_MAGIC_OF = {method: magic for magic, method in MAGICS}

_FED = 64 * 1024
"""Bytes given to a decompressor at a time: what stands behind a stream is copied with each."""
_STREAMS = 5_000
"""Streams behind one another; bgzip makes one of 64 KB."""


class Inflated(NamedTuple):
    """What came out."""

    data: bytes
    problem: str
    """Empty where all was unpacked; "limit" where there is more than asked for; "broken" where it is damaged
    or cut: ``data`` is then what came before."""


def inflate(data: bytes | memoryview, method: str, most: int) -> Inflated:
    """Unpack ``data`` ("deflate", "gzip", "bzip2", "xz", "lzma"), streams behind one another joined."""
    pieces: list[bytes] = []
    size = at = 0
    for _ in range(_STREAMS):
        try:
            machine = _machine(method)
            while not machine.eof and at < len(data):
                piece = machine.decompress(data[at : at + _FED], most - size + 1)
                pieces.append(piece)
                size, at = size + len(piece), at + _FED
                if size > most:
                    return Inflated(b"".join(pieces)[:most], "limit")
        except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError):
            return Inflated(b"".join(pieces), "broken")
        if not machine.eof:
            return Inflated(b"".join(pieces), "broken")
        at = min(at, len(data)) - len(machine.unused_data)
        if method == "deflate" or not bytes(data[at : at + 8]).startswith(_MAGIC_OF[method]):
            return Inflated(b"".join(pieces), "")
    return Inflated(b"".join(pieces), "limit")


def _machine(method: str) -> bz2.BZ2Decompressor | lzma.LZMADecompressor | zlib._Decompress:
    if method == "bzip2":
        return bz2.BZ2Decompressor()
    if method in ("xz", "lzma"):
        kind = lzma.FORMAT_XZ if method == "xz" else lzma.FORMAT_ALONE
        return lzma.LZMADecompressor(kind, memlimit=_MEMORY)
    return zlib.decompressobj(31 if method == "gzip" else -15)
