"""All that a signal may look at: one link, who sent it, and what is known.

Does not look at anything itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit

from inspectors.model import Link
from policy import questions
from policy.domains import above, clean, registrable, rented
from policy.history import Level, Surprise, claimed, owners, readings
from policy.manner import NONE, Manner
from policy.model import Envelope, Facts, Habit, Identity, Mention, Owner
from policy.rules import Entry, Rules
from policy.signals.urltext import bounded
from policy.sites import site

CORRESPONDENT = "somebody in To or Cc who often writes to us"
"""A participant only by the sender's word and our own history."""
WRITER = "somebody who wrote earlier in this conversation"
"""The same: which conversation it is, is the sender's word too."""


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a link's destination that signals look at."""

    scheme: str
    """Lower case; empty where the URL cannot be taken apart."""
    user_info: str
    """What stands before the @ of the authority, of the destination or else of the wrapper's URL."""
    host: str
    """ASCII form, lower case, IP literals without brackets."""
    port: int
    """0 where none is written or it is no number."""


@dataclass(frozen=True, slots=True)
class Schemes:
    """How many links of a message there are, and how many say https: counted once for all its links."""

    links: int = 0
    encrypted: int = 0
    by_domain: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """The same two numbers by registrable domain."""

    @classmethod
    def of(cls, links: Iterable[Link]) -> Schemes:
        """Count the links that name a host."""
        counts: dict[str, tuple[int, int]] = {}
        for link in links:
            if link.host:
                all, encrypted = counts.get(domain := registrable(link.host), (0, 0))
                counts[domain] = (all + 1, encrypted + (link.url[:6].lower() == "https:"))
        return cls(sum(one for one, _ in counts.values()), sum(one for _, one in counts.values()), counts)


@dataclass(slots=True)
class Notes:
    """What is worked out once for a message and looked up by the cases of all its links.

    Only saves time: what stands here follows from the rest of the case.
    """

    owners: tuple[tuple[tuple[Owner, Habit], ...], ...] | None = None
    """Of everybody the sender may be: whose history is known, nearest first."""
    histories: dict[str, tuple[tuple[Level, ...], ...]] = field(default_factory=dict)
    """By site."""
    known: dict[str, bool] = field(default_factory=dict)
    """By site."""
    surprises: dict[tuple[object, ...], tuple[Surprise, tuple[Level, ...]]] = field(default_factory=dict)
    """By what everybody whose history counts has seen of a site."""
    protected: frozenset[str] | None = None
    entries: dict[str, Mapping[str, int]] = field(default_factory=dict)
    """Domain → place in the policy's own list, by the list's name."""
    listed: dict[tuple[str, str], str] = field(default_factory=dict)
    """(role, host) → the list that holds the host; empty where none does."""


@dataclass(frozen=True, slots=True)
class Case:
    """One link before the judge."""

    link: Link
    target: Target
    domain: str
    """Registrable domain of the target's host, or the host itself."""
    identity: Identity
    envelope: Envelope
    facts: Facts
    rules: Rules
    participants: Mapping[str, str]
    """Registrable domains of the people in the conversation → whose, in words."""
    schemes: Schemes
    """How the links of the whole message are written."""
    company: frozenset[str] = frozenset()
    """Registrable domains of everybody the message names: From, To, Cc and the envelope. Vouches for
    nothing."""
    at: float = 0.0
    """Unix time of the message, seconds; 0 judges as if no time had passed since the history was learned."""
    earlier: Mapping[str, Mention] = field(default_factory=dict)
    """What habits are about → the earlier message of the conversation that vouches for it."""
    manner: Manner = NONE
    """What the genuine sender's mail usually comes with, and what of it this mail changes."""
    notes: Notes = field(default_factory=Notes, compare=False, repr=False)
    """The same for all links of one message."""

    @property
    def url(self) -> str:
        """The destination's URL as far as its form is looked at, see ``policy.signals.urltext``."""
        return bounded(self.link.target or self.link.url)

    @property
    def site(self) -> str:
        """What habits are about: the domain, or the host where strangers publish below the domain."""
        return site(self.target.host, self.rules.lists.known_free_hosts)

    @property
    def wrapper(self) -> str:
        """Host of the outermost wrapper the link goes through; empty for most links."""
        return clean(self.link.host) if self.link.wrapped else ""

    def histories(self) -> tuple[tuple[Level, ...], ...]:
        """``levels`` for everybody the sender may be."""
        name = self.site
        found = self.notes.histories.get(name)
        if found is None:
            found = tuple(
                tuple(
                    Level(owner, habit, questions.seen_of(self.facts, owner, name), self.at)
                    for owner, habit in one
                    if not questions.failed(self.facts, questions.seen(owner, name))
                )
                for one in self._owners()
            )
            self.notes.histories[name] = found
        return found

    def levels(self) -> tuple[Level, ...]:
        """What the sender's, his domain's and the organisation's history says about the link's domain."""
        return self.histories()[0]

    def _owners(self) -> tuple[tuple[tuple[Owner, Habit], ...], ...]:
        if self.notes.owners is None:
            shared = self.rules.history.shared_domains
            habits = (
                [(owner, questions.habit_of(self.facts, owner)) for owner in owners(one, shared)]
                for one in readings(self.identity)
            )
            self.notes.owners = tuple(
                tuple((owner, habit) for owner, habit in one if habit is not None) for one in habits
            )
        return self.notes.owners

    def unproved(self) -> Level | None:
        """What mail in the name of this mail's sender that nobody proved has linked to; None where he is
        genuine, odd, or nothing is known."""
        owner = claimed(self.identity)
        habit = questions.habit_of(self.facts, owner) if owner else None
        if owner is None or habit is None or habit.messages <= 0:
            return None
        if questions.failed(self.facts, questions.seen(owner, self.site)):
            return None
        return Level(owner, habit, questions.seen_of(self.facts, owner, self.site), self.at)

    def known(self) -> bool:
        """Whether the genuine sender linked to the domain before, or it is somebody's in the conversation."""
        name = self.site
        if name not in self.notes.known:
            owned = self.levels()[:1] if self.identity.genuine else ()
            linked = any(level.owner.level == "sender" and level.seen is not None for level in owned)
            self.notes.known[name] = linked or name in self.participants
        return self.notes.known[name]

    def protected(self) -> frozenset[str]:
        """Registrable domains whose look-alikes matter: those of the conversation and the policy's brands."""
        if self.notes.protected is None:
            own = {name for name in self.participants if name not in self.rules.history.shared_domains}
            brands = {registrable(brand) for brand in self.rules.lookalike.brands}
            self.notes.protected = frozenset(own | brands)
        return self.notes.protected

    def shortener(self) -> str:
        """What calls the link a shortened one: a list, the policy, its shape; empty where nothing does."""
        lists = self.rules.lists
        found = self._on("shortener", lists.shorteners, lists.known_shorteners)
        return found or (
            "its shape" if shortened(self.link.target or self.link.url, self.target.host) else ""
        )

    def free_host(self) -> str:
        """The list that says anyone can publish on the host; empty where none does.

        The Public Suffix List counts: under a company's suffix its customers publish.
        """
        found = self._on("free host", self.rules.lists.free_hosts, self.rules.lists.known_free_hosts)
        return found or ("the Public Suffix List" if rented(self.target.host) else "")

    def entry(self, name: Literal["allow", "block"], host: str) -> Entry | None:
        """The first entry of this list of the policy that covers the host."""
        entries = self.rules.allow if name == "allow" else self.rules.block
        if name not in self.notes.entries:
            self.notes.entries[name] = {entry.domain: at for at, entry in reversed([*enumerate(entries)])}
        places = self.notes.entries[name]
        found = [places[domain] for domain in above(host) if domain in places]
        return entries[min(found)] if found else None

    def _on(self, role: str, names: tuple[str, ...], known: frozenset[str]) -> str:
        host = self.target.host
        if (role, host) not in self.notes.listed:
            ours = not known.isdisjoint(above(host))
            found = "the policy" if ours else questions.listed_in(self.facts, names, host)
            self.notes.listed[role, host] = found
        return self.notes.listed[role, host]


SHORT_HOST = 14
"""Characters of a host that is bought to be short."""
_LONGEST_SHORT = 300
"""Characters of a shortened URL, with user name and port."""
_CODE = re.compile(
    r"https?://[^/?#@]+/(?=[\w-]*[A-Za-z])(?=[\w-]*[0-9]|[A-Za-z]+[A-Z])[\w-]{4,9}\Z", re.ASCII
)
"""A path of one short code: letters with digits, or with capitals behind the first letter."""


def shortened(url: str, host: str) -> bool:
    """Whether a URL has the shape of a shortened one: a short host and nothing behind it but a short code."""
    short = len(host) <= SHORT_HOST and len(url) <= _LONGEST_SHORT
    return short and not host.startswith("www.") and _CODE.match(url) is not None


def target(link: Link) -> Target:
    """Take a link's destination apart: where its wrappers lead, else its own URL. Never raises."""
    if link.target:
        found = _parts(link.target, "")
        return found if found.user_info else replace(found, user_info=_parts(link.url, link.host).user_info)
    return _parts(link.url, link.host)


@lru_cache(maxsize=512)
def _parts(url: str, known_host: str) -> Target:
    """The same links are taken apart when asking, judging and learning."""
    try:
        parts = urlsplit(url)
        host, authority = clean(known_host or parts.hostname or ""), parts.netloc
    except ValueError:
        return Target(url.partition(":")[0].lower(), "", clean(known_host), 0)
    try:
        port = parts.port or 0
    except ValueError:
        port = 0
    return Target(parts.scheme.lower(), authority.rpartition("@")[0], host, port)
