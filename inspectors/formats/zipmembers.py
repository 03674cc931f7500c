"""The members of a zip file (PKWARE APPNOTE 6.3), found through its central directory.

Does not decrypt, and unpacks only what its caller asks for.
"""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass

from inspectors import limits
from inspectors.formats.inflate import Inflated, inflate

_METHODS = {8: "deflate", 12: "bzip2"}
_LOCAL = struct.Struct("<4sHHHHHLLLHH")


class ZipError(Exception):
    """The zip cannot be read; ``kind`` as in ``Skipped``."""

    def __init__(self, reason: str, kind: str) -> None:
        super().__init__(reason)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Member:
    """One file."""

    name: str
    encrypted: bool
    method: int
    offset: int
    """Of its local header in the file."""
    packed: int
    """Bytes of its packed data."""


def members(content: bytes) -> tuple[Member, ...]:
    """The files as the central directory lists them; ZipError where it cannot be read or is too long."""
    if content.count(b"PK\x01\x02") > limits.ARCHIVE_MEMBERS:
        raise ZipError(f"a zip of more than {limits.ARCHIVE_MEMBERS} members", "limit")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            infos = opened.infolist()
    except Exception as error:  # the library raises whatever a crafted directory makes it stumble over
        raise ZipError("a damaged zip", "broken") from error
    return tuple(
        Member(
            each.filename,
            bool(each.flag_bits & 1),
            each.compress_type,
            each.header_offset,
            each.compress_size,
        )
        for each in infos
        if each.compress_size or not each.filename.endswith(("/", "\\"))
    )


def local_name(content: bytes, member: Member) -> str:
    """The name in the member's local header, which some programs believe; empty where there is no header."""
    start = member.offset + _LOCAL.size
    if content[member.offset : member.offset + 4] != b"PK\x03\x04" or start > len(content):
        return ""
    return content[start : start + _LOCAL.unpack_from(content, member.offset)[9]].decode("utf-8", "replace")


def holds_archive(content: bytes) -> bool:
    """Whether a whole archive stands somewhere in these bytes."""
    at = content.find(b"PK\x03\x04")
    return at >= 0 and content.find(b"PK\x05\x06", at) >= 0


def unpacked(content: bytes, member: Member, most: int) -> Inflated:
    """A member's content, at most ``most`` bytes. "format" is the problem where its method is not read."""
    try:
        fields = _LOCAL.unpack_from(content, member.offset)
    except struct.error:
        return Inflated(b"", "broken")
    if fields[0] != b"PK\x03\x04":
        return Inflated(b"", "broken")
    start = member.offset + _LOCAL.size + fields[9] + fields[10]
    data = memoryview(content)[start : start + member.packed]  # members may lie over one another: no copies
    if member.method == 0:
        return Inflated(bytes(data[:most]), "limit" if len(data) > most else "")
    method = _METHODS.get(member.method)
    if method is None:
        return Inflated(b"", "format")
    return inflate(data, method, most)
