"""One at a time, by what is due first; what has begun is waited for, what has not can be given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from gateway.turns import Turns


@pytest.fixture
def turns() -> Iterator[Turns]:
    made = Turns("test")
    yield made
    made.close()


class Gate:
    """A job that takes until it is let through."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self.go_on.wait(5)
        return "through"


async def closed(turns: Turns) -> tuple[Gate, asyncio.Task[str]]:
    """The thread is busy with a job until the gate is opened."""
    gate = Gate()
    task = asyncio.create_task(turns.run(gate))
    await asyncio.to_thread(gate.begun.wait, 5)
    return gate, task


async def test_a_job_gives_its_result_or_its_error(turns: Turns) -> None:
    assert await turns.run(lambda: 7) == 7
    with pytest.raises(ValueError, match="odd"):
        await turns.run(lambda: (_ for _ in ()).throw(ValueError("odd")))
    assert await turns.run(lambda: 8) == 8


async def test_what_is_due_first_is_done_first_and_of_equals_what_came_first(turns: Turns) -> None:
    gate, first = await closed(turns)
    done: list[int] = []
    waits = (60.0, 0.0, 30.0, 0.0)
    jobs = [
        asyncio.create_task(turns.run(lambda number=number: done.append(number), later=later))  # type: ignore[misc]  # mypy cannot infer the default
        for number, later in enumerate(waits)
    ]
    await asyncio.sleep(0.01)
    gate.go_on.set()
    await asyncio.gather(first, *jobs)
    assert done == [1, 3, 2, 0]


async def test_no_job_waits_for_ever_behind_those_that_come_later(turns: Turns) -> None:
    gate, first = await closed(turns)
    done: list[str] = []
    large = asyncio.create_task(turns.run(lambda: done.append("large"), later=0.02))
    await asyncio.sleep(0.05)
    small = asyncio.create_task(turns.run(lambda: done.append("small")))
    await asyncio.sleep(0.01)
    gate.go_on.set()
    await asyncio.gather(first, large, small)
    assert done == ["large", "small"]


async def test_what_had_no_turn_in_time_is_never_done(turns: Turns) -> None:
    gate, first = await closed(turns)
    done: list[int] = []
    with pytest.raises(TimeoutError, match=r"no turn within 0\.01 s"):
        await turns.run(lambda: done.append(1), within=0.01)
    gate.go_on.set()
    await first
    await turns.run(lambda: done.append(2))
    assert done == [2]


async def test_what_has_begun_in_time_is_waited_for(turns: Turns) -> None:
    gate = Gate()
    task = asyncio.create_task(turns.run(gate, within=0.05))
    await asyncio.to_thread(gate.begun.wait, 5)
    await asyncio.sleep(0.1)
    assert not task.done()
    gate.go_on.set()
    assert await task == "through"


@pytest.mark.parametrize("within", [None, 60.0])
async def test_what_is_cancelled_before_its_turn_is_never_done(turns: Turns, within: float | None) -> None:
    gate, first = await closed(turns)
    done: list[int] = []
    task = asyncio.create_task(turns.run(lambda: done.append(1), within=within))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.go_on.set()
    await first
    await turns.run(lambda: done.append(2))
    assert done == [2]


async def test_closing_does_what_waits() -> None:
    turns, done = Turns("test"), list[int]()
    gate, first = await closed(turns)
    tasks = [asyncio.create_task(turns.run(lambda one=one: done.append(one))) for one in range(3)]  # type: ignore[misc]  # mypy cannot infer the default
    await asyncio.sleep(0.01)
    gate.go_on.set()
    turns.close()
    await asyncio.gather(first, *tasks)
    assert done == [0, 1, 2]
