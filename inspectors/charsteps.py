"""Which bytes each character came from, by decoding them one at a time.

For text that has other spellings than our encoder's: escapes that change nothing, letters of UTF-7 written as
shift sequences, doubled codes. It costs a second a megabyte, so it is asked only where counting failed.

Does not encode, and does not look further than ``limits.STEPPED_BYTES``.
"""

from __future__ import annotations

import codecs
import re
from array import array
from collections.abc import Iterable

from inspectors import limits
from inspectors.model import Span

_NEVER = -1
_UTF_7 = re.compile(rb"\+[A-Za-z0-9+/]*+-?|[^+]", re.DOTALL)
"""A whole shift sequence (RFC 2152), or a byte: the decoder reads unfinished sequences again at each byte."""


class Steps:
    """Offsets at which the decoder is between characters and in the state it began in.

    Only there may other bytes stand in a character's place without changing how the rest is read; at the end
    of a place also where an escape can bring back the state (``charsets.View.resumed``).
    """

    def __init__(self, content: bytes, start: int, codec: str, errors: str) -> None:
        """``content[start:]`` is the text, behind its byte order mark."""
        self._content, self._codec, self._errors = content, codec, errors
        self._first, self._last = array("q"), array("q")
        """For each number of characters, the first and the last such offset behind so many; -1 for none."""
        self._shifted: dict[int, int] = {}
        """The same for offsets between characters in another state, in charsets that tell by escapes."""
        escapes = codec.startswith("iso2022_jp")
        decoder = codecs.getincrementaldecoder(codec)(errors)
        initial = decoder.getstate()
        count, position = 0, start
        self._grow(0, start)
        try:
            for at in _ends(content, start, codec):
                more = len(decoder.decode(content[position:at]))
                count += more
                position = at
                if more:
                    self._grow(count, _NEVER)
                state = decoder.getstate()
                if escapes and more and not state[0]:
                    self._shifted[count] = at
                if state == initial:
                    self._last[count] = at
                    if self._first[count] < 0:
                        self._first[count] = at
        except UnicodeError:
            return  # a handler that only works on the whole: what was counted so far is right

    def _grow(self, count: int, offset: int) -> None:
        missing = count + 1 - len(self._first)
        self._first.extend([_NEVER] * (missing - 1) + [offset])
        self._last.extend([_NEVER] * (missing - 1) + [offset])

    def place(self, span: Span) -> Span | None:
        """The bytes of these characters, proved by decoding them alone; None where there are none."""
        if span.end >= len(self._first):
            return None
        start, end = self._last[span.start], self._first[span.end]
        end = self._shifted.get(span.end, _NEVER) if end < 0 else end
        if not 0 <= start < end:
            return None
        try:
            alone = self._content[start:end].decode(self._codec, self._errors)
        except UnicodeError:
            return None
        return Span(start, end) if len(alone) == len(span) else None


def _ends(content: bytes, start: int, codec: str) -> Iterable[int]:
    """Where the pieces end that are decoded one after the other."""
    stop = min(len(content), limits.STEPPED_BYTES)
    if codec == "utf-7":
        return (piece.end() for piece in _UTF_7.finditer(content, start, stop))
    return range(start + 1, stop + 1)
