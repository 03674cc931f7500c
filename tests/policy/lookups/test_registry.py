import asyncio
import time
from collections.abc import Mapping, Sequence

import pytest

from policy.lookups import registry
from policy.lookups.registry import answer
from policy.model import Answer, Known, Question, Unknown


class Source:
    def __init__(self, kind: str, seconds: float = 0.0, fails: bool = False) -> None:
        self.kinds = frozenset({kind})
        self.seconds, self.fails = seconds, fails
        self.asked: list[Question] = []
        self.stopped = False

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        self.asked.extend(questions)
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.stopped = True
            raise
        if self.fails:
            raise RuntimeError("broken")
        return {one: Known(one.key[0]) for one in questions if one.key[0] != "missing"}


A, B, MISSING = Question("a", ("1",)), Question("b", ("2",)), Question("a", ("missing",))


async def test_equal_questions_are_asked_once_and_each_source_gets_its_kinds() -> None:
    one, two = Source("a"), Source("b")
    facts = await answer([A, A, B, MISSING], [one, two], 1)
    assert one.asked == [A, MISSING] and two.asked == [B]
    assert facts.of(A) == Known("1") and facts.of(B) == Known("2")
    assert isinstance(facts.of(MISSING), Unknown)


async def test_a_failing_or_late_source_gives_unknown_in_time_and_harms_no_other() -> None:
    late, broken, good = Source("a", 30), Source("b", fails=True), Source("c")
    begun = time.monotonic()
    facts = await answer([A, B, Question("c", ("3",))], [late, broken, good], 0.1)
    assert time.monotonic() - begun < 10
    late_answer, broken_answer = facts.of(A), facts.of(B)
    assert isinstance(late_answer, Unknown) and "0.1 s" in late_answer.why
    assert isinstance(broken_answer, Unknown) and "RuntimeError" in broken_answer.why
    assert facts.of(Question("c", ("3",))) == Known("3")
    await asyncio.sleep(0)
    assert late.stopped


async def test_questions_nobody_answers_are_unknown() -> None:
    assert isinstance((await answer([A], [], 1)).of(A), Unknown)
    assert not (await answer([], [Source("a")], 1)).answers


async def test_sources_work_at_the_same_time() -> None:
    begun = time.monotonic()
    await answer([A, B], [Source("a", 0.2), Source("b", 0.2)], 2)
    assert time.monotonic() - begun < 0.38


async def test_cancelling_the_asker_stops_the_sources() -> None:
    source = Source("a", 30)
    task = asyncio.ensure_future(answer([A], [source], 60))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.01)
    assert source.stopped


class Own(Source):
    def __init__(self, kind: str, seconds: float, deadline: float) -> None:
        super().__init__(kind, seconds)
        self.deadline = deadline


async def test_a_source_with_a_deadline_of_its_own_is_waited_for_and_lets_no_other_be_late() -> None:
    slow, own = Source("a", 30), Own("b", 0.3, 5.0)
    begun = time.monotonic()
    facts = await answer([A, B], [slow, own], 0.05)
    assert time.monotonic() - begun < 5
    assert isinstance(facts.of(A), Unknown) and facts.of(B) == Known("2")
    await asyncio.sleep(0)
    assert slow.stopped


async def test_a_source_that_breaks_its_own_deadline_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "LEEWAY", 0.05)
    own = Own("b", 30, 0.05)
    facts = await answer([A, B], [Source("a"), own], 5)
    assert facts.of(A) == Known("1") and isinstance(facts.of(B), Unknown)
    await asyncio.sleep(0)
    assert own.stopped
