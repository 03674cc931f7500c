"""The content of an archive's members, under bounds on each and on all together.

Does not look into what it inflates.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from inspectors.office import limits
from inspectors.office.zipmodel import Archive, Member

STORED, DEFLATED = 0, 8
_MARKUP = (b"<?xml", b"<\0?\0x\0", b"\0<\0?", b"<w:", b"<office:", b"<worksheet")
_START = 64
"""Bytes inflated to tell what a member is."""
_BLANKS = b"\xef\xbb\xbf\xff\xfe \t\r\n"


class MemberError(Exception):
    """A member cannot be read to its end. ``kind`` is that of a ``Skipped``, the words say why, and
    ``beginning`` is what could be read."""

    def __init__(self, kind: str, words: str, beginning: bytes = b"") -> None:
        super().__init__(words)
        self.kind, self.beginning = kind, beginning


@dataclass(slots=True)
class Contents:
    """Inflates members of one archive, each when asked, until the bound for all is reached."""

    content: bytes
    archive: Archive
    left: int = limits.INFLATED_BYTES
    """Bytes that may still be inflated."""
    wrong: list[str] = field(default_factory=list)
    """Members whose content has another checksum or size than the directory says."""

    def is_markup(self, member: Member) -> bool:
        """Whether the member begins like XML: what a part is called is the author's to choose."""
        if member.encrypted or member.data < 0:
            return False
        try:
            start = inflated(self.content, member, _START)
        except MemberError as error:
            start = error.beginning
        return start.lstrip(_BLANKS).startswith(_MARKUP)

    def of(self, member: Member, most: int = limits.MEMBER_BYTES) -> bytes:
        """What the member holds. MemberError where that cannot be told or is over ``most`` bytes."""
        if member.encrypted:
            raise MemberError("encrypted", f"{member.name[:80]!r} needs a password")
        if member.data < 0:
            raise MemberError("broken", f"{member.name[:80]!r} is not where the directory says")
        if self.left <= 0:
            raise MemberError("limit", f"over {limits.INFLATED_BYTES} bytes when unpacked")
        try:
            data = inflated(self.content, member, min(most, self.left))
        except MemberError as error:
            self.left -= len(error.beginning)
            raise
        self.left -= len(data)
        if zlib.crc32(data) != member.crc or len(data) != member.size:
            self.wrong.append(member.name)
        return data


def inflated(content: bytes, member: Member, most: int) -> bytes:
    """What the member holds; MemberError where that is over ``most`` bytes or damaged."""
    data = memoryview(content)[member.data : member.data + member.compressed]
    if member.method == STORED:
        found = bytes(data[: most + 1])
    elif member.method == DEFLATED:
        found = _inflated(data, member, most)
    else:
        raise MemberError("format", f"{member.name[:80]!r} is packed by method {member.method}")
    if len(found) > most:
        words = f"{member.name[:80]!r} is over {most} bytes when unpacked"
        raise MemberError("limit", words, found[:most])
    return found


def _inflated(data: memoryview, member: Member, most: int) -> bytes:
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return machine.decompress(data, most + 1)
    except zlib.error as error:
        words = f"{member.name[:80]!r} is damaged"
        raise MemberError("broken", words, _in_front_of_damage(data, most)) from error


def _in_front_of_damage(data: memoryview, most: int) -> bytes:
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    out = bytearray()
    try:
        for at in range(0, len(data), 1024):
            out += machine.decompress(data[at : at + 1024], most - len(out) + 1)
            if len(out) > most:
                break
    except zlib.error:
        pass
    return bytes(out[:most])
