"""How surprising a domain is, given what is remembered of a sender, his domain and the organisation.

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

Nobody trains his own usual links in a hurry, and nobody trains those of others. What counts of a domain is
the days on which it was linked to, not the messages; it is familiar in proportion until there were
``spread_days``. What it excuses others needs several senders besides (``spread_senders``). And what is
remembered fades with a half-life, counted from its last use to the message's own time; the rows themselves
are not touched.

Of mail that nobody proved, what the claimed sender linked to before excuses nothing; what he did not still
surprises, because a forger who names a regular correspondent is measured by that correspondent's habits.
Beside them such mail has a weak history of its own, kept under the address it names: what is new against it
adds a little, what it held over days takes a little back, and it plays no part in genuine mail. Anybody can
fill it. So it never brings a link below what the same link is in mail of an address nobody ever heard of,
which whoever forges has for nothing; and it never takes back more than ``claimed_relief``.

Does not read or write the store, and does not say what is learned: ``policy.lessons`` does.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import lru_cache

from policy.domains import registrable
from policy.model import Habit, Identity, Owner, Seen
from policy.rules import HistoryRules

DAY = 86400.0
"""Seconds."""
MOST_A_DAY = 30
"""Messages of one day that count when it is asked how readily somebody brings new domains. A mailing of 200
on a sender's first day is one occasion to choose a link, not 200."""
ORGANISATION = Owner("organisation", "")
CLAIMED = "claimed"
"""The level of what nobody proved."""


def owners(identity: Identity, shared: Collection[str] = ()) -> tuple[Owner, ...]:
    """Whose habits one message of this sender touches, nearest first.

    ``shared`` are domains of mail providers, whose customers are not each other's colleagues.
    """
    near: list[Owner] = []
    if identity.person:
        # Only the list says who wrote it, so the habit is that of the person on this list, kept apart from
        # his own; the list stands where his domain would.
        name = f"{_without_tag(identity.person)} via {identity.address}"
        return (Owner("sender", name), Owner("domain", identity.address), ORGANISATION)
    if identity.address:
        near.append(Owner("sender", _without_tag(identity.address)))
    if identity.organisation and identity.organisation not in shared and identity.domain not in shared:
        near.append(Owner("domain", identity.organisation))
    return (*near, ORGANISATION)


def readings(identity: Identity) -> tuple[Identity, ...]:
    """Everybody the sender may be: himself, or each address that an odd From names.

    Of mail that a list sent on, also the address in From as any other: fields that call it a list's must not
    hide a sender from his own habits.
    """
    others = [replace(identity, person="")] if identity.person else []
    for address in identity.named:
        domain = address.rpartition("@")[2]
        others.append(Identity(address, domain, registrable(domain), False, "none"))
    return (identity, *others)


def habits(identity: Identity, shared: Collection[str] = ()) -> tuple[Owner, ...]:
    """Whose habits one message teaches: the owners of everybody the sender may be, each once."""
    return tuple(dict.fromkeys(owner for one in readings(identity) for owner in owners(one, shared)))


def claimed(identity: Identity) -> Owner | None:
    """Under whose name mail that nobody proved is remembered; None for genuine mail and for an odd From.

    Nothing else is remembered there, and nothing of it anywhere else.
    """
    if identity.genuine or identity.named or not identity.address or not identity.domain:
        return None
    return Owner(CLAIMED, _without_tag(identity.address))


def _without_tag(address: str) -> str:
    """The address without a sub-address (RFC 5233): ``clerk+1@`` is the clerk, not a stranger."""
    local, at, domain = address.rpartition("@")
    return (local.partition("+")[0] or local) + at + domain


def form(place: str) -> str:
    """The format a place is in: "pdf" for "pdf:annotation"."""
    return place.partition(":")[0]


@lru_cache(maxsize=4096)
def day(at: float) -> str:
    """The day (UTC) of a Unix time in seconds, as "2025-03-04"; empty for what is no time."""
    try:
        return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return ""


def matches(place: str, patterns: Iterable[str]) -> bool:
    """Whether a place fits one of the policy's patterns."""
    return any(fnmatchcase(place, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Level:
    """What one owner's history says about one domain."""

    owner: Owner
    habit: Habit
    seen: Seen | None
    at: float = 0.0
    """Unix time of the message that is judged, seconds; 0 judges as if no time had passed."""


@dataclass(frozen=True, slots=True)
class Surprise:
    """How surprising a domain is, and what each level added or took, for the explanation."""

    nats: float
    """Not below 0."""
    parts: tuple[tuple[Level, float], ...] = ()


def faded(last: float, at: float, rules: HistoryRules) -> float:
    """What is left at ``at`` of what was last used at ``last`` (Unix time, seconds): 1, halved with time."""
    if at <= 0 or last <= 0 or at <= last:
        return 1.0
    return float(0.5 ** ((at - last) / (rules.half_life_days * DAY)))


def times(level: Level, rules: HistoryRules) -> float:
    """How often the owner linked to the domain, in days of use, faded; 0 for never.

    What an analyst released counts as a habit at once. Where days were not counted, messages stand in.
    """
    seen = level.seen
    if seen is None or seen.messages <= 0:
        return 0.0
    days = seen.days or seen.messages
    if seen.released:
        days = max(days, rules.spread_days, rules.familiar_messages)
    return days * faded(max(seen.last, seen.released), level.at, rules)


def familiarity(level: Level, rules: HistoryRules) -> float:
    """How far the domain is part of the owner's habits, 0 to 1.

    0 beyond the sender himself where too few senders linked to it.
    """
    seen = level.seen
    alone = level.owner.level not in ("sender", CLAIMED)
    if seen is None or (alone and 0 < seen.senders < rules.spread_senders):
        return 0.0
    return min(1.0, times(level, rules) / rules.spread_days)


def escape(messages: float, uses: float, domains: float, rules: HistoryRules, fresh: float = 1.0) -> float:
    """Nats for a new domain from somebody with this history; 0 without any, never below 0.

    The three counts are those of ``policy.model.Habit``; ``fresh`` is what is left of them, 0 to 1.
    """
    if messages <= 0:
        return 0.0
    kinds = max(0, min(domains, messages))
    discount = min(0.95, max(0.05, math.log(kinds + 1) / math.log(max(messages, uses) + 2)))
    concentration = rules.concentration
    return -math.log(
        min(1.0, (concentration + discount * kinds * fresh) / (concentration + messages * fresh))
    )


def surprise(
    levels: Sequence[Level], genuine: bool, rules: HistoryRules, unproved: Level | None = None
) -> Surprise:
    """How surprising the domain is, given the levels that are known, nearest first.

    Levels whose history could not be read are simply left out: unknown is never evidence. ``unproved`` is
    what mail in the sender's name that nobody proved has linked to; it counts only where this mail is such.
    """
    found = _surprise(levels, genuine, rules)
    return found if genuine or unproved is None else _with_unproved(found, levels, unproved, rules)


def _with_unproved(
    found: Surprise, levels: Sequence[Level], unproved: Level, rules: HistoryRules
) -> Surprise:
    organisation = [level for level in levels if level.owner.level == ORGANISATION.level]
    stranger = _sum(organisation, 1.0, rules)
    usual = familiarity(unproved, rules)
    if not any(level.seen for level in levels if level.owner.level != ORGANISATION.level):
        new = (1 - usual) * _new(unproved, None, rules)
        if stranger.nats + new > found.nats:
            found = Surprise(stranger.nats + new, ((unproved, new), *stranger.parts))
    nats = max(stranger.nats, found.nats - usual * rules.claimed_relief)
    if nats >= found.nats:
        return found
    return Surprise(nats, (*found.parts, (unproved, nats - found.nats)))


def _surprise(levels: Sequence[Level], genuine: bool, rules: HistoryRules) -> Surprise:
    known = list(levels)
    usual = 0.0
    if genuine and known and known[0].owner.level == "sender":
        usual = familiarity(known[0], rules)
        if usual >= 1:
            return Surprise(0.0, ((known[0], 0.0),))
    if not genuine and any(level.seen and level.owner.level != "organisation" for level in known):
        # The claimed sender does link there, but it is not he who says so: judge as a stranger's link.
        known = [level for level in known if level.owner.level == "organisation"]
    starts = [_sum(known[at:], 1 - usual, rules) for at in range(len(known))]
    return max(starts, key=lambda one: one.nats, default=Surprise(0.0))


def _sum(levels: Sequence[Level], share: float, rules: HistoryRules) -> Surprise:
    """Added up over the levels; ``share`` is what nearer ones have left unexplained."""
    parts: list[tuple[Level, float]] = []
    for at, level in enumerate(levels):
        usual = familiarity(level, rules) if level.owner.level != "sender" else 0.0
        below = levels[at - 1] if at and level.owner.level == "domain" else None
        heard = rules.heard_of if level.seen and level.owner.level != "sender" else 1.0
        new = heard * (1 - usual) * _new(level, below, rules)
        nats = new - usual * _credit(level, rules)
        parts.append((level, share * nats))
        share *= 1 - usual
        if share <= 0:
            break
    return Surprise(max(0.0, sum(nats for _, nats in parts)), tuple(parts))


def long_known(messages: int, first: float, at: float, rules: HistoryRules) -> bool:
    """Whether somebody has written to us often, and not only of late: ten messages are sent in an afternoon.

    ``messages`` are his genuine ones with links, ``first`` and ``at`` Unix times in seconds of the first of
    them and of now; where either is 0, time is not looked at.
    """
    recent = at > 0 and first > 0 and at - first < rules.unobjected_days * DAY
    return messages >= rules.correspondent_messages and not recent


def _new(level: Level, sender: Level | None, rules: HistoryRules) -> float:
    # The sender's own mail is part of his domain's; without taking it out it would count twice. His domains
    # may be his colleagues' too, so those stay.
    habit, own = level.habit, sender.habit if sender else Habit()
    fresh = faded(habit.last, level.at, rules)
    share = _counted(habit)
    messages, uses = habit.messages - own.messages, habit.uses - own.uses
    nats = escape(share * messages, share * uses, habit.domains, rules, fresh)
    if level.owner.level == "domain":
        if sender is None:  # judged as an address of the domain that never wrote before
            return min(rules.newcomer_most, rules.newcomer_weight * nats)
        return min(rules.domain_most, rules.domain_weight * nats)
    if level.owner.level == CLAIMED:
        return min(rules.claimed_most, rules.claimed_weight * nats)
    if level.owner.level == "organisation":
        return min(rules.organisation_most, rules.organisation_weight * nats)
    return nats


def _counted(habit: Habit) -> float:
    """What part of the messages counts: of many within few days only so many a day, see ``MOST_A_DAY``."""
    if habit.first <= 0 or habit.messages <= 0:
        return 1.0
    days = habit.last // DAY - habit.first // DAY + 1
    return min(1.0, MOST_A_DAY * days / habit.messages)


def _credit(level: Level, rules: HistoryRules) -> float:
    share = min(1.0, math.log1p(times(level, rules)) / math.log1p(rules.credit_messages))
    return share * (rules.organisation_credit if level.owner.level == "organisation" else rules.domain_credit)
