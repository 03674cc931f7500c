"""Popularity ranks and lists of domains from files the settings name.

Ranks come as "rank,domain" lines (Tranco, Umbrella) or as one domain a line, most visited first. Other
lists are one domain a line; text behind ``#`` and lines of hosts files ("0.0.0.0 domain") are understood. A
domain on a list covers everything below it. Files are read once, when the value is made.

Does not download anything and does not ship anybody's list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from policy.domains import above, clean, ip, registrable
from policy.model import Answer, Known, Question, Unknown

LARGEST = 256 * 1024 * 1024
"""Bytes of one list file; the largest public popularity lists hold a million lines in 25 MB."""


class ListError(Exception):
    """A list file cannot be used; the text names it and says why."""


class LocalLists:
    """A source for "rank" and "listed" questions."""

    kinds = frozenset({"rank", "listed"})

    def __init__(self, ranks: Mapping[str, int] | None, lists: Mapping[str, frozenset[str]]) -> None:
        """``ranks``: registrable domain → rank from 1, or None without a popularity list."""
        self._ranks = ranks
        self._lists = lists

    @classmethod
    def load(
        cls, ranks: Sequence[Path] = (), lists: Mapping[str, Sequence[Path]] | None = None
    ) -> LocalLists:
        """Read the files. With several rank files the better rank counts. Raises ListError."""
        named = {
            name: frozenset(domain for path in paths for domain in _domains(path))
            for name, paths in (lists or {}).items()
        }
        return cls(_ranks(ranks) if ranks else None, named)

    def sizes(self) -> dict[str, int]:
        """Entries per list, "ranks" among them, for reports."""
        ranks = {} if self._ranks is None else {"ranks": len(self._ranks)}
        return ranks | {name: len(entries) for name, entries in self._lists.items()}

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """All answers, at once."""
        return {question: self._one(question) for question in questions}

    def _one(self, question: Question) -> Answer:
        if question.kind == "rank" and len(question.key) == 1:
            if self._ranks is None:
                return Unknown("no popularity list")
            return Known(self._ranks.get(question.key[0]))
        if question.kind == "listed" and len(question.key) == 2:
            name, host = question.key
            if name not in self._lists:
                return Unknown(f"no list is named {name!r}")
            return Known(any(domain in self._lists[name] for domain in above(host)))
        return Unknown("not a question for lists")


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


def _domains(path: Path) -> Iterator[str]:
    for line in _lines(path):
        words = line.split()
        word = words[1] if len(words) > 1 and ip(words[0]) is not None else words[0]
        name = clean(word.strip('"').removeprefix("*.").lstrip("."))
        if "." in name or ip(name) is not None:
            yield name


def _lines(path: Path) -> Iterator[str]:
    """Lines with content, without comments."""
    try:
        if path.stat().st_size > LARGEST:
            raise ListError(f"{path}: is larger than {LARGEST // 1024 // 1024} MB")
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                text = line.partition("#")[0].strip()
                if text:
                    yield text[:1000]
    except OSError as error:
        raise ListError(f"{path}: cannot be read: {error.strerror or error}") from None
