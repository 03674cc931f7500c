"""Base64 (RFC 2045 section 6.8): decoding, and patches that change only the quanta they touch.

Three bytes of content are one quantum of four letters. What stands behind an edit keeps its letters only
where the new text is as long as the old one modulo three; an edit therefore comes in several lengths.

Does not re-encode what an edit does not touch, and does not accept the URL-safe alphabet.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence

from inspectors import limits
from inspectors.lines import Lines, TransferError
from inspectors.model import Leaf, Patch, Replacement, Span

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(sorted(set(range(256)) - set(_ALPHABET + b"=")))
_USUAL = _ALPHABET + b"\r\n \t"
_RUN = re.compile(rb"[A-Za-z0-9+/]+")
_PADDING = re.compile(rb"(?:[ \t\r\n]*=)+")


def decode(body: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The content up to the first padding, and names of oddities.

    Characters outside the alphabet are passed over, as clients do.
    """
    if is_clean(body):
        try:
            return binascii.a2b_base64(body), ()
        except binascii.Error:  # letters or padding missing at the end
            pass
    oddities: list[str] = []
    letters = body.translate(None, _NOT_BASE64)
    if len(body.translate(None, b"\r\n \t")) != len(letters):
        oddities.append("base64-alien")
    padding = letters.find(b"=")
    if padding >= 0:
        if letters[padding:].strip(b"="):
            oddities.insert(0, "base64-after-padding")
        letters = letters[:padding]
    rest = len(letters) % 4
    if rest == 1:
        letters, rest = letters[:-1], 0
    return binascii.a2b_base64(letters + b"=" * (-rest % 4)), tuple(oddities)


def is_clean(body: bytes) -> bool:
    """Whether nothing but letters and white space stands there, and at most two equals signs behind them."""
    if body.translate(None, _USUAL) not in (b"", b"=", b"=="):
        return False
    padding = body.find(b"=")
    return padding < 0 or not body[padding:].strip(b"= \t\r\n")


def groups(replacements: Sequence[Replacement]) -> list[list[Replacement]]:
    """Replacements in order; those that touch the same quantum together."""
    result: list[list[Replacement]] = []
    for each in replacements:
        if result and each.span.start // 3 <= (result[-1][-1].span.end - 1) // 3:
            result[-1].append(each)
        else:
            result.append([each])
    return result


class Places:
    """Where the letters of quanta stand in the raw message; asked in ascending order."""

    def __init__(self, raw: bytes, leaf: Leaf, size: int) -> None:
        """``size`` is the length of the decoded content."""
        self._raw, self._body, self._size = raw, leaf.body, size
        self._runs = _RUN.finditer(raw, leaf.body.start, leaf.body.end)
        self._start = self._stop = leaf.body.start
        self._before = 0  # letters in front of the current run

    def span(self, start: int, end: int) -> Span:
        """The letters of content[start:end], whole quanta; at the end of the content with its padding."""
        if end < self._size:
            first = self._letter(start // 3 * 4)
            return Span(first, self._letter(end // 3 * 4 - 1) + 1)
        total = -(-self._size * 4 // 3)
        first = self._letter(start // 3 * 4) if start // 3 * 4 < total else -1
        behind = self._letter(total - 1) + 1 if total else self._body.start
        padding = _PADDING.match(self._raw, behind, self._body.end)
        behind = padding.end() if padding else behind
        return Span(behind if first < 0 else first, behind)

    def followed(self, behind: int) -> bool:
        """Whether letters stand behind the end of the content, which only its padding keeps apart from it."""
        return _RUN.search(self._raw, behind, self._body.end) is not None

    def overlaid(self, span: Span, letters: bytes) -> bytes:
        """The raw bytes of ``span`` with other letters; what stands between letters stays where it is."""
        out, position, at = [], 0, span.start
        for run in _RUN.finditer(self._raw, span.start, span.end):
            length = run.end() - run.start()
            out += [self._raw[at : run.start()], letters[position : position + length]]
            position, at = position + length, run.end()
        return b"".join(out) + self._raw[at : span.end]

    def _letter(self, index: int) -> int:
        """Offset in the raw message of the letter of this number."""
        for _ in self._runs_left():
            if index < self._before + self._stop - self._start:
                return self._start + index - self._before
        raise TransferError("the base64 encoding does not map back exactly")

    def _runs_left(self) -> Iterator[None]:
        """The current run of letters, and then each further one as the current one."""
        yield
        for run in self._runs:
            self._before += self._stop - self._start
            self._start, self._stop = run.span()
            yield


def patch(content: bytes, lines: Lines, places: Places, group: Sequence[Replacement]) -> Patch:
    """Carry out replacements that share quanta. TransferError where no length fits."""
    start = group[0].span.start // 3 * 3
    end = min(len(content), max(start + 3, -(-group[-1].span.end // 3) * 3))
    last = end == len(content)
    span = places.span(start, end)
    free = last and not places.followed(span.end)
    out, position = bytearray(), start
    for number, one in enumerate(group):
        out += content[position : one.span.start]
        out += _fitting(one, aligned=not (free and number == len(group) - 1))
        position = one.span.end
    out += content[position:end]
    letters = binascii.b2a_base64(bytes(out), newline=False)
    if len(out) == end - start:
        return Patch(span, places.overlaid(span, letters.rstrip(b"=")))
    return Patch(span, _wrapped(lines, span, letters, last))


def _fitting(one: Replacement, *, aligned: bool) -> bytes:
    """The first choice whose length agrees with the original's modulo 3; any where nothing follows."""
    for choice in one.choices:
        if not aligned or (len(choice) - len(one.span)) % 3 == 0:
            return choice
    raise TransferError("no spelling of the new link has the length that base64 needs here")


def _wrapped(lines: Lines, span: Span, letters: bytes, last: bool) -> bytes:
    """The letters broken into lines of 76, going on from the column where ``span`` begins."""
    place = lines.place(span)
    width = limits.LINE_BASE64
    room = max(0, width - place.column)
    pieces = [letters[:room], *(letters[at : at + width] for at in range(room, len(letters), width))]
    out = place.eol.join(pieces)
    column = len(pieces[-1]) + (place.column if len(pieces) == 1 else 0)
    if not last and place.rest and column + place.rest > width:
        out += place.eol
    return out
