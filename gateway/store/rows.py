"""What the store gives back: plain values, so that pages and commands never hold a database row.

Does not know SQL.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.outcome import OUTBOUND, Ticket
from policy.actions import would


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an analyst decided."""

    at: float
    """Unix time, seconds."""
    who: str
    what: str
    """"release", "confirm" or "forget"."""
    message: str = ""
    """Our id; empty where it is about no message."""
    link: int = -1
    """Index in the message's inventory, from 0; -1 where it is about no single link."""
    domain: str = ""
    sender: str = ""
    words: str = ""
    """What came of it."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One weighed piece of evidence as it was recorded."""

    signal: str
    strength: float
    points: float
    words: str
    used: tuple[tuple[str, ...], ...] = ()
    """The questions its answers rest on: kind, then the parts of the key."""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link of one message with its decision, judged odd or not."""

    number: int
    """Index in the message's inventory, from 0."""
    url: str
    written: str
    host: str
    domain: str
    place: str
    leaf: str
    shown: str
    verdict: str
    score: float
    flip: str
    evidence: tuple[EvidenceRow, ...]
    ticket: str
    """Ticket id where the link was rewritten, else empty."""
    not_rewritten: str = ""
    """Why an odd link was left as it came; empty otherwise."""
    page: int = 0
    """Page number from 1 in paged formats, else 0."""
    site: str = ""
    """The host strangers publish on below the domain, see ``policy.sites``; empty for most links."""

    @property
    def known_as(self) -> str:
        """What a habit is about: the site, else the domain."""
        return self.site or self.domain


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message, what was decided about it and what the next hop said."""

    id: str
    at: float
    message_id: str
    sender: str
    sender_domain: str
    genuine: bool
    by: str
    identity_words: str
    mail_from: str
    recipients: tuple[str, ...]
    subject: str
    outcome: str
    policy_version: str
    delivered: bool | None
    """None while the next hop has not answered."""
    reply: str
    links: tuple[LinkRow, ...]
    skipped: tuple[tuple[str, str, str], ...]
    """(leaf, reason, kind) triples; the kind is empty where there is none."""
    flags: tuple[tuple[str, str, str], ...]
    """(flag, leaf, words) triples."""
    link_count: int = 0
    """Links of the message, also where ``links`` is left out or cut."""
    rewritten_count: int = 0
    action: str = "pass"
    """What policy did about all that stayed or was not looked into: "pass", "tag", "hold" or "refuse"."""
    because: tuple[str, ...] = ()
    """The keys of ``[actions]`` that asked for it."""
    rulings: tuple[Ruling, ...] = ()
    """What analysts decided about it, oldest first."""
    scope: str = ""
    """Name of the policy's ``[[scope]]`` it fell under; empty for none."""
    observed: str = ""
    """The outcome it would have had where policy only observed; empty where it acted."""
    person: str = ""
    """Where a mailing list sent it on in its own name: the person behind; ``sender`` is the list then."""
    observed_because: tuple[str, ...] = ()
    """The keys of ``[actions]`` that would have asked for an action then."""

    @property
    def outbound(self) -> bool:
        """Whether it is mail of our own users, which is read and not judged."""
        return self.by == OUTBOUND

    @property
    def would(self) -> str:
        """What would have become of it where policy only observed, in words; empty where it acted."""
        return would(self.observed, self.observed_because) if self.observed else ""

    def ruling(self, link: LinkRow) -> Ruling | None:
        """The last ruling on one of its links; None where there is none."""
        about = [one for one in self.rulings if one.link == link.number]
        return about[-1] if about else None


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket with the message and link it stands for: all the click page shows."""

    ticket: Ticket
    link: LinkRow
    message: MessageRow
    """Without the other links."""

    @property
    def released(self) -> bool:
        """Whether an analyst said last that this link belongs."""
        ruling = self.message.ruling(self.link)
        return ruling is not None and ruling.what == "release"


@dataclass(frozen=True, slots=True)
class ClickRow:
    """One step somebody took on the page behind a rewritten link."""

    at: float
    ticket: str
    """Ticket id; empty where the ticket was not one of ours."""
    message: str
    """Message id, from the ticket; empty where unknown."""
    step: str
    """"shown" (page served to GET), "probed" (HEAD), "continued" (POST with a good nonce), "refused" (POST
    without), "unknown" (no such ticket)."""
    client: str
    """IP address."""
    agent: str
    """User-Agent, cut to 300 characters."""
    url: str = ""
    """Destination, filled in when read back."""
    domain: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """What an analyst looks for; empty fields do not restrict."""

    since: float = 0.0
    """Unix time, seconds."""
    sender: str = ""
    """Address, or a domain with or without a leading @; subdomains included."""
    recipient: str = ""
    domain: str = ""
    """Registrable domain or host of a link."""
    url: str = ""
    """Part of a URL."""
    message_id: str = ""
    """Message-ID with or without angle brackets, or our id."""
    outcome: str = ""
    """"untouched", "rewritten", "held" or "refused"."""
    action: str = ""
    """"pass", "tag", "hold" or "refuse"."""
    scope: str = ""
    """Name of a ``[[scope]]``."""
    observed: str = ""
    """The outcome a message that was only observed would have had; "any" for every such message."""
    limit: int = 200
