"""Popularity ranks and lists of domains and pages from files the settings name.

Ranks come as "rank,domain" lines (Tranco, Umbrella) or as one domain a line, most visited first. Other
lists are one domain or one URL a line; text behind ``#`` and lines of hosts files ("0.0.0.0 domain") are
understood. A domain on a list covers everything below it; a URL only that page. Files are read once, when the
value is made.

Does not download anything and does not ship anybody's list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy.domains import above, clean, ip, registrable
from policy.model import Answer, Known, Question, Unknown
from policy.questions import page_key

LARGEST = 256 * 1024 * 1024
"""Bytes of one list file; the largest public popularity lists hold a million lines in 25 MB."""
LONGEST_LINE = 2000
"""Characters of one line that are read; URLs on lists of pages stay below."""


class ListError(Exception):
    """A list file cannot be used; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class Entries:
    """What one list holds."""

    domains: frozenset[str] = frozenset()
    pages: frozenset[str] = frozenset()
    """As ``questions.page_key`` has them."""
    hosts: frozenset[str] = frozenset()
    """Of the pages."""


class LocalLists:
    """A source for "rank", "listed" and "listed-page" questions."""

    kinds = frozenset({"rank", "listed", "listed-page"})

    def __init__(
        self, ranks: Mapping[str, int] | None, lists: Mapping[str, Entries | frozenset[str]]
    ) -> None:
        """``ranks``: registrable domain → rank from 1, or None without a popularity list."""
        self._ranks = ranks
        self._lists = {
            name: entries if isinstance(entries, Entries) else Entries(entries)
            for name, entries in lists.items()
        }

    @classmethod
    def load(
        cls, ranks: Sequence[Path] = (), lists: Mapping[str, Sequence[Path]] | None = None
    ) -> LocalLists:
        """Read the files. With several rank files the better rank counts. Raises ListError."""
        named = {name: _entries(paths) for name, paths in (lists or {}).items()}
        return cls(_ranks(ranks) if ranks else None, named)

    def sizes(self) -> dict[str, int]:
        """Entries per list, "ranks" among them, for reports."""
        ranks = {} if self._ranks is None else {"ranks": len(self._ranks)}
        return ranks | {name: len(one.domains) + len(one.pages) for name, one in self._lists.items()}

    def rank(self, domain: str) -> int | None:
        """The rank of a registrable domain; None where it has none or there is no popularity list."""
        return None if self._ranks is None else self._ranks.get(domain)

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """All answers, at once."""
        return {question: self._one(question) for question in questions}

    def _one(self, question: Question) -> Answer:
        if question.kind == "rank" and len(question.key) == 1:
            if self._ranks is None:
                return Unknown("no popularity list", quiet=True)
            return Known(self._ranks.get(question.key[0]))
        if question.kind not in ("listed", "listed-page") or len(question.key) != 2:
            return Unknown("not a question for lists")
        name, what = question.key
        if name not in self._lists:
            return Unknown(f"no list is named {name!r}", quiet=True)
        entries = self._lists[name]
        if question.kind == "listed":
            return Known(any(domain in entries.domains for domain in above(what)))
        if what in entries.pages:
            return Known("page")
        return Known("host" if entries.hosts and _host(what) in entries.hosts else "")


def _ranks(paths: Iterable[Path]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for path in paths:
        for number, line in enumerate(_lines(path), 1):
            first, comma, second = line.partition(",")
            name = clean((second if comma else first).split(",")[0].strip().strip('"'))
            place = (
                int(first) if comma and first.isascii() and first.isdigit() and len(first) < 10 else number
            )
            # Umbrella ranks hosts: a domain is as popular as its most popular host.
            domain = registrable(name)
            if "." in domain and place > 0:
                ranks[domain] = min(place, ranks.get(domain, place))
    return ranks


def _entries(paths: Sequence[Path]) -> Entries:
    domains: set[str] = set()
    pages: set[str] = set()
    for path in paths:
        for line in _lines(path):
            words = line.split()
            if "://" in words[0]:
                pages.add(page_key(words[0]))
                continue
            word = words[1] if len(words) > 1 and ip(words[0]) is not None else words[0]
            name = clean(word.strip('"').removeprefix("*.").lstrip("."))
            if "." in name or ip(name) is not None:
                domains.add(name)
    return Entries(frozenset(domains), frozenset(pages), frozenset(map(_host, pages)))


def _host(page: str) -> str:
    """Host of a page's key."""
    authority = page.partition("/")[0]
    return clean(authority if authority.startswith("[") else authority.partition(":")[0])


def _lines(path: Path) -> Iterator[str]:
    """Lines with content, without comments; a # within a URL is no comment."""
    try:
        if path.stat().st_size > LARGEST:
            raise ListError(f"{path}: is larger than {LARGEST // 1024 // 1024} MB")
        with path.open(encoding="utf-8", errors="replace") as file:
            cut = False
            while line := file.readline(LONGEST_LINE):
                rest, cut = cut, not line.endswith("\n")
                if rest:  # of a line that is too long to be an entry
                    continue
                whole = line.strip()
                text = whole if "://" in whole and whole[:1] != "#" else whole.partition("#")[0].strip()
                if text:
                    yield text
    except OSError as error:
        raise ListError(f"{path}: cannot be read: {error.strerror or error}") from None
