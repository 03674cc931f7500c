"""Between a leaf's raw bytes and its decoded content, and back for edits (RFC 2045 section 6).

Does not know charsets (``charsets.py``), and never re-encodes what an edit does not touch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inspectors import base64, limits, quotedprintable, uuencode
from inspectors.lines import Lines, TransferError
from inspectors.model import Edit, Leaf, Patch, Replacement, Rewriting

__all__ = ["Contents", "Decoded", "TransferError", "decode", "encode"]

_IDENTITY = frozenset(("", "7bit", "8bit", "binary"))
_UUENCODE = frozenset(("x-uuencode", "x-uue", "uuencode", "uue"))
_KEPT = 1024 * 1024
"""Encoded bytes of a leaf whose content is kept for the next to ask; longer ones are decoded again, for
memory is scarcer than time then."""
_NOT_WRITTEN = "uuencoded content is read and not rewritten"


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
        return Decoded(quotedprintable.decode(body))
    if leaf.transfer == "base64":
        return Decoded(*base64.decode(body))
    if leaf.transfer in _UUENCODE and (files := uuencode.members(body)):
        return Decoded(files[0].content)
    return Decoded(body, ("transfer-unknown",))


class Contents:
    """The contents of one message's leaves, for those who ask one after the other: whether reading is heavy
    work, the strict reading, the second one. Most text is encoded, and decoding it costs 4 ms a megabyte.
    """

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._known: dict[tuple[int, int], Decoded] = {}

    def of(self, leaf: Leaf) -> Decoded:
        """As ``decode``."""
        if leaf.transfer in _IDENTITY or len(leaf.body) > _KEPT:
            return decode(self._raw, leaf)
        place = leaf.body.start, leaf.body.end
        if place not in self._known:
            self._known[place] = decode(self._raw, leaf)
        return self._known[place]


def encode(raw: bytes, leaf: Leaf, content: bytes, replacements: Sequence[Replacement]) -> Rewriting:
    """Patches in the raw message that carry out replacements in the decoded content.

    ``content`` is what ``decode`` gave; the replacements do not overlap. A replacement that this encoding
    cannot take without moving other bytes is refused with the reason; the others are carried out. Of an
    edit that takes several replacements, all are made or none.
    """
    if leaf.transfer in _UUENCODE:
        return Rewriting((), (), tuple((edit, _NOT_WRITTEN) for each in replacements for edit in each.edits))
    result = _encoded(raw, leaf, content, replacements)
    refused = dict(result.refused)
    while not refused.keys().isdisjoint(result.done) or _tear(replacements, refused):
        whole = [each for each in replacements if not any(edit in refused for edit in each.edits)]
        result = _encoded(raw, leaf, content, whole)
        refused |= dict(result.refused)
    return Rewriting(result.patches, tuple(dict.fromkeys(result.done)), tuple(refused.items()))


def _tear(replacements: Sequence[Replacement], refused: dict[Edit, str]) -> bool:
    """Refuse what shares a replacement with what is refused; whether that adds any."""
    before = len(refused)
    for each in replacements if refused else ():
        reason = next((refused[edit] for edit in each.edits if edit in refused), "")
        for edit in each.edits if reason else ():
            refused.setdefault(edit, reason)
    return len(refused) > before


def _encoded(raw: bytes, leaf: Leaf, content: bytes, replacements: Sequence[Replacement]) -> Rewriting:
    ordered = sorted(replacements, key=lambda each: (each.span.start, each.span.end))
    groups = base64.groups(ordered) if leaf.transfer == "base64" else [[each] for each in ordered]
    patches: list[Patch] = []
    done: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    lines = Lines(raw, leaf)
    make = _patcher(raw, leaf, content, lines)
    for group in groups:
        edits = [edit for replacement in group for edit in replacement.edits]
        try:
            patch = make(group)
        except TransferError as error:
            refused.extend((edit, str(error)) for edit in edits)
        else:
            lines.wrote(patch.span, patch.data)
            patches.append(patch)
            done.extend(edits)
    return Rewriting(tuple(patches), tuple(done), tuple(refused))


def _patcher(
    raw: bytes, leaf: Leaf, content: bytes, lines: Lines
) -> Callable[[Sequence[Replacement]], Patch]:
    """What makes a patch in this leaf's encoding; asked in ascending order."""
    if leaf.transfer == "base64":
        letters = base64.Places(raw, leaf, len(content))
        return lambda group: base64.patch(content, lines, letters, group)
    if leaf.transfer == "quoted-printable":
        places = quotedprintable.Places(leaf.body.of(raw), content)
        return lambda group: quotedprintable.patch(
            raw, lines, places.span(group[0].span).moved(leaf.body.start), group[0].choices[0]
        )
    return lambda group: _plain(leaf, lines, group[0])


def _plain(leaf: Leaf, lines: Lines, one: Replacement) -> Patch:
    """7bit, 8bit, binary, unknown: the bytes themselves. Lines never grow past 998 through us.

    A choice with line ends around it puts the link on a line of its own.
    """
    span = one.span.moved(leaf.body.start)
    place = lines.place(span)
    if leaf.transfer == "binary":
        return Patch(span, one.choices[0])
    if b"\n" in one.choices[0] or b"\r" in one.choices[0]:
        raise TransferError(f"binary content cannot be added to a part in {leaf.transfer} encoding")
    longest = max(limits.LINE_PLAIN, place.length)
    for choice in one.choices:
        pieces = choice.split(b"\n")
        lengths = [len(piece) for piece in pieces]
        lengths[0] += place.column
        lengths[-1] += place.rest
        if max(lengths) <= longest:
            return Patch(span, place.eol.join(pieces))
    raise TransferError(f"the line would grow past {limits.LINE_PLAIN} bytes")
