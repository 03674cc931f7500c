"""Which bytes of a message the second reading has to look at: those the strict one did not read cleanly.

On ordinary mail that is nothing, or a text that happens to hold something encoded; finding that out costs
less than reading it. Where the structure itself is in doubt it is the whole message, but for header fields
that everybody reads alike and for files that the strict reading knows.

Does not decode more than is needed to choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inspectors import base64, doubts, labels, limits, mime, transfer
from inspectors import charsets as labelled
from inspectors.model import Flag, Leaf, Span
from inspectors.union import charsets, decoders, signs
from inspectors.union.soup import Piece

_IDENTITY = ("", "7bit", "8bit", "binary")
_START, _TEXTUAL, _READABLE, _NOISE = 4096, 0.95, 0.6, 0.03
_KNOWN = ("application/p", "application/x-p", "application/ms-tnef", "image/", "audio/", "video/", "message/")
"""Types whose content is known to be something else: PDF, PGP, PKCS 7, pictures, reports."""
_WIDE, _MARKS = ("utf-16", "utf-32", "utf-7", "iso-2022", "hz"), (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
"""Charsets in which ASCII is not ASCII, and byte order marks: the strict reading knows them."""
_CONTROLS = bytes(set(range(1, 32)) - set(b"\t\n\r\x1b"))
_SNIFFED = re.compile(
    rb"\s*<(?:!doctype html|html|head|script|iframe|h1|div|font|table|style|title|body|br|[abp])[\s/>]"
    rb"|[\s\S]{0,300}<a\s+href",
    re.IGNORECASE,
)
"""The start of what browsers take for HTML (WHATWG MIME Sniffing section 7.1)."""
_FILE_STARTS = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
_OPENING = frozenset(doubts.AMBIGUOUS) - {"ambiguous-no-close", "ambiguous-base"}
"""Doubts after which other bytes may count. Where only the close is missing, all is in parts anyway."""
_FOOTER = re.compile(rb"(?m)^[-_=*]{20,}[ \t]*\r?\n(?:[^\r\n]*\r?\n?){0,20}\Z")
"""What list servers append to messages whose structure they do not look at: behind the end, where no reader
shows it. One message in fifty of some lists ends so."""
_SHOWN_AS_TEXT = ("message/partial", "message/external-body", "message/global", "message/rfc822")
_ODD_LINE = re.compile(
    rb"\0|\r(?!\n)|(?m:^[ \t]+\r?$)|(?m:^(?![!-9;-~]+:|[ \t]|\r?$)[^\n])|(?i:(?m:^[^:\n]{0,40}ontent-))"
)
"""In a header: where readers who stumble begin to read a body, or a field that says how to read it."""
_FILE_MARKS = (
    b"%PDF", b"JVBERi", b"VQREYt", b"lUERGL", b"UEsDB", b"0M8R4", b"=25PDF", b"=25=50", b"=ybegin", b"BinHex",
)  # fmt: skip
_BEGIN = re.compile(rb"begin [0-7]")
"""Files as they look in the usual encodings."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look at."""

    pieces: tuple[Piece, ...]
    flags: tuple[Flag, ...]
    heads: bytes
    """Lower case, the beginning of the message's header and of odd parts: for labels."""

    @property
    def files(self) -> bool:
        """Whether files may turn up, which are read in a process of their own."""
        return any(piece.hidden or _holds_file_mark(piece.data) for piece in self.pieces)


def make(structure: mime.Structure, contents: transfer.Contents | None = None) -> Plan:
    """Choose, from the raw message and what the strict reading made of it."""
    contents = contents or transfer.Contents(structure.message.raw)
    raw, leaves = structure.message.raw, structure.message.leaves
    doubtful = {flag.leaf for flag in structure.flags if flag.flag in _OPENING}
    flags: list[Flag] = []
    pieces: list[Piece] = []
    paths = {leaf.path for leaf in leaves}
    everything = bool(doubtful - paths) or any(flag.flag == "limit" for flag in structure.flags)
    taken: list[Span] = []
    for leaf in leaves:
        clean = _is_clean(raw, leaf, flags)
        if everything and clean and _is_known_file(leaf, contents):
            taken.append(leaf.body)
        elif not everything and clean and leaf.path not in doubtful:
            pieces.extend(_of_clean(raw, leaf, contents))
        elif not everything:
            start = _first_odd(raw, leaf.head)
            pieces.append(Piece(raw[start : leaf.body.end], leaf.path))
            pieces.extend(_decoded(raw, leaf, contents))
    if everything:
        start = _top(raw, structure)
        pieces.extend(_outside(raw, start, taken, leaves))
        if signs.holds_run(raw[:start]):
            pieces.append(Piece(raw[:start], "", hidden=False, is_html=True))
    else:
        pieces.extend(_gaps(raw, structure))
    return Plan(tuple(pieces), tuple(flags), _heads(raw, leaves))


def _heads(raw: bytes, leaves: tuple[Leaf, ...]) -> bytes:
    heads = (
        [raw[: limits.UNION_HEADERS]]
        if not leaves
        else [raw[: min(leaves[0].body.start, limits.UNION_HEADERS)]]
    )
    heads.extend(leaf.head.of(raw)[:_START] for leaf in leaves[1 : limits.UNION_FILES])
    return b"\n".join(heads)


def _is_clean(raw: bytes, leaf: Leaf, flags: list[Flag]) -> bool:
    """Whether every reader who believes the leaf's transfer encoding decodes the same bytes."""
    if leaf.transfer in _IDENTITY:
        return True
    body = leaf.body.of(raw)
    if leaf.transfer == "base64":
        return base64.is_clean(body)
    if leaf.transfer == "quoted-printable":
        if not decoders.bad_escape(body):
            return True
        flags.append(Flag("ambiguous-escape", leaf.path, doubts.words("ambiguous-escape")))
    return False


def _is_known_file(leaf: Leaf, contents: transfer.Contents) -> bool:
    """Whether it is a file by its first bytes, which the strict reading has read or named as unread."""
    return contents.of(_cut(leaf)).content.startswith(_FILE_STARTS)


def _cut(leaf: Leaf) -> Leaf:
    end = min(leaf.body.end, leaf.body.start + _START)
    return Leaf(
        leaf.path, leaf.type, leaf.charset, leaf.transfer, leaf.filename, leaf.disposition, leaf.head,
        Span(leaf.body.start, end), leaf.sealed,
    )  # fmt: skip


def _of_clean(raw: bytes, leaf: Leaf, contents: transfer.Contents) -> Iterator[Piece]:
    """A text with hints of something encoded; a part nobody reads that looks like a page or a message."""
    readable = leaf.type.startswith("text/")
    content = contents.of(leaf if readable else _cut(leaf)).content
    if readable or leaf.type == "application/xhtml+xml":
        named = labels.ending(leaf.filename) in (".html", ".htm", ".xhtml")
        is_html = "html" in leaf.type or (named and not labels.shown_in_place(leaf))
        if named and not is_html:
            yield Piece(
                content, leaf.path, by_host=True
            )  # shown as text, and a page to who opens it as a file
        strange = charsets.is_ebcdic(leaf.charset.encode("ascii", "replace"))
        if (
            leaf.transfer == "base64"
            and not leaf.charset.startswith(_WIDE)
            and _is_noise(leaf.body.of(raw)[:_START], content[:_START])
        ):
            yield Piece(leaf.body.of(raw), leaf.path)  # its letters may begin elsewhere
            yield Piece(content, leaf.path)
        if leaf.charset.startswith(_WIDE) or content.startswith(_MARKS):
            start = content[:_START]
            if leaf.charset.startswith(_WIDE[:2]):
                strange_mark = signs.textual(start) > _TEXTUAL
            else:  # who believes the label, and not the mark, reads what stands behind it as it is
                strange_mark = not leaf.charset.startswith(_WIDE) and start.count(0) * 4 < len(start)
            if strange_mark:
                yield Piece(content.lstrip(b"\xff\xfe"), leaf.path)
            content = labelled.view(content, leaf.charset).text.encode("utf-8", "replace")
        if strange or signs.hints(content, is_html=is_html):
            yield Piece(content, leaf.path, hidden=strange, is_html=is_html)
    elif leaf.type in _SHOWN_AS_TEXT:
        yield Piece(leaf.head.of(raw) + b"\n" + contents.of(leaf).content, leaf.path)
    elif content.startswith(_FILE_STARTS):  # the strict reading has read it, or said that it did not
        return
    elif _SNIFFED.match(content) or (_is_body(leaf) and signs.textual(content) > _TEXTUAL):
        yield Piece(contents.of(leaf).content, leaf.path)
    elif _names_other_file(raw, leaf, content):
        yield Piece(leaf.body.of(raw), leaf.path)


def _is_noise(letters: bytes, content: bytes) -> bool:
    """Whether base64 gives text in no charset, or text only where its quanta begin a letter further on.

    One byte in ten of noise is a control character.
    """
    if len(content) - len(content.translate(None, _CONTROLS)) > _NOISE * len(content):
        return True
    return signs.textual(content) < _READABLE and any(
        signs.textual(each) > _TEXTUAL for each in decoders.base64(letters)
    )


def _is_body(leaf: Leaf) -> bool:
    """Whether a part of an unknown type may be shown and not offered as a file."""
    return not leaf.filename and leaf.disposition != "attachment" and not leaf.type.startswith(_KNOWN)


def _names_other_file(raw: bytes, leaf: Leaf, content: bytes) -> bool:
    """Whether a file's name for itself stands in the encoded text, but not in what the label makes of it."""
    if content.startswith(_FILE_STARTS) or b"%PDF-" in content[:1024]:
        return False
    return _holds_file_mark(_cut(leaf).body.of(raw))


def _holds_file_mark(data: bytes) -> bool:
    """Word by word, for one pattern of them all is tried at every byte."""
    return any(mark in data for mark in _FILE_MARKS) or _BEGIN.search(data) is not None


def _decoded(raw: bytes, leaf: Leaf, contents: transfer.Contents) -> Iterator[Piece]:
    """What the strict reading decodes of a doubtful leaf, to be read as something else."""
    content = contents.of(leaf).content
    if content != leaf.body.of(raw) and not content.startswith(_FILE_STARTS):
        yield Piece(content, leaf.path)


def _first_odd(raw: bytes, head: Span) -> int:
    """Where in a header block something stands that may not be one; its end where all is in order."""
    match = _ODD_LINE.search(raw, head.start, head.end)
    return match.start() if match else head.end


def _top(raw: bytes, structure: mime.Structure) -> int:
    """Where the message's own header ends or becomes odd."""
    fields = structure.message.headers
    return _first_odd(raw, Span(0, fields[-1].span.end)) if fields else 0


def _outside(raw: bytes, start: int, taken: list[Span], leaves: tuple[Leaf, ...]) -> Iterator[Piece]:
    """All of the message from ``start`` but for these spans."""
    first = leaves[0].path if leaves else ""
    for span in (*taken, Span(len(raw), len(raw))):
        if span.start > start:
            yield Piece(raw[start : span.start], first)
        start = max(start, span.end)


def _gaps(raw: bytes, structure: mime.Structure) -> Iterator[Piece]:
    """What stands outside all leaves: preambles, epilogues, parts over a limit."""
    fields, leaves = structure.message.headers, structure.message.leaves
    at, path = (fields[-1].span.end if fields else 0), ""
    for span, name in (*((Span(leaf.head.start, leaf.body.end), leaf.path) for leaf in leaves), (None, "")):
        end = span.start if span else len(raw)
        gap = raw[at:end] if end > at else b""
        if len(gap) > 2 and _speaks(gap):
            yield Piece(gap, path or name)
        if span:
            at, path = max(at, span.end), name


def _speaks(gap: bytes) -> bool:
    """Whether anything but delimiters stands there that might be, or hold, a link."""
    text = b"\n".join(line for line in gap.split(b"\n") if not line.startswith(b"--"))
    if not text or text.isspace():
        return False
    linked = b"://" in text or b"www." in text
    return (linked and not _FOOTER.search(gap)) or signs.hints(text, is_html=False)
