"""What is remembered of a sender: the mail path's one read.

Written for sqlite3 directly: a point read through SQLAlchemy costs 50 times as much. What the counts mean is
``policy.model``'s and ``policy.history``'s business.

Does not write; ``learning.py`` does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from gateway.store import threads
from gateway.store.strings import key
from policy.domains import above
from policy.model import Answer, Habit, Known, Question, Seen, Trait, Unknown
from policy.questions import MOST_USUAL

KINDS = {"habit": 2, "seen": 3, "places": 2, "traits": 2, "confirmed": 1, "usual": 2, "thread": 0}
"""Kinds of questions, with the number of parts of their keys; 0 for any number."""

SLICE = 1000
"""Questions read at once, some 5 ms; between slices other messages have their turn."""
MOST_LABELS = 10
"""Labels from the end of a host below which a confirmed domain is looked for, and the whole host. Domains are
confirmed with two to five, and 5,000 links of 17 labels each would be 80,000 names."""
MOST_NAMES = 1000
"""Names looked for one by one; for more the confirmed list is read whole, which is what people entered."""

_CHUNK = 500
"""Domains, or owners, in one statement; SQLite takes 32,766 values in all. A portion is one statement then:
for every one the thread lets go of the interpreter, and gets it back late where others are busy."""
_LAST = {"confirmed": 1, "seen": 2}
"""Kinds that are asked once for every host; the others are about the message, and read first."""

_WANT = "WITH want(level, name) AS (VALUES {owners})"
_READ = (
    _WANT  # noqa: S608 - marks only
    + """
    SELECT o.level, o.name, o.messages, o.uses, o.domains, o.first, o.last,
        s.domain, s.messages, s.first, s.last, s.days, s.senders, s.first_id, s.released
    FROM want CROSS JOIN owner o ON o.level = want.level AND o.name = want.name
    LEFT JOIN seen s ON s.owner = o.id AND s.domain IN ({domains})
"""
)
# CROSS JOIN keeps SQLite from reading all owners first: 34 µs instead of 350 for 3 owners and 20 domains.
_PLACES = (
    _WANT  # noqa: S608 - marks only
    + """
    SELECT o.level, o.name, p.format, p.messages
    FROM want CROSS JOIN owner o ON o.level = want.level AND o.name = want.name
    JOIN place p ON p.owner = o.id
"""
)
_TRAITS = (
    _WANT  # noqa: S608 - marks only
    + """
    SELECT o.level, o.name, t.kind, t.value, t.messages, t.first, t.last
    FROM want CROSS JOIN owner o ON o.level = want.level AND o.name = want.name
    JOIN trait t ON t.owner = o.id ORDER BY t.kind, t.messages DESC, t.value
"""
)

_USUAL = """
    SELECT domain, messages, first, last, days, senders, first_id, released FROM seen
    WHERE owner = (SELECT id FROM owner WHERE level = ? AND name = ?)
    ORDER BY messages DESC, last DESC, domain LIMIT ?
"""

T = TypeVar("T")
OwnerKey = tuple[str, str]
Rows = dict[OwnerKey, tuple[Habit, dict[str, Seen]]]


class _Keys(dict[str, str]):
    """Texts as keys, each made once: a name is asked about for every owner."""

    def __missing__(self, text: str) -> str:
        self[text] = made = key(text)
        return made


def slices(questions: Iterable[Question]) -> Iterator[tuple[Question, ...]]:
    """The questions in portions of about ``SLICE`` to be answered one after another, habits first.

    What is asked about one domain stays together: half of it could make a usual link look new.
    """
    ordered = sorted(questions, key=lambda one: _LAST.get(one.kind, 0))
    start = 0
    while start < len(ordered):
        end = start + SLICE
        while end < len(ordered) and ordered[end].key[-1:] == ordered[end - 1].key[-1:]:
            end += 1
        yield tuple(ordered[start:end])
        start = end


def answer(connection: sqlite3.Connection, questions: Iterable[Question]) -> dict[Question, Answer]:
    """Answers to the kinds of ``KINDS``, as ``policy.questions`` describes them; one read for each kind.

    An owner nobody heard of has the empty Habit; a domain never seen is ``Known(None)``. Other questions are
    ``Unknown``. Raises sqlite3.Error.
    """
    answers: dict[Question, Answer] = {}
    by_kind: dict[str, list[Question]] = {}
    for question in questions:
        if KINDS.get(question.kind) in (len(question.key), 0):
            by_kind.setdefault(question.kind, []).append(question)
        else:
            answers[question] = Unknown("the store does not know this kind of question")
    answers |= _habits(connection, by_kind.get("habit", []), by_kind.get("seen", []))
    for kind, read in _READERS.items():
        if kind in by_kind:
            answers |= read(connection, by_kind[kind])
    return answers


def _owner(question: Question) -> OwnerKey:
    return key(question.key[0]), key(question.key[1])


def _owners(questions: Iterable[Question]) -> list[OwnerKey]:
    return list(dict.fromkeys(map(_owner, questions)))


def _habits(
    connection: sqlite3.Connection, habits: Sequence[Question], seen: Sequence[Question]
) -> dict[Question, Answer]:
    keys = _Keys()
    asked = [(one, (keys[one.key[0]], keys[one.key[1]]), keys[one.key[2]]) for one in seen]
    owners = dict.fromkeys([*_owners(habits), *(owner for _, owner, _ in asked)])
    rows = _read(connection, list(owners), list(dict.fromkeys(domain for _, _, domain in asked)))
    nobody: tuple[Habit, dict[str, Seen]] = (Habit(), {})
    found: dict[Question, Answer] = {one: Known(rows.get(_owner(one), nobody)[0]) for one in habits}
    never = Known(None)
    for question, owner, domain in asked:
        row = rows.get(owner, nobody)[1].get(domain)
        found[question] = never if row is None else Known(row)
    return found


def _read(connection: sqlite3.Connection, owners: Sequence[OwnerKey], domains: Sequence[str]) -> Rows:
    found: Rows = {}
    for some_owners in _chunks(owners):
        for some_domains in _chunks(domains) if domains else [[]]:
            values = [*_flat(some_owners), *some_domains]
            statement = _READ.format(owners=_marks(some_owners), domains=",".join("?" * len(some_domains)))
            for row in connection.execute(statement, values):
                _, seen = found.setdefault(row[:2], (Habit(*row[2:7]), {}))
                if row[7] is not None:
                    seen[row[7]] = Seen(*row[8:])
    return found


def _places(connection: sqlite3.Connection, questions: Sequence[Question]) -> dict[Question, Answer]:
    found: dict[OwnerKey, dict[str, int]] = {}
    for some in _chunks(_owners(questions)):
        statement = _PLACES.format(owners=_marks(some))
        for level, name, format, messages in connection.execute(statement, _flat(some)):
            found.setdefault((level, name), {})[format] = messages
    return {question: Known(dict(found.get(_owner(question), {}))) for question in questions}


def _traits(connection: sqlite3.Connection, questions: Sequence[Question]) -> dict[Question, Answer]:
    found: dict[OwnerKey, list[Trait]] = {}
    for some in _chunks(_owners(questions)):
        statement = _TRAITS.format(owners=_marks(some))
        for level, name, *trait in connection.execute(statement, _flat(some)):
            found.setdefault((level, name), []).append(Trait(*trait))
    return {question: Known(tuple(found.get(_owner(question), ()))) for question in questions}


def _usual(connection: sqlite3.Connection, questions: Sequence[Question]) -> dict[Question, Answer]:
    found: dict[Question, Answer] = {}
    for question in questions:
        rows = connection.execute(_USUAL, (*_owner(question), MOST_USUAL))
        found[question] = Known(tuple((domain, Seen(*seen)) for domain, *seen in rows))
    return found


def _threads(connection: sqlite3.Connection, questions: Sequence[Question]) -> dict[Question, Answer]:
    return dict(threads.answer(connection, questions))


def _confirmed(connection: sqlite3.Connection, questions: Sequence[Question]) -> dict[Question, Answer]:
    names = {question: _names(key(question.key[0])) for question in questions}
    wanted = sorted(set().union(*names.values()))
    bad: set[str] = set()
    if len(wanted) > MOST_NAMES:
        bad.update(row[0] for row in connection.execute("SELECT domain FROM confirmed"))
        wanted = []
    for some in _chunks(wanted):
        marks = ",".join("?" * len(some))
        query = f"SELECT domain FROM confirmed WHERE domain IN ({marks})"  # noqa: S608 - marks only
        bad.update(row[0] for row in connection.execute(query, some))
    return {
        question: Known(next((name for name in names[question] if name in bad), "")) for question in questions
    }


def _names(host: str) -> tuple[str, ...]:
    """The host and the domains above it, of a very long one the nearest to the end."""
    if host.count(".") < MOST_LABELS:
        return (host, *above(host)[1:])
    return (host, *above(".".join(host.rsplit(".", MOST_LABELS)[1:])))


def _marks(owners: Sequence[OwnerKey]) -> str:
    return ",".join(["(?,?)"] * len(owners))


def _flat(owners: Sequence[OwnerKey]) -> list[str]:
    return [part for owner in owners for part in owner]


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


_READERS: Mapping[str, Callable[[sqlite3.Connection, Sequence[Question]], dict[Question, Answer]]] = {
    "places": _places,
    "traits": _traits,
    "usual": _usual,
    "thread": _threads,
    "confirmed": _confirmed,
}
