"""The older binary formats (MS-CFB containers: .doc, .xls, .ppt, .msg): addresses that stand in the open.

Their streams are looked at as raw bytes, in ASCII and in UTF-16, which is how these formats write field codes
and hyperlink records. An address over a sector boundary of a scattered stream is missed, and so is what a
program has packed.

Does not read the container's structure, and changes nothing.
"""

from __future__ import annotations

import re

from inspectors import limits as common
from inspectors import urls
from inspectors.model import Flag, Leaf, Link, Reading, Skipped
from inspectors.office import limits
from inspectors.office.found import Handle

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ASCII = re.compile(rb"(?:https?|ftp)://[!#-;=?-~]{3,8000}", re.IGNORECASE)
_WIDE = re.compile(rb"(?:h\0t\0t\0p\0(?:s\0)?|f\0t\0p\0):\0/\0/\0(?:[!#-;=?-~]\0){3,4000}", re.IGNORECASE)
_SECTOR = 512
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_SCHEMAS = (
    "schemas.openxmlformats.org", "schemas.microsoft.com", "www.w3.org", "purl.org", "ns.adobe.com",
)  # fmt: skip
"""Hosts of names rather than addresses, in the metadata of every such file."""


def read(leaf: Leaf, content: bytes) -> Reading:
    """The addresses, each once, in the order they stand."""
    reason = _encrypted(content)
    if reason:
        return Reading(skipped=(Skipped(leaf.path, reason, "encrypted"),))
    flags: tuple[Flag, ...] = ()
    if _MACROS in content:
        flags = (Flag("office-macros", leaf.path, "The document holds macros."),)
    found: dict[str, Link] = {}
    hits = sorted(
        (match.start(), match[0].decode("utf-16-le" if wide else "ascii"))
        for wide, pattern in ((False, _ASCII), (True, _WIDE))
        for match in pattern.finditer(content[: limits.CONTENT_BYTES])
    )
    for at, written in hits:
        url = urls.read(written.rstrip("\\'),;."))
        if url is None or url.host in _SCHEMAS or url.href in found:
            continue
        if len(found) >= limits.OLE_URLS:
            break
        found[url.href] = Link(
            leaf.path,
            url.href,
            written[: common.URL_CHARACTERS],
            "",
            "office:ole",
            Handle(-1, (), at),
            url.host,
        )
    if found:
        return Reading(tuple(found.values()), flags=flags)
    return Reading(skipped=(Skipped(leaf.path, _FORMAT, "format"),), flags=flags)


_FORMAT = "of the older Office formats only addresses in the open are read, and there are none"


def _encrypted(content: bytes) -> str:
    """Why nothing can be read without a password: a whole document wrapped (MS-OFFCRYPTO section 2.3), or the
    flag of an old Word (MS-DOC section 2.5.2) or Excel file (MS-XLS section 2.4.117)."""
    if _ENCRYPTED_PACKAGE in content:
        return "the document is encrypted"
    first = content[_SECTOR : _SECTOR + 64]
    if first[:2] == b"\xec\xa5" and len(first) > 12 and first[11] & 1:
        return "the document is encrypted"
    if first[:2] == b"\x09\x08":
        behind = 4 + int.from_bytes(first[2:4], "little")
        if first[behind : behind + 2] == b"\x2f\x00":
            return "the workbook is encrypted"
    return ""
