"""Reads and changes messages within bounds: small ones here, the others in a worker process.

Does not judge, and gives no error to its callers that a message could cause but ``WorkerError``.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from gateway import work
from gateway.workers import WorkerError, Workers
from inspectors import message
from inspectors.model import Edit, Flag, Inspection, Message, Skipped

T = TypeVar("T")

INLINE_BYTES = 256 * 1024
"""A message up to this size without heavy parts is read on the event loop: at 20 to 30 ms a megabyte of HTML
it holds the loop for less than 8 ms, and a worker's round trip costs 1 ms."""

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

    async def run(self, source: work.Source, function: Callable[..., T], *args: object) -> T:
        """The function's value for this message, from here or from a worker; WorkerError where it failed."""
        try:
            if isinstance(source, bytes) and len(source) <= INLINE_BYTES and not message.needs_worker(source):
                return function(source, *args)
        except Exception as error:
            self._observe("failed")
            raise WorkerError(f"it failed inside ({type(error).__name__})") from error
        try:
            with _by_file(source) as given:
                return await self._workers.run(function, given, *args)
        except WorkerError as error:
            self._observe(error.kind)
            raise

    async def inspect(self, source: work.Source) -> Inspection:
        """All that reading finds; a part that kills its worker is skipped, and the others are still read."""
        try:
            return await self.run(source, work.inspect)
        except WorkerError as error:
            reason = f"reading it was ended: {error}"
        try:
            return await self.run(source, work.inspect_light, reason)
        except WorkerError as error:
            why = f"reading the message was ended: {error}"
            flag = Flag("limit", "", "The message could not be read within the bounds.")
            return Inspection(Message(b"", (), ()), (), (Skipped("", why),), (flag,))

    async def rewrite(self, source: work.Source, edits: Sequence[Edit], light: str) -> work.Rewritten:
        """Carry out the edits; where a heavy part ends the worker, those in the other parts are still made.

        ``light`` is the reason for which heavy parts were not read, empty where they were.
        """
        try:
            return await self.run(source, work.rewrite, edits, light)
        except WorkerError as error:
            rest = [edit for edit in edits if not message.is_heavy(edit.link)]
            if light or len(rest) in (0, len(edits)):
                raise
            reason = f"rewriting was ended: {error}"
        done = await self.run(source, work.rewrite, rest, reason)
        left = tuple((edit, reason) for edit in edits if message.is_heavy(edit.link))
        return replace(done, rewriting=replace(done.rewriting, refused=(*done.rewriting.refused, *left)))
