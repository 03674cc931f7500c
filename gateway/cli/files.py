"""Reading the files and archives that commands are given: messages, folders, Maildirs, mboxes.

Does not parse messages; an mbox is cut at its separator lines and nothing more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.common import DATA, fail

LARGEST = 200 * 1024 * 1024
"""Bytes of one message or PDF a command reads."""


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
        """Its bytes."""
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
        return sys.stdin.buffer.read(LARGEST)
    path = Path(name)
    if path.is_dir():
        fail(f"{name}: is a folder; name a message, or use `oddlink backtest` or `learn` for archives")
    if path.stat().st_size > LARGEST:
        fail(f"{name}: is larger than {LARGEST >> 20} MB")
    return path.read_bytes()


def write(name: str, data: bytes) -> None:
    """To a file, or to standard output for ``-``."""
    if name == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        Path(name).write_bytes(data)


def pieces(names: list[str]) -> list[Piece]:
    """Every message of these archives: folders in file-name order, mboxes in file order."""
    found: list[Piece] = []
    for name in names:
        path = Path(name)
        if not path.exists():
            fail(f"{name}: there is no such file or folder", DATA)
        for file in _files(path):
            found.extend(_messages(file))
    return found


def _files(path: Path) -> list[Path]:
    """The files below a folder; of a Maildir those in new and cur."""
    if path.is_file():
        return [path]
    if (path / "cur").is_dir() and (path / "new").is_dir():
        return sorted(file for box in ("cur", "new") for file in (path / box).iterdir() if file.is_file())
    return sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and not file.name.startswith(".") and file.stat().st_size
    )


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
    """Offsets of the "From " lines that follow an empty line (RFC 4155)."""
    at, empty = 0, True
    with path.open("rb") as file:
        for line in file:
            if empty and line.startswith(b"From "):
                yield at
            empty = line in (b"\n", b"\r\n")
            at += len(line)
