"""What a policy says, as frozen values. The file that fills them is read by ``policy.policyfile``.

One point is meant as one nat of log-odds: e times more likely under attack than in this sender's mail.

Does not read files and does not judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

Text = Annotated[str, Field(min_length=1)]
Points = Annotated[float, Field(ge=-100.0, le=100.0)]
Weight = Annotated[float, Field(ge=0.0, le=1.0)]
NotNegative = Annotated[float, Field(ge=0.0, le=100.0)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]
Action = Literal["pass", "tag", "hold", "refuse"]
"""What is done with a message, from weak to strong; ``policy.actions`` says what each means."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Bounds on what one family of signals may add up to."""

    least: Points
    most: Points


@dataclass(frozen=True, slots=True)
class HistoryRules:
    """Parameters of the surprise model, see ``policy.history``."""

    concentration: Annotated[float, Field(gt=0.0, le=100.0)]
    domain_weight: Weight
    domain_most: NotNegative
    newcomer_weight: Weight
    newcomer_most: NotNegative
    organisation_weight: Weight
    organisation_most: NotNegative
    claimed_weight: Weight
    claimed_most: NotNegative
    claimed_relief: Annotated[float, Field(ge=0.0, le=1.5)]
    domain_credit: NotNegative
    organisation_credit: NotNegative
    credit_messages: Count
    familiar_messages: Count
    correspondent_messages: Count
    shared_domains: tuple[Text, ...]
    half_life_days: Annotated[float, Field(ge=1.0, le=100_000.0)]
    spread_days: Count
    spread_senders: Annotated[int, Field(ge=1, le=4)]
    heard_of: Weight
    unobjected_days: Annotated[float, Field(ge=0.0, le=3650.0)]
    thread_days: Annotated[float, Field(ge=0.0, le=3650.0)]


@dataclass(frozen=True, slots=True)
class PopularityRules:
    """Ranks between which popularity counts, logarithmically."""

    top_rank: Count
    floor_rank: Count


@dataclass(frozen=True, slots=True)
class PlaceRules:
    """Where links may be rewritten, as patterns with * over ``Link.place``."""

    rewritable: tuple[Text, ...]
    fetched: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class PdfRules:
    """What is done about PDFs that more than their links depends on."""

    signed: Literal["leave", "append", "hold"] = "leave"
    """"leave": odd links of a signed PDF stay and are listed with the reason. "append": they are rewritten in
    an appended revision, which leaves the signed bytes as they are. "hold": they stay, and the message is
    held."""


@dataclass(frozen=True, slots=True)
class LinkRules:
    """What about a link's own form is ordinary."""

    schemes: tuple[Text, ...]
    """Of web pages; links with others are never rewritten."""
    opens: tuple[Text, ...]
    """Of other things that a click opens: judged where they name a host."""
    ordinary_ports: tuple[Annotated[int, Field(ge=1, le=65535)], ...]


@dataclass(frozen=True, slots=True)
class LookalikeRules:
    """Whose names are protected, besides those of the sender, the recipients and the organisation."""

    brands: tuple[Text, ...]
    shortest: Annotated[int, Field(ge=3, le=63)]


@dataclass(frozen=True, slots=True)
class ListRules:
    """Names of local lists by the role they play, and a few entries of our own."""

    shorteners: tuple[Text, ...]
    free_hosts: tuple[Text, ...]
    blocked: tuple[Text, ...]
    known_shorteners: frozenset[Text]
    known_free_hosts: frozenset[Text]


@dataclass(frozen=True, slots=True)
class DomainRules:
    """What of a domain's registration counts."""

    new_days: Count
    young_days: Count
    parking: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class DnsblCode:
    """One thing a DNS block list can say."""

    words: Text
    """What it means, after "NAME is ": "known for phishing"."""
    code: Text = "127.0.0.0/8"
    """Address or network of the return codes that say so."""
    bits: Annotated[int, Field(ge=0, le=255)] = 0
    """Where the last number of the return code is a sum of bits: one of these must be set; 0: any."""
    strength: Weight = 1.0
    """Of the evidence."""


@dataclass(frozen=True, slots=True)
class DnsblZone:
    """One DNS block list."""

    zone: Text
    lists: tuple[Literal["domain", "ip"], ...] = ("domain",)
    """What is asked there: registrable domains, addresses that stand for a host in a link, or both."""
    codes: tuple[DnsblCode, ...] = ()
    """Answers that mean something; others mean nothing. Empty: any listing counts in full."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One list that `oddlink feeds update` fetches."""

    name: Text
    """Name of the list, as [lists] uses it; not looked at for ranks."""
    url: Text
    format: Literal[
        "domains", "hosts", "urls", "openphish", "urlhaus", "phishtank", "ranks", "tranco", "umbrella"
    ]


@dataclass(frozen=True, slots=True)
class ActionRules:
    """What is done with a message that holds something we cannot change or look into.

    The first eight are about links found odd that stay as they came, by what keeps them; the others about
    what was not read, by its kind, and about the message as a whole.
    """

    signed: Action
    attached: Action
    inside: Action
    ambiguous: Action
    listed: Action
    qr: Action
    signed_pdf: Action
    other: Action
    encrypted: Action
    limit: Action
    broken: Action
    format: Action
    header_limit: Action
    screen_failure: Action
    unknown_history: Action
    ambiguity: Action


@dataclass(frozen=True, slots=True)
class ObserveRules:
    """Judging and logging without changing anything, see ``policy.scopes`` and ``policy.proposal``."""

    enabled: bool = False
    """For all mail that no scope says otherwise about."""
    days: Annotated[int, Field(ge=1, le=3650)] = 14
    """Days of observed mail before a threshold is proposed."""
    budget: Annotated[float, Field(gt=0.0, le=0.5)] = 0.005
    """Share of the links, each counted once per message and registrable domain, that a proposed threshold may
    rewrite."""


@dataclass(frozen=True, slots=True)
class ScopeEntry:
    """One ``[[scope]]``: a part of the mail with values of its own."""

    name: Text
    why: Text
    recipients: tuple[Text, ...] = ()
    """Addresses, and domains with all names below; empty for anybody."""
    senders: tuple[Text, ...] = ()
    """The same of the sender."""
    observe: bool | None = None
    """None: as ``[observe]`` says."""
    threshold: Annotated[float, Field(gt=0.0, le=100.0)] | None = None
    """None: the policy's own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One domain on a list of the policy; covers every name below it."""

    domain: Text
    why: Text


@dataclass(frozen=True, slots=True)
class Rules:
    """The content of a policy file."""

    name: Text
    threshold: Annotated[float, Field(gt=0.0, le=100.0)]
    points: Mapping[str, Points]
    caps: Mapping[str, Caps]
    history: HistoryRules
    popularity: PopularityRules
    places: PlaceRules
    links: LinkRules
    lookalike: LookalikeRules
    lists: ListRules
    actions: ActionRules
    domains: DomainRules
    allow: tuple[Entry, ...] = ()
    block: tuple[Entry, ...] = ()
    dnsbl: tuple[DnsblZone, ...] = ()
    feed: tuple[Feed, ...] = ()
    pdf: PdfRules = PdfRules()
    observe: ObserveRules = ObserveRules()
    scope: tuple[ScopeEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in force, with their version and the place each value comes from."""

    rules: Rules
    version: str
    """Name and the first 8 hex digits of a hash over all effective values: "default-1a2b3c4d"."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Dotted key → "FILE:LINE"."""
