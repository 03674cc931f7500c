"""What all network sources share: the cache, one question at a time, bounds."""

import asyncio
from typing import Any

import pytest

from policy.lookups import kept
from policy.lookups.kept import FAILED, Kept
from policy.lookups.registry import answer
from policy.model import Answer, Known, Question, Unknown

A, B = Question("a", ("1",)), Question("a", ("slow",))


class Source(Kept):
    kinds = frozenset({"a"})
    asked = 0
    gate: Any = None

    async def ask(self, question: Question) -> tuple[Answer, float]:
        self.asked += 1
        if question.key[0] == "slow":
            await self.gate.wait()
        if question.key[0] == "bad":
            raise RuntimeError("what a stranger's server may cause")
        return Known(question.key[0]), 60.0


async def test_one_late_question_takes_no_other_with_it_and_its_answer_is_there_for_the_next_message() -> (
    None
):
    source = Source()
    source.gate = asyncio.Event()
    facts = await answer([A, B], [source], 0.05)
    late = facts.of(B)
    assert facts.of(A) == Known("1") and isinstance(late, Unknown) and not late.quiet
    source.gate.set()
    await asyncio.sleep(0.01)
    assert (await answer([A, B], [source], 0.0)).of(B) == Known("slow")
    assert source.asked == 2


async def test_what_is_at_hand_is_given_even_without_any_time() -> None:
    source = Source()
    await source.answer([A])
    assert (await answer([A], [source], 0.0)).of(A) == Known("1")


async def test_a_failure_of_any_kind_is_unknown_and_kept_for_a_while() -> None:
    now = 0.0
    source = Source(clock=lambda: now)
    bad = Question("a", ("bad",))
    assert isinstance(await source.one(bad), Unknown)
    await source.one(bad)
    assert source.asked == 1
    now = FAILED + 1
    await source.one(bad)
    assert source.asked == 2


async def test_the_cache_and_what_is_under_way_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 10)
    monkeypatch.setattr(kept, "MOST_UNDER_WAY", 3)
    source = Source()
    for number in range(30):
        await source.one(Question("a", (str(number),)))
    assert len(source._entries) == 10
    source.gate = asyncio.Event()
    tasks = [asyncio.ensure_future(source.one(Question("a", ("slow", str(one))))) for one in range(5)]
    await asyncio.sleep(0)
    refused = [task.result() for task in tasks if task.done()]
    assert len(refused) == 2 and all(isinstance(one, Unknown) and "too many" in one.why for one in refused)
    await source.close()
    await asyncio.gather(*tasks, return_exceptions=True)
