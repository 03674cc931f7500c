"""Opening a database and handing out its connections.

Three roles: one writer behind a lock (SQLite has one anyway), one plain sqlite3 connection behind another
lock for the reads on the mail path, and a small pool for searches. With the write-ahead log (WAL) readers
never wait for the writer. A store in memory has one connection that plays all three.

What survives what: a committed transaction is in the operating system's hands, so it survives the process
being killed, in both modes. ``durable`` transactions (synchronous=FULL) are also flushed to the disk before
they return, so they survive a power loss; the others (synchronous=NORMAL) may lose the last moments to one,
but never leave a damaged file. Measured: 1.7 ms against 42 µs for one row. So what a message that has left
depends on (its tickets) pays for FULL, and what can be learned again does not.

Does not know what the tables are for.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from gateway.store.errors import LockedError, StoreError, translated

_RIGHT = "write for example sqlite:///var/oddlink.db"


def parse(text: str) -> URL:
    """The URL of a store this version can open; StoreError says what is wrong with another."""
    try:
        url = make_url(text)
    except (SQLAlchemyError, ValueError):
        raise StoreError(f"store {text[:200]!r} is not a database URL; {_RIGHT}", transient=False) from None
    name = url.render_as_string(hide_password=True)[:200]
    if url.get_backend_name() != "sqlite":
        words = f"store {name}: this version keeps its data in SQLite only; {_RIGHT}"
        raise StoreError(words, transient=False)
    if (
        url.get_driver_name() != "pysqlite"
        or url.host
        or url.query
        or (url.database or "").startswith("file:")
    ):
        words = f"store {name}: only sqlite:///PATH is understood, with no host or options; {_RIGHT}"
        raise StoreError(words, transient=False)
    return url


class Database:
    """An open SQLite database. All methods may be called from any thread."""

    def __init__(self, url: URL, *, create: bool, wait: float) -> None:
        path = "" if url.database in (None, "", ":memory:") else str(url.database)
        self.in_memory = not path
        self.name = f"store {path or 'in memory'}"
        if path:
            self._prepare(Path(path), create)
        self._engine = _engine(url, bool(path), wait)
        self._write_lock = threading.RLock()
        self._hot_lock = threading.RLock() if path else self._write_lock
        self._read_lock: contextlib.AbstractContextManager[Any] | None = None if path else self._write_lock
        self._depth = 0
        self._failed = False
        self._closed = False
        self._wait = wait
        with translated(self.name):
            try:
                self._writer = self._engine.connect()
                self._writer_raw = _raw(self._writer)
                self._hot = self._engine.connect() if path else self._writer
                self._hot_raw = _raw(self._hot)
            except BaseException:
                self._engine.dispose()
                raise

    def _prepare(self, path: Path, create: bool) -> None:
        if path.is_dir():
            raise StoreError(f"{self.name}: is a folder; {_RIGHT}", transient=False)
        if path.exists():
            return
        if not create:
            words = (
                f"{self.name}: there is no such file; start the gateway once, or name another with --store"
            )
            raise StoreError(words, transient=False)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Made here and not by SQLite: what is inside (addresses, URLs) is nobody else's business, and the
            # log files beside it take over this mode.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            words = f"{self.name}: cannot be made ({error.strerror}); name a folder oddlink may write to"
            raise StoreError(words, transient=False) from error

    def _open(self) -> None:
        if self._closed:
            raise StoreError(f"{self.name}: is closed")

    @contextlib.contextmanager
    def write(self, *, durable: bool = False, wait: float | None = None) -> Iterator[Connection]:
        """The writer inside a transaction that commits at the end and rolls back on any error.

        Nested calls in one thread join the outermost transaction, whose ``durable`` and ``wait`` decide.
        Where one of them failed, the whole is rolled back, even if its error was caught on the way.
        ``wait``: seconds to wait for other threads, and again for other processes, where that shall not be
        as long as the store was opened with; LockedError after them.
        """
        most = self._wait if wait is None else wait
        with self._only_writer(wait), translated(self.name):
            self._open()
            if self._depth == 0:
                self._writer_raw.execute(f"PRAGMA busy_timeout = {round(most * 1000)}")
                self._writer_raw.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._writer_raw.execute("BEGIN IMMEDIATE")
                self._writer.begin()  # for SQLAlchemy and Alembic: a transaction is open, leave it alone
                self._failed = False
            self._depth += 1
            try:
                yield self._writer
                if self._depth == 1:
                    if self._failed:
                        raise StoreError(
                            f"{self.name}: a part of the transaction failed, so none of it was kept"
                        )
                    self._writer_raw.execute("COMMIT")
            except BaseException:
                self._failed = True
                raise
            finally:
                self._depth -= 1
                if self._depth == 0 and self._writer_raw.in_transaction:
                    self._writer_raw.execute("ROLLBACK")
                if self._depth == 0:
                    self._writer.rollback()  # ends SQLAlchemy's notion of it; in SQLite none is open any more

    @contextlib.contextmanager
    def _only_writer(self, wait: float | None) -> Iterator[None]:
        if not self._write_lock.acquire(timeout=-1 if wait is None else wait):
            raise LockedError(f"{self.name}: another thread of ours has been writing for {wait:g} s")
        try:
            yield
        finally:
            self._write_lock.release()

    @contextlib.contextmanager
    def write_raw(self) -> Iterator[sqlite3.Connection]:
        """As ``write``, as the driver's own connection: the mail path's batches."""
        with self.write():
            yield self._writer_raw

    @contextlib.contextmanager
    def hot(self) -> Iterator[sqlite3.Connection]:
        """The connection for reads on the mail path; inside ``write`` of the same thread, the writer."""
        if self._depth and self._write_lock.acquire(blocking=False):
            # The lock is re-entrant: having it while a transaction is open means that it is ours.
            try:
                if self._depth:
                    with translated(self.name):
                        yield self._writer_raw
                    return
            finally:
                self._write_lock.release()
        with self._hot_lock, translated(self.name):
            self._open()
            yield self._hot_raw

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for searches."""
        with self._read_lock or contextlib.nullcontext(), translated(self.name):
            self._open()
            with self._engine.connect() as connection:
                yield connection

    def close(self) -> None:
        """Close all connections; SQLite merges the write-ahead log then. May be called again."""
        with self._write_lock, self._hot_lock:
            if self._closed:
                return
            self._closed = True
            self._hot.close()
            self._writer.close()
            self._engine.dispose()


def _engine(url: URL, on_disk: bool, wait: float) -> Engine:
    engine = create_engine(
        url,
        # Transactions are begun by ``write`` with BEGIN IMMEDIATE; a deferred one that turns into a writer
        # later fails at once with "database is locked" instead of waiting.
        isolation_level="AUTOCOMMIT",
        poolclass=QueuePool if on_disk else StaticPool,
        connect_args={"check_same_thread": False, "timeout": wait},
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {64 * 1024 * 1024}")

    event.listen(engine, "connect", prepare)
    return engine


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        raise StoreError("the database driver is not sqlite3", transient=False)
    return raw
