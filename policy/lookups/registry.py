"""All questions of a message answered together under one deadline.

What is kept in the house has a deadline of its own: a history that is late must not be taken for that of a
stranger as lightly as a slow name server is done without.

Does not cache anything; sources that need a cache keep their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

from policy.lookups.kept import Kept
from policy.model import Answer, Facts, Question, Unknown


class Source(Protocol):
    """Something outside that answers questions of certain kinds."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of question it answers."""

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """Answers to questions of its kinds; what is missing counts as Unknown."""


@runtime_checkable
class OwnTime(Protocol):
    """A source that keeps a deadline of its own, and gives what it has then."""

    @property
    def deadline(self) -> float:
        """Seconds, instead of the message's."""


LEEWAY = 0.5
"""Seconds such a source may be late by itself; longer, and something is wrong with it."""

Task = asyncio.Task[Mapping[Question, Answer]]


async def answer(questions: Iterable[Question], sources: Sequence[Source], deadline: float) -> Facts:
    """Ask every source for its kinds, all at once; equal questions are asked once.

    ``deadline`` is the time for all of them in seconds, except for sources that keep their own. What is
    late, fails or has no source is Unknown with the reason. A source that keeps answers is asked each
    question by itself, so that what it has in time is known, and what comes late it keeps. Only cancellation
    is raised.
    """
    by_kind: dict[str, list[Question]] = {}
    for question in dict.fromkeys(questions):
        by_kind.setdefault(question.kind, []).append(question)
    answers: dict[Question, Answer] = {}
    tasks: dict[Task, tuple[Question, ...]] = {}
    times: dict[float, list[Task]] = {}
    for source in sources:
        kinds = [kind for kind in by_kind if kind in source.kinds]
        batch = tuple(one for kind in kinds for one in by_kind.pop(kind))
        limit = source.deadline + LEEWAY if isinstance(source, OwnTime) else max(0.0, deadline)
        for piece in _pieces(source, batch, answers):
            task = asyncio.ensure_future(source.answer(piece))
            tasks[task] = piece
            times.setdefault(limit, []).append(task)
    for kind, left in by_kind.items():
        answers |= dict.fromkeys(left, Unknown(f"nothing here answers {kind!r}", quiet=True))
    try:
        await _until_late(times)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        raise
    for limit, some in times.items():
        for task in some:
            answers |= _of(task, tasks[task]) if task.done() else _late(task, tasks[task], limit)
    return Facts(answers)


async def _until_late(times: Mapping[float, Sequence[Task]]) -> None:
    """Wait for tasks, each as long as its group may take, in seconds from now."""
    clock = asyncio.get_running_loop().time
    begun = clock()
    for limit, tasks in sorted(times.items()):
        await asyncio.wait(tasks, timeout=max(0.0, begun + limit - clock()))


def _pieces(
    source: Source, batch: tuple[Question, ...], answers: dict[Question, Answer]
) -> Iterable[tuple[Question, ...]]:
    """What has to be asked, in the pieces to ask it in; what is at hand goes into ``answers``."""
    if not isinstance(source, Kept):
        return (batch,) if batch else ()
    left = []
    for question in batch:
        at_hand = source.kept(question)
        if at_hand is None:
            left.append((question,))
        else:
            answers[question] = at_hand
    return left


def _late(task: Task, batch: tuple[Question, ...], limit: float) -> dict[Question, Answer]:
    task.cancel()
    return dict.fromkeys(batch, Unknown(f"no answer within {limit:g} s"))


def _of(task: Task, batch: tuple[Question, ...]) -> dict[Question, Answer]:
    if task.cancelled():
        return dict.fromkeys(batch, Unknown("the lookup was cancelled"))
    error = task.exception()
    if error is not None:
        return dict.fromkeys(batch, Unknown(f"the lookup failed: {type(error).__name__}"))
    given = task.result()
    return {question: given.get(question, Unknown("the lookup gave no answer")) for question in batch}
