"""Reading the files and archives that commands are given: messages, folders, Maildirs, mboxes.

Does not parse messages; an mbox is cut at its separator lines and nothing more.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer

from gateway import work
from gateway.cli.common import DATA, Failure, counted, fail, printable

_PDF = re.compile(rb"%PDF-\d\.\d")
LARGEST = 200 * 1024 * 1024
"""Bytes of one message or PDF a command reads."""
_TIME = re.compile(rb"\d:\d\d")
_LONGEST_NAME = 1000
"""Bytes within which the first field's name ends; RFC 5322 section 2.1.1 has lines of at most 998."""
_STARTS = re.compile(rb"[^\x00-\x20:\x7f]+[ \t]*:|>?From |[ \t\r\n]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of an archive."""

    name: str
    """The file, with "#N" for the N-th message of an mbox, counted from 1."""
    path: Path
    start: int
    """Offset in the file, bytes."""
    size: int
    """Length in bytes."""

    def read(self) -> bytes:
        """Its bytes; OSError where they cannot be had."""
        if self.size > LARGEST:
            raise OSError(errno.EFBIG, f"is larger than {LARGEST >> 20} MB", self.name)
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.size)

    @property
    def mark(self) -> str:
        """Names it for good, as long as the archive is not changed before it."""
        return f"{self.path.resolve()}:{self.start}:{self.size}"


def read(name: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``."""
    if name == "-":
        data = sys.stdin.buffer.read(LARGEST + 1)
    else:
        path = Path(name)
        if path.is_dir():
            fail(f"{name}: is a folder; name a message, or use `oddlink backtest` or `learn` for archives")
        with path.open("rb") as file:
            seen = os.fstat(file.fileno())
            # Pipes and devices do not tell their size.
            known = stat.S_ISREG(seen.st_mode) and seen.st_size <= LARGEST
            data = file.read() if known else file.read(LARGEST + 1)
    if len(data) > LARGEST:
        fail(f"{name}: is larger than {LARGEST >> 20} MB")
    return data


def attempt(get: Callable[[], bytes], name: str, unread: list[str]) -> bytes | None:
    """What ``get`` gives; where that fails a line on standard error, the name in ``unread``, and None."""
    try:
        return get()
    except (Failure, OSError) as error:
        unread.append(name)
        words = str(error) if isinstance(error, Failure) else f"{name}: {error.strerror or error}"
        typer.echo(f"oddlink: {printable(words)}", err=True)
        return None


def end(unread: list[str]) -> None:
    """End the command with the exit code for bad data where files could not be read."""
    if unread:
        raise typer.Exit(DATA)


def write(name: str, data: bytes) -> None:
    """To a file, or to standard output for ``-``."""
    if name == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        Path(name).write_bytes(data)


def pieces(names: list[str]) -> list[Piece]:
    """Every message of these archives: folders in file-name order, mboxes in file order.

    What lies in a folder and is plainly no message is passed over, with a line on standard error.
    """
    found: list[Piece] = []
    others: list[Path] = []
    for name in names:
        path = Path(name)
        if not path.exists():
            fail(f"{name}: there is no such file or folder", DATA)
        for file in _files(path):
            if file is path or _may_be_message(file):
                found.extend(_messages(file))
            else:
                others.append(file)
    if others:
        some = ", ".join(file.name for file in others[:3]) + (" …" if len(others) > 3 else "")
        what = counted(len(others), "file")
        typer.echo(f"oddlink: {what} passed over, being no messages: {printable(some)}", err=True)
    return found


def _may_be_message(path: Path) -> bool:
    """Whether a file begins as a message or an mbox might; in doubt it does.

    A header field (RFC 5322 section 2.2, with the white space before the colon that old programs wrote), an
    mbox separator, a continued line, or the empty line of a message without header. JSON would pass for a
    field: ``{"name": 1``.
    """
    with path.open("rb") as file:
        start = file.read(_LONGEST_NAME).removeprefix(b"\xef\xbb\xbf")
    return not start.startswith((b"{", b"[")) and _STARTS.match(start) is not None


def _files(path: Path) -> Iterator[Path]:
    """The files below a folder, in the order of their names; hidden ones are passed over.

    Of a Maildir those in new and cur, together in the order of their names, which begin with the time of
    delivery; then those of the Maildirs in it, whose names begin with a dot.
    """
    if not path.is_dir():
        yield path
        return
    maildir = _is_maildir(path)
    if maildir:
        boxes = [file for box in ("cur", "new") for file in (path / box).iterdir() if file.is_file()]
        yield from sorted(boxes, key=lambda file: file.name)
    for entry in sorted(path.iterdir()):
        if entry.is_dir():
            wanted = _is_maildir(entry) if maildir or entry.name.startswith(".") else True
            if wanted and not entry.is_symlink():
                yield from _files(entry)
        elif not maildir and not entry.name.startswith(".") and entry.is_file() and entry.stat().st_size:
            yield entry


def _is_maildir(path: Path) -> bool:
    return (path / "cur").is_dir() and (path / "new").is_dir()


def _messages(path: Path) -> Iterator[Piece]:
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(5) != b"From ":
            yield Piece(str(path), path, 0, size)
            return
    starts = list(_separators(path))
    if len(starts) == 1:
        yield Piece(str(path), path, 0, size)
        return
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], size], strict=True), 1):
        yield Piece(f"{path}#{number}", path, start, end - start)


def _separators(path: Path) -> Iterator[int]:
    """Offsets of the "From " lines that follow an empty line (RFC 4155).

    They must hold a time of day: "From here on" at the start of a paragraph is not quoted by every writer.
    """
    at, empty = 0, True
    with path.open("rb") as file:
        for line in file:
            if empty and line.startswith(b"From ") and (at == 0 or _TIME.search(line)):
                yield at
            empty = line in (b"\n", b"\r\n")
            at += len(line)


def source(raw: bytes) -> work.Source:
    """What was read, as the pipeline takes it: a message, or a PDF without a message around it."""
    return work.BareFile(raw) if _PDF.match(raw) else raw
