"""Files that a PDF carries: embedded ones (ISO 32000-2 section 7.11.4), those of portfolios, related ones.

Each is handed on to its own inspector; only its name, stated type and inflated content are taken here.

Does not look for the file specifications (``elsewhere.py`` does), and does not decrypt what has a password of
its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import zip_longest

import pikepdf

from inspectors.model import Inside, Skipped
from inspectors.pdf import limits, streams, uri
from inspectors.pdf.document import BROKEN
from inspectors.pdf.model import ObjectId
from inspectors.pdf.trail import Stop

_NAMES = ("/UF", "/F", "/Unix", "/Mac", "/DOS")
_TYPE = re.compile(r"/([\w.+-]{1,80}/[\w.+-]{1,80})\Z", re.ASCII)
_FILTERS = 20
"""Filters of one stream that are looked at. Real ones have one or two."""
_DAMAGED = 4 * 1024 * 1024
"""Bytes that finding out that a file cannot be read counts as; qpdf inflates until it fails."""
_NAMELESS = "embedded file"


@dataclass(slots=True)
class _Taken:
    """What was read so far."""

    path: str
    ciphers: Set[str]
    files: list[Inside] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    seen: set[ObjectId] = field(default_factory=set)
    more: int = 0
    looked: int = 0
    left: int = field(default_factory=lambda: limits.EMBEDDED_BYTES)
    work: int = field(default_factory=lambda: 2 * limits.EMBEDDED_BYTES)
    """Bytes that may still be inflated, those of files that turn out too large included."""

    def skip(self, name: str, why: str, kind: str) -> None:
        self.skipped.append(Skipped(self.path, f"embedded file {_clean(name)} {why}", kind))


def files(
    path: str, pdf: pikepdf.Pdf, holders: Sequence[Stop]
) -> tuple[tuple[Inside, ...], tuple[Skipped, ...]]:
    """The files behind these file specifications and streams, each once, and why some are not read.

    ``path`` names the PDF's leaf. Never raises.
    """
    taken = _Taken(path, _ciphers(pdf))
    for _, holder in holders:
        try:
            for name, stream in _streams(holder):
                taken.looked += 1
                if taken.looked > limits.TREE_ITEMS:
                    words = f"more than {limits.TREE_ITEMS} places with embedded files, the rest is not read"
                    taken.skipped.append(Skipped(path, words, "limit"))
                    return tuple(taken.files), tuple(taken.skipped)
                _take(taken, name, stream, locked="/EP" in holder)
        except (*BROKEN, TypeError):
            taken.skip(_NAMELESS, "that cannot be read", "broken")
    if taken.more:
        words = f"{taken.more} more embedded files over the limit"
        taken.skipped.append(Skipped(path, words, "limit"))
    return tuple(taken.files), tuple(taken.skipped)


def _streams(holder: pikepdf.Object) -> Iterator[tuple[str, pikepdf.Stream]]:
    """The streams of /EF and of the related files /RF, or the stream itself."""
    if isinstance(holder, pikepdf.Stream):
        yield _NAMELESS, holder
        return
    name = _name(holder)
    kept, related = holder.get("/EF"), holder.get("/RF")
    if isinstance(kept, pikepdf.Dictionary):
        for key in _NAMES:
            stream = kept.get(key)
            if isinstance(stream, pikepdf.Stream):
                yield name, stream
    if isinstance(related, pikepdf.Dictionary):
        for key in _NAMES:
            yield from _related(related.get(key), name)


def _related(array: pikepdf.Object | None, other: str) -> Iterator[tuple[str, pikepdf.Stream]]:
    """Names and streams in turns (section 7.11.4.3)."""
    if not isinstance(array, pikepdf.Array):
        return
    for index in range(1, min(len(array), 2 * limits.EMBEDDED), 2):
        name, stream = array[index - 1], array[index]
        if isinstance(stream, pikepdf.Stream):
            yield (_text(name) if isinstance(name, pikepdf.String) else other), stream


def _take(taken: _Taken, name: str, stream: pikepdf.Stream, *, locked: bool) -> None:
    if stream.objgen in taken.seen:
        return
    taken.seen.add(stream.objgen)
    if len(taken.files) + len(taken.skipped) >= limits.EMBEDDED or taken.work <= 0:
        taken.more += 1
        return
    if locked or not _own_ciphers(stream) <= taken.ciphers:
        taken.skip(name, "is encrypted for itself and needs a password", "encrypted")
        return
    try:
        content = streams.content(stream, min(taken.left, taken.work) + 1)
    except BROKEN:
        taken.skip(name, "that cannot be read", "broken")
        taken.work -= _DAMAGED
        return
    room = min(taken.left, taken.work)
    taken.work = max(0, taken.work - len(content))
    if len(content) > room:
        taken.skip(name, f"is not read: more than {limits.EMBEDDED_BYTES} bytes in embedded files", "limit")
        return
    taken.left -= len(content)
    taken.files.append(Inside(name or _NAMELESS, content, _type(stream)))


def _ciphers(pdf: pikepdf.Pdf) -> frozenset[str]:
    """The crypt filters that opening the file without a password gives (section 7.6.6)."""
    encrypted = pdf.trailer.get("/Encrypt")
    named = encrypted.get("/CF") if isinstance(encrypted, pikepdf.Dictionary) else None
    return frozenset(("/Identity", *(named.keys() if isinstance(named, pikepdf.Dictionary) else ())))


def _own_ciphers(stream: pikepdf.Stream) -> set[str]:
    """The crypt filters that a stream names for itself (section 7.4.10)."""
    filters, parameters = (_listed(stream.get(key)) for key in ("/Filter", "/DecodeParms"))
    found = set()
    for each, own in zip_longest(filters, parameters):
        if isinstance(each, pikepdf.Name) and each == pikepdf.Name.Crypt:
            name = own.get("/Name") if isinstance(own, pikepdf.Dictionary) else None
            found.add(str(name) if isinstance(name, pikepdf.Name) else "/Identity")
    return found


def _listed(value: pikepdf.Object | None) -> list[pikepdf.Object | None]:
    if not isinstance(value, pikepdf.Array):
        return [value]
    return [value[index] for index in range(min(len(value), _FILTERS))]


def _name(spec: pikepdf.Object) -> str:
    strings = (spec.get(key) for key in _NAMES)
    return next((_text(each) for each in strings if isinstance(each, pikepdf.String)), "")


def _text(value: pikepdf.Object) -> str:
    """Without folders: names come from the sender, and only their last part says what it is."""
    text = uri.characters(bytes(value)[: limits.URI_BYTES])
    return text.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def _type(stream: pikepdf.Stream) -> str:
    stated = stream.get("/Subtype")
    match = _TYPE.match(str(stated)) if isinstance(stated, pikepdf.Name) else None
    return match[1].lower() if match else "application/octet-stream"


def _clean(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name[:80])
