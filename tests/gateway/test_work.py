"""The heavy half: what comes back is light, right, and can be undone."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import work
from inspectors import message, splice
from inspectors.model import Edit, Inspection, Rewriting

RAW = (
    b"From: a@office.example\r\nSubject: x\r\n\r\n"
    b"See https://one.example/a and https://two.example/b and https://three.example/c .\r\n"
)
NEW = "https://click.example/one.example/0123456789abcdefghijABCDEFGHIJ012345"


def edits(raw: bytes, *numbers: int) -> tuple[Edit, ...]:
    links = message.inspect(raw).links
    return tuple(Edit(links[number], (NEW,)) for number in numbers)


def test_a_file_and_bytes_are_the_same_source(tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(RAW)
    assert work.load(path) == work.load(RAW) == RAW
    assert work.inspect(path) == work.inspect(RAW)


def test_an_inspection_comes_back_without_the_message() -> None:
    found = work.inspect(RAW + b"x" * 1_000_000)
    assert found.message.raw == b""
    assert len(found.links) == 3
    assert len(pickle.dumps(found)) < 5000


def test_rewriting_gives_what_undoes_it() -> None:
    done = work.rewrite(RAW, edits(RAW, 1))
    out = work.patched(RAW, done.rewriting.patches)
    assert out == RAW.replace(b"https://two.example/b", NEW.encode())
    assert done.size == len(RAW)
    assert splice.undo(out, [(c.at, c.was, c.now) for c in done.changes]) == RAW


def test_one_edit_that_resists_does_not_shield_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading again finds the second edit wrong: the first and third are still made."""
    wanted = edits(RAW, 0, 1, 2)
    real = message.compare

    def compare(before: Inspection, after: Inspection, done: tuple[Edit, ...]) -> tuple[str, ...]:
        return ("wrong",) if wanted[1] in done else real(before, after, done)

    monkeypatch.setattr(message, "compare", compare)
    made = work.rewrite(RAW, wanted).rewriting
    assert made.done == (wanted[0], wanted[2])
    assert [edit for edit, _ in made.refused] == [wanted[1]]
    assert "read again" in made.refused[0][1]


def test_many_edits_that_resist_are_not_all_tried_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"Subject: x\r\n\r\n" + b"".join(b"https://h%d.example/\r\n" % n for n in range(200))
    wanted = edits(raw, *range(200))
    calls = []
    monkeypatch.setattr(message, "compare", lambda *_: calls.append(1) or ("wrong",))
    made = work.rewrite(raw, wanted).rewriting
    assert (made.patches, made.done, len(made.refused)) == ((), (), 200)
    assert len(calls) <= 70


def test_nothing_to_do_changes_nothing() -> None:
    done = work.rewrite(RAW, ())
    assert done.rewriting == Rewriting((), ())
    assert done.sha256 == done.rewritten_sha256


@pytest.mark.parametrize(
    ("raw", "takes"),
    [
        (RAW, True),
        (b"", True),
        (b"\r\nbody", True),
        (b"From mbox line\r\nFrom: a@b.example\r\n\r\n", True),
        (b"From mbox line\r\nno field\r\n", False),
        (b"%PDF-1.7\n", False),
        (b"\x89PNG\r\n", False),
        (b"no field\r\nSubject: x\r\n", False),
        (b"http", False),
        (b" ; dkim=pass header.d=bank.example\r\nFrom: a@b.example\r\n\r\n", False),
        (b"\tfolded", False),
        (b" action: hold\r\nFrom: a@b.example\r\n\r\n", False),
    ],
)
def test_lines_go_on_top_only_where_they_cannot_be_continued(raw: bytes, takes: bool, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(raw)
    assert work.takes_lines(raw) is work.takes_lines(path) is takes


@given(st.binary(max_size=300))
def test_law_any_bytes_are_inspected_and_nothing_is_rewritten_unasked(raw: bytes) -> None:
    found = work.inspect(raw)
    assert work.inspect(raw, (("1", "why"),)).message.raw == b""
    assert work.patched(raw, work.rewrite(raw, ()).rewriting.patches) == raw
    assert found == work.inspect(raw)


RESISTER = b"<table><tr><td><script>%s </script></td></tr>%s </table>"
"""Its text stands before its script in the tree and behind it in the source."""


def test_links_that_resist_do_not_shield_the_others() -> None:
    """Forty decoys whose links read wrongly afterwards once shielded the one that mattered."""
    urls = [b"http://a.b@203.0.113.%d/" % n for n in range(40)]
    decoys = b"\r\n".join(RESISTER % (url, url) for url in urls)
    raw = (
        b"Subject: x\r\nContent-Type: text/html\r\n\r\n"
        + decoys
        + b'\r\n<a href="http://odd.example/">go</a>'
    )
    before = message.inspect(raw)
    made = work.rewrite(raw, edits(raw, *range(len(before.links)))).rewriting
    assert "odd.example" in {edit.link.host for edit in made.done}


def test_where_no_link_can_be_blamed_halves_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b"Subject: x\r\n\r\n" + b"".join(b"https://h%d.example/\r\n" % n for n in range(100))
    wanted = edits(raw, *range(100))
    compare = message.compare

    def resisting(before: object, after: object, done: Sequence[Edit]) -> tuple[str, ...]:
        if any(edit.link.host in ("h17.example", "h60.example") for edit in done):
            return ("wrong",)
        return compare(before, after, done)

    monkeypatch.setattr(message, "compare", resisting)
    made = work.rewrite(raw, wanted).rewriting
    assert len(made.done) + len(made.refused) == 100
    assert len(made.done) > 90
    assert {"h17.example", "h60.example"} <= {edit.link.host for edit, _ in made.refused}
