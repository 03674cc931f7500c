"""What the relay and those who judge messages say to each other.

Does not judge: ``pipeline.py`` does, behind the Screen protocol. The screen here passes everything.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.commands import Command
from gateway.replies import Reply
from gateway.spool import Spool
from inspectors.model import Patch
from inspectors.splice import Splicer
from policy.model import Envelope


class Observe(Protocol):
    """Takes events for log and metrics: a fixed name and plain fields. No addresses, no message text."""

    def __call__(self, event: str, **fields: object) -> None: ...


def ignore(event: str, **fields: object) -> None:
    """An observer that does not look."""


@dataclass(frozen=True, slots=True)
class Screened:
    """What shall become of one message."""

    id: str
    """The transaction's id: 16 lower-case hex digits."""
    prefix: bytes = b""
    """Header lines for the very top, each ending in CRLF."""
    patches: tuple[Patch, ...] = ()
    """Spans in the un-stuffed message as it came; sorted, not overlapping."""
    outcome: object = None
    """The screen's own note, handed back to ``settled``."""
    refusal: Reply | None = None
    """Given to the client instead of passing the message on."""


class Screen(Protocol):
    """Looks at every message between the client's dot and the next hop's DATA."""

    async def screen(self, message: Spool, envelope: Envelope, id: str) -> Screened:
        """Decide. If it raises or outlasts its deadline, ``failed`` is asked."""

    async def failed(self, message: Spool, envelope: Envelope, id: str, why: str) -> Screened | None:
        """What becomes of a message that could not be screened. None, or an error: it goes on as it came."""

    async def settled(self, screened: Screened, reply: Reply) -> None:
        """Told once for every Screened, after the client was given its final reply."""


class PassAll:
    """A screen that leaves every message as it came."""

    async def screen(self, message: Spool, envelope: Envelope, id: str) -> Screened:
        """Nothing to add, nothing to change."""
        return Screened(id)

    async def failed(self, message: Spool, envelope: Envelope, id: str, why: str) -> Screened | None:
        """It goes on as it came."""
        return None

    async def settled(self, screened: Screened, reply: Reply) -> None:
        """Nothing to note."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way down: what came, with what the screen makes of it."""

    spool: Spool
    prefix: bytes = b""
    patches: tuple[Patch, ...] = ()
    dotted: bool = True
    """False where it is known that no line begins with a dot, so that nobody has to search."""

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes for the next hop, un-stuffed, in pieces. Raises OSError where the spool fails."""
        splicer = Splicer(self.patches) if self.patches else None
        head = self.prefix
        async for piece in self.spool.chunks():
            ready = splicer.feed(piece) if splicer else piece
            yield head + ready if head else ready
            head = b""
        tail = head + splicer.end() if splicer else head
        if tail:
            yield tail


class Delivery(Protocol):
    """One transaction with a next hop, open since MAIL was accepted."""

    @property
    def in_doubt(self) -> bool:
        """The dot went down and no answer came: delivered or not, nobody knows."""

    async def rcpt(self, command: Command) -> Reply:
        """Offer a recipient; gives the next hop's reply, or ours."""

    async def deliver(self, message: Outgoing, wanted: Callable[[], bool]) -> Reply:
        """Send the message. ``wanted`` is asked right before the dot; if it says no, nothing is delivered."""

    def close(self) -> None:
        """End the transaction, whatever became of it. Idempotent."""


class NextHop(Protocol):
    """Where messages go."""

    async def offers(self) -> frozenset[str] | None:
        """The extensions to offer upstream; None where the next hop was never reached and cannot be."""

    @property
    def size(self) -> int:
        """The next hop's size limit in octets; 0 for none known."""

    def begin(
        self, mail: Command, xforward: dict[str, bytes], id: str, ahead: Sequence[Command] = ()
    ) -> Awaitable[tuple[Delivery | None, Reply]]:
        """Open a transaction; gives it and the reply to MAIL, or None and the refusal.

        ``ahead`` are the RCPT commands the client has already sent; the delivery is asked about exactly
        these first, in this order.
        """

    async def close(self) -> None:
        """Let go of all connections."""
