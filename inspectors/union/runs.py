"""Where in bytes something may be base64, whatever stands around it.

Does not decode it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspectors.union import decoders, signs

_HEAD = re.compile(rb"\A(?:[ \t]*[!-9;-~]+[ \t]*:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*)+")
_LINE = rb"[ \t>]*+[A-Za-z0-9+/_=-]{2,}+[ \t]*+"
_LINES = re.compile(rb"(?m)^(?:%b(?:[\r\n]++|\Z))++" % _LINE)
_NEXT_LINE = re.compile(rb"\n(?=%b(?:[\r\n]|\Z))" % _LINE)
_LETTERS = re.compile(rb"[A-Za-z0-9+/_-]{16,}+={0,2}")
_CLASSES = bytes(0x61 if _LETTERS.fullmatch(bytes((value,)) * 16) else 0x20 for value in range(256))
_RUN = b"a" * 16


def blocks(data: bytes, *, hidden: bool) -> Iterator[bytes]:
    """What may be base64: lines of nothing else, runs within lines, and bodies whatever stands in them.

    ``hidden``: nobody has read the data yet, so that also shorter ones count, and the body as a whole.
    """
    if hidden:
        normal = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        head = _HEAD.match(normal)
        body = normal[head.end() :] if head else normal
        if signs.textual(body) > signs.TEXTUAL and decoders.body_may_be_base64(body):
            yield body
    least, quanta = (signs.LETTERS, 3) if hidden else (signs.RUN, 4)
    for start, end in _runs(data):
        if end - start < least:
            continue
        block = data[start:end].replace(b">", b"")
        letters = block.translate(None, b"\r\n \t=")
        if len(letters) < least:
            continue
        if not decoders.may_be_base64(letters, quanta) and not (hidden and decoders.padded_runs(block)):
            continue
        yield block


def _runs(data: bytes) -> Iterator[tuple[int, int]]:
    """Lines of nothing but letters of base64 together, and long runs of letters within other lines.

    Each is looked for by fixed letters: one pattern for both, tried at every byte, takes five times as long.
    """
    begins = (match.end() for match in _NEXT_LINE.finditer(data))
    line, run, end = (0 if _LINES.match(data) else next(begins, -1)), 0, 0
    classes = data.translate(_CLASSES)
    while True:
        while 0 <= line < end:
            line = next(begins, -1)
        run = classes.find(_RUN, end) if 0 <= run <= end else run
        if line < 0 and run < 0:
            return
        lines_first = line >= 0 and (run < 0 or line <= run)
        match = _LINES.match(data, line) if lines_first else _LETTERS.match(data, run)
        assert match is not None
        yield match.span()
        end = match.end()
