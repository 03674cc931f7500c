"""Between a text leaf's content bytes and its characters, with the map back.

Labels are read as browsers read them (WHATWG Encoding): us-ascii and iso-8859-1 mean windows-1252, an
unknown label means UTF-8. Bytes that do not decode become lone surrogates (PEP 383), so that every text
encodes back to the bytes it came from; where it does not, the view says so and nothing is rewritten.

Does not guess a charset from statistics, and does not rewrite UTF-7 or other encodings in which one text
has many spellings.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

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

_FAMILIES = (
    "utf-8", "utf-16", "utf-32", "utf-7", "iso8859", "cp12", "cp4", "cp7", "cp8", "cp9", "koi8", "mac-",
    "gb", "big5", "euc", "iso2022", "shift", "tis-620", "hz", "johab", "ptcp154", "kz1048",
)  # fmt: skip
"""Prefixes of the codec names that are character encodings; Python also has codecs such as rot13 and zip."""

_STATEFUL = ("utf-7", "hz")


@dataclass(frozen=True, slots=True)
class View:
    """The characters of a text leaf."""

    text: str
    codec: str
    """Name of Python's codec."""
    errors: str
    """Its error handler, "strict" or "surrogateescape"."""
    mark: bytes = b""
    """A byte order mark before the text, not part of it."""
    unknown: str = ""
    """The label that was not understood; empty otherwise."""

    def span(self, chosen: Span) -> Span | None:
        """The bytes that hold these characters; None where that cannot be proved."""
        if self.codec in _STATEFUL:
            return None
        start = len(self.mark) + len(self.encode(self.text[: chosen.start]))
        return Span(start, start + len(self.encode(self.text[chosen.start : chosen.end])))

    def encode(self, text: str) -> bytes:
        """These characters as the content holds them, without byte order mark."""
        return text.encode(self.codec, self.errors)

    def proves(self, content: bytes) -> bool:
        """Whether the whole text encodes back to exactly these bytes."""
        try:
            return self.mark + self.encode(self.text) == content
        except (UnicodeError, LookupError):
            return False


def view(content: bytes, label: str) -> View:
    """The characters of ``content``; never raises."""
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            return _decoded(content[len(mark) :], codec, mark, "")
    codec, unknown = _codec(label)
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
    if name in ("utf-16", "utf-32"):  # without a mark: big-endian, RFC 2781 section 4.3
        name += "-be"
    return name, ""


def _decoded(content: bytes, codec: str, mark: bytes, unknown: str) -> View:
    for errors in ("strict", "surrogateescape"):
        try:
            return View(content.decode(codec, errors), codec, errors, mark, unknown)
        except (UnicodeError, LookupError):
            continue
    return View(content.decode("latin-1"), "latin-1", "strict", mark, unknown)
