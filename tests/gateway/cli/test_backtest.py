"""Each message is judged on what was known before it, the same whenever and wherever it runs."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
SAMPLE = Path(__file__).parents[3] / "fixtures" / "sample"
SETTINGS = (
    '[identity]\nauthserv_ids = ["mx.datahouse.example"]\nour_hosts = ["mx.datahouse.example"]\n'
    "verify_dkim = false\n"
)


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The correspondence without its PDFs, which would need workers, and with the odd mail's HTML odd."""
    folder = tmp_path_factory.mktemp("letters")
    for file in sorted((SAMPLE / "history").glob("*.eml")):
        if b"application/pdf" not in file.read_bytes():
            shutil.copy(file, folder)
    usual = (SAMPLE / "history" / "001.eml").read_bytes()
    assert usual.count(b"https://portal.registrocontratos.example/") > 0
    odd = usual.replace(
        b"https://portal.registrocontratos.example/", b"https://consulta-expedientes.example/"
    )
    (folder / "999.eml").write_bytes(odd)
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "oddlink.toml").write_text(SETTINGS)
    return tmp_path


def without_ids(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name != "id"} for one in objects]


def test_the_odd_letter_at_the_end_is_found_and_the_earlier_ones_are_not(
    oddlink: Run, here: Path, letters: Path
) -> None:
    ran = oddlink("backtest", "--json", str(letters))
    assert ran.code == 0
    rewritten = [Path(one["file"]).name for one in ran.objects if one["outcome"] == "rewritten"]
    assert rewritten == ["999.eml"]
    summary = json.loads(ran.err)["summary"]
    assert summary["messages"] == summary["genuine"] == len(ran.objects)
    assert summary["messages_rewritten"] == 1
    assert {"file", "message_id", "sender", "outcome", "links", "skipped", "flags"} <= set(ran.objects[0])


def test_the_store_is_thrown_away_unless_named(oddlink: Run, here: Path, letters: Path) -> None:
    oddlink("backtest", str(letters))
    assert not (here / "var").exists()
    oddlink("backtest", str(letters / "001.eml"), "--store", "sqlite:///kept.db")
    assert (here / "kept.db").exists()


def test_the_result_depends_neither_on_the_clock_nor_on_the_zone(
    oddlink: Run, here: Path, letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = without_ids(oddlink("backtest", "--json", str(letters)).objects)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 3e8)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        assert without_ids(oddlink("backtest", "--json", str(letters)).objects) == first
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_slow_store_does_not_change_the_result(
    oddlink: Run, here: Path, letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gateway.store import Store

    (here / "oddlink.toml").write_text(SETTINGS + '[workers]\nlookup_deadline = "50ms"\n')
    real, calls = Store.answer, 0

    def slow(self: Store, questions: Any) -> Any:
        nonlocal calls
        calls += 1
        time.sleep(0.3 if calls == 3 else 0)
        return real(self, questions)

    plain = without_ids(oddlink("backtest", "--json", str(letters)).objects)
    monkeypatch.setattr(Store, "answer", slow)
    assert without_ids(oddlink("backtest", "--json", str(letters)).objects) == plain
    assert calls > 3


def test_an_mbox_is_replayed_in_its_order(oddlink: Run, here: Path, letters: Path) -> None:
    files = sorted(letters.glob("*.eml"))
    separator = b"From a@b.example Thu Jan  1 00:00:00 2026\r\n"
    (here / "box").write_bytes(b"".join(separator + file.read_bytes() + b"\r\n" for file in files))
    from_box = oddlink("backtest", "--json", "box").objects
    assert [one["file"] for one in from_box] == [f"box#{number}" for number in range(1, len(files) + 1)]
    assert [one["outcome"] for one in from_box][-1] == "rewritten"


def test_people_get_a_summary(oddlink: Run, here: Path, letters: Path) -> None:
    text = oddlink("backtest", str(letters)).out.decode()
    assert "would have rewritten" in text
    assert "consulta-expedientes.example" in text
    assert "surprise" in text


def test_nothing_to_replay_is_no_error(oddlink: Run, here: Path) -> None:
    (here / "empty").mkdir()
    ran = oddlink("backtest", "empty")
    assert ran.code == 0
    assert "would have rewritten 0 of 0 links" in ran.out.decode()


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_replayed(
    oddlink: Run, here: Path, letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gateway.cli import files

    monkeypatch.setattr(files, "LARGEST", 4000)
    ran = oddlink("backtest", "--json", str(letters))
    assert ran.code == 65
    assert "larger than" in ran.err
    assert 0 < len(ran.objects) < len(list(letters.glob("*.eml")))


def test_under_a_policy_that_observes_it_counts_what_would_have_been(
    oddlink: Run, here: Path, letters: Path
) -> None:
    (here / "observe.toml").write_text("[observe]\nenabled = true\n")
    acting = oddlink("backtest", "--json", str(letters))
    ran = oddlink("backtest", "--json", "--policy", "observe.toml", str(letters))
    assert {one["outcome"] for one in ran.objects} == {"untouched"}
    assert [one["observed"] for one in ran.objects] == [one["outcome"] for one in acting.objects]
    found, before = (json.loads(one.err)["summary"] for one in (ran, acting))
    assert (found["messages_rewritten"], found["links_rewritten"]) == (0, 0)
    assert found["messages_observed"] == len(ran.objects)
    assert found["messages_that_would_be_rewritten"] == before["messages_rewritten"] == 1
    assert found["odd_links_only_observed"] == before["links_rewritten"]
    assert "messages_observed" not in before
    text = oddlink("backtest", "--policy", "observe.toml", str(letters)).out.decode()
    assert "consulta-expedientes.example" in text and "surprise" in text


def test_a_scope_that_names_senders_counts_in_an_archive(oddlink: Run, here: Path, letters: Path) -> None:
    sender = oddlink("backtest", "--json", str(letters / "001.eml")).objects[0]["sender"]["domain"]
    (here / "scope.toml").write_text(
        f'[[scope]]\nname = "them"\nwhy = "x"\nsenders = ["{sender}"]\nobserve = true\n'
        '[[scope]]\nname = "us"\nwhy = "x"\nrecipients = ["datahouse.example"]\n'
    )
    ran = oddlink("backtest", "--json", "--policy", "scope.toml", str(letters))
    assert {one.get("scope") for one in ran.objects if one["sender"]["domain"] == sender} == {"them"}
    assert all("scope" not in one for one in ran.objects if not one["sender"]["domain"].endswith(sender))


def test_three_odd_mails_and_a_silence_make_no_habit(oddlink: Run, tmp_path: Path) -> None:
    def mail(day: float, url: str) -> bytes:
        at = time.strftime("%d %b %Y %H:%M:%S +0000", time.gmtime(1_700_000_000 + day * 86400))
        return f"From: a@office.example\r\nDate: {at}\r\nMessage-ID: <{day}@x>\r\n\r\n{url}\r\n".encode()

    days = [*((day, "https://portal.example/x") for day in range(300)), (301, "https://drip.test/x")]
    days += [(302, "https://drip.test/x"), (303, "https://drip.test/x"), (320, "https://drip.test/now")]
    for number, (day, url) in enumerate(days):
        (tmp_path / f"{number:03}.eml").write_bytes(mail(day, url))
    ran = oddlink("backtest", "--json", "--from-is-genuine", *(f"{n:03}.eml" for n in range(len(days))))
    assert [one["outcome"] for one in ran.objects[-4:]] == ["rewritten"] * 4
