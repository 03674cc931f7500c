"""Header fields with their spans, and the structured values MIME needs (RFC 5322, RFC 2045, RFC 2231).

Does not interpret addresses or authentication results: that is judgement and lives in ``policy``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from inspectors import doubts, limits
from inspectors.model import Flag, Header, Span

_TEXT = rb"[^\r\n]*+(?:\r(?!\n)[^\r\n]*+)*+"  # one line's content: a CR alone does not end it
_FIELD = re.compile(rb"([!-9;-~]+)([ \t]*):(" + _TEXT + rb"(?:\r?\n[ \t]" + _TEXT + rb")*+)(?:\r?\n|\Z)")
_NAME_BYTES = bytes(set(range(33, 127)) - {0x3A})
_ALWAYS = ("content-", "from", "sender", "authentication-results")
"""Fields that count beyond the limit of fields: how to read the body, and who wrote it."""
_SHORT = 120
"""Bytes of a structured value worth remembering: most are one of a few dozen."""
_LONGEST_NAME = 1000
"""Bytes before a colon; what is longer is no field name, and too long to remember."""
_IN_ORDER = re.compile(
    rb"(?m)^([!-9;-~]{1,%d}):([^\n]*+(?:\n[ \t]++[^\s][^\n]*+)*+)(?:\n|\Z)" % _LONGEST_NAME
)
"""A field in which nothing is doubtful: name and folded value."""
_NAME = re.compile(rb"[!-9;-~]+[ \t]*:")
_LINE = re.compile(rb"[^\n]*(?:\n|\Z)")
_FOLD = re.compile(rb"\r?\n")
_STRAY_FOLD = re.compile(rb"[ \t]+[!-9;-~]+[ \t]*:[^\n]*\n")
_FROM_LINE = re.compile(rb">?From [^\n]*\n")


def block(raw: bytes, start: int, end: int) -> tuple[Span, int]:
    """The header block that begins at ``start`` and where the body behind it begins.

    The block excludes the empty line. Where no empty line follows, all of it is header.
    """
    if raw.startswith(b"\r\n", start, end):
        return Span(start, start), start + 2
    if raw.startswith(b"\n", start, end):
        return Span(start, start), start + 1
    stop = min(end, start + limits.HEADER_BYTES)
    # Two needles instead of a pattern: bytes.find of b"\r\n\r\n" is 40 times faster than of b"\n\r\n".
    both = raw.find(b"\r\n\r\n", start, stop)
    bare = raw.find(b"\n\n", start, both if both >= 0 else stop)
    mixed = raw.find(b"\n\r\n", start, (bare if bare >= 0 else both) if max(bare, both) >= 0 else stop)
    if mixed >= 0 and (both < 0 or mixed < both) and (bare < 0 or mixed < bare):
        return Span(start, mixed + 1), mixed + 3
    if bare >= 0:
        return Span(start, bare + 1), bare + 2
    if both >= 0:
        return Span(start, both + 2), both + 4
    return Span(start, stop), stop


def early_end(raw: bytes, head: Span, *, closed: bool) -> int:
    """Where the body begins before the end of ``head``; the end of ``head`` where it does not.

    A line that is no field ends the header where no empty line does (``closed`` is False), and always where
    it begins with ``--``: then an empty line was lost in front of a delimiter.
    """
    position = head.start
    if closed:
        while (at := raw.find(b"\n--", position, head.end)) >= 0:
            if not _NAME.match(raw, at + 1, head.end):
                return at + 1
            position = at + 1
        return head.end
    leading = _FROM_LINE.match(raw, position, head.end) or _STRAY_FOLD.match(raw, position, head.end)
    position = leading.end() if leading else position
    while position < head.end and (match := _FIELD.match(raw, position, head.end)):
        position = match.end()
    return position


def begins_with_field(raw: bytes, start: int, end: int) -> bool:
    """Whether the first line looks like a header field, or like an mbox separator with fields behind it.

    A first line that is indented continues nothing; readers pass over it and read the fields behind.
    """
    leading = _FROM_LINE.match(raw, start, end) or _STRAY_FOLD.match(raw, start, end)
    return _NAME.match(raw, leading.end() if leading else start, end) is not None


def fields(raw: bytes, head: Span, path: str = "") -> tuple[tuple[Header, ...], tuple[Flag, ...]]:
    """The fields of one block in order. A line that is no field is flagged and passed over.

    Beyond the limit only those that say how to read the body.
    """
    leading = _FROM_LINE.match(raw, head.start, head.end) if path == "" else None  # mbox separator, RFC 4155
    at = leading.end() if leading else head.start
    in_order = _fields_in_order(raw, at, head.end)
    return (in_order, ()) if in_order is not None else _fields_by_line(raw, at, head.end, path)


def _fields_in_order(raw: bytes, at: int, end: int) -> tuple[Header, ...] | None:
    """The fields of a block that is nothing but fields in order; None for any other.

    All in one search: at 40 fields a message, line by line is half of what reading plain text costs.
    """
    matches = _IN_ORDER.findall(raw[at:end])
    if len(matches) >= limits.HEADER_FIELDS:
        return None
    found: list[Header] = []
    for written, value in matches:
        begin, at = at, at + len(written) + len(value) + 2  # the colon and the line feed
        if b"\n" in value:
            value = value.replace(b"\r\n", b"").replace(b"\n", b"")
        found.append(
            Header(_field_name(written)[0], Span(begin, at), value.removesuffix(b"\r").strip(b" \t"))
        )
    if found and raw[end - 1 : end] != b"\n":  # only the last may lack it
        at -= 1
        found[-1] = found[-1]._replace(span=Span(begin, at))
    return tuple(found) if at == end else None


def _fields_by_line(raw: bytes, at: int, end: int, path: str) -> tuple[tuple[Header, ...], tuple[Flag, ...]]:
    """The fields of any block, and what is doubtful about it."""
    found: list[Header] = []
    flags: dict[str, Flag] = {}
    name, begin, value = "", 0, b""
    more: list[bytes] = []
    for line in raw[at:end].split(b"\n"):
        if at >= end:
            break
        blank = line[:1]
        if (blank == b" " or blank == b"\t") and name:
            more.append(line)
            if not line.strip():  # to some readers the end of the header
                flags["ambiguous-header-line"] = _flag("ambiguous-header-line", path)
        else:
            if name and (len(found) < limits.HEADER_FIELDS or name.startswith(_ALWAYS)):
                found.append(Header(name, Span(begin, at), _unfolded(value, more)))
            colon = line.find(b":")
            name, spaced = _field_name(line[:colon]) if 0 < colon <= _LONGEST_NAME else ("", False)
            begin, value = at, line[colon + 1 :]
            if more:
                more = []
            if spaced:
                flags["ambiguous-header-blank"] = _flag("ambiguous-header-blank", path)
            if not name:
                flags["ambiguous-header-line"] = _flag("ambiguous-header-line", path)
        at += len(line) + 1
    if name:
        found.append(Header(name, Span(begin, min(at, end)), _unfolded(value, more)))
    if len(found) >= limits.HEADER_FIELDS:
        flags["limit"] = Flag("limit", path, f"More than {limits.HEADER_FIELDS} header fields.")
    return tuple(found), tuple(flags.values())


def _flag(name: str, path: str) -> Flag:
    return Flag(name, path, doubts.words(name))


def _unfolded(first_line: bytes, more: list[bytes]) -> bytes:
    """The lines of a value joined without their line ends, and without white space around it."""
    if more:
        lines = (first_line, *more)
        return b"".join(line[:-1] if line[-1:] == b"\r" else line for line in lines).strip(b" \t")
    return (first_line[:-1] if first_line[-1:] == b"\r" else first_line).strip(b" \t")


@lru_cache(maxsize=1024)
def _field_name(written: bytes) -> tuple[str, bool]:
    """The name in lower case and whether white space follows it; empty where it is no field name."""
    name = written.rstrip(b" \t")
    if not name or name.translate(None, _NAME_BYTES):
        return "", False
    return name.decode("latin-1").lower(), name != written


def first(headers: tuple[Header, ...], name: str) -> bytes | None:
    """The value of the first field of this name (lower case), None where there is none."""
    for header in headers:
        if header.name == name:
            return header.value
    return None


@dataclass(frozen=True, slots=True)
class Structured:
    """A main value with parameters, as in Content-Type."""

    value: str
    """Lower case, comments and white space cut."""
    parameters: tuple[tuple[str, str], ...]
    """Names in lower case; the first of several equal ones; RFC 2231 forms joined and decoded."""

    def get(self, name: str) -> str:
        """The parameter's value, empty where it is missing."""
        for key, value in self.parameters:
            if key == name:
                return value
        return ""


_TOKEN = re.compile(r'\s*([^\s;="()]*)')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)(?:"|\Z)', re.DOTALL)
_BARE = re.compile(r"[^\s;]*")
_COMMENT = re.compile(r"\s*\((?:[^()\\]|\\.)*\)", re.DOTALL)


def structured(raw: bytes) -> Structured:
    """Read ``type/subtype; name=value`` the way most clients do; never raises.

    RFC 2045 section 5.1, RFC 2231 sections 3 and 4. A value without quotes runs to the next semicolon
    or white space, which accepts the unquoted ``name=a b`` of broken generators up to its first blank.
    """
    return _short(raw) if len(raw) <= _SHORT else _structured(raw)


@lru_cache(maxsize=4096)
def _short(raw: bytes) -> Structured:
    return _structured(raw)


def _structured(raw: bytes) -> Structured:
    text = raw[:16384].decode("utf-8", "replace")
    position = _blanks(text, 0)
    quoted = _QUOTED.match(text, position)  # not allowed, and read by some clients all the same
    match = quoted or _TOKEN.match(text, position)
    assert match is not None
    value, position = match.group(1).strip().lower(), match.end()
    found: dict[str, str] = {}
    while (position := text.find(";", position)) >= 0 and len(found) < limits.PARAMETERS:
        position = _blanks(text, position + 1)
        match = _TOKEN.match(text, position)
        assert match is not None
        name, position = match.group(1).lower(), _blanks(text, match.end())
        if not text.startswith("=", position):
            continue
        position = _blanks(text, position + 1)
        quoted = _QUOTED.match(text, position)
        if quoted:
            content, position = re.sub(r"\\(.)", r"\1", quoted.group(1)), quoted.end()
        else:
            bare = _BARE.match(text, position)
            assert bare is not None
            content, position = bare.group(), bare.end()
        found.setdefault(name, content)
    return Structured(value, tuple(_joined(found).items()))


def _blanks(text: str, position: int) -> int:
    """Behind white space and comments."""
    while True:
        match = _COMMENT.match(text, position)
        if match is None:
            break
        position = match.end()
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _joined(found: dict[str, str]) -> dict[str, str]:
    """RFC 2231: ``name*0*=utf-8''a%20; name*1=b`` becomes one ``name``; a plain ``name`` wins."""
    if not any("*" in name for name in found):
        return found
    plain = {name: value for name, value in found.items() if "*" not in name}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for key, value in found.items():
        name, star, rest = key.partition("*")
        if not star:
            continue
        number = rest.rstrip("*") or "0"
        if number.isascii() and number.isdigit() and len(number) < 4:
            pieces.setdefault(name, []).append((int(number), key.endswith("*"), value))
    for name, parts in pieces.items():
        charset, data = "utf-8", b""
        for index, (_, encoded, value) in enumerate(sorted(parts)):
            if encoded and index == 0 and value.count("'") >= 2:
                charset, _, value = value.split("'", 2)
            data += unquote_to_bytes(value) if encoded else value.encode("utf-8")
        try:
            decoded = data.decode(charset or "utf-8", "replace")
        except (LookupError, ValueError):
            decoded = data.decode("utf-8", "replace")
        plain.setdefault(name, decoded)
    return plain
