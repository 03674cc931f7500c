"""The questions judgement asks, and reading their answers back with the right type.

An answer of an unexpected type counts as none: a faulty source can make facts missing, never wrong.

Does not know where answers come from.
"""

from __future__ import annotations

from policy.model import (
    Answer,
    DkimResult,
    Facts,
    Habit,
    Known,
    Mention,
    Owner,
    Question,
    Seen,
    SpfResult,
    Trait,
    Unknown,
)

MOST_USUAL = 3
"""Domains that ``usual`` is answered with: what one sentence can name."""
DKIM = Question("dkim", ())
"""Known(tuple[DkimResult, ...]): our own verification of the message, put in by whoever holds its bytes."""


def habit(owner: Owner) -> Question:
    """How an owner links: key (level, name), answered by Known(Habit)."""
    return Question("habit", (owner.level, owner.name))


def seen(owner: Owner, domain: str) -> Question:
    """How an owner linked to a domain: key (level, name, domain), Known(Seen), or Known(None) for never."""
    return Question("seen", (owner.level, owner.name, domain))


def places(owner: Owner) -> Question:
    """Formats an owner's links stood in: key (level, name), Known(dict of format → messages), empty for none.

    A format is what stands before the colon of ``Link.place``: "text", "html", "pdf".
    """
    return Question("places", (owner.level, owner.name))


def traits(owner: Owner) -> Question:
    """What else comes with an owner's mail: key (level, name), answered by Known(tuple[Trait, ...])."""
    return Question("traits", (owner.level, owner.name))


def usual(owner: Owner) -> Question:
    """Where an owner links most: key (level, name), Known(tuple of ``MOST_USUAL`` (domain, Seen) at most)."""
    return Question("usual", (owner.level, owner.name))


def thread(ids: tuple[str, ...]) -> Question:
    """What stood in the earlier messages with these ids: key (id, …), Known(tuple[Mention, ...])."""
    return Question("thread", ids)


def confirmed(domain: str) -> Question:
    """Whether an analyst confirmed the domain, or one above it, as bad: key (domain,).

    Known(the name on the confirmed list, the nearest of several); Known("") where there is none.
    """
    return Question("confirmed", (domain,))


def rank(domain: str) -> Question:
    """Popularity of a registrable domain: Known(int) counted from 1, or Known(None) where not on the list."""
    return Question("rank", (domain,))


def listed(name: str, host: str) -> Question:
    """Whether a named list holds a host or a domain above it: key (list, host), Known(bool)."""
    return Question("listed", (name, host))


def listed_page(name: str, url: str) -> Question:
    """Whether a named list of pages holds this one: key (list, ``page_key`` of the URL).

    Known("page"); Known("host") where it holds others of the same host; Known("") where it holds none.
    """
    return Question("listed-page", (name, page_key(url)))


def page_key(url: str) -> str:
    """What two ways to write one page have in common: no scheme, no fragment, host and port in lower case."""
    rest = url.partition("://")[2] or url
    host, slash, path = rest.partition("#")[0].partition("/")
    return f"{host.rpartition('@')[2].lower()}{slash or '/'}{path}"


def dnsbl(zone: str, domain: str) -> Question:
    """What a DNS block list says of a registrable domain or an IP literal: Known(tuple of return codes)."""
    return Question("dnsbl", (zone, domain))


def name_servers(domain: str) -> Question:
    """Whose name servers answer for a domain: Known(tuple of names), Known(None) where it does not exist."""
    return Question("name-servers", (domain,))


def age(domain: str) -> Question:
    """How long a domain has been registered: Known(float), days."""
    return Question("age", (domain,))


def spf(address: str, domain: str, helo: str) -> Question:
    """Whether a client may send for a domain (RFC 7208): Known(SpfResult)."""
    return Question("spf", (address, domain, helo))


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


def places_of(facts: Facts, owner: Owner) -> dict[str, int] | None:
    """Messages per format the owner's links stood in; None where unknown."""
    value = _value(facts.of(places(owner)))
    if not isinstance(value, dict):
        return None
    return {name: count for name, count in value.items() if isinstance(name, str) and isinstance(count, int)}


def traits_of(facts: Facts, owner: Owner) -> tuple[Trait, ...] | None:
    """What else comes with the owner's mail; None where unknown."""
    value = _value(facts.of(traits(owner)))
    return tuple(one for one in value if isinstance(one, Trait)) if isinstance(value, tuple) else None


def usual_of(facts: Facts, owner: Owner) -> tuple[tuple[str, Seen], ...]:
    """Where the owner links most, the most used first; empty where unknown."""
    value = _value(facts.of(usual(owner)))
    if not isinstance(value, tuple):
        return ()
    pairs = [one for one in value if isinstance(one, tuple) and len(one) == 2]
    return tuple((name, seen) for name, seen in pairs if isinstance(name, str) and isinstance(seen, Seen))


def mentions_of(facts: Facts, ids: tuple[str, ...]) -> tuple[Mention, ...]:
    """What stood in the earlier messages with these ids; empty where unknown."""
    value = _value(facts.of(thread(ids)))
    return tuple(one for one in value if isinstance(one, Mention)) if isinstance(value, tuple) else ()


def confirmed_as(facts: Facts, domain: str) -> str:
    """The name on the confirmed list that covers the domain; empty where none is known to."""
    value = _value(facts.of(confirmed(domain)))
    return value if isinstance(value, str) else domain if value is True else ""


def confirmed_bad(facts: Facts, domain: str) -> bool:
    """Whether the domain is known to be confirmed as bad."""
    return bool(confirmed_as(facts, domain))


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


def page_on(facts: Facts, names: tuple[str, ...], url: str) -> tuple[str, str]:
    """(list, "page" or "host") of the first named list that is known to hold the page, else its host.

    Both are empty where none does.
    """
    found = [(name, _value(facts.of(listed_page(name, url)))) for name in names]
    for wanted in ("page", "host"):
        for name, value in found:
            if value == wanted:
                return name, wanted
    return "", ""


def codes_of(facts: Facts, zone: str, domain: str) -> tuple[str, ...]:
    """The return codes with which a block list names the domain; empty for not listed and for unknown."""
    value = _value(facts.of(dnsbl(zone, domain)))
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, tuple) else ()


def name_servers_of(facts: Facts, domain: str) -> tuple[bool, tuple[str, ...] | None]:
    """(known, name servers); None where the domain does not exist."""
    answer = facts.of(name_servers(domain))
    if not isinstance(answer, Known):
        return False, None
    if answer.value is None:
        return True, None
    if isinstance(answer.value, tuple):
        return True, tuple(one for one in answer.value if isinstance(one, str))
    return False, None


def age_of(facts: Facts, domain: str) -> float | None:
    """Days since the domain was registered; None where unknown."""
    value = _value(facts.of(age(domain)))
    return float(value) if isinstance(value, int | float) and value >= 0 else None


def spf_of(facts: Facts) -> SpfResult | None:
    """Our own SPF result for the message; None where there is none."""
    for question, answer in facts.answers.items():
        if question.kind == "spf" and isinstance(value := _value(answer), SpfResult):
            return value
    return None


def failed(facts: Facts, question: Question) -> bool:
    """Whether the question was asked and not answered: then "never" is not to be concluded."""
    answer = facts.of(question)
    return isinstance(answer, Unknown) and not answer.quiet


def dkim_results(facts: Facts) -> tuple[DkimResult, ...]:
    """Our own DKIM results; empty where the message was not verified."""
    value = _value(facts.of(DKIM))
    if not isinstance(value, tuple):
        return ()
    return tuple(item for item in value if isinstance(item, DkimResult))


_NOTHING: dict[str, object] = {
    "seen": None, "listed": False, "confirmed": False, "listed-page": "", "dnsbl": ()
}  # fmt: skip
"""Answers that count like none, by kind of question."""


def telling(facts: Facts) -> Facts:
    """Only the answers that say something: judging comes to the same but for what it calls unknown.

    Of a message with thousands of links that is one in ten.
    """
    return Facts(
        {
            question: answer
            for question, answer in facts.answers.items()
            if isinstance(answer, Known)
            and (question.kind not in _NOTHING or answer.value != _NOTHING[question.kind])
        }
    )


def _value(answer: Answer) -> object:
    return answer.value if isinstance(answer, Known) else None
