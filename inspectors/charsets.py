"""Between a text leaf's content bytes and its characters, with the map back.

Labels are read as browsers read them (WHATWG Encoding): iso-8859-1 means windows-1252, us-ascii and unknown
labels mean UTF-8. Bytes that do not decode become lone surrogates as in PEP 383, so that text encodes back to
the bytes it came from. Where one text has several spellings, ``charsteps.py`` says which bytes are a link's.

Does not guess a charset from statistics, and does not prove a place: reading the changed message again does.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inspectors import charsteps, limits
from inspectors.model import Span

_SAME_AS = {
    "": "utf-8",
    "ascii": "utf-8",
    "us-ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "utf8": "utf-8",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "big5": "big5hkscs",
    "x-mac-roman": "mac_roman",
}
"""us-ascii is read as UTF-8, a superset: much undeclared mail is UTF-8, and links are ASCII either way."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_ZEROS = {"utf-16": b"\0", "utf-32": b"\0\0\0"}
"""What text that begins in ASCII begins with in the big-endian form; else it is little-endian, as browsers
read it (WHATWG Encoding)."""

_FAMILIES = (
    "utf-8", "utf-16", "utf-32", "utf-7", "iso8859", "cp12", "cp4", "cp7", "cp8", "cp9", "koi8", "mac-",
    "gb", "big5", "euc", "iso2022", "shift", "tis-620", "hz", "johab", "ptcp154", "kz1048",
)  # fmt: skip
"""Prefixes of the codec names that are character encodings; Python also has codecs such as rot13 and zip."""

_SHIFT = re.compile(rb"\x1b\$(?:\([@-~]|[@AB])")
"""Escapes to sets of two bytes a character."""

_MANY_SPELLINGS = ("utf-7", "hz")


@dataclass(frozen=True, slots=True)
class View:
    """The characters of a text leaf."""

    text: str
    codec: str
    """Name of Python's codec."""
    errors: str
    """Its error handler: "strict", "surrogateescape", "surrogatepass" or our own "oddlink-escape"."""
    mark: bytes = b""
    """A byte order mark before the text, not part of it."""
    unknown: str = ""
    """The label that was not understood; empty otherwise."""

    def spans(self, content: bytes, chosen: Sequence[Span]) -> list[Span | None]:
        """For each range of characters the bytes of ``content`` that hold it; None where there are none.

        A place is counted from the one before, and taken where its bytes are the range's. Where the text has
        other spellings than ours in between (redundant escapes, doubled codes) the count is off; then
        decoding byte by byte tells. What this gets wrong, reading the changed message again finds.
        """
        found: list[Span | None] = [None] * len(chosen)
        stateful = self.codec.startswith("iso2022")
        between = codecs.getincrementalencoder(self.codec)(self.errors).encode if stateful else self.encode
        read, floor = 0, len(self.mark)
        steps: charsteps.Steps | None = None
        for number in sorted(range(len(chosen)), key=lambda index: (chosen[index].start, chosen[index].end)):
            span = chosen[number]
            if span.start < read:
                continue  # overlaps the one before
            inside = self.text[span.start : span.end]
            ahead = _length(between, self.text[read : span.start])
            if stateful:
                ahead += _length(between, inside) - _length(self.encode, inside)
            place = self._place(content, inside, floor + ahead)
            if place is None:
                steps = steps or charsteps.Steps(content, len(self.mark), self.codec, self.errors)
                place = steps.place(span) or _searched(content, inside, floor)
            if place is not None:
                found[number] = place
                read, floor = span.end, place.end
        return found

    def _place(self, content: bytes, inside: str, expected: int) -> Span | None:
        """These characters, where their bytes stand at ``expected``."""
        spellings = []
        with contextlib.suppress(UnicodeError):
            spellings.append(self.encode(inside))
        if inside.isascii() and self.codec in _MANY_SPELLINGS:
            spellings.append(inside.encode("ascii"))
        for own in spellings:
            if content.startswith(own, expected):
                return Span(expected, expected + len(own))
        return None

    def resumed(self, content: bytes, end: int) -> bytes:
        """What must stand behind new bytes for what follows ``content[:end]`` to be read as before.

        In ISO-2022-JP (RFC 1468) an escape holds until the next one or the end of the line; Japanese that
        follows a link without a blank is behind one that the link itself may hold.
        """
        if not self.codec.startswith("iso2022_jp"):
            return b""
        floor = max(0, end - 4 * limits.URL_CHARACTERS)  # it is in the link or close to it
        at = content.rfind(b"\x1b", content.rfind(b"\n", floor, end) + 1 or floor, end)
        shift = _SHIFT.match(content, at) if at >= 0 else None
        return shift.group() if shift is not None else b""

    def encode(self, text: str) -> bytes:
        """These characters as the content holds them, without byte order mark."""
        return text.encode(self.codec, self.errors)


def _searched(content: bytes, inside: str, floor: int) -> Span | None:
    """Where characters are next spelled in ASCII; for text that is too long or broken for steps."""
    at = content.find(inside.encode("ascii"), floor) if inside.isascii() and inside else -1
    return Span(at, at + len(inside)) if at >= 0 else None


def _length(encode: Callable[[str], bytes], text: str) -> int:
    try:
        return len(encode(text))
    except UnicodeError:
        return 0


def view(content: bytes, label: str) -> View:
    """The characters of ``content``; never raises."""
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], codec, mark, "")
    codec, unknown = _codec(label)
    if codec in _ZEROS:  # neither mark nor label says the byte order
        codec += "-be" if content.startswith(_ZEROS[codec]) and content[:4].strip(b"\0") else "-le"
    return _decoded(content, codec, b"", unknown)


def _codec(label: str) -> tuple[str, str]:
    """Python's codec for a charset label, and the label itself where it is not one we read."""
    label = label.strip("\"' \t").lower()
    wanted = _SAME_AS.get(label, label)
    try:
        name = codecs.lookup(wanted).name if wanted.isascii() and len(wanted) < 64 else ""
    except (LookupError, ValueError):
        name = ""
    if not name.replace("_", "-").startswith(_FAMILIES):
        return "utf-8", label
    return name, ""


def _decoded(content: bytes, codec: str, mark: bytes, unknown: str) -> View:
    unit = 2 if codec.startswith("utf-16") else 4 if codec.startswith("utf-32") else 1
    whole = len(content) - len(content) % unit
    handlers = ("strict", "surrogateescape", "oddlink-escape") if unit == 1 else ("strict", "surrogatepass")
    for errors in handlers:
        if errors != "strict" and codec != "utf-8" and len(content) > limits.ESCAPED_BYTES:
            break
        try:
            text = content[:whole].decode(codec, errors)
        except (UnicodeError, LookupError):
            continue
        return View(text, codec, errors, mark, unknown)
    return View(content.decode("latin-1"), "latin-1", "strict", mark, unknown)


def _escape(error: UnicodeError) -> tuple[str | bytes, int]:
    """As "surrogateescape", but for bad sequences of multi-byte codecs in which there is ASCII too."""
    if isinstance(error, UnicodeDecodeError):
        byte = error.object[error.start]
        return chr(byte + 0xDC00 if byte > 127 else byte), error.start + 1
    if isinstance(error, UnicodeEncodeError):
        code = ord(error.object[error.start]) - 0xDC00
        if 127 < code < 256:
            return bytes((code,)), error.start + 1
    raise error


codecs.register_error("oddlink-escape", _escape)
