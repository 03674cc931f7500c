"""What earlier messages of conversations linked to: one row for each message and domain.

Written for sqlite3 directly, as ``learning.py``: it is part of the same batches. Whoever writes a message
chooses its Message-ID, so the first teacher of an id keeps it: mail that comes later under the same id, from
somebody else, adds nothing.

Does not decide who vouches for what; ``policy.threads`` does.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence

from gateway.store.strings import key
from policy.model import Answer, Known, Lesson, Mention, Question
from policy.threads import MOST_DOMAINS, MOST_IDS, taught

MOST = 200_000
"""Rows in all, some 20 MB; at two or three a message the mail of some weeks in a large house. The oldest fall
out."""
TRIM_EVERY = 64
"""Messages, on average, after which rows are counted: counting them all takes some milliseconds."""

_READ = """
    SELECT t.domain, t.teacher, t.at, t.message_id, o.messages, o.first
    FROM thread t LEFT JOIN owner o ON o.level = 'domain' AND o.name = t.teacher
    WHERE t.message_id IN ({marks}) ORDER BY t.message_id, t.domain
"""
_OF = "SELECT teacher, count(*) FROM thread WHERE message_id = ? GROUP BY teacher"
_PUT = "INSERT INTO thread (message_id, domain, teacher, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_OLDEST_KEPT = "SELECT at FROM thread ORDER BY at DESC LIMIT 1 OFFSET ?"


def write(connection: sqlite3.Connection, lessons: Iterable[Lesson]) -> None:
    """Keep what lessons leave for their conversations, in the transaction that is open.

    Raises sqlite3.Error.
    """
    trim = False
    for lesson in lessons:
        teacher, domains = taught(lesson)
        if teacher:
            id = key(lesson.message_id)
            before = connection.execute(_OF, (id,)).fetchall()
            room = MOST_DOMAINS - sum(count for _, count in before)
            if all(who == key(teacher) for who, _ in before) and room > 0:
                rows = [(id, key(domain), key(teacher), lesson.at) for domain in domains[:room]]
                connection.executemany(_PUT, rows)
            trim = trim or zlib.crc32(id.encode("utf-8", "replace")) % TRIM_EVERY == 0
    if trim:
        _trim(connection)


def answer(
    connection: sqlite3.Connection, questions: Sequence[Question]
) -> Iterator[tuple[Question, Answer]]:
    """What stood in the messages each question names, at most ``MOST_IDS`` of them. Raises sqlite3.Error."""
    for question in questions:
        ids = [key(id) for id in question.key[:MOST_IDS]]
        rows = connection.execute(_READ.format(marks=",".join("?" * len(ids))), ids) if ids else ()
        yield (
            question,
            Known(
                tuple(
                    Mention(domain, teacher, at, id, messages or 0, first or 0.0)
                    for domain, teacher, at, id, messages, first in rows
                )
            ),
        )


def _trim(connection: sqlite3.Connection) -> None:
    last = connection.execute(_OLDEST_KEPT, (MOST,)).fetchone()
    if last is not None:
        connection.execute("DELETE FROM thread WHERE at <= ?", last)
