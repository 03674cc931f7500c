"""A raw message as leaves with byte spans (RFC 2045, RFC 2046): the only reading that may rewrite.

Strict and iterative. Nothing is normalised and nothing recursed into by function calls, so depth costs
no stack. Where other readers might read something else, a flag says so.

Does not decode transfer encodings and does not look inside attachments: an attached message that is itself
transfer-encoded is one leaf, a multipart that is so is read as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from inspectors import doubts, headers, limits
from inspectors.model import Flag, Header, Leaf, Message, Skipped, Span

_IDENTITY = ("", "7bit", "8bit", "binary")
_CTE = "content-transfer-encoding"
_MIME_FIELDS = ("content-type", _CTE, "content-disposition")
_BASE_FIELDS, _BASES = ("content-base", "content-location"), (b"http:", b"https:", b"ftp:")
_MIME_FIELD_SET = frozenset(_MIME_FIELDS)
_MEDIA_TYPE = re.compile(r"[!#$&^_.+'*%`|~0-9a-z-]+/[!#$&^_.+'*%`|~0-9a-z-]+")  # tokens of RFC 2045
_LINE = re.compile(rb"[^\r\n]{0,998}")
_LONGER_TRIED = 64
"""Such lines whose boundary is looked for, each in the whole message: nested multiparts are few."""
_DELIMITER_REST = re.compile(rb"(--)?[ \t]*(\r?\n|\Z)")


@dataclass(frozen=True, slots=True)
class Structure:
    """The leaves of a message and what was noticed on the way."""

    message: Message
    skipped: tuple[Skipped, ...]
    flags: tuple[Flag, ...]


class _Part(NamedTuple):
    """A part still to be read."""

    path: str
    """Its own IMAP path; empty for the message and for the root inside an attached message."""
    prefix: str
    """What its children's numbers are appended to."""
    start: int
    end: int
    depth: int
    default: str
    sealed: str
    around: tuple[bytes, ...] = ()
    """Boundaries of the multiparts it stands in."""
    base: str = ""
    """What relative links in it are relative to, from its own header or one around it."""


@dataclass(slots=True)
class _Work:
    """What one reading has gathered so far."""

    raw: bytes
    leaves: list[Leaf] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    flags: dict[Flag, None] = field(default_factory=dict)
    """In the order they were raised, each once."""
    parts: int = 0
    longer: int = 0
    """Lines met that begin with a delimiter and go on."""
    last: tuple[str, str] = ("", "")
    """The flag raised last, for a body of nothing but doubtful lines raises it at each."""

    def flag(self, name: str, path: str, words: str = "") -> None:
        if not words and self.last == (name, path):
            return
        self.last = (name, path)
        self.flags[Flag(name, path, words or doubts.words(name))] = None


def read(raw: bytes) -> Structure:
    """The structure of any bytes whatever; what is not a message at all is one text/plain leaf."""
    work = _Work(raw)
    top: tuple[Header, ...] = ()
    todo = [_Part("", "", 0, len(raw), 0, "text/plain", "")]
    while todo:
        part = todo.pop()
        work.parts += 1
        if work.parts > limits.PARTS or part.depth > limits.DEPTH:
            work.flag("limit", part.path, "More parts, or parts nested deeper, than are read.")
            work.skipped.append(Skipped(part.path, "over the limit of parts or of nesting", "limit"))
            if work.parts > limits.PARTS:
                break
            continue
        fields, children = _part(work, part)
        if part.depth == 0:
            top = fields
        todo.extend(reversed(children))
    return Structure(Message(raw, top, tuple(work.leaves)), tuple(work.skipped), tuple(work.flags))


def _part(work: _Work, part: _Part) -> tuple[tuple[Header, ...], list[_Part]]:
    """Read one part's header; it is a leaf, or gives parts still to be read."""
    head, body = _head(work, part)
    fields, flags = headers.fields(work.raw, head, part.path)
    work.flags.update(dict.fromkeys(flags))
    part = _with_base(part, fields)
    mime = _mime_fields(work, part, fields)
    kind = headers.structured(mime.get("content-type", b""))
    media = kind.value if _MEDIA_TYPE.fullmatch(kind.value) else ""
    if not media:
        if kind.value:
            work.flag("ambiguous-type", part.path)
        media = part.default if not kind.value else "text/plain"
    transfer = headers.structured(mime.get(_CTE, b"")).value or "7bit"
    contents = Span(body, part.end)
    unheaded = body < part.end and body == head.end  # then new text at its start could become a header
    if media.startswith("multipart/"):
        children = _multipart(work, part, kind, media, transfer, contents)
        if children is not None:
            return fields, children
        media = "text/plain"
    elif media in ("message/rfc822", "message/global", "message/news") and transfer in _IDENTITY:
        path, sealed = part.path or "1", part.sealed or "attached"
        return fields, [_Part("", path, body, part.end, part.depth + 1, "text/plain", sealed, part.around)]
    work.leaves.append(_leaf(part, kind, media, transfer, mime, head, contents, unheaded))
    return fields, []


def _head(work: _Work, part: _Part) -> tuple[Span, int]:
    """The part's header block and where its body begins; no block where the first line is no field."""
    raw, start, end = work.raw, part.start, part.end
    if raw.startswith((b"\r\n", b"\n"), start, end) or headers.begins_with_field(raw, start, end):
        head, body = headers.block(raw, start, end)
        if len(head) >= limits.HEADER_BYTES:
            work.flag("limit", part.path, f"The header is longer than {limits.HEADER_BYTES} bytes.")
            work.skipped.append(
                Skipped(part.path, "the header is over the limit: read in part", "header_limit")
            )
        early = headers.early_end(raw, head, closed=body > head.end)
        _controls(work, part, head)
        if early < head.end:
            work.flag("ambiguous-no-empty-line", part.path)
            return Span(head.start, early), early
        return head, body
    if start < end:
        work.flag("ambiguous-no-header", part.path)
    return Span(start, start), start


def _controls(work: _Work, part: _Part, head: Span) -> None:
    """Flag NUL and carriage returns alone: to some readers they end a line, or the header."""
    count = work.raw.count
    alone = count(b"\r", head.start, head.end) - count(b"\r\n", head.start, head.end)
    if alone or work.raw.find(b"\0", head.start, head.end) >= 0:
        work.flag("ambiguous-control", part.path)


def _mime_fields(work: _Work, part: _Part, fields: tuple[Header, ...]) -> dict[str, bytes]:
    """The first of each MIME field; a second one is flagged (readers disagree on which counts)."""
    found: dict[str, bytes] = {}
    for each in fields:
        if each.name not in _MIME_FIELD_SET:
            continue
        if each.name in found:
            work.flag("ambiguous-duplicate-header", part.path)
        else:
            found[each.name] = each.value
        for name in doubts.of_field(each.name, each.value):
            work.flag(name, part.path)
    return found


def _with_base(part: _Part, fields: tuple[Header, ...]) -> _Part:
    """The part with the base URL its header gives; Content-Base goes before Content-Location (RFC 2110 5)."""
    for name in _BASE_FIELDS:
        for each in fields:
            if each.name == name and (base := b"".join(each.value.split())).lower().startswith(_BASES):
                return part._replace(base=base.decode("utf-8", "replace"))
    return part


def _leaf(
    part: _Part,
    kind: headers.Structured,
    media: str,
    transfer: str,
    mime: dict[str, bytes],
    head: Span,
    body: Span,
    unheaded: bool,
) -> Leaf:
    disposition = headers.structured(mime.get("content-disposition", b""))
    return Leaf(
        path=part.path or (f"{part.prefix}.1" if part.prefix else "1"),
        type=media,
        charset=kind.get("charset").strip().lower(),
        transfer=transfer,
        filename=disposition.get("filename") or kind.get("name"),
        disposition=disposition.value,
        head=head,
        body=body,
        sealed=part.sealed or ("unheaded" if unheaded else ""),
        base=part.base,
        flowed=_flowed(kind),
    )


def _flowed(kind: headers.Structured) -> str:
    if kind.get("format").strip().lower() != "flowed":
        return ""
    return "delsp" if kind.get("delsp").strip().lower() == "yes" else "flowed"


def _multipart(
    work: _Work, part: _Part, kind: headers.Structured, media: str, transfer: str, body: Span
) -> list[_Part] | None:
    """The children of a multipart; None where it cannot be read as one and is text to most readers."""
    boundary = kind.get("boundary").rstrip(" ")
    if not boundary or len(boundary) > limits.BOUNDARY:
        work.flag("ambiguous-boundary", part.path)
        return None
    if transfer not in _IDENTITY:
        work.flag("ambiguous-encoded-multipart", part.path)
    delimiter = boundary.encode("utf-8", "replace")
    if any(each.startswith(delimiter) or delimiter.startswith(each) for each in part.around):
        work.flag("ambiguous-boundary", part.path)
    found = _between_delimiters(work, part.path, delimiter, body)
    if not found:
        work.flag("ambiguous-no-delimiter", part.path)
        return None
    sealed = part.sealed
    if media == "multipart/signed":
        sealed = sealed or "signed"
        work.flag("signed", part.path, "The parts are signed (RFC 1847) and are not changed.")
    elif media == "multipart/encrypted":
        work.skipped.append(Skipped(part.path or "1", "encrypted", "encrypted"))
        return []
    default = "message/rfc822" if media == "multipart/digest" else "text/plain"
    prefix = part.path or part.prefix
    dot = f"{prefix}." if prefix else ""
    depth, around = part.depth + 1, (*part.around, delimiter)
    children: list[_Part] = []
    for number, span in enumerate(found, 1):
        path = f"{dot}{number}"
        children.append(_Part(path, path, span.start, span.end, depth, default, sealed, around, part.base))
    return children


def _between_delimiters(work: _Work, path: str, boundary: bytes, body: Span) -> list[Span]:
    """The spans between delimiter lines; the line end before a delimiter belongs to it (RFC 2046 5.1.1)."""
    raw, needle = work.raw, b"--" + boundary
    found: list[Span] = []
    opened, position, closed = -1, body.start, False
    doubt = ("ambiguous-delimiter", path)
    while (at := raw.find(needle, position, body.end)) >= 0:
        position = at + len(needle)
        if at != body.start and raw[at - 1] != 0x0A:
            if raw[at - 1] == 0x0D:
                work.flag(*doubt)
            continue
        rest = _DELIMITER_REST.match(raw, position, body.end)
        if rest is None:
            work.longer += 1
            if work.last == doubt:  # said already
                continue
            if work.longer > _LONGER_TRIED or not _is_other_boundary(raw, at, body.end):
                work.flag(*doubt)
            continue
        if closed:
            work.flag("ambiguous-after-close", path)
            break
        if opened >= 0:
            found.append(Span(opened, max(opened, _before_line_end(raw, at, opened))))
        position = opened = rest.end()
        if rest.group(1):
            opened, closed = -1, True
        elif len(found) > limits.PARTS:
            return found
    if opened >= 0:
        work.flag("ambiguous-no-close", path)
        found.append(Span(opened, body.end))
    return found


def _is_other_boundary(raw: bytes, at: int, end: int) -> bool:
    """Whether the line at ``at`` is the delimiter of another multipart, whose boundary begins with ours."""
    line = _LINE.match(raw, at + 2, end)
    assert line is not None
    boundary = line.group().rstrip(b" \t")
    for written in (boundary, boundary.removesuffix(b"--")):
        if any(raw.find(before + written) >= 0 for before in (b'="', b"=")):
            return True
    return False


def _before_line_end(raw: bytes, at: int, floor: int) -> int:
    """Where the line end before ``at`` begins."""
    if at - 1 >= floor and raw[at - 1] == 0x0A:
        at -= 1
        if at - 1 >= floor and raw[at - 1] == 0x0D:
            at -= 1
    return at
