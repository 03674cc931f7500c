"""Text in charsets whose ASCII is not ASCII, made ASCII: where labels are wrong, missing or two.

Links are ASCII, so it is enough to find the ASCII characters of each charset family; the rest may be garbled.

Does not trust a label but for EBCDIC, which nothing else tells from binary data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

CONTROLS = bytes(set(range(32)) - set(b"\t\n\r")) + b"\x7f"
"""What text does not hold unless it is in another charset, or hides something."""
_ESCAPE = re.compile(rb"\x1b[\x20-\x2f]*[\x30-\x7e]|[\x0e\x0f]")
_HZ = re.compile(rb"~[{}]|~\n")
_UTF7 = re.compile(rb"\+[A-Za-z0-9+/]*A[A-H][A-Za-z0-9+/]")
_EBCDIC = re.compile(
    rb"ebcdic|(?:ibm|cp|ccsid)[-_]?0*(?:37|273|277|278|280|284|285|297|424|500|871|1025|1026|1047|114\d)(?!\d)"
)


def odd(content: bytes) -> bool:
    """Quickly, whether anything here would be read otherwise in another family of charsets."""
    return shifts(content) or len(content.translate(None, CONTROLS)) != len(content)


def shifts(content: bytes) -> bool:
    """The same for charsets that use no control characters: HZ and UTF-7."""
    return (b"~" in content and b"~{" in content) or (
        b"+" in content and b"+A" in content and _UTF7.search(content) is not None
    )


def is_ebcdic(label: bytes) -> bool:
    """Whether a label, or a header block, names an EBCDIC code page."""
    return _EBCDIC.search(label.lower()) is not None


def readings(data: bytes, ebcdic: bool = False) -> Iterator[bytes]:
    """The data in other families, where they differ: UTF-16 and 32, ISO 2022, HZ, UTF-7, EBCDIC."""
    if b"\x1b" in data or b"\x0e" in data:
        yield _ESCAPE.sub(b"", data)
    if len(stripped := data.translate(None, CONTROLS)) != len(data):
        yield stripped
    if b"~{" in data:
        yield _HZ.sub(b"", data)
    if b"+" in data and _UTF7.search(data):
        yield data.decode("utf-7", "ignore").encode("utf-8", "replace")
    if ebcdic:
        yield data.decode("cp037").encode("utf-8")
        yield data.translate(None, b"\r\n").decode("cp037").encode("utf-8")


def joined(data: bytes) -> bytes:
    """The text with its lines joined, as format=flowed with DelSp joins them and as browsers read a URL."""
    return b"".join(line.strip(b" ") for line in data.replace(b"\t", b"").replace(b"\r", b"\n").split(b"\n"))
