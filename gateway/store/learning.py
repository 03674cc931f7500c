"""Learning in batches: lessons as changes to the rows of their owners.

Written for sqlite3 directly, as ``history.py``. Every owner keeps a bounded number of rows: what was used
least and longest ago falls out first. Days are told apart by when the lessons before them came, so of mail
that is learned long after later mail was, the days in between are not counted: too few, never too many.

Does not decide what is learned.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gateway.store.strings import key
from policy.history import CLAIMED
from policy.model import Lesson
from policy.signals.first_link import LINKLESS
from policy.traits import MOST, MOST_VALUES

MOST_DOMAINS = {"sender": 500, "domain": 2000, "organisation": 100_000, CLAIMED: 50}
"""Rows of ``seen`` per owner of each level. In 11,000 messages of a public archive no sender comes near; a
newsletter that links to the whole web is told by its counts, not by its rows."""
MOST_CLAIMED = 20_000
"""Addresses in whose name mail came that nobody proved, all together: anybody can invent a million in a day.
Those with the fewest messages, and then the oldest, fall out, a tenth at once; 50 MB where each is full."""
MOST_PLACES = 40
"""Formats kept of an owner; there are about a dozen."""
MOST_TEACHERS = 4
MOST_NEW = 3
"""New domains of one sender and day that count as such, or a quarter of those he has, whichever is more.
Without a bound, a day of harmless links to popular sites would buy a name for bringing new ones, and the odd
one after them would surprise nobody."""
FIRST_DAYS = 14
"""Days from a sender's first message in which every new domain counts: there is no habit yet to be bought out
of, and with a bound from the start a feed that links to the whole web never gets the name it deserves: on a
public archive with such feeds, 10 % of the benign links were rewritten instead of 0.25 %."""
DAY = 86400.0

_CHUNK = 256
_USE = 30 * DAY
"""A day of use outweighs a month of age, when it comes to what falls out."""
_USES_COUNTED = 24

_OWNER = (
    "INSERT INTO owner (level, name, messages, uses, domains) VALUES (?, ?, 0, 0, 0) ON CONFLICT DO NOTHING"
)
_HABIT = """
    UPDATE owner SET messages = messages + ?, uses = uses + ?, domains = domains + ?, kept = kept + ?,
        first = CASE WHEN uses = 0 THEN ? ELSE min(first, ?) END, last = max(last, ?)
    WHERE id = ?
"""
_SEEN = """
    INSERT INTO seen (owner, domain, messages, first, last, days, senders, teachers, first_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (owner, domain) DO UPDATE SET messages = excluded.messages, first = excluded.first,
        last = excluded.last, days = excluded.days, senders = excluded.senders, teachers = excluded.teachers,
        first_id = excluded.first_id
"""
_FALL_OUT = f"""
    DELETE FROM seen WHERE owner = ? AND domain IN (
        SELECT domain FROM seen WHERE owner = ?
        ORDER BY released > 0, last + {_USE} * min(days, {_USES_COUNTED}), domain LIMIT ?)
"""  # noqa: S608 - our own numbers only
_FORGOTTEN = f"""
    SELECT id FROM owner WHERE level = ?
    ORDER BY last + {_USE} * min(messages, {_USES_COUNTED}), name LIMIT ?
"""  # noqa: S608 - our own numbers only
_COUNTED = """
    INSERT INTO {table} (owner, {names}, messages, first, last) VALUES ({marks})
    ON CONFLICT (owner, {names}) DO UPDATE SET messages = messages + excluded.messages,
        first = min(first, excluded.first), last = max(last, excluded.last)
"""

OwnerKey = tuple[str, str]


@dataclass(slots=True)
class _Count:
    """How often, first and last."""

    messages: int = 0
    first: float = 0.0
    last: float = 0.0

    def add(self, at: float) -> None:
        self.first, self.last = (min(self.first, at), max(self.last, at)) if self.messages else (at, at)
        self.messages += 1


@dataclass(slots=True)
class _Use:
    """What a batch, or a row, says of one domain."""

    count: _Count = field(default_factory=_Count)
    days: set[int] = field(default_factory=set)
    teachers: set[str] = field(default_factory=set)
    first_id: str = ""

    def add(self, lesson: Lesson, teacher: str) -> None:
        if not self.count.messages or lesson.at < self.count.first:
            self.first_id = lesson.id
        self.count.add(lesson.at)
        self.days.add(_day(lesson.at))
        if teacher:
            self.teachers.add(teacher)


@dataclass(slots=True)
class _Sum:
    """What a batch of lessons adds to one owner."""

    count: _Count = field(default_factory=_Count)
    messages: int = 0
    uses: int = 0
    seen: dict[str, _Use] = field(default_factory=dict)
    places: dict[tuple[str, ...], _Count] = field(default_factory=dict)
    traits: dict[tuple[str, ...], _Count] = field(default_factory=dict)

    def add(self, lesson: Lesson, level: str, domains: set[str]) -> None:
        self.count.add(lesson.at)
        self.messages += lesson.messages
        self.uses += len(domains)
        teacher = _teacher(lesson, level)
        for domain in domains - {key(lesson.own)} if level == "organisation" else domains:
            self.seen.setdefault(domain, _Use()).add(lesson, teacher)
        for format in lesson.places:
            self.places.setdefault((key(format),), _Count()).add(lesson.at)
        for kind, value in lesson.traits if level == "sender" else ():
            self.traits.setdefault((key(kind), key(value)), _Count()).add(lesson.at)


def learn(connection: sqlite3.Connection, lessons: Iterable[Lesson]) -> None:
    """Add lessons, in the transaction that is open. The order of lessons in a batch makes no difference.

    Raises sqlite3.Error.
    """
    sums = _sums(lessons)
    if not sums:
        return
    connection.executemany(_OWNER, sums)
    for (level, name), added in sums.items():
        query = "SELECT id, kept FROM owner WHERE level = ? AND name = ?"
        number, kept = connection.execute(query, (level, name)).fetchone()
        new = _add_seen(connection, number, added.seen)
        fresh, count = len(new), added.count
        kinds = _counted(connection, number, new) if level in ("sender", CLAIMED) else fresh
        row = (added.messages, added.uses, kinds, fresh, count.first, count.first, count.last, number)
        connection.execute(_HABIT, row)
        if fresh:
            _bound_seen(connection, number, kept + fresh, MOST_DOMAINS.get(level, MOST_DOMAINS["sender"]))
        _add_counted(connection, number, "place", ("format",), added.places)
        _add_counted(connection, number, "trait", ("kind", "value"), added.traits)
    if any(level == CLAIMED for level, _ in sums):
        _bound_claimed(connection)


def _sums(lessons: Iterable[Lesson]) -> dict[OwnerKey, _Sum]:
    sums: dict[OwnerKey, _Sum] = {}
    for lesson in lessons:
        domains = {key(domain) for domain in lesson.domains}
        if not domains and LINKLESS not in lesson.places:
            continue  # a habit counts messages with at least one link
        for owner in {(key(owner.level), key(owner.name)) for owner in lesson.owners}:
            sums.setdefault(owner, _Sum()).add(lesson, owner[0], domains)
    return sums


def _teacher(lesson: Lesson, level: str) -> str:
    """Who is counted as having taught it: a domain is taught by its senders, the organisation by domains.

    A digest, cut so short that it only tells a handful of names apart.
    """
    sender = next((owner.name for owner in lesson.owners if owner.level == "sender"), "")
    who = {"domain": sender, "organisation": lesson.teacher or lesson.own or sender}.get(level, "")
    return hashlib.sha256(who.encode("utf-8", "surrogatepass")).hexdigest()[:8] if who else ""


def _add_seen(connection: sqlite3.Connection, owner: int, added: dict[str, _Use]) -> list[_Use]:
    """Merge what was added into the rows; gives the new ones."""
    before = {row[0]: row[1:] for some in _chunks(list(added)) for row in _rows(connection, owner, some)}
    rows = [(owner, domain, *_merged(use, before.get(domain))) for domain, use in added.items()]
    connection.executemany(_SEEN, rows)
    return [use for domain, use in added.items() if domain not in before]


def _counted(connection: sqlite3.Connection, owner: int, new: Sequence[_Use]) -> int:
    """How many of an owner's new domains, whose rows are there already, count: so many for each day."""
    total = 0
    query = "SELECT domains, first FROM owner WHERE id = ?"
    domains, first = connection.execute(query, (owner,)).fetchone()
    most = max(MOST_NEW, domains // 4)
    for day, here in Counter(_day(use.count.first) for use in new).items():
        if not first or day < _day(first) + FIRST_DAYS:
            total += here
            continue
        query = "SELECT count(*) FROM seen WHERE owner = ? AND first >= ? AND first < ?"
        (all_of_day,) = connection.execute(query, (owner, day * DAY, (day + 1) * DAY)).fetchone()
        total += max(0, min(here, most - (all_of_day - here)))
    return total


def _rows(connection: sqlite3.Connection, owner: int, domains: Sequence[str]) -> Iterator[tuple[object, ...]]:
    marks = ",".join("?" * len(domains))
    query = (
        "SELECT domain, messages, first, last, days, senders, teachers, first_id "  # noqa: S608 - marks only
        f"FROM seen WHERE owner = ? AND domain IN ({marks})"
    )
    return connection.execute(query, (owner, *domains))


def _merged(use: _Use, before: tuple[object, ...] | None) -> tuple[object, ...]:
    """(messages, first, last, days, senders, teachers, first_id) of a row."""
    messages, first, last, days, senders, teachers, first_id = before or (0, 0.0, 0.0, 0, 0, "", "")
    assert isinstance(teachers, str) and isinstance(senders, int) and isinstance(days, int)
    assert isinstance(first, float) and isinstance(last, float) and isinstance(messages, int)
    new_days = {day for day in use.days if not messages or day > _day(last) or day < _day(first)}
    known = {teachers[at : at + 8] for at in range(0, len(teachers), 8)}
    new = sorted(use.teachers - known)[: max(0, MOST_TEACHERS - len(known))]
    earlier = not messages or use.count.first < first
    return (
        messages + use.count.messages,
        use.count.first if earlier else first,
        max(use.count.last, last) if messages else use.count.last,
        days + len(new_days),
        min(MOST_TEACHERS, senders + len(new)),
        teachers + "".join(new),
        key(use.first_id) if earlier else first_id,
    )


def _bound_seen(connection: sqlite3.Connection, owner: int, kept: int, most: int) -> None:
    if kept <= most:
        return
    connection.execute(_FALL_OUT, (owner, owner, kept - most * 9 // 10))  # a tenth at once, not one each time
    count = "UPDATE owner SET kept = (SELECT count(*) FROM seen WHERE seen.owner = owner.id) WHERE id = ?"
    connection.execute(count, (owner,))


def _bound_claimed(connection: sqlite3.Connection) -> None:
    (kept,) = connection.execute("SELECT count(*) FROM owner WHERE level = ?", (CLAIMED,)).fetchone()
    if kept <= MOST_CLAIMED:
        return
    gone = connection.execute(_FORGOTTEN, (CLAIMED, kept - MOST_CLAIMED * 9 // 10)).fetchall()
    for table, column in (("seen", "owner"), ("place", "owner"), ("trait", "owner"), ("owner", "id")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", gone)  # noqa: S608 - our own names


def _add_counted(
    connection: sqlite3.Connection,
    owner: int,
    table: str,
    names: Sequence[str],
    added: dict[tuple[str, ...], _Count],
) -> None:
    if not added:
        return
    marks = ", ".join("?" * (len(names) + 4))
    statement = _COUNTED.format(table=table, names=", ".join(names), marks=marks)
    connection.executemany(
        statement, ((owner, *name, one.messages, one.first, one.last) for name, one in added.items())
    )
    if table == "place":
        _bound(connection, owner, "place", "format", "1", (), MOST_PLACES)
    else:
        for kind in {name[0] for name in added}:
            most = MOST.get(kind, MOST_VALUES)
            _bound(connection, owner, "trait", "value", "kind = ?", (kind,), most)


def _bound(
    connection: sqlite3.Connection,
    owner: int,
    table: str,
    name: str,
    where: str,
    values: tuple[str, ...],
    most: int,
) -> None:
    connection.execute(
        f"DELETE FROM {table} WHERE owner = ? AND {where} AND {name} IN (SELECT {name} FROM {table} "  # noqa: S608 - our own words only
        f"WHERE owner = ? AND {where} ORDER BY last DESC, messages DESC, {name} LIMIT -1 OFFSET ?)",
        (owner, *values, owner, *values, most),
    )


def _day(at: float) -> int:
    return int(at // DAY)


def _chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
