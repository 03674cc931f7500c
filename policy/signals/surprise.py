"""The domain is new for this sender, measured by how readily he brings new ones.

Strength is nats over the scale of 8 nats, see ``policy.history``.

Does not look at what kind of domain it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from policy import questions
from policy.domains import inside, registrable, unicode_host
from policy.history import CLAIMED, ORGANISATION, Level, Surprise, day, surprise
from policy.model import Evidence, Question, Seen
from policy.signals.case import Case

LONGEST_ID = 100
"""Characters of a message's id that are quoted."""
SCALE = 8.0
"""Nats at full strength: one new domain in three thousand messages."""


def signal(case: Case) -> Evidence | None:
    """Evidence where the domain is unexpected from this sender."""
    if not case.domain or inside(case.domain):
        return None
    found, levels = _most(case)
    if found.nats <= 0:
        return None
    told = [level for level, nats in found.parts if nats or level.owner.level != "domain"]
    # Where his colleagues' habits weigh more, what is known of himself is said all the same.
    own = [level for level in levels[:1] if level.owner.level == "sender" and level.habit.messages]
    told = list(dict.fromkeys((*(level for level in own if level not in told), *told)))
    # Named once, then "it": a clerk reads the whole of it as one sentence.
    names = (unicode_host(case.site), *["it"] * len(told))
    unproved = case.unproved()
    nearer = [one for one in (*levels, *((unproved,) if unproved else ())) if one.owner != ORGANISATION]
    words = "; ".join(
        dict.fromkeys(_words(level, case, name, nearer) for level, name in zip(told, names, strict=False))
    )
    used = tuple(dict.fromkeys(question for level in told for question in _asked(level, case)))
    return Evidence("surprise", min(1.0, found.nats / SCALE), _sentence(words), used)


def _most(case: Case) -> tuple[Surprise, tuple[Level, ...]]:
    """How surprising the domain is from whichever sender it may be, and what is known of that one.

    Domains that are equally new to everybody are equally surprising.
    """
    unproved, histories = case.unproved(), case.histories()
    seen = tuple(level.seen for levels in histories for level in levels)
    key = (seen, unproved and unproved.seen)
    if key not in case.notes.surprises:
        rules, genuine = case.rules.history, case.identity.genuine
        case.notes.surprises[key] = max(
            ((surprise(levels, genuine, rules, unproved), levels) for levels in histories),
            key=lambda pair: pair[0].nats,
        )
    return case.notes.surprises[key]


def _asked(level: Level, case: Case) -> tuple[Question, ...]:
    found = (questions.habit(level.owner), questions.seen(level.owner, case.site))
    return (*found, questions.usual(level.owner)) if level.owner.level == "sender" else found


def _sentence(words: str) -> str:
    """With a capital at the start; addresses and domains are never changed."""
    first = words.partition(" ")[0]
    return words if "@" in first or "." in first else words[:1].upper() + words[1:]


def _words(level: Level, case: Case, domain: str, nearer: Sequence[Level]) -> str:
    habit = level.habit
    messages = _count(habit.messages, "earlier message")
    if level.owner.level == "organisation":
        return _of_others(level, case, domain, nearer)
    who = level.owner.name if case.identity.genuine else f"{level.owner.name} (as the message claims)"
    if level.owner.level == CLAIMED:
        who = f"mail in the name of {level.owner.name} that nobody proved"
    if level.owner.level == "domain":
        who += " as a whole"
    if level.seen:
        few = 0 < level.seen.days < case.rules.history.spread_days
        words = f"{who} linked to {domain} in {_count(level.seen.messages, 'message')}"
        words += f", on {_count(level.seen.days, 'day')} only" if few else ""
        return words + _first(level.seen)
    if habit.messages == 0:
        return f"{who} has sent us no links before"
    since = f" since {day(habit.first)}" if habit.first > 0 else ""
    source = f"from {who}" if level.owner.level != CLAIMED else who.removeprefix("mail ")
    kinds = _count(habit.domains, "domain") + _usual(level, case)
    return f"{messages} {source}{since} linked to {kinds}, never to {domain}"


def _of_others(level: Level, case: Case, domain: str, nearer: Sequence[Level]) -> str:
    """What mail of others says; the organisation's figures count the sender's own mail too."""
    known = [(one.owner, one.seen) for one in nearer if one.seen]
    own = max((seen.messages for owner, seen in known if owner.level == "sender"), default=0)
    others = level.seen.messages - own if level.seen else 0
    if level.seen and others > 0:
        alone = 0 < level.seen.senders < case.rules.history.spread_senders
        words = f"{_count(others, 'message')} to others here linked to {domain}"
        first = "" if level.seen.first_id in {seen.first_id for _, seen in known} else _first(level.seen)
        return words + (", all from one domain" if alone else "") + first
    if not known:
        return f"nobody here has ever received a link to {domain}"
    whole = next((owner.name for owner, _ in known if owner.level == "domain"), "")
    return f"nobody {f'outside {whole}' if whole else 'else'} has sent us a link to {domain}"


def _usual(level: Level, case: Case) -> str:
    """Where the sender does link, and which message taught it first."""
    usual = questions.usual_of(case.facts, level.owner) if level.owner.level == "sender" else ()
    if not usual:
        return ""
    own = all(registrable(name) == case.identity.organisation for name, _ in usual)
    always = "always" if level.habit.domains <= len(usual) else "most often"
    names = [f"{unicode_host(name)} (in {seen.messages}{_first(seen) if not at else ''})"
             for at, (name, seen) in enumerate(usual)]  # fmt: skip
    listed = ", ".join(names[:-1]) + " and " + names[-1] if names[1:] else names[0]
    return f", {always} to {'its own ' if own else ''}{listed}"


def _first(seen: Seen) -> str:
    """The first message that taught it; its id may be a stranger's Message-ID of any length."""
    if not seen.first_id or seen.first <= 0:
        return ""
    return f", first on {day(seen.first)} in {seen.first_id[:LONGEST_ID]}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
