"""What the readers of both formats collect: links with their places, and the words on them.

Does not read anything itself, but for what Office makes of a target.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from inspectors import limits as common
from inspectors import text, urls
from inspectors.model import Link
from inspectors.office import limits

_SHARE = re.compile(r"file:/*\\\\|file:/{4,5}(?=[^/])|\\\\(?=[^\\])", re.IGNORECASE)
_WWW = re.compile(r"\s*www\.[^\s/]+\.", re.IGNORECASE)

Pieces = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Handle:
    """Where a link's address stands."""

    member: int
    """Index in the central directory."""
    pieces: Pieces
    """Ranges of characters of the member's text that together are the address; none where it is not written
    out in one piece and so cannot be changed."""
    number: int = 0
    """Tells apart links without pieces."""


@dataclass(slots=True)
class Found:
    """One link while the words on it are still being collected."""

    place: str
    written: str
    url: urls.Url
    at: int
    """Character of the member's text, for the order."""
    pieces: Pieces = ()
    words: list[str] = field(default_factory=list)
    room: int = common.SHOWN_CHARACTERS

    def says(self, words: str) -> None:
        """Add words shown on it."""
        if self.room > 0:
            self.words.append(words[: self.room])
            self.room -= len(words)

    def link(self, leaf: str, member: int, number: int) -> Link:
        """The finished value."""
        shown = " ".join("".join(self.words).split())
        handle = Handle(member, self.pieces, 0 if self.pieces else number + 1)
        return Link(
            leaf, self.url.href, text.readable(self.written), text.readable(shown), self.place, handle,
            self.url.host, fetched=self.place == "office:image",
        )  # fmt: skip


@dataclass(slots=True)
class Budget:
    """What may still be looked at in one document."""

    tokens: int = limits.TOKENS
    characters: int = limits.TEXT_CHARACTERS
    base: str = ""
    """The URL that relative targets are relative to; empty where there is none."""
    over: set[str] = field(default_factory=set)
    """What was not looked at to the end, in words."""
    odd: set[str] = field(default_factory=set)
    """"broken", "doctype", and names of flags."""

    def spend(self, tags: int = 1) -> bool:
        """Whether more may be looked at after this many tags."""
        self.tokens -= tags
        if self.tokens < 0:
            self.over.add(f"the document has more than {limits.TOKENS} tags")
        return self.tokens >= 0

    def opened(self, target: str) -> urls.Url | None:
        """The URL Office opens for a target; notes those too long to read."""
        url = opened(target, self.base)
        if url is None and urls.too_long(target):
            self.over.add(text.TOO_LONG)
        return url


def opened(target: str, base: str = "") -> urls.Url | None:
    """The URL Office opens for a target: UNC paths are file URLs, ``www.`` is given a scheme."""
    share = _SHARE.match(target.lstrip())
    if share:
        return urls.read("file://" + target.lstrip()[share.end() :].replace("\\", "/"))
    if _WWW.match(target):
        return urls.read("http://" + target.lstrip())
    return urls.read(target) or (urls.read(target, base) if base and target.strip() else None)


def in_text(words: str, budget: Budget, at: int) -> list[Found]:
    """URLs in running text, which some viewers make clickable."""
    room = budget.characters
    budget.characters -= len(words)
    if len(words) > room:
        budget.over.add(f"the document has more than {limits.TEXT_CHARACTERS} characters of text")
        words = words[: max(0, room)]
    found: list[Found] = []
    if not text.may_hold_link(words):
        return found
    for _, written, url in text.find(words):
        if len(found) >= limits.TEXT_URLS:
            budget.over.add(f"the document has more than {limits.TEXT_URLS} addresses in its text")
            break
        if url is not None:
            found.append(Found("office:text", written, url, at))
    return found


def ordered(found: Sequence[Found]) -> list[Found]:
    """As they stand in the member; running text last."""
    return sorted(found, key=lambda each: (each.place == "office:text", each.at))
