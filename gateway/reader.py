"""Reads and changes messages within bounds: small ones here, the others in a worker process.

Does not judge, and gives no error to its callers that a message could cause but ``WorkerError``.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from gateway import work
from gateway.workers import WorkerError, Workers
from inspectors import message
from inspectors.model import Edit, Flag, Inspection, Message, Skipped
from policy.actions import SCREEN_FAILURE

T = TypeVar("T")

INLINE_BYTES = 256 * 1024
"""A message up to this size without heavy parts is read on the event loop: at 20 to 30 ms a megabyte of HTML
it holds the loop for less than 8 ms, and a worker's round trip costs 1 ms."""

_EDITS_HERE = 8
"""Edits made and proved on the event loop; each proof reads the message again."""
_REWRITING = 4
"""A rewriting reads the message at least twice: what could be read within the bound can be changed."""
_MOST_ENDED = 4
"""Workers that the parts of one message may end, one by one, before the remaining heavy parts are given up:
8 s of processor time."""

_SEARCHING = 8.0
"""Seconds after which the remaining heavy parts are given up: the sender waits, others wait for workers."""

PIPE_BYTES = 4 * 1024 * 1024
"""A larger message goes to its worker in a file: taking it from the pipe counts against the worker's memory,
and a worker that runs out of it there is lost without a word about the task."""


@contextlib.contextmanager
def _by_file(source: work.Source) -> Iterator[work.Source]:
    """The source, or a file with the same bytes that is gone afterwards."""
    bare = isinstance(source, work.BareFile)
    data = source.file if isinstance(source, work.BareFile) else source
    if not isinstance(data, bytes) or len(data) <= PIPE_BYTES:
        yield source
        return
    with tempfile.NamedTemporaryFile(prefix="oddlink-") as file:
        file.write(data)
        file.flush()
        yield work.BareFile(Path(file.name)) if bare else Path(file.name)


class Reader:
    """Runs the functions of ``gateway.work`` where they belong."""

    def __init__(self, workers: Workers, observe: Callable[[str], None] = lambda why: None) -> None:
        """``observe`` is told the kind of each WorkerError."""
        self._workers = workers
        self._observe = observe

    async def run(
        self,
        source: work.Source,
        function: Callable[..., T],
        *args: object,
        alone: bool = False,
        patience: int = 1,
    ) -> T:
        """The function's value for this message, from here or from a worker; WorkerError where it failed.

        ``alone``: always from a worker. ``patience``: how many times the bound on processor time it may take.
        """
        if not alone and self._here(_is_light, source):
            return self._here(function, source, *args)
        try:
            with _by_file(source) as given:
                return await self._workers.run(function, given, *args, patience=patience)
        except WorkerError as error:
            self._observe(error.kind)
            raise

    async def elsewhere(self, function: Callable[..., T], *args: object, patience: int = 1) -> T:
        """The function's value from a worker, without the message; WorkerError where it failed."""
        try:
            return await self._workers.run(function, *args, patience=patience)
        except WorkerError as error:
            self._observe(error.kind)
            raise

    def _here(self, function: Callable[..., T], source: work.Source, *args: object) -> T:
        """The function's value, from this process."""
        try:
            return function(source, *args)
        except Exception as error:
            self._observe("failed")
            raise WorkerError(f"it failed inside ({type(error).__name__})") from error

    async def inspect(self, source: work.Source) -> Inspection:
        """All that reading finds; a part that kills its worker is skipped, and the others are still read."""
        try:
            if _is_small(source) and (found := self._here(work.inspect_light, source)) is not None:
                return found
            return await self.run(source, work.inspect, alone=True)
        except WorkerError as error:
            reason = f"reading it was ended: {error}"
        try:
            heavy = await self.run(source, work.heavy_leaves, alone=True)
            unread = await self._deadly(source, heavy, reason)
            return await self._read_most(source, heavy, unread, reason)
        except WorkerError as error:
            why = f"reading the message was ended: {error}"
            flag = Flag("limit", "", "The message could not be read within the bounds.")
            return Inspection(Message(b"", (), ()), (), (Skipped("", why, SCREEN_FAILURE),), (flag,))

    async def _read_most(
        self, source: work.Source, heavy: Sequence[str], unread: message.Unread, reason: str
    ) -> Inspection:
        """Without the leaves in ``unread``; where the others together are still too much, without all heavy
        ones, so that a pile of pictures, each within the bounds, does not hide the links of the text."""
        try:
            return await self.run(source, work.inspect, unread, alone=True, patience=2)
        except WorkerError:
            left = tuple((path, reason) for path in heavy)
            return await self.run(source, work.inspect, left, alone=True, patience=2)

    async def _deadly(
        self, source: work.Source, heavy: Sequence[str], reason: str
    ) -> tuple[tuple[str, str], ...]:
        """The heavy leaves that end a worker when each is read by itself, with the reason.

        One that can be read without its costly part keeps that: the reason then says so to
        ``message.inspect``.
        """
        deadly: list[tuple[str, str]] = []
        ended, clock = 0, asyncio.get_running_loop().time
        started = clock()
        for number, path in enumerate(heavy):
            if ended >= _MOST_ENDED or clock() - started > _SEARCHING:
                deadly.extend((left, reason) for left in heavy[number:])
                break
            others = tuple((other, reason) for other in heavy if other != path)
            why = reason if len(heavy) == 1 else await self._ends(source, others)
            if why:
                lightly = message.LIGHTLY + why
                worse = await self._ends(source, (*others, (path, lightly)))
                deadly.append((path, worse or lightly))
                ended += 2 if worse else 1
        return tuple(deadly)

    async def _ends(self, source: work.Source, unread: message.Unread) -> str:
        """Why reading the rest ended its worker; empty where it did not."""
        try:
            await self.run(source, work.inspect, unread, alone=True)
        except WorkerError as error:
            return f"reading it was ended: {error}"
        return ""

    async def rewrite(
        self, source: work.Source, edits: Sequence[Edit], unread: message.Unread
    ) -> work.Rewritten:
        """Carry out the edits, in a worker where they are many; ``unread`` as when the links were read."""
        alone = len(edits) > _EDITS_HERE
        return await self.run(source, work.rewrite, edits, unread, alone=alone, patience=_REWRITING)


def _is_small(source: work.Source) -> bool:
    return isinstance(source, bytes) and len(source) <= INLINE_BYTES


def _is_light(source: work.Source) -> bool:
    return isinstance(source, bytes) and _is_small(source) and message.is_light(source)
