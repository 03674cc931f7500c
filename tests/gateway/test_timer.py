from __future__ import annotations

import asyncio

from gateway.timer import Watchdog


async def watched() -> tuple[Watchdog, list[float]]:
    loop = asyncio.get_running_loop()
    missed: list[float] = []
    return Watchdog(loop, lambda: missed.append(loop.time())), missed


async def test_a_missed_deadline_is_told_once() -> None:
    watch, missed = await watched()
    watch.set(0.02)
    await asyncio.sleep(0.08)
    assert len(missed) == 1


async def test_moving_or_lifting_it_in_time_keeps_quiet() -> None:
    watch, missed = await watched()
    for _ in range(5):
        watch.set(0.05)
        await asyncio.sleep(0.02)
    watch.lift()
    await asyncio.sleep(0.08)
    assert missed == []


async def test_an_earlier_deadline_takes_the_place_of_a_later_one() -> None:
    watch, missed = await watched()
    watch.set(10)
    watch.set(0.02)
    await asyncio.sleep(0.06)
    assert len(missed) == 1


async def test_it_can_be_set_again_after_it_fired_and_stopped_for_good() -> None:
    watch, missed = await watched()
    for _ in range(2):
        watch.set(0.01)
        await asyncio.sleep(0.04)
    watch.set(0.01)
    watch.stop()
    await asyncio.sleep(0.04)
    assert len(missed) == 2
