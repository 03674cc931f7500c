"""The values of judgement: who sent it, what we ask, what we learn, what we conclude.

All are frozen, picklable and comparable.

Does not decide anything itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inspectors.model import Link, quickly_made


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the SMTP client said about the message (RFC 5321 section 2.3.1)."""

    mail_from: str = ""
    """Reverse-path without angle brackets; empty for the null sender."""
    rcpt_tos: tuple[str, ...] = ()
    """Forward-paths that the next hop accepted."""
    client_address: str = ""
    """IP address of the original client where XFORWARD or the connection tells; empty where unknown."""
    helo: str = ""
    """The client's HELO or EHLO name; empty where unknown."""
    forwarded: bool = False
    """True where the client's address came by XFORWARD: it is then the stranger's, not that of a server of
    ours in between."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the sender really is, as far as anyone proved it."""

    address: str
    """From address in lower case; empty where the From field gives none, or more than one."""
    domain: str
    """The part after the @, in ASCII form; empty where there is none."""
    organisation: str
    """Registrable domain of ``domain``."""
    genuine: bool
    """True where authentication aligned with the From domain succeeded (RFC 7489 section 3.1)."""
    by: str
    """"dmarc", "dkim", "spf", "claimed" (taken at its word), "none", or "outbound": mail of our own users,
    about which nothing was asked."""
    words: str = ""
    """One sentence on what was proved or why nothing was."""
    named: tuple[str, ...] = ()
    """Where From is odd: the addresses a reader may take for the sender. They vouch for nothing, but a link
    is measured by the habits of each."""
    person: str = ""
    """Where a mailing list sent it on in its own name: the address of the person behind, as the list says.
    The rest of the identity is then the list's."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Question:
    """Something only the outside world can answer. Equal questions are asked once."""

    kind: str
    """Which lookup answers it: "habit", "seen", "rank", "listed", "dkim", "dnsbl", "age" …; see
    ``policy.questions``."""
    key: tuple[str, ...]
    """What it is about; the lookup's docstring gives the parts."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Known:
    """An answer."""

    value: object


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, and why. Never evidence."""

    why: str
    quiet: bool = False
    """True where that is no failure: the installation has no such source, or there is nothing to be known."""


Answer = Known | Unknown
_NOT_ASKED = Unknown("not asked", quiet=True)


@dataclass(frozen=True, slots=True)
class Gap:
    """What was asked about a message and not answered."""

    kind: str
    """Of the questions."""
    why: str
    questions: int
    """How many went without an answer for this reason."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All answers for one message."""

    answers: Mapping[Question, Answer] = field(default_factory=dict)

    def of(self, question: Question) -> Answer:
        """The answer, or Unknown where the question was never asked."""
        return self.answers.get(question, _NOT_ASKED)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody whose habits are remembered."""

    level: str
    """"sender" (an address), "domain" (a registrable domain), "organisation" (all our mail), or "claimed": an
    address in whose name mail came that nobody proved."""
    name: str
    """The address or domain; empty for the organisation."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How an owner links, over everything remembered of it."""

    messages: int = 0
    """Genuine messages with at least one link."""
    uses: int = 0
    """Pairs (message, registrable domain linked in it)."""
    domains: int = 0
    """Different registrable domains."""
    first: float = 0.0
    """Unix time of the first of the messages, seconds; 0 without any."""
    last: float = 0.0
    """Unix time of the last of them, seconds."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Seen:
    """How an owner linked to one registrable domain."""

    messages: int
    """Genuine messages of this owner that linked to it."""
    first: float
    """Unix time of the first of them, seconds."""
    last: float
    """Unix time of the last of them, seconds."""
    days: int = 0
    """Different days (UTC) on which they came, never too many; 0 where days were not counted."""
    senders: int = 0
    """For a domain: different senders who did; for the organisation: different sender domains. Counted up
    to 4; 0 where they were not counted."""
    first_id: str = ""
    """Our id, else the Message-ID, of the first of them; empty where unknown."""
    released: float = 0.0
    """Unix time at which an analyst said that it belongs, seconds; 0 where nobody did."""


@dataclass(frozen=True, slots=True)
class Trait:
    """What else comes with an owner's mail: the program it is written with, the network it is from."""

    kind: str
    """What it is about; ``policy.traits`` lists the kinds."""
    value: str
    messages: int
    """Genuine messages with links that had it."""
    first: float
    """Unix time of the first of them, seconds."""
    last: float
    """Unix time of the last of them, seconds."""


@dataclass(frozen=True, slots=True)
class Mention:
    """That a domain stood in an earlier message of a conversation."""

    domain: str
    """What a habit is about, as in ``Lesson.domains``; or the organisation of who wrote it."""
    teacher: str
    """The registrable domain of who wrote it, or ``policy.threads.OURS``."""
    at: float
    """Unix time the earlier message was taken, seconds."""
    message_id: str
    """Its Message-ID without brackets."""
    messages: int = 0
    """Genuine messages with links that the teacher's domain has sent, today."""
    first: float = 0.0
    """Unix time of the first of them, seconds; 0 without any."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one delivered message teaches (pure result of ``policy.lessons.lesson``)."""

    owners: tuple[Owner, ...]
    domains: tuple[str, ...]
    """Registrable domains (or bare hosts and IP literals) linked in it, each once, sorted."""
    at: float
    """Unix time the message was taken, seconds."""
    own: str = ""
    """The sender's own registrable domain: it counts among the domains, but the organisation is not taught to
    know it, or three mails would make a stranger's domain familiar to all."""
    id: str = ""
    """Names the message: our id, else its Message-ID."""
    places: tuple[str, ...] = ()
    """Formats its links stood in ("text", "html", "pdf" …), each once, sorted."""
    traits: tuple[tuple[str, str], ...] = ()
    """(kind, value) pairs, see ``policy.traits``."""
    messages: int = 1
    """0 where the message itself was counted before, by another lesson."""
    teacher: str = ""
    """Who is counted as having taught the organisation; ``own`` where empty. Only mail of our own users has
    one."""
    message_id: str = ""
    """Its Message-ID without brackets; empty where nothing is remembered for its conversation."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Evidence:
    """What one signal saw in one link. Carries no points: signals see, policy weighs."""

    signal: str
    strength: float
    """0 to 1."""
    words: str
    """One sentence that a clerk understands."""
    used: tuple[Question, ...] = ()
    """The questions whose answers it rests on."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Weighed:
    """Evidence with the points policy gives it."""

    evidence: Evidence
    points: float
    """After strength and the family's cap; 0 for a signal that is observed but not counted."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one link, and its whole explanation."""

    link: Link
    domain: str
    """Registrable domain of the link's host; the host itself where there is none."""
    verdict: str
    """"pass" or "rewrite"; or, for an odd link that is known to stay as it came, what ``[actions]`` says:
    "tag", "hold" or "refuse"; or "observe" for an odd link in a message that is only observed."""
    score: float
    """Sum of the points."""
    weighed: tuple[Weighed, ...]
    policy_version: str
    flip: str
    """The nearest change that would turn the verdict, in words."""
    left: str = ""
    """Of an odd link that stays as it came: the key of ``[actions]`` that says why, or "observed"; else
    empty."""
    site: str = ""
    """The host strangers publish on below the domain, see ``policy.sites``; empty for most links."""
    otherwise: str = ""
    """Of a link that is only observed: what would have kept it from being rewritten, a key of ``[actions]``;
    empty where nothing would have."""

    @property
    def known_as(self) -> str:
        """What a habit is about: the site, else the domain."""
        return self.site or self.domain


@dataclass(frozen=True, slots=True)
class Scope:
    """Which part of the policy a message falls under, see ``policy.scopes``."""

    name: str = ""
    """Of the ``[[scope]]``; empty where only the policy's own values count."""
    observe: bool = False
    """Whether the message is judged and not changed."""
    threshold: float = 0.0
    """Points from which on a link is odd; 0 for the policy's own."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided about one message."""

    identity: Identity
    decisions: tuple[Decision, ...]
    """One per link, in the order of the inspection."""
    policy_version: str
    unknown: tuple[Gap, ...] = ()
    """What was asked and not answered, so that nothing could be concluded from it."""
    scope: Scope = Scope()
    """What it was judged under."""
    client: str = ""
    """IP address of the stranger's mail server, see ``policy.client``; empty where nobody of ours tells."""
    whole: bool = True
    """False where judging was ended and only lists were looked at, see ``policy.unjudged``."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word about the sender is taken. Describes the installation, so it comes from the settings."""

    authserv_ids: tuple[str, ...] = ()
    """authserv-ids of our own border servers (RFC 8601 section 2.5), compared whole and without case. Such a
    server must remove arriving fields that bear its name (section 5)."""
    our_hosts: tuple[str, ...] = ()
    """Names our own servers put after "by" in Received."""
    verify_dkim: bool = False
    """Verify DKIM signatures ourselves where no trusted server vouches."""
    from_is_genuine: bool = False
    """Take the From address at its word, for archives whose authentication results are gone."""
    verify_spf: bool = False
    """Check SPF ourselves where the client's address is known and no trusted server vouches."""


@dataclass(frozen=True, slots=True)
class DkimResult:
    """What verifying one DKIM signature gave (RFC 6376 section 6)."""

    domain: str
    """d=, in lower case."""
    selector: str
    """s=."""
    passed: bool
    whole: bool
    """True where the signature covers the whole body and its Content-Type; without that, a pass says nothing
    about the links."""
    words: str
    """One sentence on what was found."""


@dataclass(frozen=True, slots=True)
class SpfResult:
    """Whether the client may send for the domain (RFC 7208 section 2.6)."""

    domain: str
    """Of MAIL FROM, or the HELO name where the reverse-path is null."""
    result: str
    """"none", "neutral", "pass", "fail", "softfail" or "permerror"; "temperror" is an Unknown."""
    words: str
    """One sentence on what was found."""
