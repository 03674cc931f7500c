"""The store as the event loop sees it: one thread, reads awaited, what may wait written in batches.

A ticket is committed before the message that carries it leaves; everything else is written behind, at most
``delay`` seconds later, many messages in one transaction.

Does not decide what is learned; that comes as lessons.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from gateway.outcome import Outcome
from gateway.store import Store, StoreError
from policy.model import Answer, Lesson, Question

T = TypeVar("T")

MOST_WAITING = 10_000
"""Settled messages held for writing; beyond it the oldest are given up, counted, so that a store that hangs
cannot fill the memory."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of one message, to be written down."""

    outcome: Outcome
    recorded: bool
    """True where the outcome was written before the message left."""
    delivered: bool
    reply: str
    at: float
    lesson: Lesson | None
    waiting: Lesson | None = None
    """What it would teach if its odd links turned out to belong."""
    unobjected: float = 0.0
    """Unix time in seconds; lessons that wait since then are learned along with this message."""


class Keeper:
    """Owns the store's thread. Also the source that answers questions about history."""

    kinds = Store.kinds

    def __init__(
        self, store: Store, *, delay: float = 0.5, failed: Callable[[str, str], None] = lambda what, why: None
    ) -> None:
        """``failed`` is told (operation, words) when something could not be written or read."""
        self.store = store
        self._delay = delay
        self._failed = failed
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._waiting: list[Settled] = []
        self._writer: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def _call(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function)

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """What the history says; raises StoreError, which the caller takes for unknown."""
        try:
            return await self._call(lambda: self.store.answer(questions))
        except StoreError as error:
            self._failed("history", str(error))
            raise

    async def record(self, outcome: Outcome) -> None:
        """Write an outcome with its tickets, durably, now. Raises StoreError."""
        try:
            await self._call(lambda: self.store.record(outcome))
        except StoreError as error:
            self._failed("record", str(error))
            raise

    def settle(self, settled: Settled) -> None:
        """Take what became of a message; it is written soon."""
        if len(self._waiting) >= MOST_WAITING:
            del self._waiting[0]
            self._failed("settle", f"more than {MOST_WAITING} messages waited to be written")
        self._waiting.append(settled)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write_soon())

    async def _write_soon(self) -> None:
        while self._waiting:  # more may have come while the last batch was written
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._delay)
            await self.flush()

    async def flush(self) -> None:
        """Write all that waits, now. Does not raise."""
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        try:
            await self._call(lambda: self._write(batch))
        except Exception:  # of any kind: one message must not take the others with it
            await self._singly(batch)

    async def _singly(self, batch: Sequence[Settled]) -> None:
        """One message after another, so that one that cannot be written takes no others with it."""
        for one in batch:
            try:
                await self._call(lambda one=one: self._write([one]))  # type: ignore[misc]  # mypy cannot infer the default
            except StoreError as error:
                self._failed("settle", str(error))
            except Exception as error:
                self._failed("settle", f"our own mistake ({type(error).__name__}: {error})"[:500])

    def _write(self, batch: Sequence[Settled]) -> None:
        with self.store.transaction():
            self.store.record_many([one.outcome for one in batch if not one.recorded])
            for one in batch:
                self.store.settle(one.outcome.id, delivered=one.delivered, reply=one.reply, at=one.at)
            self.store.learn(
                [one.lesson for one in batch if one.lesson is not None],
                waiting=[one.waiting for one in batch if one.waiting is not None],
            )
            self.store.sweep(max(one.unobjected for one in batch))

    async def close(self) -> None:
        """Write what waits and end the thread. The store itself stays open."""
        self._closing.set()
        if self._writer is not None:
            await asyncio.wait([self._writer])  # it may be in the middle of a batch
        await self.flush()
        self._thread.shutdown()
