"""Messages inside a leaf: forwarded as a file, transfer-encoded against RFC 2046, saved web pages (.mht),
mailbox files.

Their parts are handed out as what lies inside, each under its own IMAP path.

Does not read attached messages in 7bit or 8bit: ``mime.py`` reads them with the message itself.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from inspectors import labels, limits, mime, transfer
from inspectors.model import Inside, Leaf, Reading

_TYPES = (
    "message/rfc822", "message/global", "message/news", "application/x-mimearchive", "application/mbox",
)  # fmt: skip
_FROM_LINE = re.compile(rb"(?:\A|\n\r?\n)From [^\r\n]+\r?\n")
_BEGINNING = re.compile(
    rb"\s{0,200}(?:mime-version|content-type|from|subject|date|x-[a-z-]{1,40}):", re.IGNORECASE
)
_OFFICE = (".doc", ".docx", ".docm", ".dot", ".rtf", ".xls", ".xlsx", ".xlsm", ".xlt", ".ppt", ".pps")
_ENDINGS = (".eml", ".mht", ".mhtml", ".emlx", ".mbox")


def accepts(leaf: Leaf, start: bytes) -> bool:
    if labels.says(leaf, _TYPES, _ENDINGS):
        return True
    # Word and Excel open a saved page (MHTML) under their own names, too.
    return _BEGINNING.match(start) is not None and labels.says(leaf, (), _OFFICE)


def read(leaf: Leaf, content: bytes) -> Reading:
    """The parts of the message inside, and what was noticed about its structure."""
    if labels.ending(leaf.filename) == ".emlx":  # Apple Mail: a line with the length stands in front
        first, _, rest = content.partition(b"\n")
        content = rest if first.strip().isdigit() else content
    if labels.says(leaf, ("application/mbox",), (".mbox",)) and (letters := _letters(content)):
        return Reading(inside=letters)
    structure = mime.read(content)
    return replace(noticed(leaf, structure), inside=parts(content, structure))


def _letters(content: bytes) -> tuple[Inside, ...]:
    """The messages of a mailbox file (RFC 4155); one more than may be read, so that it is said."""
    lines = list(islice(_FROM_LINE.finditer(content), limits.INSIDE_FILES + 1))
    if not lines:
        return ()
    ends = [*(line.start() for line in lines[1:]), len(content)]
    return tuple(
        Inside(str(number), content[line.end() : end], "message/rfc822")
        for number, (line, end) in enumerate(zip(lines, ends, strict=True), 1)
    )


def parts(content: bytes, structure: mime.Structure) -> tuple[Inside, ...]:
    """The leaves of a message, decoded."""
    return tuple(
        Inside(
            each.path,
            transfer.decode(content, each).content,
            each.type,
            each.charset,
            base=each.base,
            filename=each.filename,
        )
        for each in structure.message.leaves
    )


def noticed(leaf: Leaf, structure: mime.Structure) -> Reading:
    """What a message inside ``leaf`` could not be read for, and its flags, under their whole paths."""
    return Reading(
        skipped=tuple(replace(each, leaf=_path(leaf, each.leaf)) for each in structure.skipped),
        flags=tuple(replace(each, leaf=_path(leaf, each.leaf)) for each in structure.flags),
    )


def _path(leaf: Leaf, inner: str) -> str:
    return f"{leaf.path}/{inner}" if inner else leaf.path
