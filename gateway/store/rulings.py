"""What analysts decide: releases, confirmations, and what shall be forgotten; each is written down.

Does not know users: ``who`` is a name the caller vouches for.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from gateway.store import schema, withheld
from gateway.store.learning import learn
from gateway.store.rows import Ruling
from gateway.store.strings import clean, key
from policy.domains import is_suffix
from policy.model import Lesson

_WRITE = """
    INSERT INTO ruling (at, who, what, message, link, domain, sender, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_RELEASED = """
    UPDATE seen SET released = max(released, ?) WHERE domain = ? AND owner =
        (SELECT id FROM owner WHERE level = 'sender' AND name = ?)
"""
_CONFIRM = """
    INSERT INTO confirmed (domain, at, who, message) VALUES (?, ?, ?, ?) ON CONFLICT (domain) DO NOTHING
"""
_OF_NAME = "(seen.domain = ? OR seen.domain LIKE ? ESCAPE '\\')"
_UNCOUNT = f"""
    UPDATE owner SET
        domains = max(0, domains - (SELECT count(*) FROM seen WHERE owner = owner.id AND {_OF_NAME})),
        kept = max(0, kept - (SELECT count(*) FROM seen WHERE owner = owner.id AND {_OF_NAME})),
        uses = max(0, uses - (SELECT sum(messages) FROM seen WHERE owner = owner.id AND {_OF_NAME}))
    WHERE id IN (SELECT owner FROM seen WHERE {_OF_NAME})
"""  # noqa: S608 - our own words only


def note(connection: sqlite3.Connection, rulings: Collection[Ruling]) -> None:
    """Write rulings down, in the transaction that is open."""
    limits = schema.LIMITS
    connection.executemany(
        _WRITE,
        [
            (
                one.at,
                clean(one.who, limits["name"]),
                one.what,
                clean(one.message, limits["name"]),
                one.link,
                key(one.domain),
                key(one.sender),
                clean(one.words, limits["words"]),
            )
            for one in rulings
        ],
    )


def release(connection: sqlite3.Connection, lesson: Lesson, at: float) -> None:
    """Make the lesson's domains known to its sender at once: what waits of its message is learned.

    A domain that does not wait, because it was learned long ago or was not kept, is learned without counting
    the message again.
    """
    waiting = {one.domain: one for one in withheld.of_message(connection, key(lesson.id))}
    names = [key(domain) for domain in lesson.domains]
    withheld.release(connection, [waiting[name] for name in names if name in waiting])
    usual = _senders(lesson)
    rest = tuple(
        name
        for name in names
        if name not in waiting and not any(_known(connection, sender, name) for sender in usual)
    )
    learn(connection, [replace(lesson, domains=rest, messages=0)])
    senders = {name: _senders(waiting[name].lesson) if name in waiting else usual for name in names}
    connection.executemany(_RELEASED, [(at, name, one) for name in names for one in senders[name]])


def unlist(connection: sqlite3.Connection, names: Iterable[str]) -> tuple[str, ...]:
    """Take names off the confirmed list; gives those that were on it."""
    query = "DELETE FROM confirmed WHERE domain = ?"
    wanted = dict.fromkeys(map(key, names))
    return tuple(name for name in wanted if connection.execute(query, (name,)).rowcount > 0)


def with_taken(words: str, taken: Sequence[str]) -> str:
    """What came of a release, with what it took off the confirmed list."""
    return f"{words}; taken off the confirmed list: {', '.join(taken)}" if taken else words


def _senders(lesson: Lesson) -> tuple[str, ...]:
    """One; of mail that a list sent on, the person on the list and the list's own address."""
    return tuple(key(owner.name) for owner in lesson.owners if owner.level == "sender")


def _known(connection: sqlite3.Connection, sender: str, domain: str) -> bool:
    query = (
        "SELECT 1 FROM seen JOIN owner ON owner.id = seen.owner "
        "WHERE level = 'sender' AND name = ? AND domain = ?"
    )
    return connection.execute(query, (sender, domain)).fetchone() is not None


def confirm(
    connection: sqlite3.Connection, domains: Sequence[str], waiting: Sequence[str], ruling: Ruling
) -> int:
    """Put ``domains`` on the confirmed list and drop what waits for ``waiting``; gives how many dropped.

    A release of the same domain is taken back.
    """
    rows = [
        (key(domain), ruling.at, clean(ruling.who, schema.LIMITS["name"]), ruling.message)
        for domain in domains
    ]
    connection.executemany(_CONFIRM, rows)
    connection.executemany("UPDATE seen SET released = 0 WHERE domain = ?", [(key(one),) for one in waiting])
    return sum(withheld.cancel(connection, domain) for domain in waiting)


def forget(connection: sqlite3.Connection, name: str) -> dict[str, int]:
    """Remove an address, or a domain with all addresses in it, from the history; gives rows by kind.

    A domain is forgotten as a sender, as something linked to, as waiting and as confirmed. What its mail
    taught its colleagues and the organisation cannot be told apart any more and stays, except links to it.
    """
    owners = _owners(connection, name)
    marks = [(owner,) for owner in owners]
    counts = {"owners": len(owners), "domains": 0, "waiting": 0, "confirmed": 0}
    for table in ("seen", "place", "trait"):
        connection.executemany(f"DELETE FROM {table} WHERE owner = ?", marks)  # noqa: S608 - our own names
    connection.executemany("DELETE FROM owner WHERE id = ?", marks)
    if "@" in name:
        where, values = _person("sender", name)
        query = f"DELETE FROM pending WHERE {where}"  # noqa: S608 - our own words
        counts["waiting"] = connection.execute(query, values).rowcount
        return counts
    # Below a public suffix others have their domains; it is forgotten alone.
    sites = (name, _plain(name) if is_suffix(name) else f"%.{_plain(name)}")
    connection.execute(_UNCOUNT, sites * 4)
    counts["domains"] = connection.execute(f"DELETE FROM seen WHERE {_OF_NAME}", sites).rowcount  # noqa: S608 - our own words
    counts["confirmed"] = connection.execute("DELETE FROM confirmed WHERE domain = ?", (name,)).rowcount
    connection.execute("DELETE FROM thread WHERE domain = ? OR teacher = ?", (name, name))
    where, values = _within("sender", name)
    query = f"DELETE FROM pending WHERE domain = ? OR {where}"  # noqa: S608 - our own words
    counts["waiting"] = connection.execute(query, (name, *values)).rowcount
    return counts


def _owners(connection: sqlite3.Connection, name: str) -> list[int]:
    where, values = _person("name", name)
    where = f"level IN ('sender', 'claimed') AND {where}"
    if "@" not in name:
        inside, below = _within("name", name)
        where = f"(level = 'domain' AND name = ?) OR (level IN ('sender', 'claimed') AND {inside})"
        values = (name, *below)
    found = connection.execute(f"SELECT id FROM owner WHERE {where}", values)  # noqa: S608 - our own words
    return [row[0] for row in found]


def _within(column: str, domain: str) -> tuple[str, tuple[str, ...]]:
    """A condition on addresses in a domain or below it. Domains hold no wildcard but the underscore."""
    safe = _plain(domain)
    patterns = tuple(f"%@{below}{safe}{end}" for below in ("", "%.") for end in ("", " via %"))
    return "(" + " OR ".join([f"{column} LIKE ? ESCAPE '\\'"] * len(patterns)) + ")", patterns


def _person(column: str, address: str) -> tuple[str, tuple[str, ...]]:
    """A condition on an address, and on the same person on mailing lists."""
    return f"({column} = ? OR {column} LIKE ? ESCAPE '\\')", (address, f"{_plain(address)} via %")


def _plain(text: str) -> str:
    """Text for a LIKE pattern with a backslash before what would be a wildcard."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
