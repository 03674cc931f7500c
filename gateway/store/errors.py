"""The one error the store raises.

Does not touch the database.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_REMEDIES = (
    ("database is locked", "another process holds it; wait, or stop that process"),
    ("disk is full", "free some space on that file system"),
    ("readonly database", "give the user that runs oddlink write permission on the file and its folder"),
    ("unable to open", "the folder has to exist and be writable for the user that runs oddlink"),
    ("not a database", "name a file that oddlink made, or one that does not exist yet"),
    ("malformed", "restore it from a backup; `sqlite3 FILE .recover` may save part of it"),
    ("disk i/o error", "check the disk"),
    ("no such table", "the file was changed by something else; restore it from a backup"),
)


class StoreError(Exception):
    """The store cannot do what was asked; the words name it, say what is wrong and what would be right."""

    def __init__(self, words: str, *, transient: bool = True) -> None:
        super().__init__(words)
        self.transient = transient
        """False where trying again cannot help: a wrong URL, a file that is not a store."""


class LockedError(StoreError):
    """Somebody else is writing, and went on for longer than was to be waited for."""


class DuplicateError(StoreError):
    """A message with this id is already recorded."""


def words_for(error: BaseException) -> str:
    """What the database said, and what to do about it where that is known."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip() or type(error).__name__
    said = said.splitlines()[0][:300]
    remedy = next((remedy for sign, remedy in _REMEDIES if sign in said.lower()), "")
    return f"{said}; {remedy}" if remedy else said


@contextlib.contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn whatever the database raises into a StoreError that starts with ``name``."""
    try:
        yield
    except (sqlite3.Error, SQLAlchemyError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise _kind(str(cause))(f"{name}: {words_for(error)}") from error


def _kind(said: str) -> type[StoreError]:
    if "UNIQUE constraint failed: message.id" in said:
        return DuplicateError
    return LockedError if "database is locked" in said else StoreError
