"""The formats of downloaded lists, turned into the plain lines that ``lookups/locallists.py`` reads.

Formats as their makers describe them: URLhaus (CSV with the URL in its third column, or one URL a line),
OpenPhish (one URL a line), PhishTank (CSV with a header, or JSON), Tranco and Umbrella ("rank,domain",
zipped), hosts files and lists of domains.

A feed whose format changed must not become an empty or a wild list: where more than one line in twenty is not
what it should be, nothing of it is taken.

Does not fetch anything, and does not compare a list with what it was yesterday.
"""

from __future__ import annotations

import bz2
import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from policy.domains import clean, inside, ip, is_suffix

LARGEST = 128 * 1024 * 1024
"""Bytes unpacked; a million ranks take 25 MB, the largest lists of pages some 60 MB."""
LONGEST = 2000
"""Characters of one line; ``lookups/locallists.py`` reads no more."""
MOST_BAD = 0.05
"""Share of lines that may be none of the format; real lists stay far below one in a hundred."""

_LOCAL = frozenset({"localhost", "localhost.localdomain", "local", "broadcasthost", "0.0.0.0"})  # noqa: S104 - names in hosts files
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)+\Z")


class FeedError(Exception):
    """A feed cannot be taken; the text says why."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a feed holds."""

    lines: tuple[str, ...]
    """One entry each, in order, each once."""
    bad: int
    """Lines left out because they are none of the format."""


def read(data: bytes, format: str) -> Content:
    """The entries of a feed. Raises FeedError."""
    plain = unpacked(data)
    if plain.lstrip()[:1] == b"<":
        raise FeedError("is a web page, not a list")
    text = plain.decode("utf-8-sig", "replace")
    try:
        rows = list(_READERS[format](text))
    except (csv.Error, RecursionError, ValueError) as error:
        raise FeedError(f"is not in the format {format!r}: {error}"[:200]) from None
    good = tuple(dict.fromkeys(row for row in rows if row))
    bad = sum(not row for row in rows)
    if bad > MOST_BAD * len(rows):
        raise FeedError(f"{bad} of {len(rows)} lines are not in the format {format!r}: has it changed?")
    if not good:
        raise FeedError("holds no entry")
    return Content(good, bad)


def unpacked(data: bytes) -> bytes:
    """What is in a zip, gzip or bzip2 file; other bytes as they are. Raises FeedError."""
    try:
        if data[:2] == b"\x1f\x8b":
            return _members(data, lambda: zlib.decompressobj(31))
        if data[:3] == b"BZh":
            return _members(data, bz2.BZ2Decompressor)
        if data[:4] == b"PK\x03\x04":
            return _zipped(data)
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise FeedError(f"cannot be unpacked: {error}"[:200]) from None
    if len(data) > LARGEST:
        raise FeedError(f"is larger than {LARGEST // 1024 // 1024} MB")
    return data


def _members(data: bytes, make: Callable[[], zlib._Decompress | bz2.BZ2Decompressor]) -> bytes:
    out = bytearray()
    while data:
        member = make()
        out += member.decompress(data, LARGEST + 1 - len(out))
        if len(out) > LARGEST:
            raise FeedError(f"is larger than {LARGEST // 1024 // 1024} MB when unpacked")
        if not member.eof:
            raise EOFError("it ends too early")
        data = member.unused_data.lstrip(b"\0")
    return bytes(out)


def _zipped(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(files) != 1:
            raise FeedError(f"holds {len(files)} files where one list should be")
        with archive.open(files[0]) as member:
            plain = member.read(LARGEST + 1)
    if len(plain) > LARGEST:
        raise FeedError(f"is larger than {LARGEST // 1024 // 1024} MB when unpacked")
    return plain


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped and stripped[0] not in "#!":
            yield stripped


def _domains(text: str) -> Iterator[str]:
    for line in _lines(text):
        words = line.partition("#")[0].split()
        named = words[1:] if len(words) > 1 and ip(words[0]) is not None else words[:1]
        for word in named:
            name = clean(word.strip('"').removeprefix("||").removesuffix("^").removeprefix("*."))
            if name not in _LOCAL:
                yield _domain(name)


def _domain(name: str) -> str:
    """The name where it is somebody's: not a public suffix, under which everybody is, and nothing local."""
    if ip(name) is not None:
        return "" if inside(name) else name
    return name if _NAME.match(name) and len(name) <= 253 and not is_suffix(name) else ""


def _urls(text: str) -> Iterator[str]:
    return map(_url, _lines(text))


def _url(url: str) -> str:
    """The URL where it is one of a page that others can open."""
    if len(url) >= LONGEST or any(character.isspace() for character in url):
        return ""
    try:
        parts = urlsplit(url)
        host = clean(parts.hostname or "")
    except ValueError:
        return ""
    good = parts.scheme.lower() in ("http", "https", "ftp") and host and not inside(host)
    return url if good else ""


def _urlhaus(text: str) -> Iterator[str]:
    for line in _lines(text):
        if "://" in line.partition(",")[0]:
            yield _url(line)
        else:
            row = next(csv.reader([line]), [])
            yield _url(row[2]) if len(row) > 2 else ""


def _phishtank(text: str) -> Iterator[str]:
    if text.lstrip()[:1] in ("[", "{"):
        entries = json.loads(text)
        rows: Iterable[object] = entries if isinstance(entries, list) else [None]
        for entry in rows:
            yield _url(str(entry.get("url", ""))) if isinstance(entry, dict) else ""
        return
    table = csv.DictReader(io.StringIO(text))
    if "url" not in (table.fieldnames or ()):
        raise FeedError("has no column 'url': has its format changed?")
    for row in table:
        yield _url(row["url"] or "")


def _ranks(text: str) -> Iterator[str]:
    last = 0
    for line in _lines(text):
        first, _, second = line.partition(",")
        name = clean(second.strip('"'))
        rank = int(first) if first.isascii() and first.isdigit() and len(first) < 10 else 0
        # Hosts of Umbrella may be public suffixes and bare names: they rank nobody, and are no mistake.
        yield f"{rank},{name}" if name and rank > last else ""
        last = max(last, rank)


_READERS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "domains": _domains,
    "hosts": _domains,
    "urls": _urls,
    "openphish": _urls,
    "urlhaus": _urlhaus,
    "phishtank": _phishtank,
    "ranks": _ranks,
    "tranco": _ranks,
    "umbrella": _ranks,
}
RANKS = frozenset({"ranks", "tranco", "umbrella"})
"""Formats of popularity lists."""
