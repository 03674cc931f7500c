"""The migrations lead to the same tables as schema.py, and stores of other versions are told apart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.store import Store, StoreError, schema
from gateway.store.engine import Database, parse
from gateway.store.upgrade import steps


def _stepped(path: Path) -> Database:
    database = Database(parse(f"sqlite:///{path}"), create=True, wait=1.0)
    with database.write() as connection:
        steps(connection, "store", None)
    return database


def _layout(path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows: list[tuple[object, ...]] = []
        for table in sorted(tables):
            for pragma in ("table_info", "index_list", "foreign_key_list"):
                found = connection.execute(f"PRAGMA {pragma}({table})").fetchall()
                # The first column of an index list is only the order in which they were made.
                rows.extend(sorted((table, pragma, *row[pragma == "index_list" :]) for row in found))
            (wr,) = connection.execute("SELECT wr FROM pragma_table_list WHERE name = ?", (table,)).fetchone()
            rows.append((table, "without rowid", wr))
        return rows


def test_the_steps_lead_to_the_tables_of_the_schema(tmp_path: Path) -> None:
    database = _stepped(tmp_path / "stepped.db")
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
    database.close()
    Store.open(f"sqlite:///{tmp_path}/fresh.db").close()
    assert _layout(tmp_path / "stepped.db") == _layout(tmp_path / "fresh.db")


def test_a_stepped_store_opens(tmp_path: Path) -> None:
    _stepped(tmp_path / "odd.db").close()
    with Store.open(f"sqlite:///{tmp_path}/odd.db", create=False) as store:
        store.check()


def test_a_message_of_an_older_store_keeps_and_has_no_action(tmp_path: Path) -> None:
    from alembic import command

    path = tmp_path / "odd.db"
    database = Database(parse(f"sqlite:///{path}"), create=True, wait=1.0)
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO message VALUES ('0123456789abcdef', 1.0, '', '', '', '', 0, 'none', '', '', '', '', "
            "'', 'untouched', 'default-1', 0, 0, '{}', 1, '250 Ok', 1.0)"
        )
        connection.exec_driver_sql("INSERT INTO skipped VALUES ('0123456789abcdef', 0, '1', 'encrypted')")
    database.close()
    with Store.open(f"sqlite:///{path}") as store:
        row = store.message("0123456789abcdef")
        assert row is not None
        assert (row.outcome, row.action, row.because) == ("untouched", "pass", ())
        assert row.skipped == (("1", "encrypted", ""),)


def test_head_is_the_last_step() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/odd.db").close()
    with sqlite3.connect(tmp_path / "odd.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        Store.open(f"sqlite:///{tmp_path}/odd.db")
    with pytest.raises(StoreError, match="older version"):
        Store.open(f"sqlite:///{tmp_path}/odd.db", create=False)


def test_a_failed_upgrade_leaves_no_half_made_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr(schema.click, "create", refuse)
    real = schema.metadata.create_all

    def half(connection: object) -> None:
        real(connection, tables=[schema.owner])
        refuse()

    monkeypatch.setattr(schema.metadata, "create_all", half)
    with pytest.raises(RuntimeError):
        Store.open(f"sqlite:///{tmp_path}/odd.db")
    monkeypatch.undo()
    Store.open(f"sqlite:///{tmp_path}/odd.db").close()


def test_the_history_of_an_older_store_is_kept_with_its_days_and_senders_estimated(tmp_path: Path) -> None:
    from alembic import command

    from policy.model import Habit, Owner, Seen
    from policy.questions import habit, seen

    path, day = tmp_path / "odd.db", 86400.0
    database = Database(parse(f"sqlite:///{path}"), create=True, wait=1.0)
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.exec_driver_sql("INSERT INTO owner VALUES (1, 'domain', 'office.example', 9, 12, 2)")
        for name, messages, first, last in (("a.example", 9, day, 3 * day), ("b.example", 1, day, day)):
            values = (1, name, messages, first, last)
            connection.exec_driver_sql("INSERT INTO seen VALUES (?, ?, ?, ?, ?)", values)
    database.close()
    who = Owner("domain", "office.example")
    with Store.open(f"sqlite:///{path}") as store:
        asked = [habit(who), seen(who, "a.example"), seen(who, "b.example")]
        assert [answer.value for answer in store.answer(asked).values()] == [
            Habit(9, 12, 2, day, 3 * day),
            Seen(9, day, 3 * day, days=3, senders=2),
            Seen(1, day, day, days=1, senders=1),
        ]
