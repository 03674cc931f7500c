"""The time of day, kept steady: a clock that jumps must not make habits fade or silence look like consent.

What is remembered fades with the days, and odd links are learned once nobody objected for some. A wall clock
set forward by a year would do both at once, for all mail, and set back it would undo the order of things. So
a jump is believed only after a day; until then the time goes on from where it was, by the clock that counts
since the machine started and cannot be set (CLOCK_BOOTTIME, where there is one, counts sleep too).

Does not correct a clock that was wrong when the process started.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

TOLERANCE = 3600.0
"""Seconds the two clocks may come apart between two looks; no clock drifts so far between two mails."""
BELIEVED_AFTER = 86400.0
"""Seconds after which a new time is taken over: long enough for somebody to read the log."""


def _since_start() -> float:
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class SteadyClock:
    """A callable like ``time.time``. Safe to call from several threads."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        counter: Callable[[], float] = _since_start,
        jumped: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        """``jumped`` is told each new jump, in seconds."""
        self._wall, self._counter, self._jumped = wall, counter, jumped
        self._offset = wall() - counter()
        self._doubted = 0.0
        """Offset that is not believed yet."""
        self._since: float | None = None
        """When it was first seen, by the counter; None where the clocks agree."""
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Unix time, seconds."""
        with self._lock:
            count = self._counter()
            found = self._wall() - count
            jump = self._take(found, count)
            now = count + self._offset
        if jump:
            self._jumped(jump)
        return now

    def _take(self, found: float, count: float) -> float:
        """Follow the wall clock or hold against it; gives the jump where one is new, else 0."""
        if abs(found - self._offset) <= TOLERANCE:
            self._offset, self._since = found, None
            return 0.0
        if self._since is None or abs(found - self._doubted) > TOLERANCE:
            self._doubted, self._since = found, count
            return found - self._offset
        if count - self._since >= BELIEVED_AFTER:
            self._offset, self._since = found, None
        return 0.0
