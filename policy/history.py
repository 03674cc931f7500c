"""What is remembered of a sender, how one more message changes it, and how surprising a new domain is.

The surprise model is a hierarchical Pitman–Yor process (Teh 2006) cut down to what the store counts. For an
owner with ``m`` messages and ``u`` uses of ``t`` different domains, the chance that the next message brings
a new one is taken as ``(c + d·t) / (c + m)``, where ``c`` is the concentration and ``d`` the discount. The
discount is not fixed but read off the owner's own growth: ``t`` grows as ``u`` to the power of ``d``, so
``d = ln(t + 1) / ln(u + 2)``. Somebody who links to the same three portals for a year has a small one,
somebody who links to the whole web one near 1. Counting messages below the line and growing the discount
was far ahead of uses and a fixed discount on mail with feeds in it, and as good on a developers' list.

Minus the logarithm of that chance is the evidence, in nats. A domain new to the sender is looked for at his
domain, then in all mail of the organisation; each level that does not know it adds to the surprise, each
level that does takes something away.

Law 8, trust is not a discount: the same sum is also made as if the sender were unknown, and as if his whole
domain were, and the largest counts. So no amount of history makes a link he never sent less surprising than
it would be from a stranger.

Unauthenticated mail has no history of its own here and is never learned from. What the claimed sender
linked to before excuses nothing in it; what he did not still surprises, because a forger who names a
regular correspondent is measured by that correspondent's habits.

Does not read or write the store.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from policy.domains import above, registrable
from policy.model import Decision, Habit, Identity, Judgement, Lesson, Owner, Seen
from policy.rules import HistoryRules, Rules

ORGANISATION = Owner("organisation", "")
MOST_DOMAINS = 200
"""Registrable domains one message can teach; more are not a habit but a list, and the first ones in
alphabetical order stand for it."""


def owners(identity: Identity, shared: Collection[str] = ()) -> tuple[Owner, ...]:
    """Whose habits one message of this sender touches, nearest first.

    ``shared`` are domains of mail providers, whose customers are not each other's colleagues.
    """
    near: list[Owner] = []
    if identity.address:
        near.append(Owner("sender", _without_tag(identity.address)))
    if identity.organisation and identity.organisation not in shared and identity.domain not in shared:
        near.append(Owner("domain", identity.organisation))
    return (*near, ORGANISATION)


def readings(identity: Identity) -> tuple[Identity, ...]:
    """Everybody the sender may be: himself, or each address that an odd From names."""
    others = []
    for address in identity.named:
        domain = address.rpartition("@")[2]
        others.append(Identity(address, domain, registrable(domain), False, "none"))
    return (identity, *others)


def _without_tag(address: str) -> str:
    """The address without a sub-address (RFC 5233): ``clerk+1@`` is the clerk, not a stranger."""
    local, at, domain = address.rpartition("@")
    return (local.partition("+")[0] or local) + at + domain


def lesson(judgement: Judgement, rules: Rules, at: float, own_hosts: Collection[str] = ()) -> Lesson | None:
    """What a delivered message teaches; None where it teaches nothing.

    Only a genuine sender teaches, and only domains of links that were not found odd, in places people
    click. ``own_hosts`` are the organisation's click hosts: links to them are our own writing. ``at`` is Unix
    time in seconds.
    """
    if not judgement.identity.genuine or not judgement.identity.address:
        return None
    odd = {decision.domain for decision in judgement.decisions if _odd(decision, rules)}
    domains = {
        decision.domain
        for decision in judgement.decisions
        if decision.domain
        and decision.domain not in odd
        and _teaches(decision.link.place, decision.link.url, rules)
        and not set(above(decision.link.host)) & set(own_hosts)
    }
    if not domains:
        return None
    names = tuple(sorted(domains)[:MOST_DOMAINS])
    return Lesson(
        owners(judgement.identity, rules.history.shared_domains), names, at, judgement.identity.organisation
    )


def _odd(decision: Decision, rules: Rules) -> bool:
    """Found odd, or excused by nothing but who stands in To and Cc: that must not make it a habit."""
    if decision.verdict == "rewrite":
        return True
    excused = sum(
        one.points
        for one in decision.weighed
        if one.evidence.signal == "participant" and one.evidence.strength < 1
    )
    return excused < 0 and decision.score - excused >= rules.threshold


def _teaches(place: str, url: str, rules: Rules) -> bool:
    scheme = url.partition(":")[0].lower()
    return scheme in rules.links.schemes and not matches(place, rules.places.fetched)


def matches(place: str, patterns: Iterable[str]) -> bool:
    """Whether a place fits one of the policy's patterns."""
    return any(fnmatchcase(place, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Level:
    """What one owner's history says about one domain."""

    owner: Owner
    habit: Habit
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class Surprise:
    """How surprising a domain is, and what each level added or took, for the explanation."""

    nats: float
    """Not below 0."""
    parts: tuple[tuple[Level, float], ...] = ()


def escape(messages: int, uses: int, domains: int, rules: HistoryRules) -> float:
    """Nats for a new domain from somebody with this history; 0 without any, never below 0.

    The three counts are those of ``policy.model.Habit``.
    """
    if messages <= 0:
        return 0.0
    kinds = max(0, min(domains, messages))
    discount = min(0.95, max(0.05, math.log(kinds + 1) / math.log(max(messages, uses) + 2)))
    return -math.log(min(1.0, (rules.concentration + discount * kinds) / (rules.concentration + messages)))


def surprise(levels: Sequence[Level], genuine: bool, rules: HistoryRules) -> Surprise:
    """How surprising the domain is, given the levels that are known, nearest first.

    Levels whose history could not be read are simply left out: unknown is never evidence.
    """
    known = list(levels)
    if genuine and known and known[0].owner.level == "sender" and known[0].seen is not None:
        return Surprise(0.0, ((known[0], 0.0),))
    if not genuine and any(level.seen and level.owner.level != "organisation" for level in known):
        # The claimed sender does link there, but it is not he who says so: judge as a stranger's link.
        known = [level for level in known if level.owner.level == "organisation"]
    starts = [_sum(known[at:], rules) for at in range(len(known))]
    return max(starts, key=lambda one: one.nats, default=Surprise(0.0))


def _sum(levels: Sequence[Level], rules: HistoryRules) -> Surprise:
    parts: list[tuple[Level, float]] = []
    for at, level in enumerate(levels):
        if level.seen is not None and level.seen.messages > 0:
            parts.append((level, -_credit(level, rules)))
            break
        below = levels[at - 1].habit if at and level.owner.level == "domain" else None
        parts.append((level, _new(level, below, rules)))
    return Surprise(max(0.0, sum(nats for _, nats in parts)), tuple(parts))


def _new(level: Level, sender: Habit | None, rules: HistoryRules) -> float:
    # The sender's own mail is part of his domain's; without taking it out it would count twice. His domains
    # may be his colleagues' too, so those stay.
    own = sender or Habit()
    nats = escape(
        level.habit.messages - own.messages, level.habit.uses - own.uses, level.habit.domains, rules
    )
    if level.owner.level == "domain":
        if sender is None:  # judged as an address of the domain that never wrote before
            return min(rules.newcomer_most, rules.newcomer_weight * nats)
        return min(rules.domain_most, rules.domain_weight * nats)
    if level.owner.level == "organisation":
        return min(rules.organisation_most, rules.organisation_weight * nats)
    return nats


def _credit(level: Level, rules: HistoryRules) -> float:
    messages = level.seen.messages if level.seen else 0
    share = min(1.0, math.log1p(messages) / math.log1p(rules.credit_messages))
    return share * (rules.organisation_credit if level.owner.level == "organisation" else rules.domain_credit)
