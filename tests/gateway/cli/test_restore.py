"""The original bit for bit, or one line that says why not; never something in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
URL = "https://odd.example/a"
RAW = b"From: a@office.example\r\n\r\nSee https://odd.example/a and https://b.example/ .\r\n"
FORGED = b"X-Oddlink: id=1111111111111111; links=1; rewritten=1\r\n"


@pytest.fixture
def sent(oddlink: Run) -> bytes:
    out = oddlink("rewrite", "--force", URL, "--manifest", "m.json", stdin=RAW).out
    assert URL.encode() not in out
    return out


def test_lines_above_and_other_line_ends_do_not_matter(oddlink: Run, sent: bytes) -> None:
    above = b"Return-Path: <>\r\nReceived: from a\r\n by b; date\r\nReceived: c\r\n"
    for data in (sent, above + sent, FORGED + above + sent, (above + sent).replace(b"\r\n", b"\n")):
        ran = oddlink("restore", stdin=data)
        assert (ran.code, ran.err, ran.out) == (0, "", RAW)


def test_of_several_rewritings_the_right_one_is_undone(oddlink: Run, sent: bytes) -> None:
    """A second gateway rewrote another link of what the first sent on."""
    twice = oddlink("rewrite", "--force", "https://b.example/", stdin=sent).out
    assert oddlink("restore", stdin=twice).out == sent
    assert oddlink("restore", stdin=oddlink("restore", stdin=twice).out).out == RAW


def test_a_message_that_came_with_a_forged_mark_is_restored_with_it(oddlink: Run) -> None:
    for raw in (FORGED + RAW, FORGED.replace(b"=1\r\n", b"=0\r\n") + RAW):
        for force in ([], ["--force", URL]):
            out = oddlink("rewrite", *force, stdin=raw).out
            assert oddlink("restore", stdin=out).out == raw


def test_what_was_changed_on_the_way_gives_no_output_and_one_line(oddlink: Run, sent: bytes) -> None:
    for data in (sent[:-1], sent[: len(sent) // 2], sent + b"x", sent.replace(b"See", b"see")):
        ran = oddlink("restore", "-", stdin=data)
        assert (ran.code, ran.out) == (65, b"")
        assert ran.err == (
            "oddlink: -: these are not the bytes that were sent on: something changed them afterwards\n"
        )


def test_a_failed_restore_leaves_the_target_alone(oddlink: Run, sent: bytes, tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"precious")
    (tmp_path / "spoilt").write_bytes(sent[:-1])
    assert oddlink("restore", "spoilt", "target").code == 65
    assert (tmp_path / "target").read_bytes() == b"precious"


def test_what_nobody_sent_on_is_said(oddlink: Run, sent: bytes) -> None:
    for data in (RAW, FORGED + RAW, b"", b"\x00" * 100):
        ran = oddlink("restore", stdin=data)
        assert (ran.code, ran.out) == (65, b"")
        assert "the store knows no rewriting" in ran.err


def test_an_untouched_message_needs_no_store(oddlink: Run, tmp_path: Path) -> None:
    out = b"Received: later\r\nX-Oddlink: id=0123456789abcdef; links=2; rewritten=0\r\n" + RAW
    assert not (tmp_path / "var").exists()
    assert oddlink("restore", stdin=out).out == RAW
    ran = oddlink("restore", stdin=RAW)
    assert (ran.code, ran.out) == (78, b"")
    assert "there is no such file" in ran.err


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"not json", b"\xff\xfe", b"[" * 100_000, b'{"version": 1}', b"null", b"1e999"],
    ids=lambda content: repr(content[:10]),
)
def test_a_damaged_manifest_is_named_with_what_would_be_right(
    oddlink: Run, sent: bytes, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bad.json").write_bytes(content)
    ran = oddlink("restore", "--manifest", "bad.json", stdin=sent)
    assert (ran.code, ran.out) == (65, b"")
    assert ran.err.startswith("oddlink: bad.json: ")
    assert "oddlink rewrite --manifest" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_another_messages_manifest_is_refused(oddlink: Run, sent: bytes) -> None:
    oddlink("rewrite", "--force", URL, "--manifest", "other.json", stdin=RAW + b"more\r\n")
    ran = oddlink("restore", "--manifest", "other.json", stdin=sent)
    assert (ran.code, ran.out) == (65, b"")


def test_a_manifest_whose_changes_lie_is_refused(oddlink: Run, sent: bytes, tmp_path: Path) -> None:
    manifest = json.loads((tmp_path / "m.json").read_text())
    manifest["changes"][0]["at"] += 1
    (tmp_path / "lie.json").write_text(json.dumps(manifest))
    ran = oddlink("restore", "--manifest", "lie.json", stdin=sent)
    assert (ran.code, ran.out) == (65, b"")
    assert "our own mistake" not in ran.err


def test_a_header_full_of_marks_costs_little(oddlink: Run, sent: bytes) -> None:
    import time

    marks = b"".join(b"X-Oddlink: id=%016x; links=1; rewritten=1\r\n" % number for number in range(50_000))
    start = time.process_time()
    assert oddlink("restore", stdin=marks + RAW).code == 65
    assert time.process_time() - start < 20
