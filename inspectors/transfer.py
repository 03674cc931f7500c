"""Between a leaf's raw bytes and its decoded content, with the map back (RFC 2045 section 6).

Decoding is the C library's. The map from decoded offsets to raw ones is made only around an edit and only
as far as needed, because a map of every byte costs 11 s for 10 MB.

Does not know charsets (``charsets.py``), and never re-encodes what an edit does not touch.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from inspectors import limits
from inspectors.model import Edit, Leaf, Patch, Replacement, Rewriting, Span

_IDENTITY = frozenset(("", "7bit", "8bit", "binary"))
_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(sorted(set(range(256)) - set(_BASE64_ALPHABET + b"=")))
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/]+")
_TRAILING_BLANKS = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_QP_CODE = re.compile(rb"==|=[0-9A-Fa-f]{2}|=[ \t]*(?:\r?\n|\Z)|(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_QP_BYTE = re.compile(rb"==|=[0-9A-Fa-f]{2}")  # the C decoder reads "==" as one equals sign
_QP_PLAIN = frozenset(range(33, 127)) - frozenset(b"=")
_QP_CHUNK = 16 * 1024


class TransferError(Exception):
    """An edit that cannot be written in this transfer encoding; the words say why."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A leaf's content and what was odd about its encoding."""

    content: bytes
    oddities: tuple[str, ...] = ()
    """Names of flags: "transfer-unknown", "base64-alien", "base64-after-padding"."""


def decode(raw: bytes, leaf: Leaf) -> Decoded:
    """The decoded content. Unknown encodings are read as they stand, and say so; never raises."""
    body = leaf.body.of(raw)
    if leaf.transfer in _IDENTITY:
        return Decoded(body)
    if leaf.transfer == "quoted-printable":
        return Decoded(_decode_quoted_printable(body))
    if leaf.transfer == "base64":
        return _decode_base64(body)
    return Decoded(body, ("transfer-unknown",))


def _decode_quoted_printable(body: bytes) -> bytes:
    if b" \n" in body or b" \r" in body or b"\t\n" in body or b"\t\r" in body or body[-1:] in (b" ", b"\t"):
        body = _TRAILING_BLANKS.sub(b"", body)  # RFC 2045 section 6.7 rule 3
    return binascii.a2b_qp(body)


def _decode_base64(body: bytes) -> Decoded:
    """Up to the first padding; characters outside the alphabet are passed over, as clients do."""
    oddities: list[str] = []
    letters = body.translate(None, _NOT_BASE64)
    padding = letters.find(b"=")
    if padding >= 0:
        if letters[padding:].strip(b"="):
            oddities.append("base64-after-padding")
        letters = letters[:padding]
    if len(body.translate(None, b"\r\n \t")) != len(body.translate(None, _NOT_BASE64)):
        oddities.append("base64-alien")
    rest = len(letters) % 4
    if rest == 1:
        letters, rest = letters[:-1], 0
    return Decoded(binascii.a2b_base64(letters + b"=" * (-rest % 4)), tuple(oddities))


def encode(raw: bytes, leaf: Leaf, content: bytes, replacements: Sequence[Replacement]) -> Rewriting:
    """Patches in the raw message that carry out replacements in the decoded content.

    ``content`` is what ``decode`` gave. A replacement that this encoding cannot take without moving other
    bytes is refused with the reason; the others are carried out.
    """
    patches: list[Patch] = []
    done: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    for group in _groups(leaf, replacements):
        edits = [edit for replacement in group for edit in replacement.edits]
        try:
            patches.append(_patch(raw, leaf, content, group))
            done.extend(edits)
        except TransferError as error:
            refused.extend((edit, str(error)) for edit in edits)
    return Rewriting(tuple(patches), tuple(done), tuple(refused))


def _groups(leaf: Leaf, replacements: Sequence[Replacement]) -> list[list[Replacement]]:
    """Sorted; in base64, replacements that touch the same quantum go together."""
    groups: list[list[Replacement]] = []
    for each in sorted(replacements, key=lambda r: (r.span.start, r.span.end)):
        if (
            groups
            and leaf.transfer == "base64"
            and each.span.start // 3 <= (groups[-1][-1].span.end - 1) // 3
        ):
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _patch(raw: bytes, leaf: Leaf, content: bytes, group: list[Replacement]) -> Patch:
    if leaf.transfer == "base64":
        return _patch_base64(raw, leaf, content, group)
    (one,) = group
    if leaf.transfer == "quoted-printable":
        return _patch_quoted_printable(raw, leaf, content, one)
    return _patch_plain(raw, leaf, one)


def _patch_plain(raw: bytes, leaf: Leaf, one: Replacement) -> Patch:
    """7bit, 8bit, binary, unknown: the bytes themselves. Lines never grow past 998 through us."""
    new = one.choices[0]
    span = one.span.moved(leaf.body.start)
    if leaf.transfer != "binary":
        if b"\n" in new or b"\r" in new:
            raise TransferError(f"binary content cannot be added to a part in {leaf.transfer} encoding")
        begin, stop = _line(raw, span, leaf.body)
        length = stop - begin
        if length + len(new) - len(span) > max(limits.LINE_PLAIN, length):
            raise TransferError(f"the line would grow past {limits.LINE_PLAIN} bytes")
    return Patch(span, new)


def _line(raw: bytes, span: Span, body: Span) -> tuple[int, int]:
    """Start of the line ``span`` begins on and end of the one it ends on, line end excluded."""
    begin = raw.rfind(b"\n", body.start, span.start) + 1 or body.start
    stop = raw.find(b"\n", span.end, body.end)
    stop = body.end if stop < 0 else stop
    return begin, stop - 1 if stop > span.end and raw[stop - 1] == 0x0D else stop


def _line_end(raw: bytes, body: Span, near: int) -> bytes:
    """The line end in use before ``near``, else anywhere in the body, else CRLF."""
    at = raw.rfind(b"\n", body.start, near)
    at = raw.find(b"\n", body.start, body.end) if at < 0 else at
    return b"\n" if at == 0 or (at > 0 and raw[at - 1] != 0x0D) else b"\r\n"


# Quoted-printable


def _patch_quoted_printable(raw: bytes, leaf: Leaf, content: bytes, one: Replacement) -> Patch:
    span = _quoted_printable_span(leaf.body.of(raw), content, one.span).moved(leaf.body.start)
    begin, stop = _line(raw, span, leaf.body)
    eol = _line_end(raw, leaf.body, span.start)
    out, column = bytearray(), span.start - begin
    for byte in one.choices[0]:
        code = bytes([byte]) if byte in _QP_PLAIN else b"=%02X" % byte
        if column + len(code) > limits.LINE_QUOTED_PRINTABLE - 1:
            out += b"=" + eol
            column = 0
        out += code
        column += len(code)
    rest = stop - span.end
    if rest and column + rest > limits.LINE_QUOTED_PRINTABLE and raw[span.end : stop].rstrip(b" \t") != b"=":
        out += b"=" + eol
    return Patch(span, bytes(out))


def _quoted_printable_span(body: bytes, content: bytes, wanted: Span) -> Span:
    """Where the decoded range ``wanted`` stands in the encoded body; soft breaks inside it are included.

    Whole lines are counted with the C decoder; byte by byte only the lines around the range.
    """
    begin = stop = decoded = before = 0
    while stop < len(body) and decoded < wanted.end:
        if decoded <= wanted.start:
            begin, before = stop, decoded
        position = stop
        stop = body.find(b"\n", min(position + _QP_CHUNK, len(body))) + 1 or len(body)
        decoded += len(_decode_quoted_printable(body[position:stop]))
    starts: list[int] = []
    position = begin
    for code in _QP_CODE.finditer(body, begin, stop):
        starts.extend(range(position, code.start()))
        if _QP_BYTE.match(code.group()):
            starts.append(code.start())
        position = code.end()
    starts.extend(range(position, stop))
    first, last = wanted.start - before, wanted.end - before - 1
    if len(starts) != decoded - before or not 0 <= first <= last < len(starts):
        raise TransferError("the quoted-printable encoding does not map back exactly")
    code_at_end = _QP_BYTE.match(body, starts[last])
    end = code_at_end.end() if code_at_end else starts[last] + 1
    # A soft break behind the piece keeps blanks at its end from being taken for trailing ones.
    if _decode_quoted_printable(body[starts[first] : end] + b"=") != wanted.of(content):
        raise TransferError("the quoted-printable encoding does not map back exactly")
    return Span(starts[first], end)


# Base64


def _patch_base64(raw: bytes, leaf: Leaf, content: bytes, group: list[Replacement]) -> Patch:
    """Only the quanta that the replacements touch change; so lengths must agree modulo 3."""
    start = group[0].span.start // 3 * 3
    end = min(len(content), max(start + 3, -(-group[-1].span.end // 3) * 3))
    last = end == len(content)
    out, position = bytearray(), start
    for number, one in enumerate(group):
        out += content[position : one.span.start]
        out += _fitting(one, aligned=not (last and number == len(group) - 1))
        position = one.span.end
    out += content[position:end]
    span = _base64_span(leaf.body.of(raw), len(content), start, end).moved(leaf.body.start)
    return Patch(span, _wrapped(raw, leaf, span, binascii.b2a_base64(bytes(out), newline=False), last))


def _fitting(one: Replacement, *, aligned: bool) -> bytes:
    """The first choice whose length agrees with the original's modulo 3; any where nothing follows."""
    for choice in one.choices:
        if not aligned or (len(choice) - len(one.span)) % 3 == 0:
            return choice
    raise TransferError("no spelling of the new link has the length that base64 needs here")


def _base64_span(body: bytes, size: int, start: int, end: int) -> Span:
    """Raw range of the quanta of content[start:end]; at the end of the content with its padding."""
    letters, stop = start // 3 * 4, -(-end // 3) * 4
    total = size // 3 * 4 + (size % 3 + 1 if size % 3 else 0)
    at = stop_at = -1
    count = 0
    for run in _BASE64_RUN.finditer(body):
        length = run.end() - run.start()
        if at < 0 and letters < count + length:
            at = run.start() + letters - count
        count += length
        if stop <= count and stop_at < 0:
            stop_at = run.end() - (count - stop)
            if end < size:
                break
    if end < size:
        if at < 0 or stop_at < 0:
            raise TransferError("the base64 encoding does not map back exactly")
        return Span(at, stop_at)
    if count != total:
        raise TransferError("the base64 encoding is followed by something else")
    text = len(body.rstrip(b"\r\n \t"))
    return Span(text if at < 0 else at, text)


def _wrapped(raw: bytes, leaf: Leaf, span: Span, letters: bytes, last: bool) -> bytes:
    """The letters broken into lines of 76, going on from the column where ``span`` begins."""
    begin, stop = _line(raw, span, leaf.body)
    eol = _line_end(raw, leaf.body, span.start)
    width = limits.LINE_BASE64
    room = max(0, width - (span.start - begin))
    lines = [letters[:room], *(letters[at : at + width] for at in range(room, len(letters), width))]
    out = eol.join(lines) if room else eol + eol.join(lines[1:])
    rest = 0 if last else stop - span.end
    if rest and len(lines[-1]) + (span.start - begin if len(lines) == 1 else 0) + rest > width:
        out += eol
    return out
