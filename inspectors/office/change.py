"""Changing addresses in a document: only the members that hold them, and the few numbers that speak of those.

A changed member is deflated again to exactly its old length, so that nothing else in the archive moves. Where
that cannot be, it grows by a multiple of three bytes, and the offsets behind it are raised.

Does not write XML: new addresses take the place of the old ones, character for character.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from inspectors.model import Edit, Leaf, Replacement, Span
from inspectors.office import deflate, limits, xmlspans
from inspectors.office.documents import Document, scan
from inspectors.office.found import Handle
from inspectors.office.members import DEFLATED, STORED, MemberError, inflated
from inspectors.office.zipmodel import Archive, Field, Member

Refused = tuple[tuple[Edit, str], ...]
_ONE_PIECE = "the address is put together from several parts"
_RUNNING = "addresses in running text of Office documents are listed and not rewritten"
_DISAGREE = "the archive says two things about the member the link stands in"


class _RefusedError(Exception):
    """Edits of one member, or of all, that cannot be made; the words say why."""


@dataclass(frozen=True, slots=True)
class _Changed:
    member: Member
    data: bytes
    """Its new packed data."""
    crc: int
    size: int

    @property
    def growth(self) -> int:
        return len(self.data) - self.member.compressed


def edit(leaf: Leaf, content: bytes, edits: Sequence[Edit]) -> tuple[tuple[Replacement, ...], Refused]:
    """Replacements that carry out the edits together or not at all, and the edits refused with reasons.

    The replacements all name all the edits: one without the others would break the archive. Never raises.
    """
    document = scan(leaf.path, content) if len(content) <= limits.CONTENT_BYTES else None
    reason = _obstacle(document)
    if document is None or reason:
        return (), tuple((each, reason) for each in edits)
    refused: list[tuple[Edit, str]] = []
    by_member: dict[int, list[Edit]] = {}
    known = {link.handle: link for link in document.links}
    for each in edits:
        handle = each.link.handle
        here = known.get(handle)
        if not isinstance(handle, Handle) or here is None or here.written != each.link.written:
            refused.append((each, "the link is not found there again"))
        elif not handle.pieces:
            refused.append((each, _RUNNING if each.link.place == "office:text" else _ONE_PIECE))
        else:
            by_member.setdefault(handle.member, []).append(each)
    done: list[Edit] = []
    changed: list[_Changed] = []
    for index, wanted in by_member.items():
        try:
            changed.append(_changed(content, document, document.archive.members[index], wanted))
        except _RefusedError as error:
            refused.extend((each, str(error)) for each in wanted)
        else:
            done.extend(wanted)
    replacements = _replacements(content, document.archive, changed, tuple(done)) if changed else ()
    return replacements, tuple(refused)


def _obstacle(document: Document | None) -> str:
    if document is None:
        return "only documents in an archive are changed"
    return "the document is signed" if document.signed else document.archive.obstacle


def _changed(content: bytes, document: Document, member: Member, wanted: Sequence[Edit]) -> _Changed:
    if not member.exact or member.name in document.contents.wrong:
        raise _RefusedError(_DISAGREE)
    try:
        data = inflated(content, member, limits.MEMBER_BYTES)
    except MemberError as error:
        raise _RefusedError(str(error)) from error
    text, codec = xmlspans.characters(data)
    if xmlspans.encoded(text, codec) != data:
        raise _RefusedError("the member's characters do not encode back to the same bytes")
    new = data
    for choice in range(max(len(each.urls) for each in wanted)):
        new = xmlspans.encoded(_put(text, wanted, choice), codec)
        if member.method == DEFLATED or (len(new) - len(data)) % deflate.STEP == 0:
            break
    packed = new if member.method == STORED else deflate.fitted(new, member.compressed)
    if inflated(packed, _alone(member, packed), limits.MEMBER_BYTES) != new:
        raise _RefusedError("the member could not be packed again")
    return _Changed(member, packed, zlib.crc32(new), len(new))


def _alone(member: Member, packed: bytes) -> Member:
    return Member(member.name, member.method, False, 0, len(packed), 0, 0, 0)


def _put(text: str, wanted: Sequence[Edit], choice: int) -> str:
    """The text with the new addresses; of one that stands in several pieces, the first takes it all.

    ``choice`` says which of its spellings the first edit takes; the others take their first.
    """
    pieces: list[tuple[int, int, str]] = []
    for number, each in enumerate(wanted):
        assert isinstance(each.link.handle, Handle)
        url = each.urls[min(choice, len(each.urls) - 1) if number == 0 else 0]
        for place, (start, end) in enumerate(each.link.handle.pieces):
            pieces.append((start, end, "" if place else xmlspans.escaped(url)))
    out: list[str] = []
    position = 0
    for start, end, new in sorted(pieces):
        if start < position:
            raise _RefusedError("the link overlaps another one")
        out += [text[position:start], new]
        position = end
    return "".join(out) + text[position:]


def _replacements(
    content: bytes, archive: Archive, changed: Sequence[_Changed], edits: tuple[Edit, ...]
) -> tuple[Replacement, ...]:
    """One for each changed member, and one for the directory and the records behind it."""
    numbers: dict[Field, int] = {}
    for one in changed:
        for fields, value in (
            (one.member.crcs, one.crc),
            (one.member.compresseds, len(one.data)),
            (one.member.sizes, one.size),
        ):
            numbers |= dict.fromkeys(fields, value)
    for member in archive.members:
        growth = sum(one.growth for one in changed if one.member.header < member.header)
        if growth and member.data >= 0:
            numbers[member.offset] = _number(content, member.offset) + growth
    growth = sum(one.growth for one in changed)
    for each in archive.starts if growth else ():
        numbers[each] = _number(content, each) + growth
    behind = [each for each in numbers if each.at >= archive.directory]
    spans = [(one, _around(one.member, numbers, archive.directory)) for one in changed]
    made = [
        Replacement(span, (_with(content, span, numbers, one),), edits)
        for one, span in sorted(spans, key=lambda pair: pair[1].start)
    ]
    span = Span(min(each.at for each in behind), max(each.at + each.width for each in behind))
    return (*made, Replacement(span, (_with(content, span, numbers, None),), edits))


def _around(member: Member, numbers: dict[Field, int], directory: int) -> Span:
    """The member's data with the numbers in its header and data descriptor."""
    fields = (*member.crcs, *member.compresseds, *member.sizes)
    own = [each for each in fields if each in numbers and each.at < directory]
    ends = [member.data + member.compressed, *(each.at + each.width for each in own)]
    return Span(min([member.data, *(each.at for each in own)]), max(ends))


def _with(content: bytes, span: Span, numbers: dict[Field, int], one: _Changed | None) -> bytes:
    """The bytes of ``span`` with new numbers and, where it is a member's, its new data."""
    out = bytearray(span.of(content))
    for each, value in numbers.items():
        if span.start <= each.at < span.end:
            out[each.at - span.start : each.at - span.start + each.width] = value.to_bytes(
                each.width, "little"
            )
    if one is not None:
        start = one.member.data - span.start
        out[start : start + one.member.compressed] = one.data
    return bytes(out)


def _number(content: bytes, each: Field) -> int:
    return int.from_bytes(content[each.at : each.at + each.width], "little")
