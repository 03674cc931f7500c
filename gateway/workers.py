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
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

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

    def __init__(self, words: str, kind: str = "failed") -> None:
        super().__init__(words)
        self.kind = kind
        """For counting: "deadline", "memory", "crash", "stopped" or "failed"."""


class Workers:
    """A pool of processes. Start it late: processes are only made at the first task."""

    def __init__(self, limits: WorkerLimits) -> None:
        self._limits = limits
        self._pool: ProcessPool | None = None
        self._under_way: set[Future[Any]] = set()

    async def run(self, function: Callable[..., T], *args: object, patience: int = 1) -> T:
        """The function's value, from a worker. WorkerError where a bound was hit or it raised.

        ``patience`` is how many times the bounds on time it may take.
        """
        limits = self._limits
        future = self._schedule(
            (limits.cpu_seconds * patience, function, args), limits.seconds * max(1, patience)
        )
        self._under_way.add(future)
        try:
            result: T = await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and not task.cancelling():
                raise WorkerError("the processes were stopped meanwhile", "stopped") from None
            future.cancel()
            raise
        except Exception as error:
            raise self._explained(error, patience) from error
        finally:
            self._under_way.discard(future)
        return result

    def _schedule(self, work: tuple[object, ...], seconds: float) -> Future[Any]:
        """Hand the work to the pool; one that is broken is replaced."""
        for _ in range(2):
            if self._pool is None:
                self._pool = self._made()
            try:
                future: Future[Any] = self._pool.schedule(_bounded, args=work, timeout=seconds)
            except (RuntimeError, OSError):
                # A process that dies while it has nothing to do breaks the whole pool.
                self.close()
            else:
                return future
        raise WorkerError("no process could be started", "crash")

    def _made(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["gateway.work"])  # imported once, shared by all workers
        return ProcessPool(
            max_workers=self._limits.processes,
            max_tasks=self._limits.tasks,
            initializer=_prepare,
            initargs=(self._limits.memory,),
            context=context,
        )

    def _explained(self, error: Exception, patience: int) -> WorkerError:
        """Which bound was hit, or what else became of the process, in words."""
        limits = self._limits
        if isinstance(error, ProcessExpired):
            if error.exitcode == -signal.SIGPROF:
                return WorkerError(
                    f"it took more than {limits.cpu_seconds * patience:g} s of processor time", "deadline"
                )
            return WorkerError(_how_it_ended(error.exitcode), "crash")
        if isinstance(error, TimeoutError) and error.args[:1] == ("Task timeout",):  # Pebble's own
            return WorkerError(f"it took longer than {limits.seconds * patience:g} s", "deadline")
        if isinstance(error, MemoryError):
            return WorkerError(f"it needed more than {limits.memory >> 20} MB of memory", "memory")
        if isinstance(error, BrokenProcessPool):
            return WorkerError("its process was lost", "crash")
        return WorkerError(f"it failed inside ({type(error).__name__})")

    def close(self) -> None:
        """End the processes; what they were at is given up with a WorkerError."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for future in tuple(self._under_way):
            future.cancel()
        pool.stop()  # type: ignore[no-untyped-call]  # pebble
        pool.join()


def _how_it_ended(code: int) -> str:
    """A process's exit code, negative for a signal, in words."""
    if code == -signal.SIGKILL:
        return "its process was killed from outside, as the system does when memory runs short"
    if code < 0:
        try:
            return f"its process crashed ({signal.Signals(-code).name})"
        except ValueError:
            return f"its process crashed (signal {-code})"
    return f"its process ended by itself (exit status {code})"


def _prepare(memory: int) -> None:
    """In a new worker: bound its memory, leave Ctrl-C to the parent, and be silent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    # What libraries write about a message would stand between our log lines.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
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


def _bounded(cpu_seconds: float, function: Callable[..., T], args: tuple[object, ...]) -> T:
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    try:
        return function(*args)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
