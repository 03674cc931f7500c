"""What is remembered of a sender: the mail path's one read.

Written for sqlite3 directly: a point read through SQLAlchemy costs 50 times as much. What the counts mean is
``policy.model``'s and ``policy.history``'s business.

Does not write; ``learning.py`` does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from gateway.store import threads
from gateway.store.strings import key
from policy.domains import above
from policy.model import Answer, Habit, Known, Question, Seen, Trait, Unknown
from policy.questions import MOST_USUAL

KINDS = {"habit": 2, "seen": 3, "places": 2, "traits": 2, "confirmed": 1, "usual": 2, "thread": 0}
"""Kinds of questions, with the number of parts of their keys; 0 for any number."""

_CHUNK = 256
"""Domains, or owners, in one statement; SQLite takes 32,766 values in all."""

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


def answer(connection: sqlite3.Connection, questions: Iterable[Question]) -> dict[Question, Answer]:
    """Answers to the kinds of ``KINDS``, as ``policy.questions`` describes them; one read for each kind.

    An owner nobody heard of has the empty Habit; a domain never seen is ``Known(None)``. Other questions are
    ``Unknown``. Raises sqlite3.Error.
    """
    asked = tuple(questions)
    ours = [q for q in asked if KINDS.get(q.kind) in (len(q.key), 0)]
    answers: dict[Question, Answer] = {
        q: Unknown("the store does not know this kind of question") for q in asked
    }
    habits = [q for q in ours if q.kind in ("habit", "seen")]
    domains = list(dict.fromkeys(key(q.key[2]) for q in habits if q.kind == "seen"))
    rows = _read(connection, _owners(habits), domains)
    for question in habits:
        habit, seen = rows.get(_owner(question), (Habit(), {}))
        answers[question] = Known(habit if question.kind == "habit" else seen.get(key(question.key[2])))
    for kind, read in (("places", _places), ("traits", _traits)):
        some = [q for q in ours if q.kind == kind]
        answers |= read(connection, some) if some else {}
    answers |= dict(_usual(connection, [q for q in ours if q.kind == "usual"]))
    answers |= dict(threads.answer(connection, [q for q in ours if q.kind == "thread"]))
    some = [q for q in ours if q.kind == "confirmed"]
    return answers | (_confirmed(connection, some) if some else {})


def _owner(question: Question) -> OwnerKey:
    return key(question.key[0]), key(question.key[1])


def _owners(questions: Iterable[Question]) -> list[OwnerKey]:
    return list(dict.fromkeys(map(_owner, questions)))


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


def _usual(
    connection: sqlite3.Connection, questions: Sequence[Question]
) -> Iterator[tuple[Question, Answer]]:
    for question in questions:
        rows = connection.execute(_USUAL, (*_owner(question), MOST_USUAL))
        yield question, Known(tuple((domain, Seen(*seen)) for domain, *seen in rows))


def _confirmed(connection: sqlite3.Connection, questions: Sequence[Question]) -> dict[Question, Answer]:
    names = {
        question: {key(name) for name in (question.key[0], *above(question.key[0]))} for question in questions
    }
    bad: set[str] = set()
    for some in _chunks(sorted(set().union(*names.values()))):
        marks = ",".join("?" * len(some))
        query = f"SELECT domain FROM confirmed WHERE domain IN ({marks})"  # noqa: S608 - marks only
        bad.update(row[0] for row in connection.execute(query, some))
    return {question: Known(not bad.isdisjoint(names[question])) for question in questions}


def _marks(owners: Sequence[OwnerKey]) -> str:
    return ",".join(["(?,?)"] * len(owners))


def _flat(owners: Sequence[OwnerKey]) -> list[str]:
    return [part for owner in owners for part in owner]


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
