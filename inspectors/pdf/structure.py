"""Facts about a PDF's bytes that an appended revision has to fit.

Does not parse objects; pikepdf does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from inspectors.pdf import limits

_WHITE = b"\x00\t\n\x0c\r "
_STARTXREF = re.compile(rb"startxref[\x00\t\n\x0c\r ]+(\d{1,10})")
_LENGTH = re.compile(rb"/L[\x00\t\n\x0c\r ]+(\d{1,10})")
_OBJECT = re.compile(rb"\d{1,10}[\x00\t\n\x0c\r ]+\d{1,5}[\x00\t\n\x0c\r ]+obj")


@dataclass(frozen=True, slots=True)
class Structure:
    """Where offsets count from and what the last cross-reference section looks like."""

    header: int
    """Offset of ``%PDF-``: all offsets in the file count from there."""
    startxref: int
    """The last stated offset of a cross-reference section, as stated; -1 where none is."""
    kind: str
    """"table", "stream", or "" where nothing of the kind stands at ``startxref``."""
    stated_length: int
    """/L of a linearisation dictionary (ISO 32000-2 annex F.3.3); -1 where there is none."""
    ends_line: bool
    """Whether the last byte is a line end."""


def structure(content: bytes) -> Structure:
    """The facts; never fails."""
    header = max(0, content.find(b"%PDF-", 0, limits.HEADER_WINDOW))
    stated = _STARTXREF.findall(content, max(0, len(content) - limits.TAIL_WINDOW))
    startxref = int(stated[-1]) if stated else -1
    head = content[header : header + limits.HEADER_WINDOW]
    length = _LENGTH.search(head) if b"/Linearized" in head else None
    return Structure(
        header,
        startxref,
        _kind(content, header + startxref) if startxref >= 0 else "",
        int(length[1]) if length else -1,
        content[-1:] in (b"\n", b"\r"),
    )


def lost_end(content: bytes) -> bytes:
    """The end that a file with cross-reference streams has lost; empty where it has none of them.

    PDFium opens such a file, and others do once the newest stream is named again (ISO 32000-2 section 7.5.5).
    """
    header = max(0, content.find(b"%PDF-", 0, limits.HEADER_WINDOW))
    end = len(content)
    for _ in range(limits.LOST_ENDS):
        end = content.rfind(b"/XRef", 0, end)
        if end < 0:
            break
        start = max(0, end - limits.TAIL_WINDOW)
        heads = list(_OBJECT.finditer(content, start, end))
        if heads and b"stream" not in content[heads[-1].end() : end]:
            return b"\nstartxref\n%d\n%%%%EOF\n" % (heads[-1].start() - header)
    return b""


def _kind(content: bytes, at: int) -> str:
    here = content[at : at + 64].lstrip(_WHITE)
    if here.startswith(b"xref"):
        return "table"
    return "stream" if _OBJECT.match(here) else ""
