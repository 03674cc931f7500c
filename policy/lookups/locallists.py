"""Popularity ranks and lists of domains and pages from files the settings name.

Ranks come as "rank,domain" lines (Tranco, Umbrella) or as one domain a line, most visited first. Other
lists are one domain or one URL a line; text behind ``#`` and lines of hosts files ("0.0.0.0 domain") are
understood. A domain on a list covers everything below it; a URL only that page. Files are read once, when the
value is made.

A file of which most lines are none of that (a web page, rubbish), or that holds fewer lines than
`oddlink feeds update` says it wrote, is no short list but a broken one: what it would say is unknown.

Does not download anything and does not ship anybody's list.
"""

from __future__ import annotations

import re
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

RANKS = "ranks"
"""What the popularity lists together are called beside the names of the others."""
SMALL = 20
"""Entries of a list that may lose more than half of them at once: its owner weeds it by hand."""
_NAME = re.compile(r"[a-z0-9_-][a-z0-9_.-]*", re.ASCII)
_DECLARED = re.compile(r"# fetched by [^\n]{1,80}\n# (\d{1,9}) lines\n")
"""How a file begins that `oddlink feeds update` wrote."""


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
    flaw: str = ""
    """Why this cannot be all of the list; empty where it can."""
    whole: bool = False
    """Whether the file says how long it is, and is."""


class LocalLists:
    """A source for "rank", "listed" and "listed-page" questions."""

    kinds = frozenset({"rank", "listed", "listed-page"})

    def __init__(
        self,
        ranks: Mapping[str, int] | None,
        lists: Mapping[str, Entries | frozenset[str]],
        flaws: Mapping[str, str] | None = None,
    ) -> None:
        """``ranks``: registrable domain → rank from 1, or None without a popularity list. ``flaws``: name →
        what is wrong with a list that is there and cannot be used, "ranks" among them."""
        self._ranks = ranks
        self._lists = {
            name: entries if isinstance(entries, Entries) else Entries(entries)
            for name, entries in lists.items()
        }
        self.flaws = dict(flaws or {})
        self._whole = False

    @classmethod
    def load(
        cls, ranks: Sequence[Path] = (), lists: Mapping[str, Sequence[Path]] | None = None
    ) -> LocalLists:
        """Read the files. With several rank files the better rank counts. Raises ListError."""
        named = {name: _entries(paths) for name, paths in (lists or {}).items()}
        flaws = {name: one.flaw for name, one in named.items() if one.flaw}
        found, flaw, whole = _ranks(ranks)
        if flaw:
            flaws[RANKS] = flaw
        made = cls(
            found if ranks and not flaw else None,
            {name: one for name, one in named.items() if not one.flaw},
            flaws,
        )
        made._whole = whole
        return made

    def instead_of(self, before: LocalLists) -> tuple[LocalLists, Mapping[str, str]]:
        """(these lists, name → why not): what is broken, or lost more than half of its entries without its
        file saying so, is as it was ``before``."""
        sizes, kept = self.sizes(), dict[str, str]()
        for name, old in before.sizes().items():
            now = sizes.get(name, 0)
            if name in self.flaws:
                kept[name] = self.flaws[name]
            elif name in sizes and now * 2 < old and old >= SMALL and not self._says_so(name):
                kept[name] = f"has {now} entries, where it had {old}; a restart takes it"
        flaws = {name: words for name, words in self.flaws.items() if name not in kept}
        lists = self._lists | {name: before._lists[name] for name in kept if name != RANKS}
        made = LocalLists(before._ranks if RANKS in kept else self._ranks, lists, flaws)
        made._whole = self._whole
        return made, {**flaws, **kept}

    def _says_so(self, name: str) -> bool:
        return self._whole if name == RANKS else self._lists[name].whole

    def sizes(self) -> dict[str, int]:
        """Entries per list, "ranks" among them, for reports."""
        ranks = {} if self._ranks is None else {RANKS: len(self._ranks)}
        return ranks | {name: len(one.domains) + len(one.pages) for name, one in self._lists.items()}

    def rank(self, domain: str) -> int | None:
        """The rank of a registrable domain; None where it has none or there is no popularity list."""
        return None if self._ranks is None else self._ranks.get(domain)

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """All answers, at once."""
        return {question: self._one(question) for question in questions}

    def _one(self, question: Question) -> Answer:
        if question.kind == "rank" and len(question.key) == 1:
            if self._ranks is None and RANKS in self.flaws:
                return Unknown(f"the popularity list cannot be used: it {self.flaws[RANKS]}")
            if self._ranks is None:
                return Unknown("no popularity list", quiet=True)
            return Known(self._ranks.get(question.key[0]))
        if question.kind not in ("listed", "listed-page") or len(question.key) != 2:
            return Unknown("not a question for lists")
        name, what = question.key
        if name in self.flaws and name not in self._lists:
            return Unknown(f"the list {name!r} cannot be used: it {self.flaws[name]}")
        if name not in self._lists:
            return Unknown(f"no list is named {name!r}", quiet=True)
        entries = self._lists[name]
        if question.kind == "listed":
            return Known(any(domain in entries.domains for domain in above(what)))
        if what in entries.pages:
            return Known("page")
        return Known("host" if entries.hosts and _host(what) in entries.hosts else "")


def _ranks(paths: Iterable[Path]) -> tuple[dict[str, int], str, bool]:
    """(ranks, what is wrong with one of the files, whether all say how long they are)."""
    ranks: dict[str, int] = {}
    flaw, whole = "", True
    for path in paths:
        number = bad = 0
        for number, line in enumerate(_lines(path), 1):
            first, comma, second = line.partition(",")
            name = clean((second if comma else first).split(",")[0].strip().strip('"'))
            place = (
                int(first) if comma and first.isascii() and first.isdigit() and len(first) < 10 else number
            )
            # Umbrella ranks hosts: a domain is as popular as its most popular host. It ranks "com" too.
            bad += not _NAME.fullmatch(name)
            domain = registrable(name)
            if "." in domain and place > 0:
                ranks[domain] = min(place, ranks.get(domain, place))
        said = _declared(path)
        flaw = flaw or _flaw(number, bad, said)
        whole = whole and said is not None
    return ranks, flaw, whole


def _entries(paths: Sequence[Path]) -> Entries:
    domains: set[str] = set()
    pages: set[str] = set()
    flaw, whole = "", True
    for path in paths:
        lines = bad = 0
        for line in _lines(path):
            lines += 1
            words = line.split()
            if "://" in words[0]:
                pages.add(page_key(words[0]))
                bad += not words[0][:1].isalpha()
                continue
            word = words[1] if len(words) > 1 and ip(words[0]) is not None else words[0]
            name = clean(word.strip('"').removeprefix("*.").lstrip("."))
            if ip(name) is not None or ("." in name and _NAME.fullmatch(name)):
                domains.add(name)
            else:
                bad += 1
        said = _declared(path)
        flaw = flaw or _flaw(lines, bad, said)
        whole = whole and said is not None
    return Entries(frozenset(domains), frozenset(pages), frozenset(map(_host, pages)), flaw, whole)


def _flaw(lines: int, bad: int, declared: int | None) -> str:
    """Why a file cannot be the list it should be; empty where it can."""
    if declared is not None and lines < declared:
        return f"holds {lines} lines of {declared}: it was cut short"
    return f"is no list: {bad} of {lines} lines are not understood" if bad * 2 > lines else ""


def _declared(path: Path) -> int | None:
    """How many lines the file says that it has; None where it does not say."""
    with path.open(encoding="utf-8", errors="replace") as file:
        found = _DECLARED.match(file.read(200))
    return int(found[1]) if found else None


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
