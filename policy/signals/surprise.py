"""The domain is new for this sender, measured by how readily he brings new ones.

Strength is nats over the scale of 8 nats, see ``policy.history``.

Does not look at what kind of domain it is.
"""

from __future__ import annotations

from policy import questions
from policy.domains import inside, unicode_host
from policy.history import Level, day, surprise
from policy.model import Evidence
from policy.signals.case import Case

SCALE = 8.0
"""Nats at full strength: one new domain in three thousand messages."""


def signal(case: Case) -> Evidence | None:
    """Evidence where the domain is unexpected from this sender."""
    if not case.domain or inside(case.domain):
        return None
    rules, genuine = case.rules.history, case.identity.genuine
    found = max((surprise(levels, genuine, rules) for levels in case.histories()), key=lambda one: one.nats)
    if found.nats <= 0:
        return None
    words = "; ".join(
        _words(level, case) for level, nats in found.parts if nats or level.owner.level != "domain"
    )
    used = tuple(
        question
        for level, _ in found.parts
        for question in (questions.habit(level.owner), questions.seen(level.owner, case.domain))
    )
    return Evidence("surprise", min(1.0, found.nats / SCALE), words[:1].upper() + words[1:], used)


def _words(level: Level, case: Case) -> str:
    domain, habit = unicode_host(case.domain), level.habit
    messages = _count(habit.messages, "earlier message")
    if level.owner.level == "organisation":
        if level.seen:
            alone = 0 < level.seen.senders < case.rules.history.spread_senders
            words = f"{_count(level.seen.messages, 'message')} to others here linked to {domain}"
            return words + (", all from one domain" if alone else "")
        return f"nobody here has received a link to {domain} before"
    who = level.owner.name if case.identity.genuine else f"{level.owner.name} (as the message claims)"
    if level.owner.level == "domain":
        who += " as a whole"
    if level.seen:
        few = 0 < level.seen.days < case.rules.history.spread_days
        words = f"{who} linked to {domain} in {_count(level.seen.messages, 'message')}"
        return words + (f", on {_count(level.seen.days, 'day')} only" if few else "")
    if habit.messages == 0:
        return f"{who} has sent us no links before"
    since = f" since {day(habit.first)}" if habit.first > 0 else ""
    return f"{messages} from {who}{since} linked to {_count(habit.domains, 'domain')}, never to {domain}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
