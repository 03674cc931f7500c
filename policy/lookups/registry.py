"""All questions of a message answered together under one deadline.

Does not cache anything; sources that need a cache keep their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from policy.lookups.kept import Kept
from policy.model import Answer, Facts, Question, Unknown


class Source(Protocol):
    """Something outside that answers questions of certain kinds."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of question it answers."""

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """Answers to questions of its kinds; what is missing counts as Unknown."""


Task = asyncio.Task[Mapping[Question, Answer]]


async def answer(questions: Iterable[Question], sources: Sequence[Source], deadline: float) -> Facts:
    """Ask every source for its kinds, all at once; equal questions are asked once.

    ``deadline`` is the time for all of them in seconds. What is late, fails or has no source is Unknown
    with the reason. A source that keeps answers is asked each question by itself, so that what it has in
    time is known, and what comes late it keeps. Only cancellation is raised.
    """
    wanted = tuple(dict.fromkeys(questions))
    answers: dict[Question, Answer] = {
        question: Unknown(f"nothing here answers {question.kind!r}", quiet=True) for question in wanted
    }
    tasks: dict[Task, tuple[Question, ...]] = {}
    taken: set[str] = set()
    for source in sources:
        batch = tuple(one for one in wanted if one.kind in source.kinds and one.kind not in taken)
        taken |= source.kinds
        for piece in _pieces(source, batch, answers):
            tasks[asyncio.ensure_future(source.answer(piece))] = piece
    if not tasks:
        return Facts(answers)
    try:
        done, late = await asyncio.wait(tasks, timeout=max(0.0, deadline))
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        raise
    for task in late:
        task.cancel()
        answers |= dict.fromkeys(tasks[task], Unknown(f"no answer within {deadline:g} s"))
    for task in done:
        answers |= _of(task, tasks[task])
    return Facts(answers)


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


def _of(task: Task, batch: tuple[Question, ...]) -> dict[Question, Answer]:
    if task.cancelled():
        return dict.fromkeys(batch, Unknown("the lookup was cancelled"))
    error = task.exception()
    if error is not None:
        return dict.fromkeys(batch, Unknown(f"the lookup failed: {type(error).__name__}"))
    given = task.result()
    return {question: given.get(question, Unknown("the lookup gave no answer")) for question in batch}
