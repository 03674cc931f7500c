"""What every source that asks over the network does with its answers.

Answers are kept for as long as the source says; equal questions under way are asked once. A question
outlives the message that asked it: a late answer still fills the cache, for the next message and for clicks.
Time is monotonic, so that a clock that is set neither empties the cache nor keeps it for ever.

Does not ask anything itself.
"""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from policy.model import Answer, Question, Unknown

MOST_KEPT = 20_000
"""Answers one source keeps, the least used falling out: some 10 MB, and the domains of a busy day."""
MOST_UNDER_WAY = 400
"""Questions one source asks at the same time; each holds a socket, and a process has 1024 by default. What
comes on top is unknown at once: a dead resolver must not make a queue."""
FAILED = 15.0
"""Seconds a failure is kept, so that a dead server is not asked for every message."""


@dataclass(frozen=True, slots=True)
class _Entry:
    answer: Answer
    until: float


class Kept(ABC):
    """A source with a cache. Each question is answered for itself: a slow one makes no other late."""

    kinds: frozenset[str]

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: OrderedDict[Question, _Entry] = OrderedDict()
        self._under_way: dict[Question, asyncio.Task[Answer]] = {}

    @abstractmethod
    async def ask(self, question: Question) -> tuple[Answer, float]:
        """(answer, seconds to keep it), asked outside."""

    def shown(self, answer: Answer) -> Answer:
        """An answer from the cache as it is given out; for answers that change with time."""
        return answer

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """All answers; a question that fails is Unknown. Never raises but on cancellation."""
        answers = await asyncio.gather(*(self.one(question) for question in questions))
        return dict(zip(questions, answers, strict=True))

    def kept(self, question: Question) -> Answer | None:
        """The answer where it is at hand."""
        entry = self._entries.get(question)
        if entry is None or entry.until <= self._clock():
            return None
        self._entries.move_to_end(question)
        return self.shown(entry.answer)

    async def one(self, question: Question) -> Answer:
        """The answer to one question."""
        at_hand = self.kept(question)
        if at_hand is not None:
            return at_hand
        task = self._under_way.get(question)
        if task is None:
            if len(self._under_way) >= MOST_UNDER_WAY:
                return Unknown("too many questions are under way")
            task = asyncio.ensure_future(self._fetch(question))
            self._under_way[question] = task
            task.add_done_callback(lambda _: self._under_way.pop(question, None))
        # Shielded: the asker's deadline must not stop others who wait for the same answer.
        return self.shown(await asyncio.shield(task))

    async def close(self) -> None:
        """Stop what is under way."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, question: Question) -> Answer:
        try:
            answer, seconds = await self.ask(question)
        except Exception as error:  # of any kind: what a stranger's server sends must not end the source
            answer, seconds = Unknown(f"the lookup failed: {type(error).__name__}"), FAILED
        self.keep(question, answer, seconds)
        return answer

    def keep(self, question: Question, answer: Answer, seconds: float) -> None:
        """Put an answer into the cache."""
        self._entries[question] = _Entry(answer, self._clock() + seconds)
        self._entries.move_to_end(question)
        while len(self._entries) > MOST_KEPT:
            self._entries.popitem(last=False)
