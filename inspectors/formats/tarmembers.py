"""The members of a tar file (POSIX.1-1988 ustar, pax, GNU): names and spans, nothing unpacked.

Read here because the standard library's reader has looped on crafted headers more than once.

Does not read sparse files and links: they hold no content of their own to show.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspectors.model import Span

_BLOCK = 512
_FILES = b"0\x007"
_LONG_NAME, _PAX = b"L", b"x"
_MOST_NAME = 4096


def is_tar(content: bytes) -> bool:
    """Whether the first block is a header, by its magic."""
    return content[257:262] == b"ustar"


def members(content: bytes) -> Iterator[tuple[str, Span]]:
    """Name and place of each file, in order; ends where a header makes no sense. Linear."""
    at, longer = 0, ""
    while at + _BLOCK <= len(content):
        header = content[at : at + _BLOCK]
        size = _number(header[124:136])
        if not header.strip(b"\0") or size is None:
            return
        body = at + _BLOCK
        kind = header[156:157]
        span = Span(body, min(body + size, len(content)))
        if kind == _LONG_NAME:
            longer = _text(content[span.start : min(span.end, body + _MOST_NAME)])
        elif kind == _PAX:
            longer = _pax_path(content[span.start : min(span.end, body + 4 * _MOST_NAME)]) or longer
        else:
            if kind in _FILES and kind:
                yield longer or _ustar_name(header), span
            longer = ""
        at = body + (size + _BLOCK - 1) // _BLOCK * _BLOCK


def _number(written: bytes) -> int | None:
    """A size: octal digits, or GNU's base 256 with the first bit set. None where it is neither."""
    if written[:1] >= b"\x80":
        value = int.from_bytes(written[1:], "big")
        return value if written[:1] == b"\x80" else None
    digits = written.strip(b" \0")
    try:
        value = int(digits or b"0", 8)
    except ValueError:
        return None
    return value if value >= 0 else None


def _ustar_name(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(written: bytes) -> str:
    return written.split(b"\0", 1)[0].decode("utf-8", "replace")


def _pax_path(records: bytes) -> str:
    """The path of a pax header, "LENGTH path=…" among its records."""
    start = 0 if records.startswith(b"path=") else records.find(b" path=") + 1
    if not start:
        return ""
    return _text(records[start + 5 :].split(b"\n", 1)[0])
