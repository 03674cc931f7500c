"""Keep what people did on the click page: one log line and one row in the store for each step.

Steps are "shown", "probed", "continued", "refused" and "unknown" (see ``ClickRow.step``). A row that cannot
be written is counted as "unlogged" and never keeps a page from being served; rows for links that are not
ours are bounded, so that guessing tickets fills no disk, and what is over the bound is counted as
"dropped".

Does not log destinations or mail addresses: those are in the store, with its retention.
"""

from __future__ import annotations

import anyio
import anyio.to_thread
from starlette.requests import Request

from gateway.clicks.ports import ClickStore, Clock, Count, Log
from gateway.store.rows import ClickRow, TicketRow

AGENT_LENGTH = 300
WRITE_SECONDS = 2.0
"""How long a page waits for its row to be written."""
UNKNOWN_BURST = 60
UNKNOWN_PER_SECOND = 0.5


class Bucket:
    """A token bucket: ``burst`` at once, then ``rate`` a second."""

    def __init__(self, burst: float, rate: float) -> None:
        self._burst, self._rate = burst, rate
        self._left, self._at = burst, 0.0

    def take(self, now: float) -> bool:
        """True where one more is allowed at ``now``, seconds of any clock; one set back costs nothing."""
        self._left = min(self._burst, self._left + max(0.0, now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Steps:
    """Writes steps down."""

    def __init__(self, store: ClickStore, clock: Clock, log: Log, count: Count) -> None:
        self._store, self._clock, self._log, self._count = store, clock, log, count
        self._unknown = Bucket(UNKNOWN_BURST, UNKNOWN_PER_SECOND)

    async def note(self, step: str, request: Request, row: TicketRow | None = None) -> None:
        """Write one step down, as far as that is possible within ``WRITE_SECONDS``. Raises nothing."""
        now = self._clock()
        self._count(step)
        if row is None and not self._unknown.take(now):
            self._count("dropped")
            return
        click = ClickRow(
            at=now,
            ticket=row.ticket.id if row else "",
            message=row.message.id if row else "",
            step=step,
            client=request.client.host if request.client else "",
            agent=request.headers.get("user-agent", "")[:AGENT_LENGTH],
        )
        self._log.info(
            "click",
            step=step,
            ticket=click.ticket,
            id=click.message,
            client=click.client,
            host=row.link.host if row else "",
        )
        await self._write(click)

    async def _write(self, click: ClickRow) -> None:
        why = "took too long"
        try:
            with anyio.move_on_after(WRITE_SECONDS):
                await anyio.to_thread.run_sync(self._store.log_click, click, abandon_on_cancel=True)
                return
        except Exception as problem:
            why = type(problem).__name__
        self._count("unlogged")
        self._log.error("click_not_stored", step=click.step, id=click.message, why=why)
