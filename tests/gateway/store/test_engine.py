"""Opening, refusing, sharing and surviving."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.outcome import Outcome
from gateway.store import Store, StoreError
from gateway.store.rows import ClickRow, Search
from policy.model import Lesson, Owner, Question

Make = Callable[..., Outcome]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "not a database URL"),
        ("var/oddlink.db", "not a database URL"),
        ("postgresql://me:secret@db.example/odd", "SQLite only"),
        ("nonsense://x", "SQLite only"),
        ("sqlite://host/path", "only sqlite:///PATH"),
        ("sqlite:///file:x?uri=true", "only sqlite:///PATH"),
        ("sqlite+aiosqlite:///x", "only sqlite:///PATH"),
    ],
)
def test_a_wrong_url_is_refused_with_what_would_be_right(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as raised:
        Store.open(url)
    assert "sqlite:///var/oddlink.db" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert not raised.value.transient


def test_a_missing_file_is_made_with_its_folder_and_for_the_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "odd.db"
    with Store.open(f"sqlite:///{path}") as store:
        store.check()
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == dict.fromkeys(("odd.db", "odd.db-wal", "odd.db-shm"), 0o600)


def test_a_missing_file_is_not_made_where_that_was_not_asked(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no such file"):
        Store.open(f"sqlite:///{tmp_path}/odd.db", create=False)
    assert not list(tmp_path.iterdir())


def test_what_is_not_a_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    text, other, empty = tmp_path / "text", tmp_path / "other.db", tmp_path / "empty.db"
    text.write_text("hello " * 1000)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    empty.touch()
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{text}")
    with pytest.raises(StoreError, match="database of something else"):
        Store.open(f"sqlite:///{other}")
    with pytest.raises(StoreError, match="is empty"):
        Store.open(f"sqlite:///{empty}", create=False)
    with pytest.raises(StoreError, match="is a folder"):
        Store.open(f"sqlite:///{tmp_path}")
    with pytest.raises(StoreError, match="cannot be made"):
        Store.open(f"sqlite:///{text}/odd.db")
    assert text.read_text() == "hello " * 1000
    with sqlite3.connect(other) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_master")] == ["mine"]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/odd.db")
    store.close()
    store.close()
    for call in (store.check, lambda: store.answer([]), lambda: store.find_clicks(Search())):
        with pytest.raises(StoreError, match="is closed"):
            call()


def test_a_store_that_another_process_holds_is_an_error_in_bounded_time(
    tmp_path: Path, outcome: Make
) -> None:
    with Store.open(f"sqlite:///{tmp_path}/odd.db", wait=0.05) as store:
        holder = sqlite3.connect(tmp_path / "odd.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked; another process holds it") as raised:
            store.record(outcome())
        assert raised.value.transient
        assert store.answer([Question("habit", ("sender", "x"))])  # reading goes on
        holder.execute("ROLLBACK")
        holder.close()
        store.record(outcome())


def test_a_full_disk_is_an_error_and_leaves_nothing_behind(tmp_path: Path, outcome: Make) -> None:
    with Store.open(f"sqlite:///{tmp_path}/odd.db") as store:
        with store._database.write_raw() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
        store._database._writer_raw.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="disk is full; free some space"):
            store.record_many([outcome(f"{n:016x}") for n in range(100)])
        assert store.find_decisions(Search()) == []


def test_threads_share_a_store(store: Store, outcome: Make) -> None:
    def work(number: int) -> None:
        store.record(outcome(f"{number:016x}", at=float(number)))
        store.learn([Lesson((Owner("sender", "s"),), ("a.example",), 1.0)])
        store.log_click(ClickRow(1.0, f"T{number:016x}", "", "shown", "192.0.2.1", ""))
        question = Question("habit", ("sender", "s"))
        assert store.answer([question])[question].value.messages >= 1
        assert store.ticket(f"T{number:016x}") is not None

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(60)))
    assert len(store.find_decisions(Search())) == 60
    assert len(store.find_clicks(Search())) == 60


def test_reading_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/odd.db") as store:
        writing, go_on = threading.Event(), threading.Event()

        def write() -> None:
            with store.transaction():
                store.learn([Lesson((Owner("sender", "s"),), ("a.example",), 1.0)])
                writing.set()
                go_on.wait(10)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            assert writing.wait(10)
            question = Question("habit", ("sender", "s"))
            assert store.answer([question])[question].value.messages == 0
            assert store.find_decisions(Search()) == []
        finally:
            go_on.set()
            thread.join()


_KILLED = """
import os, sys, importlib.util
sys.path.insert(0, os.getcwd())
spec = importlib.util.spec_from_file_location("made", sys.argv[2])
made = importlib.util.module_from_spec(spec)
spec.loader.exec_module(made)
from gateway.store import Store
store = Store.open(sys.argv[1])
store.record(made.make_outcome())
print("recorded", flush=True)
with store.transaction():
    store.record(made.make_outcome("f" * 16))
    print("open", flush=True)
    sys.stdin.read()
"""


def test_a_committed_ticket_survives_kill_9_and_an_open_transaction_does_not(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/odd.db"
    here = Path(__file__)
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED, url, str(here.with_name("conftest.py"))],
        cwd=here.parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == ["recorded\n", "open\n"]
        os.kill(process.pid, signal.SIGKILL)
    with Store.open(url, create=False) as store:
        row = store.ticket("T0123456789abcdef")
        assert row is not None
        assert row.ticket.url == "https://login.odd.test/x?y=1"
        assert store.message("f" * 16) is None


def test_tickets_are_flushed_to_the_disk_and_history_is_not(tmp_path: Path, outcome: Make) -> None:
    with Store.open(f"sqlite:///{tmp_path}/odd.db") as store:

        def mode() -> int:
            return int(store._database._writer_raw.execute("PRAGMA synchronous").fetchone()[0])

        store.record(outcome())
        assert mode() == 2
        store.record(outcome("f" * 16, tickets=(), manifest=None))
        assert mode() == 1
