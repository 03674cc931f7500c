"""A pipe that changes only what is odd or forced, keeps what restores it, and says what it did not do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspectors import message

Run = Callable[..., Any]
SAMPLE = Path(__file__).parents[3] / "fixtures" / "sample" / "now"
ODD = "https://consulta-expedientes.example/descargas/RPC-2026-0117/anexo-tecnico.pdf?exp=0117&v=2"
URL = "https://odd.example/a"
RAW = (
    b"From: a@office.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
    b"See https://odd.example/a and https://b.example/ .\r\n"
)


def bare_pdf() -> bytes:
    """The PDF of the sample mail."""
    import email

    parsed = email.message_from_bytes((SAMPLE / "odd-link.eml").read_bytes())
    (part,) = (one for one in parsed.walk() if one.get_content_type() == "application/pdf")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def test_the_odd_link_is_rewritten_and_its_ticket_kept(
    oddlink: Run, sample_place: Callable[[], Path]
) -> None:
    sample_place()
    raw = (SAMPLE / "odd-link.eml").read_bytes()
    ran = oddlink("rewrite", stdin=raw)
    assert (ran.code, ran.err) == (0, "")
    before, after = message.inspect(raw).links, message.inspect(ran.out).links
    changed = [(a.url, b.url) for a, b in zip(before, after, strict=True) if a.url != b.url]
    assert [old for old, _ in changed] == [ODD]
    assert changed[0][1].startswith("http://127.0.0.1:8080/consulta-expedientes.example/")
    assert oddlink("restore", stdin=ran.out).out == raw


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_our_lines_end_as_the_messages_own(oddlink: Run, end: bytes) -> None:
    raw = RAW.replace(b"\r\n", end)
    for force in ([], ["--force", URL]):
        ran = oddlink("rewrite", *force, stdin=raw)
        assert ran.code == 0
        assert ran.out.startswith(b"X-Oddlink: id=")
        assert (b"\r" in ran.out) == (end == b"\r\n")
        assert ran.out.count(b"\n") == ran.out.count(end)
        assert oddlink("restore", stdin=ran.out).out == raw


def test_files_and_pipes_are_the_same(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "in.eml").write_bytes(RAW)
    ran = oddlink("rewrite", "in.eml", "out.eml", "--force", URL, "--manifest", "m.json")
    assert (ran.code, ran.out) == (0, b"")
    out = (tmp_path / "out.eml").read_bytes()
    assert URL.encode() not in out
    assert b"https://b.example/" in out
    assert (tmp_path / "in.eml").read_bytes() == RAW
    back = oddlink("restore", "out.eml", "-", "--manifest", "m.json", "--store", "sqlite:///gone.db")
    assert (back.code, back.out) == (0, RAW)
    assert json.loads((tmp_path / "m.json").read_text())["version"] == 1


def test_a_message_can_be_changed_in_its_place(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "m.eml").write_bytes(RAW)
    assert oddlink("rewrite", "m.eml", "m.eml", "--force", URL).code == 0
    assert oddlink("restore", "m.eml", "m.eml").code == 0
    assert (tmp_path / "m.eml").read_bytes() == RAW


def test_a_bare_pdf_is_changed_by_force_only_and_the_original_is_its_beginning(oddlink: Run) -> None:
    raw = bare_pdf()
    assert oddlink("rewrite", stdin=raw).out == raw
    ran = oddlink("rewrite", "--force", ODD, stdin=raw)
    assert ran.code == 0
    assert ran.out.startswith(raw)
    urls = [link.url for link in message.inspect_pdf(ran.out).links]
    assert len(urls) == 5
    assert ODD not in urls
    assert oddlink("restore", stdin=ran.out).out == raw


def test_several_urls_can_be_forced(oddlink: Run) -> None:
    ran = oddlink("rewrite", "--force", URL, "--force", "https://b.example/", stdin=RAW)
    assert b"rewritten=2" in ran.out
    assert oddlink("restore", stdin=ran.out).out == RAW


def test_a_url_that_is_not_there_is_named_and_nothing_changes(oddlink: Run) -> None:
    ran = oddlink("rewrite", "--force", "https://gone.example/\x1b[31m", stdin=RAW)
    assert ran.err == "oddlink: https://gone.example/\\x1b[31m is no link of this message\n"
    assert ran.out.endswith(RAW)


def test_what_is_forced_and_cannot_be_done_is_named(oddlink: Run) -> None:
    raw = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<a href='ftp://odd.example/x'>x</a>\r\n"
    ran = oddlink("rewrite", "--force", "ftp://odd.example/x", stdin=raw)
    assert ran.err.startswith("oddlink: not rewritten in part 1: only web links")
    assert ran.out.endswith(raw)


RUBBISH = [b"", b"\x00", b"\n", b" ", b"%", b"%PDF-", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"\xff" * 999]


@pytest.mark.parametrize("raw", RUBBISH, ids=repr)
def test_any_input_passes_byte_for_byte_and_comes_back(oddlink: Run, raw: bytes, tmp_path: Path) -> None:
    ran = oddlink("rewrite", "--manifest", "m.json", stdin=raw)
    assert ran.code == 0
    assert ran.out.endswith(raw)
    added = ran.out[: len(ran.out) - len(raw)]
    assert not added or added.startswith(b"X-Oddlink: ")
    assert not added or raw in (b"", b"\n"), "lines on top only where a header begins"
    assert oddlink("restore", "--manifest", "m.json", stdin=ran.out).out == raw


def test_a_store_that_cannot_be_written_gives_no_output_and_try_later(oddlink: Run, tmp_path: Path) -> None:
    """As a pipe behind a mail server: nothing may leave with a dead link in it, and nothing be lost."""
    (tmp_path / "oddlink.toml").write_text('[store]\nwait = "100ms"\n')
    assert oddlink("rewrite", stdin=RAW).code == 0  # makes the store
    other = sqlite3.connect(tmp_path / "var" / "oddlink.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ran = oddlink("rewrite", "--force", URL, stdin=RAW)
    other.close()
    assert (ran.code, ran.out) == (75, b"")
    assert "locked" in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("words", [("gone.eml",), ("-", "no/such/folder/out")])
def test_files_that_cannot_be_had_are_named(oddlink: Run, words: tuple[str, ...]) -> None:
    ran = oddlink("rewrite", *words, stdin=RAW)
    assert ran.code == 65
    assert ran.err == f"oddlink: {words[-1]}: No such file or directory\n"


BLOCKED = '[[block]]\ndomain = "odd.example"\nwhy = "x"\n\n'


@pytest.mark.parametrize(("action", "result"), [("hold", "held"), ("refuse", "refused")])
def test_a_message_the_gateway_would_stop_passes_the_pipe_with_a_warning(
    oddlink: Run, tmp_path: Path, action: str, result: str
) -> None:
    raw = (
        b'From: a@office.example\r\nContent-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\n'
        b"https://odd.example/a\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
    )
    (tmp_path / "p.toml").write_text(BLOCKED + f'[actions]\nsigned = "{action}"\n')
    ran = oddlink("rewrite", "--policy", "p.toml", stdin=raw)
    assert ran.code == 0 and ran.out.endswith(raw)
    assert f"action={action}\r\n".encode() in ran.out
    first, second = ran.err.splitlines()
    assert first == f"oddlink: in the gateway this message would be {result} (signed)"
    assert second.startswith("oddlink: not rewritten in part 1: the link stands in something signed")
    assert oddlink("restore", stdin=ran.out).out == raw


def test_where_policy_only_observes_only_what_is_forced_is_rewritten(
    oddlink: Run, sample_place: Callable[[], Path]
) -> None:
    place = sample_place()
    (place / "policy.toml").write_text("[observe]\nenabled = true\n")
    raw = (SAMPLE / "odd-link.eml").read_bytes()
    ran = oddlink("rewrite", "--policy", "policy.toml", stdin=raw)
    assert ran.code == 0
    assert ran.out.endswith(raw)
    assert ran.out.startswith(b"X-Oddlink: ") and b"left=" not in ran.out.partition(b"\r\n")[0]
    ran = oddlink("rewrite", "--policy", "policy.toml", "--force", ODD, stdin=raw)
    before, after = message.inspect(raw).links, message.inspect(ran.out).links
    assert [a.url for a, b in zip(before, after, strict=True) if a.url != b.url] == [ODD]
    assert oddlink("restore", stdin=ran.out).out == raw
