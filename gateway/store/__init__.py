"""The store: history, decisions, manifests, tickets and clicks in one SQL database.

``Store`` is synchronous and safe to call from several threads; the gateway calls it from one thread of its
own. What fails raises ``StoreError``, whose words name the store, what is wrong and what would be right.

Does not judge, and does not know the time: every moment comes in as Unix seconds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from types import TracebackType

from sqlalchemy import insert, text

from gateway.outcome import Manifest, Outcome
from gateway.store import history, learning, reading, recording, rulings, schema, searches, threads, withheld
from gateway.store.engine import Database, parse
from gateway.store.errors import DuplicateError, LockedError, StoreError
from gateway.store.observing import Observations
from gateway.store.rows import ClickRow, MessageRow, Ruling, Search, TicketRow
from gateway.store.strings import clean, key, unfit
from gateway.store.upgrade import upgrade
from policy.model import Answer, Lesson, Question

__all__ = ["DuplicateError", "LockedError", "Store", "StoreError", "unfit"]


class Store:
    """An open store. Make one with ``Store.open``."""

    kinds = frozenset(history.KINDS)
    """The kinds of questions ``answer`` answers."""
    slices = staticmethod(history.slices)
    """Cuts many questions into portions for ``answer``."""

    def __init__(self, database: Database, wait: float) -> None:
        self._database = database
        self.wait = wait
        """Seconds to wait for another process that is writing, where a call does not say."""
        self.name = database.name
        """For messages: "store PATH"."""

    @classmethod
    def open(cls, url: str, *, create: bool = True, wait: float = 5.0) -> Store:
        """Open the store at a SQLAlchemy URL; ``sqlite://`` is one in memory, for trying things out.

        With ``create`` a missing file is made and an older store upgraded. ``wait`` is how long, in seconds,
        to wait for another process that is writing. Raises StoreError.
        """
        database = Database(parse(url), create=create, wait=wait)
        try:
            # A store in memory is always new.
            upgrade(database, create=create or database.in_memory)
        except BaseException:
            database.close()
            raise
        return cls(database, wait)

    def close(self) -> None:
        """Close it; every later call raises StoreError. May be called again."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def transaction(self, *, durable: bool = False, wait: float | None = None) -> Iterator[None]:
        """Make the calls inside one transaction: all or nothing, and one commit instead of many.

        Nothing inside is committed before the end, tickets included. Keep it short: it is the only writer.
        ``wait``: seconds to wait for somebody else who is writing; LockedError after that.
        """
        with self._database.write(durable=durable, wait=wait):
            yield

    # The mail path.

    def answer(self, questions: Iterable[Question]) -> dict[Question, Answer]:
        """Answer the questions about history and about what analysts confirmed, as ``policy.questions`` says.

        One read for each kind, some 5 µs a question. It waits for no writing, except where the store is in
        memory.
        """
        with self._database.hot() as connection:
            return history.answer(connection, questions)

    def learn(
        self, lessons: Sequence[Lesson], *, sources: Iterable[str] = (), waiting: Sequence[Lesson] = ()
    ) -> None:
        """Add to the history; keep what is ``waiting`` for ``sweep`` or an analyst; mark ``sources`` as
        learned (see ``learned``). All in one transaction."""
        with self._database.write_raw() as connection:
            learning.learn(connection, lessons)
            threads.write(connection, lessons)
            withheld.withhold(connection, waiting)
            marks = [(key(source),) for source in sources]
            if marks:
                connection.executemany(
                    "INSERT INTO learned (source) VALUES (?) ON CONFLICT DO NOTHING", marks
                )

    def sweep(self, before: float, window: float = 0.0) -> int:
        """Learn what was kept waiting since ``before`` (Unix time, seconds) and nobody objected to.

        Of one sender and domain, what came within ``window`` seconds counts as one day. Gives how many there
        were; a few hundred at once, the rest next time.
        """
        with self._database.write_raw() as connection:
            return withheld.sweep(connection, before, window)

    def learned(self, source: str) -> bool:
        """Whether ``source`` was marked: any string that names a message in an archive, such as
        "PATH:SIZE:OFFSET"."""
        with self._database.hot() as connection:
            query = "SELECT 1 FROM learned WHERE source = ?"
            return connection.execute(query, (key(source),)).fetchone() is not None

    def mark_learned(self, sources: Iterable[str]) -> None:
        """Mark sources as learned; better is ``learn(lessons, sources=...)``, which cannot fall between."""
        self.learn((), sources=sources)

    def record(self, outcome: Outcome, *, wait: float | None = None) -> None:
        """Write down one outcome, all of it or nothing; DuplicateError where its id is already recorded.

        Where it carries tickets, they survive even a power loss once this returns (unless it is called inside
        ``transaction``). ``wait``: seconds to wait for somebody else who is writing; LockedError after that.
        """
        with self._database.write(durable=bool(outcome.tickets), wait=wait) as connection:
            recording.record(connection, (outcome,))

    def record_many(self, outcomes: Sequence[Outcome]) -> None:
        """Write down many outcomes in one transaction, all of them or nothing."""
        with self._database.write(durable=any(outcome.tickets for outcome in outcomes)) as connection:
            recording.record(connection, outcomes)

    def settle(self, id: str, *, delivered: bool, reply: str, at: float) -> None:
        """Write down what the next hop answered; nothing happens where ``id`` is not recorded."""
        with self._database.write() as connection:
            recording.settle(connection, id, delivered, reply, at)

    # What analysts decide.

    def release(
        self, notes: Sequence[Ruling], lesson: Lesson | None, at: float, names: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Write releases down, make the lesson's domains known to its sender at once, and take ``names`` off
        the confirmed list; gives those that were on it.

        Without a lesson nothing is learned: the sender was not proved. One transaction, to the disk.
        """
        with self._database.write(durable=True), self._database.write_raw() as connection:
            taken = rulings.unlist(connection, [*names, *(lesson.domains if lesson else ())])
            told = [replace(one, words=rulings.with_taken(one.words, taken)) for one in notes]
            rulings.note(connection, told)
            if lesson is not None:
                rulings.release(connection, lesson, at)
        return taken

    def confirm(self, notes: Sequence[Ruling], listed: Sequence[str], waiting: Sequence[str]) -> int:
        """Write confirmations down, put ``listed`` on the confirmed list, and never learn what waits for
        the domains ``waiting``; gives how many lessons that were."""
        with self._database.write(durable=True), self._database.write_raw() as connection:
            rulings.note(connection, notes)
            return rulings.confirm(connection, listed, waiting, notes[0]) if notes else 0

    def rulings(self, since: float = 0.0) -> tuple[Ruling, ...]:
        """Every ruling made since then (Unix time, seconds), oldest first."""
        with self._database.read() as connection:
            return reading.rulings(connection, since=since)

    def forget(self, name: str, note: Ruling) -> dict[str, int]:
        """Remove an address (in lower case), or a domain with all addresses in it, from the history.

        Gives the number of rows by kind. Recorded messages stay.
        """
        with self._database.write(durable=True), self._database.write_raw() as connection:
            counts = rulings.forget(connection, key(name))
            rulings.note(connection, [note])
            return counts

    # Clicks.

    def ticket(self, ticket_id: str) -> TicketRow | None:
        """What a ticket stands for, or None where it is not one of ours."""
        with self._database.read() as connection:
            return reading.ticket(connection, clean(ticket_id, 200))

    def log_click(self, row: ClickRow) -> None:
        """Write down one step on the click page; url, domain and sender are not taken from ``row``."""
        limits = schema.LIMITS
        values = {
            "at": row.at,
            "ticket": clean(row.ticket, limits["name"]),
            "message": clean(row.message, limits["name"]),
            "step": clean(row.step, limits["name"]),
            "client": clean(row.client, limits["name"]),
            "agent": clean(row.agent, limits["agent"]),
        }
        with self._database.write() as connection:
            connection.execute(insert(schema.click).values(values))

    # Looking things up.

    def message(self, id: str) -> MessageRow | None:
        """One message with all that is recorded of it."""
        with self._database.read() as connection:
            return reading.message(connection, clean(id, 200))

    def find_decisions(self, search: Search) -> list[MessageRow]:
        """Messages, newest first; their links, skipped and flags are left out, the counts are there."""
        with self._database.read() as connection:
            return searches.decisions(connection, search)

    def find_clicks(self, search: Search) -> list[ClickRow]:
        """Clicks, newest first."""
        with self._database.read() as connection:
            return searches.clicks(connection, search)

    @contextlib.contextmanager
    def observations(self, since: float = 0.0) -> Iterator[Observations]:
        """What was only observed since then (Unix time, seconds), to be counted inside the block."""
        with self._database.read() as connection:
            yield Observations(connection, since)

    def manifest(self, id: str) -> Manifest | None:
        """What undoes the rewriting of message ``id``; None where nothing was changed."""
        with self._database.read() as connection:
            return reading.manifest(connection, id=clean(id, 200)) if id else None

    def manifest_by_digest(self, rewritten_sha256: str) -> Manifest | None:
        """The same, found by the digest of the message as it left, without the lines put on top."""
        with self._database.read() as connection:
            return reading.manifest(connection, rewritten_sha256=clean(rewritten_sha256, 200))

    def check(self) -> None:
        """Really write something, down to the disk; StoreError where that fails."""
        with self._database.write(durable=True) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
