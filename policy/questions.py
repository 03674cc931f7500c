"""The questions judgement asks, and reading their answers back with the right type.

An answer of an unexpected type counts as none: a faulty source can make facts missing, never wrong.

Does not know where answers come from.
"""

from __future__ import annotations

from policy.model import Answer, DkimResult, Facts, Habit, Known, Owner, Question, Seen

DKIM = Question("dkim", ())
"""Known(tuple[DkimResult, ...]): our own verification of the message, put in by whoever holds its bytes."""


def habit(owner: Owner) -> Question:
    """How an owner links: key (level, name), answered by Known(Habit)."""
    return Question("habit", (owner.level, owner.name))


def seen(owner: Owner, domain: str) -> Question:
    """How an owner linked to a domain: key (level, name, domain), Known(Seen), or Known(None) for never."""
    return Question("seen", (owner.level, owner.name, domain))


def rank(domain: str) -> Question:
    """Popularity of a registrable domain: Known(int) counted from 1, or Known(None) where not on the list."""
    return Question("rank", (domain,))


def listed(name: str, host: str) -> Question:
    """Whether a named list holds a host or a domain above it: key (list, host), Known(bool)."""
    return Question("listed", (name, host))


def dkim_key(selector: str, domain: str) -> Question:
    """The TXT record at ``selector._domainkey.domain`` (RFC 6376 section 3.6.2): Known(bytes)."""
    return Question("dkim-key", (selector, domain))


def habit_of(facts: Facts, owner: Owner) -> Habit | None:
    """The owner's habit; None where unknown."""
    value = _value(facts.of(habit(owner)))
    return value if isinstance(value, Habit) else None


def seen_of(facts: Facts, owner: Owner, domain: str) -> Seen | None:
    """How the owner linked to the domain; None for never and for unknown."""
    value = _value(facts.of(seen(owner, domain)))
    return value if isinstance(value, Seen) else None


def rank_of(facts: Facts, domain: str) -> tuple[bool, int | None]:
    """(known, rank); rank is None where the list does not hold the domain."""
    answer = facts.of(rank(domain))
    if not isinstance(answer, Known):
        return False, None
    value = answer.value
    if value is None:
        return True, None
    return (True, value) if isinstance(value, int) and value > 0 else (False, None)


def listed_in(facts: Facts, names: tuple[str, ...], host: str) -> str:
    """The first of the named lists that is known to hold the host; empty where none is."""
    for name in names:
        if _value(facts.of(listed(name, host))) is True:
            return name
    return ""


def dkim_results(facts: Facts) -> tuple[DkimResult, ...]:
    """Our own DKIM results; empty where the message was not verified."""
    value = _value(facts.of(DKIM))
    if not isinstance(value, tuple):
        return ()
    return tuple(item for item in value if isinstance(item, DkimResult))


def _value(answer: Answer) -> object:
    return answer.value if isinstance(answer, Known) else None
