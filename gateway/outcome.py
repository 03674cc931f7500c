"""What became of one message: the value that pipeline, relay, store and command line share.

Does not compute anything; ``pipeline.py`` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inspectors.model import Inspection, Patch, Skipped
from policy.actions import STAYS
from policy.model import Envelope, Judgement

OUTBOUND = "outbound"
"""``Identity.by`` of mail of our own users, which is read and not judged."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One rewritten link: what the click page needs to know."""

    id: str
    """The random part of the ticket, see ``gateway.tokens``."""
    url: str
    """The whole destination as a browser reads it."""
    link: int
    """Index of the link in the message's inventory."""


@dataclass(frozen=True, slots=True)
class Restored:
    """One patch seen from the other side: what stands there now and what stood there."""

    at: int
    """Offset in the message as it came."""
    was: bytes
    now: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that is needed to undo a rewriting bit for bit (law 3)."""

    id: str
    """The message's id; empty for a bare file."""
    added: bytes
    """The header lines put on top."""
    size: int
    """Length in bytes of the message as it came."""
    sha256: str
    """Of the message as it came, lower-case hex."""
    rewritten_sha256: str
    """Of the patched message without the added lines, lower-case hex."""
    changes: tuple[Restored, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found, decided and done."""

    id: str
    """16 lower-case hex digits; stands in the header, reply, log, store, click page and console."""
    at: float
    """Unix time it was taken, seconds."""
    result: str
    """"untouched", "rewritten", "held" (the next hop is told to) or "refused"."""
    envelope: Envelope
    message_id: str
    """The Message-ID field with its angle brackets; empty where there is none."""
    subject: str
    """Decoded; for the store and console only, never for logs."""
    inspection: Inspection
    """With ``message.raw`` empty."""
    judgement: Judgement
    prefix: bytes = b""
    """Header lines to send before the message, each ending in CRLF."""
    patches: tuple[Patch, ...] = ()
    """To be spliced into the message while it is sent."""
    tickets: tuple[Ticket, ...] = ()
    manifest: Manifest | None = None
    """None where nothing was changed."""
    not_rewritten: tuple[Skipped, ...] = ()
    """Links that were decided to be rewritten and were not, with the reason and its key in ``[actions]``."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Seconds per stage."""
    action: str = "pass"
    """What policy does about all that stayed or was not looked into: "pass", "tag", "hold" or "refuse"."""
    because: tuple[str, ...] = ()
    """The keys of ``[actions]`` that ask for it; empty for "pass"."""
    observed: str = ""
    """The result it would have had where policy only observes; empty where it acts."""
    observed_because: tuple[str, ...] = ()
    """Where policy only observes: the keys of ``[actions]`` that would have asked for an action."""

    @property
    def left(self) -> tuple[Skipped, ...]:
        """Every odd link that stays as it came, whether that was known beforehand or not, with the reason."""
        done = {ticket.link for ticket in self.tickets}
        known = (
            Skipped(decision.link.leaf, STAYS[decision.left], decision.left)
            for number, decision in enumerate(self.judgement.decisions)
            if decision.left and number not in done
        )
        return (*known, *self.not_rewritten)
