"""Where everything stands in a ZIP archive (PKWARE APPNOTE 6.3): members, their data, the fields that speak
of them.

Readers disagree where an archive says one thing twice and differently: central directory against local
headers, one name twice, a directory found from the end against one found from the front. Each such place is
an oddity, and an archive with one that matters is not changed.

Does not inflate anything and does not know what the members hold.
"""

from __future__ import annotations

import struct
from dataclasses import replace

from inspectors.office import clashes, limits
from inspectors.office.zipmodel import LOCAL, Archive, Field, Member

_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_CENTRAL, _DESCRIPTOR = b"PK\x01\x02", b"PK\x07\x08"
_COMMENT = 65_535
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF


class ZipError(Exception):
    """The bytes are no archive whose directory can be read; the words say why."""


def read(content: bytes) -> Archive:
    """The map of the archive. ZipError where there is no central directory."""
    end = _end(content)
    total, size, start, starts = _ends(content, end)
    places = _directories(content, end, size, start, starts)
    directory, shift = places[0], places[0] - start
    odd: list[str] = []
    if len(places) > 1:
        odd.append("the archive has two directories")
    if shift:
        odd.append("bytes stand in front of the archive")
    if end + 22 + _u16(content, end + 20) != len(content):
        odd.append("bytes stand behind the archive")
    if content.find(_END, max(0, end - _COMMENT), end) >= 0 or content.find(_END, end + 4) >= 0:
        odd.append("the archive has more than one end record")
    members = _members(content, directory, total, shift, odd)
    odd.extend(clashes.names(members))
    if clashes.unlisted(content, members, directory):
        odd.append("members stand in the archive that the directory does not name")
    obstacle = clashes.obstacle(members, shift, directory)
    return Archive(tuple(members), directory, starts, tuple(dict.fromkeys(odd)), obstacle)


def salvaged(content: bytes) -> Archive:
    """The members as far as local headers tell, where no directory does; Office offers to repair such files.

    Never changed.
    """
    members: list[Member] = []
    at = content.find(LOCAL)
    while 0 <= at <= len(content) - 30 and len(members) < limits.MEMBERS:
        flags, method = struct.unpack_from("<HH", content, at + 6)
        crc, _, size, n, extra = struct.unpack_from("<IIIHH", content, at + 14)
        data = at + 30 + n + extra
        following = content.find(LOCAL, max(data, at + 4))
        end = len(content) if following < 0 else following
        name = _name(content[at + 30 : at + 30 + n], flags)
        members.append(
            Member(
                name, method, bool(flags & 1), crc, max(0, end - data), size, at, data, end=end, exact=False
            )
        )
        at = following
    why = "the archive has no directory"
    return Archive(tuple(members), len(content), (), (why,), why)


def _end(content: bytes) -> int:
    """The last end record whose comment fits into the file (section 4.3.16)."""
    at = len(content)
    for _ in range(50):
        at = content.rfind(_END, max(0, len(content) - _COMMENT - 22), at)
        if at < 0:
            break
        if at + 22 <= len(content) and at + 22 + _u16(content, at + 20) <= len(content):
            return at
    raise ZipError("it has no central directory")


def _ends(content: bytes, end: int) -> tuple[int, int, int, tuple[Field, ...]]:
    """Number of entries, size and offset of the directory as the end records give them, and the fields that
    move with it."""
    total, size, start = struct.unpack_from("<HII", content, end + 10)
    starts = [Field(end + 16, 4)]
    locator = end - 20
    if locator >= 0 and content[locator : locator + 4] == _LOCATOR:
        (record,) = struct.unpack_from("<Q", content, locator + 8)
        if content[record : record + 4] == _END64 and record + 56 <= end:
            starts = [] if start == _FULL32 else starts
            starts += [Field(locator + 8, 8), Field(record + 48, 8)]
            total, size, start = struct.unpack_from("<QQQ", content, record + 32)
            return total, size, start, tuple(starts)
    return total, size, start, tuple(starts)


def _directories(content: bytes, end: int, size: int, start: int, starts: tuple[Field, ...]) -> list[int]:
    """Where readers find the directory: at the offset given, or right in front of the end records."""
    behind = starts[-1].at - 48 if starts[-1].width == 8 else end
    found = [
        at
        for at in dict.fromkeys((start, behind - size))
        if 0 <= at <= end and (content[at : at + 4] == _CENTRAL or (not size and at == behind))
    ]
    if not found:
        raise ZipError("its central directory is not where it is said to be")
    return found


def _members(content: bytes, at: int, total: int, shift: int, odd: list[str]) -> list[Member]:
    members: list[Member] = []
    while content[at : at + 4] == _CENTRAL and at + 46 <= len(content):
        if len(members) >= limits.MEMBERS:
            odd.append(f"the archive has more than {limits.MEMBERS} members")
            return members
        member, at = _central(content, at, shift)
        members.append(_with_local(content, member))
        if not members[-1].exact:
            odd.append(f"directory and header disagree about {member.name[:80]!r}")
    if len(members) != total and (total < _FULL16 or len(members) & _FULL16 != total):
        odd.append("the directory holds another number of entries than it says")
    return members


def _central(content: bytes, at: int, shift: int) -> tuple[Member, int]:
    """One entry of the directory (section 4.3.12), and where the next begins."""
    flags, method = struct.unpack_from("<HH", content, at + 8)
    crc, compressed, size, n, extra, comment = struct.unpack_from("<IIIHHH", content, at + 16)
    (offset,) = struct.unpack_from("<I", content, at + 42)
    fields = [Field(at + 20, 4), Field(at + 24, 4), Field(at + 42, 4)]
    values = [compressed, size, offset]
    _zip64(content, at + 46 + n, extra, values, fields, (1, 0, 2))
    member = Member(
        _name(content[at + 46 : at + 46 + n], flags), method, bool(flags & 1), crc, values[0], values[1],
        values[2] + shift, -1, (Field(at + 16, 4),), (fields[0],), (fields[1],), fields[2],
    )  # fmt: skip
    return member, at + 46 + n + extra + comment


def _zip64(
    content: bytes, at: int, length: int, values: list[int], fields: list[Field], order: tuple[int, ...]
) -> None:
    """Take the 8-byte values from the zip64 extra field for those that are all ones (section 4.5.3)."""
    end = min(at + length, len(content))
    while at + 4 <= end:
        kind, size = struct.unpack_from("<HH", content, at)
        if kind == 1:
            at += 4
            for index in order:
                if values[index] == _FULL32 and at + 8 <= end:
                    (values[index],) = struct.unpack_from("<Q", content, at)
                    fields[index] = Field(at, 8)
                    at += 8
            return
        at += 4 + size


def _with_local(content: bytes, member: Member) -> Member:
    """The entry with what its local header (section 4.3.7) and data descriptor (4.3.9) say."""
    at = member.header
    if at < 0 or at + 30 > len(content) or content[at : at + 4] != LOCAL:
        return replace(member, exact=False)
    flags, method = struct.unpack_from("<HH", content, at + 6)
    crc, compressed, size, n, extra = struct.unpack_from("<IIIHH", content, at + 14)
    fields, values = [Field(at + 18, 4), Field(at + 22, 4)], [compressed, size]
    _zip64(content, at + 30 + n, extra, values, fields, (1, 0))
    data = at + 30 + n + extra
    end = data + member.compressed
    same = [crc, *values] == [member.crc, member.compressed, member.size]
    exact = (
        method == member.method
        and bool(flags & 1) == member.encrypted
        and _name(content[at + 30 : at + 30 + n], flags) == member.name
        and end <= len(content)
        and (same or (bool(flags & 8) and not any((crc, *values))))
    )
    member = replace(member, data=data, end=end, exact=exact)
    if same:
        member = _also(member, Field(at + 14, 4), *fields)
    if not flags & 8:
        return member
    described = _descriptor(content, end, member)
    if described is None:
        return replace(member, exact=False)
    return replace(_also(member, *described[0]), end=described[1])


def _also(member: Member, crc: Field, compressed: Field, size: Field) -> Member:
    return replace(
        member,
        crcs=(*member.crcs, crc),
        compresseds=(*member.compresseds, compressed),
        sizes=(*member.sizes, size),
    )


def _descriptor(content: bytes, at: int, member: Member) -> tuple[tuple[Field, Field, Field], int] | None:
    """The fields of the data descriptor and where it ends; with or without signature, 4 or 8 bytes wide."""
    signature = 4 if content[at : at + 4] == _DESCRIPTOR else 0
    for skip in dict.fromkeys((signature, 0)):
        for width, form in ((4, "<III"), (8, "<IQQ")):
            begin, end = at + skip, at + skip + 4 + 2 * width
            if end <= len(content) and struct.unpack_from(form, content, begin) == (
                member.crc, member.compressed, member.size,
            ):  # fmt: skip
                fields = Field(begin, 4), Field(begin + 4, width), Field(begin + 4 + width, width)
                return fields, end
    return None


def _name(raw: bytes, flags: int) -> str:
    raw = raw[: limits.NAME_BYTES]
    if flags & 0x800 or raw.isascii():
        return raw.decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _u16(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 2], "little")
