"""What a policy says, as frozen values. The file that fills them is read by ``policy.policyfile``.

One point is meant as one nat of log-odds: e times more likely under attack than in this sender's mail.

Does not read files and does not judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

Text = Annotated[str, Field(min_length=1)]
Points = Annotated[float, Field(ge=-100.0, le=100.0)]
Weight = Annotated[float, Field(ge=0.0, le=1.0)]
NotNegative = Annotated[float, Field(ge=0.0, le=100.0)]
Count = Annotated[int, Field(ge=1, le=10_000_000)]


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
    domain_credit: NotNegative
    organisation_credit: NotNegative
    credit_messages: Count
    familiar_messages: Count
    correspondent_messages: Count
    shared_domains: tuple[Text, ...]


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
class LinkRules:
    """What about a link's own form is ordinary."""

    schemes: tuple[Text, ...]
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
    known_shorteners: tuple[Text, ...]
    known_free_hosts: tuple[Text, ...]


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
    allow: tuple[Entry, ...] = ()
    block: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in force, with their version and the place each value comes from."""

    rules: Rules
    version: str
    """Name and the first 8 hex digits of a hash over all effective values: "default-1a2b3c4d"."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Dotted key → "FILE:LINE"."""
