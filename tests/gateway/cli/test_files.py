"""Archives of every kind are cut into their messages in order, and what cannot be read is said once."""

from __future__ import annotations

import errno
import os
import threading
import time
from pathlib import Path

import pytest
import typer

from gateway.cli import files
from gateway.cli.common import Failure

ONE = b"From: a@b.example\r\n\r\none\r\n"
MBOX = (
    b"From a@b.example Thu Jan  1 00:00:00 2026\nSubject: 1\n\nFrom here\n>From there\n\n"
    b"From c@d.example Thu Jan  1 00:00:01 2026\nSubject: 2\n\ntext\nFrom the middle\n\n"
    b"From e@f.example Thu Jan  1 00:00:02 2026\nSubject: 3\n\n"
)


def names(*paths: Path) -> list[str]:
    return [piece.name for piece in files.pieces([str(path) for path in paths])]


def test_an_mbox_is_cut_at_separators_behind_empty_lines(tmp_path: Path) -> None:
    box = tmp_path / "box"
    for content in (MBOX, MBOX.replace(b"\n", b"\r\n")):
        box.write_bytes(content)
        pieces = files.pieces([str(box)])
        # "From here" stands behind an empty line too, but is no separator.
        assert [piece.name for piece in pieces] == [f"{box}#{n}" for n in (1, 2, 3)]
        assert b"".join(piece.read() for piece in pieces) == content
        assert [b"Subject" in piece.read() for piece in pieces].count(True) == 3


def test_a_message_with_a_separator_line_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "m.eml"
    path.write_bytes(b"From a@b.example Thu Jan  1 00:00:00 2026\nSubject: 1\n\ntext\nFrom here\n")
    (piece,) = files.pieces([str(path)])
    assert (piece.name, piece.read()) == (str(path), path.read_bytes())


def test_folders_are_walked_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b/2.eml", "b/10.eml", "a.eml", "c/d/e/deep.eml", "c/.hidden.eml", ".git/x", "B.eml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(ONE)
    (tmp_path / "empty.eml").touch()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    found = [str(Path(name).relative_to(tmp_path)) for name in names(tmp_path)]
    assert found == ["B.eml", "a.eml", "b/10.eml", "b/2.eml", "c/d/e/deep.eml"]


def test_a_maildir_comes_in_order_of_delivery_with_its_folders(tmp_path: Path) -> None:
    box = tmp_path / "box"
    for name in ("cur/1700000300.a:2,S", "new/1700000100.b", "cur/1700000200.c:2,", "tmp/1700000000.d",
                 ".Sent/cur/1700000400.e:2,S", ".Sent/new/.keep", "dovecot.index"):  # fmt: skip
        (box / name).parent.mkdir(parents=True, exist_ok=True)
        (box / name).write_bytes(ONE)
    expected = ["new/1700000100.b", "cur/1700000200.c:2,", "cur/1700000300.a:2,S"]
    found = [str(Path(name).relative_to(box)) for name in names(box)]
    assert found[:3] == expected
    assert ".Sent/cur/1700000400.e:2,S" in found
    assert not any("tmp/" in name or "dovecot" in name for name in found)
    assert names(tmp_path) == names(box)


def test_arguments_keep_their_order(tmp_path: Path) -> None:
    for name in ("b.eml", "a.eml"):
        (tmp_path / name).write_bytes(ONE)
    assert names(tmp_path / "b.eml", tmp_path / "a.eml") == [
        str(tmp_path / "b.eml"),
        str(tmp_path / "a.eml"),
    ]


def test_a_path_that_is_not_there_is_named() -> None:
    with pytest.raises(Failure, match="nowhere: there is no such file or folder"):
        files.pieces(["nowhere"])


def test_marks_differ_between_messages_and_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "box").write_bytes(MBOX)
    monkeypatch.chdir(tmp_path)
    marks = [piece.mark for piece in files.pieces(["box"])]
    assert len(set(marks)) == len(marks)
    assert marks == [piece.mark for piece in files.pieces([str(tmp_path / "box")])]


def test_thousands_of_files_are_listed_quickly(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number:05}.eml").write_bytes(ONE)
    start = time.process_time()
    assert len(names(tmp_path)) == 3000
    assert time.process_time() - start < 15


def test_a_large_mbox_is_cut_quickly(tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.write_bytes(b"From a@b.example Thu Jan  1 00:00:00 2026\nSubject: x\n\ntext\n\n" * 20_000)
    start = time.process_time()
    assert len(names(box)) == 20_000
    assert time.process_time() - start < 15


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(ONE * 10_000))
    writer.start()
    assert files.read(str(pipe)) == ONE * 10_000
    writer.join()


def test_what_is_too_large_is_refused_wherever_it_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 1 << 20)
    large = tmp_path / "large"
    large.write_bytes(b"x" * ((1 << 20) + 1))
    for name in (str(large), "/dev/zero"):
        with pytest.raises(Failure, match="larger than 1 MB"):
            files.read(name)
    with large.open() as stdin, pytest.raises(Failure, match="larger than 1 MB"):
        monkeypatch.setattr("sys.stdin", stdin)
        files.read("-")
    (piece,) = files.pieces([str(large)])
    with pytest.raises(OSError, match="larger than 1 MB"):
        piece.read()
    large.write_bytes(b"x" * (1 << 20))
    assert len(files.read(str(large))) == 1 << 20


def test_a_folder_is_no_message(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="is a folder; name a message"):
        files.read(str(tmp_path))


def test_what_cannot_be_read_is_a_line_and_the_code_for_bad_data(capsys: pytest.CaptureFixture[str]) -> None:
    unread: list[str] = []

    def refuse() -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", "x\x1b[31m")

    assert files.attempt(lambda: b"fine", "y", unread) == b"fine"
    files.end(unread)
    assert files.attempt(refuse, "x\x1b[31m", unread) is None
    assert capsys.readouterr().err == "oddlink: x\\x1b[31m: Permission denied\n"
    with pytest.raises(typer.Exit) as caught:
        files.end(unread)
    assert caught.value.exit_code == 65


@pytest.mark.parametrize(
    ("start", "is_one"),
    [
        (b"From: a@b.example\r\n", True),
        (b"Received : by old.example\n", True),
        (b"\xef\xbb\xbfFrom: a@b.example\n", True),
        (b"From a@b.example Thu Jan  1 00:00:00 2026\n", True),
        (b">From a@b.example\n", True),
        (b"\n\nbody", True),
        (b" continued: x\n", True),
        (b"X" * 900 + b": y\n", True),
        (b'{"message": "x"}\n', False),
        (b'[{"a": 1}]', False),
        (b"%PDF-1.4\n", False),
        (b"just some words\n\nFrom: a@b.example\n", False),
        (b"<!DOCTYPE html PUBLIC '-//x://'>", False),
        (b"\x89PNG\r\n\x1a\n", False),
        (b"\x00\x00: x", False),
    ],
)
def test_what_lies_in_a_folder_and_is_plainly_no_message_is_passed_over_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], start: bytes, is_one: bool
) -> None:
    (tmp_path / "1.eml").write_bytes(ONE)
    (tmp_path / "2.any").write_bytes(start)
    assert len(names(tmp_path)) == 1 + is_one
    said = capsys.readouterr().err
    assert said == ("" if is_one else "oddlink: 1 file passed over, being no messages: 2.any\n")
    assert len(names(tmp_path / "2.any")) == 1, "what is named is read, whatever it is"
