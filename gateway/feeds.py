"""Lists fetched from outside into the lists' folder: whole, plausible, and all at once or not at all.

A list is asked for with ETag and Last-Modified, so that an unchanged one is not sent again. What is
truncated, not in its format, or less than half as long as the last time is not taken: the old file stays, and
the words say why. A list that blocks loses entries that are among the most visited domains. A file that was
not made here is never overwritten.

Does not decide which lists there are (the policy does), and does not tell a running gateway: it looks at the
folder by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from policy import feedformats
from policy.feedformats import FeedError
from policy.lookups import bootstrap
from policy.lookups.bootstrap import BootstrapError
from policy.lookups.listfolder import RANKS
from policy.rules import Feed, Rules

STATE = "feeds.json"
MARK = b"# fetched by `oddlink feeds update`\n"
"""First line of every list made here."""
BOOTSTRAP = "rdap-bootstrap"
LARGEST = 64 * 1024 * 1024
"""Bytes on the wire, packed as they come."""
LONGEST = 300.0
"""Seconds for one list, redirects and all."""
MOST_REDIRECTS = 5
TOP = 1000
"""Domains so much visited that no list may block them whole."""

Read = Callable[[bytes], tuple[bytes, int, str]]
"""(what to write, number of entries, words or empty) of what was fetched. Raises FeedError."""


class FeedsBusyError(Exception):
    """Another update is under way."""


@dataclass(frozen=True, slots=True)
class Target:
    """One list to fetch."""

    name: str
    url: str
    path: Path
    format: str
    read: Read


@dataclass(frozen=True, slots=True)
class Last:
    """What is remembered of the last time."""

    url: str
    format: str
    etag: str = ""
    modified: str = ""
    entries: int = 0
    at: float = 0.0
    """Unix time it was fetched, seconds."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What became of one list."""

    name: str
    result: str
    """"taken", "unchanged" or "kept" (the old one, because the new cannot be had or used)."""
    entries: int
    words: str


def targets(feeds: Sequence[Feed], folder: Path, blocked: Sequence[str]) -> tuple[Target, ...]:
    """The lists a policy names. ``blocked``: names of lists that block."""
    found = []
    for feed in feeds:
        ranks = feed.format in feedformats.RANKS
        path = folder / (f"{RANKS}-{feed.name}.csv" if ranks else f"{feed.name}.txt")
        found.append(Target(feed.name, feed.url, path, feed.format, _reader(feed, folder, blocked)))
    return tuple(found)


def unused(rules: Rules) -> tuple[str, ...]:
    """Names of feeds that no role of [lists] names: they are fetched, and nothing asks them."""
    roles = {*rules.lists.shorteners, *rules.lists.free_hosts, *rules.lists.blocked}
    return tuple(
        one.name for one in rules.feed if one.format not in feedformats.RANKS and one.name not in roles
    )


NO_ROLE = 'no role of [lists] names it, so nothing asks it: write for example blocked = ["block", "{name}"]'


def registries(url: str, path: Path) -> Target:
    """IANA's list of registries (RFC 9224)."""

    def read(data: bytes) -> tuple[bytes, int, str]:
        try:
            return data, len(bootstrap.services(data)), ""
        except BootstrapError as error:
            raise FeedError(str(error)) from None

    return Target(BOOTSTRAP, url, path, BOOTSTRAP, read)


def _reader(feed: Feed, folder: Path, blocked: Sequence[str]) -> Read:
    def read(data: bytes) -> tuple[bytes, int, str]:
        content = feedformats.read(data, feed.format)
        much = _most_visited(folder) if feed.name in blocked else frozenset[str]()
        lines = [line for line in content.lines if line not in much]
        gone = sorted(set(content.lines) & much)
        if not lines:
            raise FeedError("holds nothing but much visited domains")
        words = f"{content.bad} lines were not understood" if content.bad else ""
        if gone:
            named = ", ".join(gone[:3]) + (" …" if len(gone) > 3 else "")
            words += ("; " if words else "") + f"left out as much visited: {named}"
        # The number of lines lets whoever reads the file see that it was cut short.
        head = MARK + b"# %d lines\n" % len(lines)
        return head + "\n".join([*lines, ""]).encode(), len(lines), words

    return read


def _most_visited(folder: Path) -> frozenset[str]:
    """The top of the popularity lists that are there."""
    found: set[str] = set()
    for path in sorted(folder.glob(f"{RANKS}*")):
        with path.open(encoding="utf-8", errors="replace") as file:
            for _, line in zip(range(TOP + 2), file, strict=False):
                found.add(line.strip().rpartition(",")[2].strip('"').lower())
    return frozenset(found)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Makes the folder, and keeps other updates out. Raises FeedsBusyError and OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".feeds.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FeedsBusyError(f"{folder}: another `oddlink feeds update` is at work there") from None
        yield


async def update(target: Target, folder: Path, now: float, *, accept_shrunk: bool = False) -> Updated:
    """Fetch one list and put it into its place. Does not raise but on cancellation."""
    last = state(folder).get(target.name)
    if not _ours(target):
        words = f"{target.path} was not made by `oddlink feeds update`; move it away, or rename the feed"
        return Updated(target.name, "kept", 0, words)
    if last is None or (last.url, last.format) != (target.url, target.format):
        last = Last(target.url, target.format)
    elif not target.path.exists():
        last = replace(last, etag="", modified="")
    try:
        async with asyncio.timeout(LONGEST):
            fetched = await _fetch(target.url, last)
        if fetched is None:
            _remember(folder, target.name, replace(last, at=now))
            return Updated(target.name, "unchanged", last.entries, "")
        data, etag, modified = fetched
        lines, entries, words = await asyncio.to_thread(target.read, data)
        if entries * 2 < last.entries and not accept_shrunk:
            raise FeedError(f"has {entries} entries, where it had {last.entries}; --accept-shrunk takes it")
        write(target.path, lines)
        _remember(folder, target.name, Last(target.url, target.format, etag, modified, entries, now))
    except (FeedError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Updated(target.name, "kept", last.entries, _why(error))
    return Updated(target.name, "taken", entries, words)


def _ours(target: Target) -> bool:
    """Whether the file may be replaced: it is not there, or was made here."""
    if not target.path.exists() or target.format == BOOTSTRAP:
        return True
    with target.path.open("rb") as file:
        return file.read(len(MARK)) == MARK


def _remember(folder: Path, name: str, last: Last) -> None:
    known = state(folder) | {name: last}
    write(folder / STATE, json.dumps({name: asdict(one) for name, one in known.items()}).encode())


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"was not there within {LONGEST:.0f} s"
    if isinstance(error, OSError):
        return f"{error.filename or 'cannot be read'}: {error.strerror or error}"
    return str(error)[:300] or type(error).__name__


async def _fetch(url: str, last: Last) -> tuple[bytes, str, str] | None:
    """(bytes, ETag, Last-Modified); None where nothing has changed. Raises what ``update`` catches."""
    if url.startswith("file://"):
        return await asyncio.to_thread(_local, Path(unquote(urlsplit(url).path))), "", ""
    headers = {"User-Agent": "oddlink", "Accept-Encoding": "gzip, identity"}
    if last.etag:
        headers["If-None-Match"] = last.etag
    if last.modified:
        headers["If-Modified-Since"] = last.modified
    plain = url.startswith("http://")
    async with httpx.AsyncClient(timeout=30.0, headers=headers) as client:
        for _ in range(MOST_REDIRECTS + 1):
            async with client.stream("GET", url) as reply:
                if reply.status_code == 304 and (last.etag or last.modified):
                    return None
                if reply.status_code == 200:
                    body = await _body(reply)
                    return body, reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
                if not reply.has_redirect_location:
                    raise FeedError(f"{url} answers {reply.status_code}")
                url = urljoin(url, reply.headers.get("location", ""))
                if not url.startswith("https://") and not (plain and _loopback(url)):
                    raise FeedError(f"redirects to {url[:100]}, which is not https")
    raise FeedError("redirects on and on")


def _loopback(url: str) -> bool:
    return url.startswith("http://") and bootstrap.acceptable(url.partition("?")[0])


async def _body(reply: httpx.Response) -> bytes:
    body = bytearray()
    async for piece in reply.aiter_bytes():
        body += piece
        if len(body) > LARGEST:
            raise FeedError(f"is larger than {LARGEST // 1024 // 1024} MB")
    return bytes(body)


def _local(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise FeedError(f"is larger than {LARGEST // 1024 // 1024} MB")
    return data


def state(folder: Path) -> dict[str, Last]:
    """What is remembered; nothing where the file is not there or damaged."""
    try:
        given = json.loads((folder / STATE).read_bytes())
        return {str(name): Last(**one) for name, one in given.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def write(path: Path, data: bytes) -> None:
    """Replace a file so that readers see the old or the new one, also after a crash. Raises OSError."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
