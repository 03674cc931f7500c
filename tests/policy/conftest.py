"""Builders shared by the tests of judgement, as fixtures that return functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import pytest

from inspectors.model import Header, Inspection, Link, Message, Span
from inspectors.wrappers import unwrapped
from policy.domains import registrable
from policy.history import owners
from policy.identity import who
from policy.model import Answer, Envelope, Facts, Habit, Identity, Known, Question, Seen, Trust
from policy.policyfile import load
from policy.rules import Rules
from policy.signals.case import Case, Schemes, target

NOWHERE = Span(0, 0)


def _link(url: str, shown: str = "", place: str = "html:a.href") -> Link:
    try:
        host = (urlsplit(url).hostname or "").lower()
    except ValueError:
        host = ""
    return unwrapped(Link("1", url, url, shown, place, None, host))


def _headers(*fields: tuple[str, str | bytes]) -> tuple[Header, ...]:
    return tuple(
        Header(name.lower(), NOWHERE, value if isinstance(value, bytes) else value.encode())
        for name, value in fields
    )


def _inspection(
    *links: Link | str, sender: str = "clerk@office.example", fields: tuple[tuple[str, str], ...] = ()
) -> Inspection:
    made = tuple(_link(one) if isinstance(one, str) else one for one in links)
    return Inspection(Message(b"", _headers(("From", sender), *fields), ()), made)


class Past:
    """A history to be filled by hand; answers like a store, and like local lists where given."""

    kinds = frozenset({"habit", "seen", "rank", "listed"})

    def __init__(
        self, ranks: Mapping[str, int] | None = None, lists: Mapping[str, set[str]] | None = None
    ) -> None:
        self.habits: dict[tuple[str, str], Habit] = {}
        self.known: dict[tuple[str, str, str], int] = {}
        self.ranks, self.lists = ranks, lists or {}

    def message(self, sender: str, *linked: str) -> None:
        """One genuine message of ``sender`` that links to these registrable domains."""
        domains = sorted(set(linked))
        domain = sender.rpartition("@")[2]
        identity = Identity(sender, domain, registrable(domain), True, "claimed")
        for owner in owners(identity):
            key = (owner.level, owner.name)
            was = self.habits.get(key, Habit())
            new = sum((*key, one) not in self.known for one in domains)
            self.habits[key] = Habit(was.messages + 1, was.uses + len(domains), was.domains + new)
            for one in domains:
                self.known[*key, one] = self.known.get((*key, one), 0) + 1

    def facts(self, questions: tuple[Question, ...]) -> Facts:
        answers: dict[Question, Answer] = {}
        for one in questions:
            if one.kind == "habit":
                answers[one] = Known(self.habits.get((one.key[0], one.key[1]), Habit()))
            elif one.kind == "seen":
                count = self.known.get((one.key[0], one.key[1], one.key[2]))
                answers[one] = Known(Seen(count, 1.0, 2.0) if count else None)
            elif one.kind == "rank" and self.ranks is not None:
                answers[one] = Known(self.ranks.get(one.key[0]))
            elif one.kind == "listed" and one.key[0] in self.lists:
                answers[one] = Known(one.key[1] in self.lists[one.key[0]])
        return Facts(answers)


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load().rules


@pytest.fixture(scope="session")
def make_link() -> Callable[..., Link]:
    return _link


@pytest.fixture(scope="session")
def make_headers() -> Callable[..., tuple[Header, ...]]:
    return _headers


@pytest.fixture(scope="session")
def make_inspection() -> Callable[..., Inspection]:
    return _inspection


@pytest.fixture(scope="session")
def make_past() -> type[Past]:
    return Past


@pytest.fixture(scope="session")
def make_case(rules: Rules) -> Callable[..., Case]:
    """A case for one link; facts as a mapping, participants as names."""

    def made(
        url: str,
        *,
        shown: str = "",
        genuine: bool = True,
        sender: str = "clerk@office.example",
        facts: Mapping[Question, Answer] | None = None,
        participants: tuple[str, ...] = (),
        own_rules: Rules = rules,
    ) -> Case:
        link = _link(url, shown)
        found = target(link)
        identity = who(_headers(("From", sender)), Envelope(), Trust(from_is_genuine=genuine), Facts())
        people = dict.fromkeys(participants, "the sender")
        return Case(
            link,
            found,
            registrable(found.host),
            identity,
            Envelope(),
            Facts(facts or {}),
            own_rules,
            people,
            Schemes.of([link]),
        )

    return made
