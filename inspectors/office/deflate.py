"""Deflate streams of a wished length (RFC 1951), so that a changed member moves nothing behind it.

A stream may hold blocks without content: a stored one takes 3 bits up to the next byte and 4 bytes more
(section 3.2.4), one with fixed codes 10 bits (3.2.6). With them a stream grows to almost every length and
still says the same.

Does not make streams shorter than zlib does.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from inspectors.office import limits

_STORED = bytes.fromhex("000000ffff")
_ONE, _TWO, _THREE = (  # so many blocks with fixed codes, then a stored one
    bytes.fromhex("02000000ffff"),
    bytes.fromhex("0208000000ffff"),
    bytes.fromhex("02082000000000ffff"),
)
_FIRST = {0: b"", 1: _ONE, 2: _TWO, 3: _ONE + _TWO, 4: _THREE}
"""By length modulo five, what stands in front of stored blocks to make up that length."""
_ENDINGS: tuple[tuple[int, ...], ...] = ((), (zlib.Z_BLOCK,), (zlib.Z_PARTIAL_FLUSH,), (zlib.Z_SYNC_FLUSH,))
"""Flushes in front of the last one: each ends the stream some bits later."""
_CLOSE = 64
"""A filling of so few bytes is not worth a further attempt."""
_LEVELS = ((9, 9), (9, 8), (6, 8), (5, 8), (4, 8), (3, 8), (2, 8), (1, 8), (9, 7), (9, 6))
"""Level and memory level; 6 and 8 are what most programs use."""
STEP = 3
"""Bytes by which a stream grows where the wished length cannot be had: base64 keeps its quanta then."""


def fitted(data: bytes, length: int) -> bytes:
    """A raw deflate stream of ``data`` with ``length`` bytes, or with the fewest more that can be had, in
    steps of three."""
    candidates: list[bytes] = []
    for stream in _streams(data):
        candidates.append(stream)
        if _filling(length - len(stream)) is not None and length - len(stream) <= _CLOSE:
            break
    wished = length
    while True:
        found = [each for each in candidates if _filling(wished - len(each)) is not None]
        if found:
            best = max(found, key=len)
            return (_filling(wished - len(best)) or b"") + best
        wished += STEP


def _streams(data: bytes) -> Iterator[bytes]:
    left = limits.ATTEMPTS_BYTES
    for level, memory in _LEVELS:
        machine = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, memory)
        body = machine.compress(data)
        for ending in _ENDINGS:
            other = machine.copy()
            yield body + b"".join(other.flush(mode) for mode in ending) + other.flush()
        left -= len(data)
        if left < len(data):
            return


def _filling(length: int) -> bytes | None:
    """Blocks without content that take ``length`` bytes; None where none do."""
    if length < 0:
        return None
    first = _FIRST[length % 5]
    return first + _STORED * ((length - len(first)) // 5) if length >= len(first) else None
