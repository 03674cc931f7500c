"""One timer for a deadline that moves with every command.

Cancelling and arming an event-loop timer per command costs more than the command's own parsing; this one
stays armed and looks at the clock when it fires.

Does not know what a missed deadline means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Watchdog:
    """Calls ``missed`` once when a deadline passes that was neither moved nor lifted."""

    __slots__ = ("_at", "_handle", "_loop", "_missed")

    def __init__(self, loop: asyncio.AbstractEventLoop, missed: Callable[[], None]) -> None:
        self._loop = loop
        self._missed = missed
        self._at: float | None = None
        self._handle: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """The deadline is ``seconds`` from now."""
        self._at = at = self._loop.time() + seconds
        if self._handle is not None and self._handle.when() > at:
            self._handle.cancel()
            self._handle = None
        if self._handle is None:
            self._handle = self._loop.call_at(at, self._fire)

    def lift(self) -> None:
        """There is no deadline at present."""
        self._at = None

    def stop(self) -> None:
        """Lift the deadline and let go of the timer."""
        self._at = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _fire(self) -> None:
        self._handle = None
        if self._at is None:
            return
        if self._loop.time() < self._at:
            self._handle = self._loop.call_at(self._at, self._fire)
            return
        self._at = None
        self._missed()
