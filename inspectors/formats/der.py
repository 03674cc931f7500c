"""Elements of BER and DER data (ITU-T X.690): tags and contents, indefinite lengths and pieced octet strings
included.

Does not interpret values, and does not recurse: the caller walks.
"""

from __future__ import annotations

from dataclasses import dataclass

from inspectors import limits

_CONSTRUCTED = 0x20
_OCTETS = 0x04


class DerError(Exception):
    """The bytes are no BER, or more elements than are read."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element."""

    tag: int
    """Its identifier octet: class, constructed bit and number (numbers above 30 are not told apart)."""
    start: int
    """Of its contents."""
    end: int
    """Of its contents; for an indefinite length, the end of what holds it."""
    indefinite: bool


def element(data: bytes, at: int, end: int) -> Element:
    """The element at ``at``; DerError where there is none."""
    if at + 2 > end:
        raise DerError("cut")
    tag, at = data[at], at + 1
    if tag & 0x1F == 0x1F:
        while at < end and data[at] & 0x80:
            at += 1
        at += 1
    if at >= end:
        raise DerError("cut")
    length, at = data[at], at + 1
    if length == 0x80:
        if not tag & _CONSTRUCTED:
            raise DerError("an indefinite length without parts")
        return Element(tag, at, end, True)
    if length > 0x80:
        size = length & 0x7F
        if size > 8 or at + size > end:
            raise DerError("a length of too many bytes")
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    return Element(tag, at, min(at + length, end), False)


def after(data: bytes, found: Element) -> int:
    """Where what follows an element begins. Iterative: counts what is open."""
    if not found.indefinite:
        return found.end
    ends = [found.end]
    at = found.start
    for _ in range(limits.DER_ELEMENTS):
        if data[at : at + 2] == b"\0\0":
            at += 2
            ends.pop()
            if not ends:
                return at
            continue
        inner = element(data, at, ends[-1])
        if inner.indefinite:
            ends.append(inner.end)
            at = inner.start
        else:
            at = inner.end
    raise DerError("too many elements")


def octets(data: bytes, found: Element) -> bytes:
    """The bytes of an octet string, its pieces joined (X.690 section 8.7.3)."""
    if not found.tag & _CONSTRUCTED:
        return data[found.start : found.end]
    pieces: list[bytes] = []
    at, depth = found.start, 1
    for _ in range(limits.DER_ELEMENTS):
        if at >= found.end or data[at : at + 2] == b"\0\0":
            depth -= 1
            if depth <= 0 or at >= found.end:
                return b"".join(pieces)
            at += 2
            continue
        inner = element(data, at, found.end)
        if inner.tag & _CONSTRUCTED:
            depth += inner.indefinite
            at = inner.start
        else:
            if inner.tag == _OCTETS:
                pieces.append(data[inner.start : inner.end])
            at = inner.end
    raise DerError("too many elements")
