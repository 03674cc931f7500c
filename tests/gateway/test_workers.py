"""Bounds hold whatever the work does, the words say which was hit, and the pool works again afterwards."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.workers import WorkerError, WorkerLimits, Workers

LIMITS = WorkerLimits(processes=1, cpu_seconds=0.3, seconds=1.5, memory=100 * 1024 * 1024, tasks=5)


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    made = Workers(LIMITS)
    yield made
    made.close()


async def refused(workers: Workers, function: object, *args: object) -> WorkerError:
    with pytest.raises(WorkerError) as caught:
        await workers.run(function, *args)
    return caught.value


async def test_each_end_of_a_task_has_its_own_words_and_the_pool_works_again(workers: Workers) -> None:
    """One pool for all, because a pool costs a second to start."""
    assert await workers.run(divmod, 7, 2) == (3, 1)

    error = await refused(workers, exec, "while True: pass")
    assert (str(error), error.kind) == ("it took more than 0.3 s of processor time", "deadline")

    error = await refused(workers, time.sleep, 60)
    assert (str(error), error.kind) == ("it took longer than 1.5 s", "deadline")

    error = await refused(workers, bytearray, 400 * 1024 * 1024)
    assert (str(error), error.kind) == ("it needed more than 100 MB of memory", "memory")

    error = await refused(workers, exec, "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert (str(error), error.kind) == ("its process crashed (SIGSEGV)", "crash")

    error = await refused(workers, exec, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert "killed from outside" in str(error)
    assert "processor time" not in str(error)
    assert error.kind == "crash"

    error = await refused(workers, os._exit, 3)
    assert (str(error), error.kind) == ("its process ended by itself (exit status 3)", "crash")

    error = await refused(workers, divmod, 1, 0)
    assert (str(error), error.kind) == ("it failed inside (ZeroDivisionError)", "failed")
    assert isinstance(error.__cause__, ZeroDivisionError)

    assert await workers.run(divmod, 7, 2) == (3, 1)


async def test_a_timeout_inside_the_task_is_not_taken_for_ours(workers: Workers) -> None:
    error = await refused(workers, exec, "raise TimeoutError('a socket')")
    assert str(error) == "it failed inside (TimeoutError)"


async def test_a_result_that_cannot_cross_is_a_failure_and_not_a_hang(workers: Workers) -> None:
    error = await refused(workers, eval, "lambda: 1")
    assert error.kind == "failed"
    assert await workers.run(divmod, 7, 2) == (3, 1)


async def test_a_process_killed_while_idle_costs_nothing(workers: Workers) -> None:
    for _ in range(2):
        pid = await workers.run(os.getpid)
        os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.5)  # until the pool has noticed
        assert await workers.run(divmod, 7, 2) == (3, 1)


async def test_processes_are_replaced_after_their_share_of_tasks(workers: Workers) -> None:
    pids = [await workers.run(os.getpid) for _ in range(LIMITS.tasks + 1)]
    assert len(set(pids[: LIMITS.tasks])) == 1
    assert pids[-1] != pids[0]


async def test_cancelling_ends_the_task_and_leaves_the_pool_usable(workers: Workers) -> None:
    await workers.run(divmod, 7, 2)
    task = asyncio.create_task(workers.run(time.sleep, 60))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    start = time.monotonic()
    assert await workers.run(divmod, 7, 2) == (3, 1)
    assert time.monotonic() - start < 30, "it waited for the cancelled task"


async def test_closing_gives_up_what_is_under_way_and_can_be_done_twice(workers: Workers) -> None:
    await workers.run(divmod, 7, 2)
    task = asyncio.create_task(workers.run(time.sleep, 60))
    await asyncio.sleep(0.2)
    workers.close()
    with pytest.raises(WorkerError) as caught:
        await asyncio.wait_for(task, 3)
    assert caught.value.kind == "stopped"
    workers.close()
    assert await workers.run(divmod, 7, 2) == (3, 1)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs proc(5)")
async def test_workers_are_silent_and_leave_no_core(workers: Workers) -> None:
    """What a library says about a message on standard error would stand between our log lines."""
    assert await workers.run(os.readlink, "/proc/self/fd/2") == os.devnull
    assert await workers.run(resource.getrlimit, resource.RLIMIT_CORE) == (0, 0)


async def test_two_tasks_run_side_by_side() -> None:
    workers = Workers(WorkerLimits(processes=2, seconds=5))
    try:
        await asyncio.gather(workers.run(time.sleep, 0.01), workers.run(time.sleep, 0.01))
        start = time.monotonic()
        await asyncio.gather(workers.run(time.sleep, 2), workers.run(time.sleep, 2))
        assert time.monotonic() - start < 3.9
    finally:
        workers.close()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs proc(5)")
async def test_memory_is_bounded_beyond_what_a_fresh_worker_has(workers: Workers) -> None:
    assert await workers.run(len, bytes(30 * 1024 * 1024)) == 30 * 1024 * 1024
    assert sys.getsizeof(await workers.run(bytes, 30 * 1024 * 1024)) > 30 * 1024 * 1024
