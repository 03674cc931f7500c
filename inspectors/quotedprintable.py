"""Quoted-printable (RFC 2045 section 6.7): decoding, and patches in the encoded text.

Decoding is the C library's. The map from decoded offsets to encoded ones is made byte by byte only for the
lines around an edit, because a map of every byte costs a second a megabyte.

Does not re-encode anything but what is put in.
"""

from __future__ import annotations

import binascii
import re
from array import array
from bisect import bisect_left, bisect_right

from inspectors import limits
from inspectors.lines import Lines, TransferError
from inspectors.model import Patch, Span

# What these begin with is looked for ten times as fast as what a look behind begins with.
_TRAILING_BLANKS = re.compile(rb"[ \t](?<![ \t][ \t])[ \t]*+(?=\r?\n)")
_BARE_SOFT = re.compile(rb"=(?<!==)\r(?!\n)")
_BARE_SOFT_BEHIND = re.compile(rb"=(?<!==)((?:==)++)\r(?!\n)")  # "==" is read as one equals sign
_CODE = re.compile(rb"==|=[0-9A-Fa-f]{2}|=[ \t]*(?:\r?\n|\Z)|=\r|(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_BYTE = re.compile(rb"==|=[0-9A-Fa-f]{2}")  # the C decoder reads "==" as one equals sign
_PLAIN = frozenset(range(33, 127)) - frozenset(b"=")
_CHUNK = 4 * 1024
_INEXACT = "the quoted-printable encoding does not map back exactly"


def decode(body: bytes) -> bytes:
    """The content; blanks at the ends of lines are not part of it."""
    if body.count(b"=\r") != body.count(b"=\r\n"):
        # Behind a soft break that lacks its line feed the C library passes over all up to the next one.
        body = _BARE_SOFT.sub(b"=\n", body)
        body = _BARE_SOFT_BEHIND.sub(rb"=\1\n", body) if b"===\r" in body else body
    if b" \n" in body or b" \r\n" in body or b"\t\n" in body or b"\t\r\n" in body:
        body = _TRAILING_BLANKS.sub(b"", body)  # rule 3
    return binascii.a2b_qp(body.rstrip(b" \t"))


class Places:
    """Where decoded bytes stand in the encoded body."""

    def __init__(self, body: bytes, content: bytes) -> None:
        self._body, self._content = body, content
        self._encoded, self._decoded = [0], [0]  # corresponding offsets, at ends of lines
        position = 0
        while position < len(body):
            stop = body.find(b"\n", min(position + _CHUNK, len(body))) + 1 or len(body)
            self._encoded.append(stop)
            self._decoded.append(self._decoded[-1] + len(decode(body[position:stop])))
            position = stop
        self._mapped: tuple[int, int] = (-1, -1)
        self._starts: array[int] = array("Q")

    def span(self, wanted: Span) -> Span:
        """The encoded bytes of ``content[wanted]``, soft breaks inside them included; else TransferError."""
        if not 0 <= wanted.start < wanted.end <= self._decoded[-1]:
            raise TransferError(_INEXACT)
        first = bisect_right(self._decoded, wanted.start) - 1
        last = bisect_left(self._decoded, wanted.end)
        if self._mapped != (first, last):  # links of one chunk share its map
            self._mapped = (first, last)
            self._starts = self._map(self._encoded[first], self._encoded[last])
        starts, before = self._starts, self._decoded[first]
        if len(starts) != self._decoded[last] - before:
            raise TransferError(_INEXACT)
        start, end = starts[wanted.start - before], starts[wanted.end - before - 1]
        code = _BYTE.match(self._body, end)
        end = code.end() if code else end + 1
        # A soft break behind the piece keeps blanks at its end from being taken for trailing ones.
        if decode(self._body[start:end] + b"=") != wanted.of(self._content):
            raise TransferError(_INEXACT)
        return Span(start, end)

    def _map(self, begin: int, stop: int) -> array[int]:
        """For each decoded byte of the lines ``begin`` to ``stop``, where its code begins."""
        starts: array[int] = array("Q")
        position = begin
        for code in _CODE.finditer(self._body, begin, stop):
            starts.extend(range(position, code.start()))
            if _BYTE.match(code.group()):
                starts.append(code.start())
            position = code.end()
        starts.extend(range(position, stop))
        return starts


def patch(raw: bytes, lines: Lines, span: Span, new: bytes) -> Patch:
    """Put ``new`` in the place of the encoded bytes ``span`` of the raw message, in lines of at most 76."""
    place = lines.place(span)
    out, column = bytearray(), place.column
    for byte in new:
        code = bytes((byte,)) if byte in _PLAIN else b"=%02X" % byte
        if column + len(code) > limits.LINE_QUOTED_PRINTABLE - 1:
            out += b"=" + place.eol
            column = 0
        out += code
        column += len(code)
    rest = raw[span.end : span.end + place.rest] if place.rest <= limits.LINE_QUOTED_PRINTABLE else b"x"
    if place.rest and column + place.rest > limits.LINE_QUOTED_PRINTABLE and rest.rstrip(b" \t") != b"=":
        out += b"=" + place.eol
    return Patch(span, bytes(out))
