"""The place where a message waits while it is looked at: memory up to a bound, then a temporary file.

Nothing here is a queue: a spool lives from the client's 354 to the reply after its dot, and losing it loses
nothing, so nothing is fsynced. File work runs in threads, so a slow disk holds up one message and not the
event loop.

Does not know SMTP; it holds un-stuffed messages as bytes.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

IN_MEMORY = 1 << 20
"""Octets kept in memory; what ten thousand ordinary messages fit in, and 200 connections can afford."""
CHUNK = 1 << 18
"""Octets read or written at once; one thread hop each."""
_PREFIX = "oddlink-"
_SUFFIX = ".spool"


class Spool:
    """One received message. Write it whole, then read it as often as needed, then close it."""

    def __init__(self, folder: Path | None = None, in_memory: int = IN_MEMORY) -> None:
        self._folder = folder
        self._in_memory = in_memory
        self._memory = bytearray()
        """The whole message while it is small; afterwards the octets not yet written to the file."""
        self._file: int | None = None
        self._path: Path | None = None
        self.size = 0
        """Octets written so far."""

    async def write(self, data: bytes) -> None:
        """Append. Raises OSError where the disk does not take it."""
        self._memory += data
        self.size += len(data)
        if self._path is None and self.size <= self._in_memory:
            return
        if self._path is None or len(self._memory) >= CHUNK:
            await self._spill()

    async def finish(self) -> None:
        """Say that the message is whole. Raises OSError."""
        if self._path is not None and self._memory:
            await self._spill()

    async def _spill(self) -> None:
        data, self._memory = self._memory, bytearray()
        await asyncio.to_thread(self._append, data)

    def _append(self, data: bytearray) -> None:
        if self._file is None:
            handle, name = tempfile.mkstemp(_SUFFIX, f"{_PREFIX}{os.getpid()}-", self._folder)
            self._file, self._path = handle, Path(name)
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]

    @property
    def path(self) -> Path | None:
        """The file that holds the message, for worker processes; None while it is held in memory."""
        return self._path

    async def read(self) -> bytes:
        """The whole message; for one that is in a file this costs its size in memory."""
        if self._path is None:
            return bytes(self._memory)
        return await asyncio.to_thread(self._path.read_bytes)

    async def head(self, most: int = 1 << 16) -> bytes:
        """The first octets, ``most`` at the most."""
        if self._path is None:
            return bytes(memoryview(self._memory)[:most])
        return await asyncio.to_thread(self._read_at, 0, most)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The message in order, in pieces of at most CHUNK octets. Raises OSError."""
        if self._path is None:
            whole = bytes(self._memory)
            for at in range(0, len(whole) or 1, CHUNK):
                yield whole[at : at + CHUNK]
            return
        at = 0
        while piece := await asyncio.to_thread(self._read_at, at, CHUNK):
            at += len(piece)
            yield piece
        if at != self.size:
            raise OSError(f"spool gave {at} of {self.size} octets")

    def _read_at(self, at: int, most: int) -> bytes:
        assert self._file is not None
        return os.pread(self._file, most, at)

    def close(self) -> None:
        """Forget the message. Never raises; may be called twice."""
        self._memory = bytearray()
        handle, self._file = self._file, None
        if handle is not None:
            os.close(handle)
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def sweep(folder: Path | None = None) -> int:
    """Remove what processes that no longer run left behind; gives the number of files removed."""
    removed = 0
    for path in Path(folder or tempfile.gettempdir()).glob(f"{_PREFIX}*{_SUFFIX}"):
        owner = path.name.removeprefix(_PREFIX).partition("-")[0]
        if not owner.isdigit() or _runs(int(owner)):
            continue
        try:
            path.unlink()
        except OSError:
            continue
        removed += 1
    return removed


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
