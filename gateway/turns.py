"""One thread for what must not be done twice at a time, and whose turn it is.

Jobs are done in the order in which they are due: the moment they came plus what they can be told to wait. So
small ones overtake large ones, and a large one is still done however many small ones come, because those
that come later are due later.

Does not interrupt a job that has begun.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class Turns:
    """A thread with its waiting jobs."""

    def __init__(self, name: str) -> None:
        """``name``: of the thread."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._number = itertools.count()
        self._waiting: list[tuple[float, int, Future[Any], Callable[[], Any]]] = []

    async def run(self, job: Callable[[], T], *, later: float = 0.0, within: float | None = None) -> T:
        """Do the job in the thread and give its result, or raise what it raises.

        ``later``: seconds for which jobs that come after it may go first. ``within``: seconds in which it
        must have begun, else TimeoutError; one that has begun is waited for. Cancelled before it began, it
        is never done.
        """
        future: Future[T] = Future()
        with self._lock:
            entry = (time.monotonic() + later, next(self._number), future, job)
            heapq.heappush(self._waiting, entry)
        self._thread.submit(self._next)
        result = asyncio.wrap_future(future)
        if within is not None:
            try:
                await asyncio.wait((result,), timeout=within)
            except asyncio.CancelledError:
                future.cancel()
                raise
            if not result.done() and future.cancel():
                raise TimeoutError(f"had no turn within {within:g} s")
        return await result

    def _next(self) -> None:
        """Do what is due first; called once for every job that was put in."""
        with self._lock:
            _due, _number, future, job = heapq.heappop(self._waiting)
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = job()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    def close(self) -> None:
        """Do what waits and end the thread."""
        self._thread.shutdown()
