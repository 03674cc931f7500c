"""Bringing a database to the tables of ``schema.py``.

A new one is made directly from the tables and stamped; an older one goes through Alembic's steps in
``migrations/``. Everything happens in one transaction under the write lock, so two processes that start
together do not meet halfway.

Does not run while a store is in use.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from gateway.store.engine import Database
from gateway.store.errors import StoreError
from gateway.store.schema import HEAD, metadata

_STEPS = Path(__file__).parent / "migrations"


def upgrade(database: Database, *, create: bool) -> None:
    """Make or upgrade the tables; StoreError where the database is not ours or is newer than we are."""
    with database.read() as connection:
        if _revision(connection) == HEAD:
            return
    with database.write(durable=True) as connection:
        revision = _revision(connection)
        if revision == HEAD:
            return
        if revision is None:
            _make(connection, database.name, create)
        elif not create:
            words = f"{database.name}: was made by an older version; start the gateway once, it upgrades it"
            raise StoreError(words, transient=False)
        else:
            steps(connection, database.name, revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _make(connection: Connection, name: str, create: bool) -> None:
    if inspect(connection).get_table_names():
        words = f"{name}: is a database of something else; name a file that does not exist yet"
        raise StoreError(words, transient=False)
    if not create:
        raise StoreError(f"{name}: is empty; start the gateway once, or name another", transient=False)
    metadata.create_all(connection)
    # What `alembic stamp` does, without the third of a second that importing Alembic takes.
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def steps(connection: Connection, name: str, revision: str | None) -> None:
    """Run Alembic's steps from ``revision`` (None: from nothing) to the newest, in the open transaction."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        if revision is not None:
            ScriptDirectory.from_config(config).get_revision(revision)
        command.upgrade(config, "head")
    except CommandError as error:
        words = (
            f"{name}: was made by a newer version (revision {revision}); use that version or another store"
        )
        raise StoreError(words, transient=False) from error
