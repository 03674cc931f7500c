"""All that a signal may look at: one link, who sent it, and what is known.

Does not look at anything itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from inspectors.model import Link
from policy import questions
from policy.domains import above, clean
from policy.history import Level, owners, readings
from policy.model import Envelope, Facts, Identity
from policy.rules import Rules

CORRESPONDENT = "somebody in To or Cc who often writes to us"
"""A participant only by the sender's word and our own history."""


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a link's URL that signals look at."""

    scheme: str
    """Lower case; empty where the URL cannot be taken apart."""
    user_info: str
    """What stands before the @ of the authority."""
    host: str
    """ASCII form, lower case, IP literals without brackets."""
    port: int
    """0 where none is written or it is no number."""


@dataclass(frozen=True, slots=True)
class Case:
    """One link before the judge."""

    link: Link
    target: Target
    domain: str
    """Registrable domain of the link's host, or the host itself."""
    identity: Identity
    envelope: Envelope
    facts: Facts
    rules: Rules
    participants: Mapping[str, str]
    """Registrable domains of the people in the conversation → whose, in words."""
    links: tuple[Link, ...]
    """All links of the message; their order means nothing."""

    def histories(self) -> tuple[tuple[Level, ...], ...]:
        """``levels`` for everybody the sender may be."""
        return tuple(self.levels(one) for one in readings(self.identity))

    def levels(self, identity: Identity | None = None) -> tuple[Level, ...]:
        """What the sender's, his domain's and the organisation's history says about the link's domain."""
        found: list[Level] = []
        for owner in owners(identity or self.identity, self.rules.history.shared_domains):
            habit = questions.habit_of(self.facts, owner)
            if habit is not None:
                found.append(Level(owner, habit, questions.seen_of(self.facts, owner, self.domain)))
        return tuple(found)

    def shortener(self) -> str:
        """The list that calls the host a shortener; empty where none does."""
        return self._on(self.rules.lists.shorteners, self.rules.lists.known_shorteners)

    def free_host(self) -> str:
        """The list that says anyone can publish on the host; empty where none does."""
        return self._on(self.rules.lists.free_hosts, self.rules.lists.known_free_hosts)

    def _on(self, names: tuple[str, ...], known: tuple[str, ...]) -> str:
        if any(name in known for name in above(self.target.host)):
            return "the policy"
        return questions.listed_in(self.facts, names, self.target.host)


def target(link: Link) -> Target:
    """Take a link's URL apart. Never raises."""
    try:
        parts = urlsplit(link.url)
        host, authority = clean(link.host or parts.hostname or ""), parts.netloc
    except ValueError:
        return Target(link.url.partition(":")[0].lower(), "", clean(link.host), 0)
    try:
        port = parts.port or 0
    except ValueError:
        port = 0
    return Target(parts.scheme.lower(), authority.rpartition("@")[0], host, port)
