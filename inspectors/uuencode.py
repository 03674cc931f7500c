"""Files in a text as uuencode puts them there: ``begin 644 name``, lines of up to 45 bytes, ``end``
(POSIX.1-2017, uuencode).

Does not read uuencode as a transfer encoding: that is ``transfer.py``.
"""

from __future__ import annotations

import binascii
import re

from inspectors import limits
from inspectors.model import Inside

_BEGIN = re.compile(rb"(?:^|\n)begin(-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n")
_MOST_BEGINNINGS = 4 * limits.INSIDE_FILES
"""First lines looked behind: a text can hold a million of them with nothing after."""
_LINE = re.compile(rb"([^\r\n]*)\r?(?:\n|\Z)")


def holds(content: bytes) -> bool:
    """Whether a file may stand in the text, which may need a process of its own."""
    return b"begin" in content and _BEGIN.search(content) is not None


def members(content: bytes) -> tuple[Inside, ...]:
    """The files in the text, in order; one that is damaged or not closed, as far as it goes. Linear."""
    found: list[Inside] = []
    at = 0
    for _ in range(_MOST_BEGINNINGS):
        match = _BEGIN.search(content, at)
        if match is None or len(found) > limits.INSIDE_FILES:  # one more than is read, so that it is said
            break
        data, at = _decoded(content, match.end(), base64=bool(match.group(1)))
        if data:
            found.append(Inside(match.group(2).decode("utf-8", "replace").strip().strip('"'), data))
        at -= content.startswith(b"\n", at - 1)  # the line end in front of the next one's "begin"
    return tuple(found)


def _decoded(content: bytes, at: int, *, base64: bool) -> tuple[bytes, int]:
    """The bytes of one file's lines and where they end."""
    decode = binascii.a2b_base64 if base64 else binascii.a2b_uu
    pieces: list[bytes] = []
    while at < len(content) and (match := _LINE.match(content, at)):
        line = match.group(1)
        if line.rstrip() in (b"end", b"====") or (not base64 and (not line or len(line) > 90)):
            return b"".join(pieces), match.end() if line else at
        try:
            pieces.append(decode(line))
        except ValueError:
            pieces.append(_lenient(line) if not base64 else b"")
            if not pieces[-1]:
                return b"".join(pieces), at
        at = match.end()
    return b"".join(pieces), at


def _lenient(line: bytes) -> bytes:
    """Some encoders write more characters than the length says; decoders cut them."""
    length = (((line[0] - 32) & 63) + 2) // 3 * 4
    try:
        return binascii.a2b_uu(line[: length + 1])
    except ValueError:
        return b""
