"""What was learned once is passed over, stopping loses little, and only genuine mail teaches."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import learn
from gateway.store import Store
from policy.model import Habit, Known, Question

Run = Callable[..., Any]
ROOT = Path(__file__).parents[3]
HISTORY = ROOT / "fixtures" / "sample" / "history"
PROOF = b"Authentication-Results: mx.datahouse.example; dmarc=pass header.from=office.example\r\n"
RAW = b"From: a@office.example\r\nDate: Thu, 01 Jan 2026 00:00:00 -0000\r\n\r\nhttps://usual.example/\r\n"
SETTINGS = '[identity]\nauthserv_ids = ["mx.datahouse.example"]\nverify_dkim = false\n'


def habit(place: Path, address: str = "a@office.example") -> object:
    question = Question("habit", ("sender", address))
    with Store.open(f"sqlite:///{place}/var/oddlink.db", create=False) as store:
        return store.answer([question])[question]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    (tmp_path / "oddlink.toml").write_text(SETTINGS)
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "1.eml").write_bytes(PROOF + RAW)
    (folder / "2.eml").write_bytes(RAW)
    (folder / "3.eml").write_bytes(PROOF + RAW.replace(b"https://usual.example/", b"nothing"))
    return folder


def counts(folder: Path) -> tuple[int, int, int]:
    answer = habit(folder)
    assert isinstance(answer, Known)
    assert isinstance(answer.value, Habit)
    return answer.value.messages, answer.value.uses, answer.value.domains


def test_only_proved_mail_teaches_and_only_once(oddlink: Run, archive: Path) -> None:
    ran = oddlink("learn", "--json", "archive")
    assert (ran.code, ran.err) == (0, "")
    assert ran.objects == [{"learned": 1, "taught nothing": 1, "not genuine": 1, "known already": 0}]
    assert counts(archive.parent) == (1, 1, 1)
    again = oddlink("learn", "archive")
    assert again.out == b"0 learned, 0 taught nothing, 0 not genuine, 3 known already\n"
    assert counts(archive.parent) == (1, 1, 1)


def test_from_can_be_taken_at_its_word(oddlink: Run, archive: Path) -> None:
    (found,) = oddlink("learn", "--json", "--from-is-genuine", "archive").objects
    assert (found["learned"], found["not genuine"]) == (2, 0)


def test_stopped_and_run_again_it_learns_everything_once(
    oddlink: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        (archive / f"more-{number:02}.eml").write_bytes(PROOF + RAW)
    monkeypatch.setattr(learn, "_BATCH", 7)
    real, count = learn._one, 0

    async def one(*arguments: Any) -> None:
        nonlocal count
        count += 1
        if count == 20:
            raise KeyboardInterrupt
        await real(*arguments)

    monkeypatch.setattr(learn, "_one", one)
    ran = oddlink("learn", "--json", "archive")
    assert (ran.code, ran.out, ran.err) == (130, b"", "")
    (found,) = oddlink("learn", "--json", "archive").objects
    assert found == {"learned": 24, "taught nothing": 0, "not genuine": 0, "known already": 19}
    assert counts(archive.parent) == (41, 41, 1)


def test_ctrl_c_ends_it_quickly_without_a_traceback(archive: Path) -> None:
    """A real one, in the middle of messages that nothing waits for."""
    for number in range(6000):
        (archive / f"many-{number:04}.eml").write_bytes(PROOF + RAW)
    program = "from gateway.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", program, "learn", "archive"],
        cwd=archive.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        store = archive.parent / "var" / "oddlink.db-wal"
        deadline = time.monotonic() + 20
        while not (store.exists() and store.stat().st_size > 200_000) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        start = time.monotonic()
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"")
    assert time.monotonic() - start < 15
    learned = habit(archive.parent)
    assert isinstance(learned, Known)
    assert isinstance(learned.value, Habit)
    assert 490 <= learned.value.messages < 6000  # at least one batch, which holds three other files


def test_mboxes_and_maildirs_are_learned_message_by_message(oddlink: Run, archive: Path) -> None:
    separator = b"From a@b.example Thu Jan  1 00:00:00 2026\r\n"
    (archive / "box").write_bytes(b"".join(separator + PROOF + RAW + b"\r\n" for _ in range(3)))
    (archive / "mail" / "cur").mkdir(parents=True)
    (archive / "mail" / "new").mkdir()
    (archive / "mail" / "new" / "1.x").write_bytes(PROOF + RAW)
    (found,) = oddlink("learn", "--json", "archive").objects
    assert found["learned"] == 5


def test_a_message_that_vanishes_is_named_and_the_others_are_learned(
    oddlink: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gateway.cli import files

    real = files.pieces

    def pieces(names: list[str]) -> list[files.Piece]:
        found = real(names)
        (archive / "2.eml").unlink()
        return found

    monkeypatch.setattr(files, "pieces", pieces)
    ran = oddlink("learn", "--json", "archive")
    assert ran.code == 65
    assert ran.err == "oddlink: archive/2.eml: No such file or directory\n"
    assert ran.objects[0]["learned"] == 1


def test_an_archive_that_is_not_there_is_named(oddlink: Run) -> None:
    ran = oddlink("learn", "gone")
    assert (ran.code, ran.err) == (65, "oddlink: gone: there is no such file or folder\n")


def test_the_sample_teaches_the_offices_habits(sample_taught: Path) -> None:
    question = Question("habit", ("sender", "notificaciones@registrocontratos.example"))
    with Store.open(f"sqlite:///{sample_taught}", create=False) as store:
        answer = store.answer([question])[question]
    assert isinstance(answer, Known)
    assert isinstance(answer.value, Habit)
    assert answer.value.domains == 4


def test_hostile_dates_do_no_harm(oddlink: Run, archive: Path) -> None:
    for number, date in enumerate((b"x" * 5000, b"Thu, 99 Foo 99999", b"\xff", b"1 Jan 0001 00:00 +2359")):
        changed = RAW.replace(b"Thu, 01 Jan 2026 00:00:00 -0000", date)
        (archive / f"odd-{number}.eml").write_bytes(PROOF + changed)
    (found,) = oddlink("learn", "--json", "archive").objects
    assert found["learned"] == 5
