"""The store as the event loop sees it: a thread that reads, one that writes, in batches what may wait.

A ticket is committed before the message that carries it leaves; everything else is written behind, some
``delay`` seconds later, many messages in one transaction.

Nobody's mail may make the history unknown to others. So reading waits for no writing (of a store on disk),
what is much is read and written in portions, and what is little does not stand in line behind it. A store
that somebody else has locked holds up a message ``LOCKED`` seconds and no more.

Does not decide what is learned; that comes as lessons.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.outcome import Outcome
from gateway.store import LockedError, Store, StoreError
from gateway.turns import Turns
from policy.model import Answer, Lesson, Question, Unknown

LOCKED = 1.0
"""Seconds a changed message waits for a store that another process has locked. Then it leaves as it came: its
client must not wait for somebody's backup."""
A_TURN = 10.0
"""Seconds the same message waits for its turn behind others of ours."""
A_TRY = 0.2
"""Seconds in which settled messages wait for such a lock at once, and stop what must not wait from trying."""
MOST_LINKS = 2000
"""Links of the messages written in one transaction, which takes some 0.3 s then; or one message."""
SLICE_LATER = 0.05
"""Seconds for which others may go first for every portion of the questions about one message."""
LINK_LATER = 0.001
"""The same for every link to be written, about ten times as long as that takes."""
SETTLE_LATER = 0.5
"""The same for what has been delivered."""
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
    """Owns the store's threads. Also the source that answers questions about history."""

    kinds = Store.kinds

    def __init__(
        self,
        store: Store,
        *,
        delay: float = 0.5,
        deadline: float = 5.0,
        failed: Callable[[str, str], None] = lambda what, why: None,
    ) -> None:
        """``deadline``: seconds in which questions are answered; ``failed`` is told (operation, words) when
        something could not be written or read."""
        self.store = store
        self.deadline = deadline
        self._delay = delay
        self._failed = failed
        self._reader, self._writer = Turns("store-read"), Turns("store-write")
        self._waiting: list[Settled] = []
        self._soon: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """What the history says; what it does not say within ``deadline`` is Unknown.

        Raises StoreError, which the caller takes for unknown.
        """
        answers: dict[Question, Answer] = {}
        try:
            async with asyncio.timeout(self.deadline):
                for number, some in enumerate(self.store.slices(questions)):
                    answers |= await self._reader.run(
                        lambda some=some: self.store.answer(some),  # type: ignore[misc]  # mypy cannot infer the default
                        later=number * SLICE_LATER,
                    )
        except TimeoutError:
            late = Unknown(f"no answer within {self.deadline:g} s")
            self._failed("history", f"{self.store.name}: {late.why}")
            answers |= {question: late for question in questions if question not in answers}
        except StoreError as error:
            self._failed("history", str(error))
            raise
        return answers

    async def record(self, outcome: Outcome) -> None:
        """Write an outcome with its tickets, durably, now. Raises StoreError."""
        until = time.monotonic() + LOCKED

        def write() -> None:
            self.store.record(outcome, wait=min(self.store.wait, max(0.0, until - time.monotonic())))

        try:
            await self._writer.run(write, later=_links(outcome) * LINK_LATER, within=A_TURN)
        except TimeoutError as error:
            self._failed("record", f"{self.store.name}: {error}")
            raise StoreError(f"{self.store.name}: {error}") from error
        except StoreError as error:
            self._failed("record", str(error))
            raise

    def settle(self, settled: Settled) -> None:
        """Take what became of a message; it is written soon."""
        if len(self._waiting) >= MOST_WAITING:
            del self._waiting[0]
            self._failed("settle", f"more than {MOST_WAITING} messages waited to be written")
        self._waiting.append(settled)
        if self._soon is None or self._soon.done():
            self._soon = asyncio.get_running_loop().create_task(self._write_soon())

    async def _write_soon(self) -> None:
        while self._waiting:  # more may have come while the last batch was written
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._delay)
            await self.flush()

    async def flush(self) -> None:
        """Write all that waits, now. Does not raise."""
        waiting, self._waiting = self._waiting, []
        for batch in _batches(waiting):
            try:
                await self._written(batch, self.store.wait)
            except LockedError:  # each is counted, and none waits for the lock once more
                await self._singly(batch, 0.0)
            except Exception:  # of any kind: one message must not take the others with it
                await self._singly(batch, self.store.wait)

    async def _written(self, batch: Sequence[Settled], wait: float) -> None:
        """Write a batch, waiting ``wait`` seconds for others, and in between let those go first who are held
        up by it. Raises StoreError."""
        until = time.monotonic() + wait
        while True:
            left = min(A_TRY, max(0.0, until - time.monotonic()))
            try:
                return await self._writer.run(lambda left=left: self._write(batch, left), later=SETTLE_LATER)  # type: ignore[misc]  # mypy cannot infer the default
            except LockedError:
                if time.monotonic() >= until:
                    raise

    async def _singly(self, batch: Sequence[Settled], wait: float) -> None:
        """One message after another, so that one that cannot be written takes no others with it."""
        for one in batch:
            try:
                await self._written([one], wait)
            except StoreError as error:
                self._failed("settle", str(error))
            except Exception as error:
                self._failed("settle", f"our own mistake ({type(error).__name__}: {error})"[:500])

    def _write(self, batch: Sequence[Settled], wait: float) -> None:
        with self.store.transaction(wait=wait):
            self.store.record_many([one.outcome for one in batch if not one.recorded])
            for one in batch:
                self.store.settle(one.outcome.id, delivered=one.delivered, reply=one.reply, at=one.at)
            self.store.learn(
                [one.lesson for one in batch if one.lesson is not None],
                waiting=[one.waiting for one in batch if one.waiting is not None],
            )
            newest = max(batch, key=lambda one: one.unobjected)
            self.store.sweep(newest.unobjected, newest.at - newest.unobjected)

    async def close(self) -> None:
        """Write what waits and end the threads. The store itself stays open."""
        self._closing.set()
        if self._soon is not None:
            await asyncio.wait([self._soon])  # it may be in the middle of a batch
        await self.flush()
        self._reader.close()
        self._writer.close()


def _links(outcome: Outcome) -> int:
    return max(len(outcome.judgement.decisions), len(outcome.tickets))


def _batches(waiting: Sequence[Settled]) -> Iterator[list[Settled]]:
    """What waits in transactions of a bounded length, in order."""
    batch: list[Settled] = []
    links = 0
    for one in waiting:
        here = 0 if one.recorded else _links(one.outcome)
        if batch and links + here > MOST_LINKS:
            yield batch
            batch, links = [], 0
        batch.append(one)
        links += here
    if batch:
        yield batch
