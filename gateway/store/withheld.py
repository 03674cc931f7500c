"""Lessons that wait: odd links are learned when an analyst releases them, or when nobody objected in time.

Silence says little, and says it once: what came within one such time counts as one day of use. Otherwise
three odd mails on three days, and two weeks in which nobody looked, would make a foreign domain familiar.

One row for each message and domain. Written for sqlite3 directly, as ``learning.py``: it is part of the same
batches.

Does not decide which links wait, or how long.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.store.learning import learn
from gateway.store.strings import key
from policy.model import Lesson, Owner

MOST = 100_000
"""Rows in all; a busy gateway has some hundred odd links in two weeks. The oldest fall out, unlearned."""
MOST_OF_SENDER = 200
"""Rows of one sender."""
AT_ONCE = 500
"""Rows learned in one batch, so that a long silence does not make one long transaction."""

_ROWS = "SELECT message, domain, sender, colleagues, own, places, at, counted FROM pending"
_PUT = """
    INSERT INTO pending (message, domain, sender, colleagues, own, places, at, counted)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_TRIM = """
    DELETE FROM pending WHERE (message, domain) IN (
        SELECT message, domain FROM pending {where} ORDER BY at DESC, message LIMIT -1 OFFSET ?)
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One domain of one message that waits to be learned."""

    message: str
    domain: str
    lesson: Lesson


def withhold(connection: sqlite3.Connection, lessons: Iterable[Lesson]) -> None:
    """Keep lessons for later, in the transaction that is open. Raises sqlite3.Error."""
    senders: dict[str, None] = {}
    for lesson in lessons:
        sender, colleagues = (_nearest(lesson, level) for level in ("sender", "domain"))
        senders[sender] = None
        rest = (sender, colleagues, key(lesson.own), json.dumps(lesson.places), lesson.at)
        rows = [(key(lesson.id), key(domain), *rest, lesson.messages == 0) for domain in lesson.domains]
        connection.executemany(_PUT, rows)
    for sender in senders:
        connection.execute(_TRIM.format(where="WHERE sender = ?"), (sender, MOST_OF_SENDER))
    if senders:
        connection.execute(_TRIM.format(where=""), (MOST,))


def of_message(connection: sqlite3.Connection, message: str) -> tuple[Waiting, ...]:
    """What waits of one message."""
    rows = connection.execute(f"{_ROWS} WHERE message = ? ORDER BY domain", (message,))
    return tuple(map(_waiting, rows))


def release(connection: sqlite3.Connection, some: Sequence[Waiting]) -> None:
    """Learn what waited, in the transaction that is open."""
    counted: set[str] = set()
    lessons = []
    for one in some:
        again = one.lesson.messages == 0 or one.message in counted
        counted.add(one.message)
        lessons.append(one.lesson if not again else _uncounted(one.lesson))
    learn(connection, lessons)
    gone = [(one.message, one.domain) for one in some]
    connection.executemany("DELETE FROM pending WHERE message = ? AND domain = ?", gone)
    connection.executemany("UPDATE pending SET counted = 1 WHERE message = ?", [(name,) for name in counted])


def sweep(connection: sqlite3.Connection, before: float, window: float = 0.0) -> int:
    """Learn what has waited since ``before`` (Unix time, seconds) or longer; gives the number of rows.

    What follows an earlier use by the same sender within ``window`` seconds is learned as of that use. What
    an analyst has confirmed as bad is dropped: it may have begun to wait only after that.
    """
    bad = "SELECT domain FROM confirmed WHERE domain IN (SELECT domain FROM pending WHERE at <= ?)"
    for (domain,) in connection.execute(bad, (before,)).fetchall():
        cancel(connection, domain)
    rows = connection.execute(
        f"{_ROWS} WHERE at <= ? ORDER BY at, message, domain LIMIT ?", (before, AT_ONCE)
    )
    ripe = tuple(map(_waiting, rows))
    if ripe:
        release(connection, _drawn_together(connection, ripe, window))
    return len(ripe)


def _drawn_together(
    connection: sqlite3.Connection, ripe: Sequence[Waiting], window: float
) -> Sequence[Waiting]:
    """The same rows, each with the time it counts for."""
    if window <= 0:
        return ripe
    query = (
        "SELECT seen.last FROM seen JOIN owner ON owner.id = seen.owner "
        "WHERE level = 'sender' AND name = ? AND domain = ?"
    )
    last: dict[tuple[str, str], float] = {}
    found = []
    for one in ripe:
        about = (_nearest(one.lesson, "sender"), one.domain)
        if about not in last:
            row = connection.execute(query, about).fetchone()
            last[about] = row[0] if row else -window
        if one.lesson.at - last[about] >= window:
            last[about] = one.lesson.at
        found.append(replace(one, lesson=replace(one.lesson, at=last[about])))
    return found


def cancel(connection: sqlite3.Connection, domain: str) -> int:
    """Forget what waits for a domain, in whichever message; gives the number of rows."""
    return connection.execute("DELETE FROM pending WHERE domain = ?", (key(domain),)).rowcount


def _uncounted(lesson: Lesson) -> Lesson:
    return Lesson(lesson.owners, lesson.domains, lesson.at, lesson.own, lesson.id, lesson.places, messages=0)


def _waiting(row: tuple[str, str, str, str, str, str, float, int]) -> Waiting:
    message, domain, sender, colleagues, own, places, at, counted = row
    names = tuple(str(one) for one in json.loads(places))
    lesson = Lesson(
        _owners(sender, colleagues, own), (domain,), at, own, message, names, messages=0 if counted else 1
    )
    return Waiting(message, domain, lesson)


def _nearest(lesson: Lesson, level: str) -> str:
    return next((key(owner.name) for owner in lesson.owners if owner.level == level), "")


def _owners(sender: str, colleagues: str, own: str) -> tuple[Owner, ...]:
    """Whose habits a row is about, as ``policy.history.habits`` gives them.

    Where a list sent it on, ``colleagues`` is the list's address, and that is a sender of its own domain too.
    """
    near = [Owner("sender", sender)] if sender else []
    if colleagues:
        near.append(Owner("domain", colleagues))
    if "@" in colleagues:
        near += [Owner("sender", colleagues), *([Owner("domain", own)] if own else [])]
    return (*near, Owner("organisation", ""))
