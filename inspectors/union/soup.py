"""Reads bytes without asking what they are: as text and HTML, and as everything they may be an encoding of.

A queue of pieces, shallow ones first; each is read for links and gives further pieces, down to a fixed depth
and a fixed amount of bytes. What was seen before is not read again.

Does not know the structure of the message, and keeps no map back to its bytes.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from inspectors import html, limits, text
from inspectors.model import Inside, Leaf, Link, Span
from inspectors.union import charsets, decoders, runs, signs
from inspectors.union.known import Known


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to be looked at."""

    data: bytes
    path: str
    """Of the nearest leaf."""
    depth: int = 0
    hidden: bool = True
    """False where the strict reading has read it already, and only what is encoded inside it counts."""
    is_html: bool = False
    """Where not hidden: it was read as HTML."""
    by_host: bool = False
    """True where a link only counts if its host is new: the piece is a known text read in another way."""
    whole: bool = False
    """True where delimiter lines do not divide it."""
    late: bool = False
    """True where it was looked at in its decoded form first."""


_DELIMITER = re.compile(rb"(?m)--(?<=^--)(?=[^\s\->])[^\r\n]*(?:\r?\n|\r|\Z)")
"""Begins with fixed letters, for what begins with a line is tried at every byte."""
_EXTERNAL = re.compile(rb"(?is)access-type\W{1,20}url\W.{0,500}?url[ \t]*=[ \t]*\"([^\"]{1,2000})\"")
_FILES = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"\xd0\xcf\x11\xe0", "doc"))
_CHEAPER = 8
"""How much less a text costs that was read already and is only searched for what it may hold."""
_RESPELT = 2
_HEADS = 16 * 1024
"""Bytes of a piece in which fields with a URL are looked for."""


class Soup:
    """Gathers links and files out of pieces."""

    def __init__(self, known: Known, *, ebcdic: bool, labelled_uu: bool, bases: tuple[str, ...]) -> None:
        """``bases``: what Content-Base and Content-Location fields name."""
        self._known, self._ebcdic, self._uu = known, ebcdic, labelled_uu
        self._bases = bases
        self._seen: set[bytes] = set()
        self._queue: deque[Piece] = deque()
        self._read = self._decoded = self._pieces = self._blocks = 0
        self.links: list[Link] = []
        self.files: tuple[Inside, ...] = ()
        self.over = False
        """Whether a limit ended it."""

    def run(self, pieces: list[Piece]) -> None:
        """Look at these pieces and all that is in them."""
        self._queue.extend(pieces)
        # One of them is often what another one decodes to, and then shows all that could show in turn.
        self._seen.update(piece.data for piece in pieces if piece.hidden and not piece.by_host)
        while self._queue and not self.over:
            piece = self._queue.popleft()
            for part in self._divided(piece):
                self._pieces += 1
                self._read += len(part.data) if part.hidden else len(part.data) // _CHEAPER
                if self._pieces > limits.UNION_PIECES or self._read > limits.UNION_READ:
                    self.over = True
                    return
                self._look(part)

    def _divided(self, piece: Piece) -> Iterator[Piece]:
        """The piece at its delimiter lines, and in sizes that can be read at once."""
        if not piece.hidden or piece.whole:
            yield from _in_sizes(piece)
            return
        parts = [part for part in _DELIMITER.split(piece.data) if part.strip()]
        if len(parts) > limits.UNION_PIECES // 4:
            parts = [b"".join(parts)]
        for part in parts:
            yield from _in_sizes(replace(piece, data=part))
        if len(parts) > 1 and len(piece.data) <= signs.JOINED:
            yield replace(piece, data=b"".join(parts), whole=True)

    def _look(self, piece: Piece) -> None:
        if not piece.hidden:
            self._look_within(piece)
            return
        piece = self._without_files(piece)
        data = piece.data
        # A known text in its third spelling has shown what it has.
        deep = piece.depth >= (_RESPELT if piece.by_host else limits.UNION_DEPTH)
        if not piece.late and not deep and signs.holds_escaped_link(data):
            # The decoded links first: as they stand, escapes garble them.
            self._push(piece, decoders.plain_quoted_printable(data), by_host=piece.by_host)
            for result in decoders.quoted_printable(data) if signs.mostly_escaped(data) else ():
                self._push(piece, result, by_host=True)
            self._queue.append(replace(piece, by_host=True, whole=True, late=True))
            return
        found_html = signs.HTML.search(data) is not None
        self._links(piece, data, as_html=found_html)
        self._external(piece)
        if found_html:
            self._relative(piece)
        if deep:
            return
        if not piece.by_host and not found_html and len(data) <= signs.JOINED:
            self._links(replace(piece, by_host=True), charsets.joined(data), as_html=False)
        for result in charsets.readings(data, self._ebcdic):
            self._push(piece, result, by_host=piece.by_host)
        again = not piece.by_host and piece.depth < _RESPELT and len(data) <= signs.JOINED
        if again and b"=" in data and signs.QP.search(data):
            for result in decoders.quoted_printable(data):
                self._push(piece, result, by_host=True)
        for result in self._unpacked(piece):
            self._push(piece, result, by_host=False)

    def _look_within(self, piece: Piece) -> None:
        """Look for what a text that was read already holds encoded, or shows read in another way."""
        data = piece.data
        if signs.may_be_html(data, is_html=piece.is_html):
            self._links(replace(piece, by_host=True), data, as_html=True)
        if charsets.odd(data):
            for result in charsets.readings(data):
                self._push(piece, result, by_host=True)
        if signs.holds_escaped_host(data):
            self._push(piece, decoders.plain_quoted_printable(data), by_host=True)
            for result in decoders.quoted_printable(data) if signs.mostly_escaped(data) else ():
                self._push(piece, result, by_host=True)
        if signs.holds_field(data):
            self._queue.append(replace(piece, hidden=True, by_host=True))
        elif signs.holds_run(data) or signs.BEGIN.search(data) or b"=ybegin" in data:
            for result in self._unpacked(piece):
                if signs.telling(result):
                    self._push(piece, result, by_host=False)
        self._without_files(piece)

    def _unpacked(self, piece: Piece) -> Iterator[bytes]:
        data = piece.data
        for block in runs.blocks(piece.data, hidden=piece.hidden):
            key = b"\x00" + block
            if key in self._seen:
                continue
            self._seen.add(key)
            self._blocks += 1
            if self._blocks > limits.UNION_PIECES:
                self.over = True
                return
            yield from decoders.base64(block)
        if b"begin" in data or self._uu:
            yield from decoders.uu(data, self._uu and piece.hidden)
        if b"=ybegin" in data:
            yield from decoders.yenc(data)
        if b"BinHex" in data:
            yield from decoders.binhex(data)
        yield from decoders.gunzip(data)

    def _push(self, piece: Piece, result: bytes, *, by_host: bool) -> None:
        """Queue what a decoder gave, where it might be something."""
        self._decoded += len(result)
        if self._decoded > limits.UNION_DECODED:
            self.over = True
            return
        if len(result) < 8 or result in self._seen or not signs.promising(result):
            return
        self._seen.add(result)
        self._queue.append(Piece(result, piece.path, piece.depth + 1, True, False, by_host))

    def _links(self, piece: Piece, data: bytes, *, as_html: bool, base: str = "") -> None:
        """Note links in the data as text or as HTML."""
        if not signs.may_hold_link(data, as_html):
            return
        kind = "text/html" if as_html else "text/plain"
        leaf = Leaf(piece.path, kind, "", "binary", "", "", Span(0, 0), Span(0, len(data)), "inside", base)
        is_new = partial(self._known.is_new, by_host=piece.by_host)
        reading = (html if as_html else text).read_new(leaf, data, is_new)
        clear = signs.textual(data) > 0.9
        for inner in reading.inside:
            self._push(piece, inner.content, by_host=piece.by_host)
        for link in reading.links:
            written = link.written.lower()
            if not clear and "://" not in written and not written.startswith("www."):
                continue  # chance makes dotted words of binary data
            if len(self.links) > limits.LINKS:
                return
            if is_new(link.url, link.host):
                self._known.add(link.url, link.host)
                place = "ambiguous:" + link.place.replace(":", ".")
                self.links.append(replace(link, place=place, ambiguous=True, handle=None))

    def _relative(self, piece: Piece) -> None:
        """Links that lead somewhere only by a Content-Base or Content-Location (RFC 2557)."""
        own = tuple(match.group(1).decode("latin-1") for match in signs.bases(piece.data[:_HEADS]))
        if not (self._bases or own) or b"<base" in piece.data.lower():
            return
        for base in dict.fromkeys((*self._bases, *own[:2])):
            self._read += len(piece.data)
            self._links(replace(piece, by_host=False), piece.data, as_html=True, base=base)

    def _external(self, piece: Piece) -> None:
        """The URL of a message/external-body (RFC 2017): white space in it means nothing."""
        start = piece.data[:_HEADS]
        for match in _EXTERNAL.finditer(start) if b"access-type" in start.lower() else ():
            self._links(piece, b"".join(match.group(1).split()), as_html=False)

    def _without_files(self, piece: Piece) -> Piece:
        """Note a file in the piece; what stands before it remains. Only a PDF may begin in the middle."""
        for magic, kind in _FILES:
            at = piece.data.find(magic)
            if at < 0 or (b"obj" not in piece.data[at:] if kind == "pdf" else at > 0):
                continue
            content = piece.data[at:]
            if len(self.files) < limits.UNION_FILES and b"\x01" + content not in self._seen:
                self._seen.add(b"\x01" + content)
                name = f"hidden-{len(self.files) + 1}.{kind}"
                self.files += (Inside(name, content, _TYPES[kind]),)
            return replace(piece, data=piece.data[:at])
        return piece


_TYPES = {"pdf": "application/pdf", "zip": "application/zip", "doc": "application/octet-stream"}


def _in_sizes(piece: Piece) -> Iterator[Piece]:
    if len(piece.data) <= limits.UNION_PIECE:
        yield piece
        return
    at = 0
    while at < len(piece.data):
        end = at + limits.UNION_PIECE
        cut = piece.data.rfind(b"\n", at + limits.UNION_PIECE // 2, end) + 1 if end < len(piece.data) else 0
        yield replace(piece, data=piece.data[at : cut or end])
        at = cut or end
