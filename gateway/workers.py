"""Worker processes with a bound on time and memory: a hostile PDF kills a worker, not the relay.

Pebble's pool, because the standard one cannot end a running task. The bound on processor time is the
kernel's (SIGPROF kills the process), so C code that never returns is ended too.

Does not know what the work is, and never runs anything a second time.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Bounds of one task."""

    processes: int = 2
    cpu_seconds: float = 2.0
    """Processor time of one task."""
    seconds: float = 10.0
    """Wall clock of one task, for one that sleeps or a machine that is very busy."""
    memory: int = 300 * 1024 * 1024
    """Bytes of address space beyond what a fresh worker has."""
    tasks: int = 2000
    """Tasks after which a process is replaced, so that no leak in a library grows."""


class WorkerError(Exception):
    """A task was ended or failed; the words say which bound it hit."""


class Workers:
    """A pool of processes. Start it late: processes are only made at the first task."""

    def __init__(self, limits: WorkerLimits) -> None:
        self._limits = limits
        self._pool: ProcessPool | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's value, from a worker. WorkerError where a bound was hit or it raised."""
        if self._pool is None:
            self._pool = ProcessPool(
                max_workers=self._limits.processes,
                max_tasks=self._limits.tasks,
                initializer=_prepare,
                initargs=(self._limits.memory,),
                context=multiprocessing.get_context("forkserver"),
            )
        future = self._pool.schedule(
            _bounded, args=(self._limits.cpu_seconds, function, args, kwargs), timeout=self._limits.seconds
        )
        try:
            result: T = await asyncio.wrap_future(future)
        except (TimeoutError, FutureTimeout):
            raise WorkerError(f"it took longer than {self._limits.seconds:g} s") from None
        except ProcessExpired:
            raise WorkerError(f"it took more than {self._limits.cpu_seconds:g} s of processor time") from None
        except MemoryError:
            raise WorkerError(f"it needed more than {self._limits.memory >> 20} MB of memory") from None
        except (CancelledError, asyncio.CancelledError):
            future.cancel()  # type: ignore[no-untyped-call]
            raise
        except Exception as error:
            raise WorkerError(f"it failed inside ({type(error).__name__})") from error
        return result

    def close(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()
            self._pool = None


def _prepare(memory: int) -> None:
    """In a new worker: bound its memory, and leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + memory, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    """Bytes of address space this process has now (proc(5), statm)."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 1 << 30
    return pages * resource.getpagesize()


def _bounded(cpu_seconds: float, function: Callable[..., T], args: tuple, kwargs: dict) -> T:  # type: ignore[type-arg]
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        return function(*args, **kwargs)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
