"""A decision in a clerk's words: four facts, whether they speak for the message or against it.

Is the sender who he says; does he usually link like this; is there anything wrong with what could be read;
and which link is out of place, why. All of it is taken from what was recorded, so that a later policy or
history changes nothing about what happened; how it is put may change with us. Reasons are shortened
(``policy.brief``), for the evidence stands beside them.

Does not judge and does not ask anybody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policy.brief import reasons
from policy.domains import unicode_host
from policy.model import Judgement
from policy.signals.registry import SIGNALS

USUAL = frozenset({"familiar", "participant"})
"""Signals that say: the sender's own, or his habit."""
WRONG = ("disguise", "wrapping", "lists", "standing")
"""Families that see something wrong with a link itself, whoever sent it."""
MOST_NAMED = 4
"""Domains named in one sentence."""
_FAMILY = {signal.name: signal.family for signal in SIGNALS}


@dataclass(frozen=True, slots=True)
class Told:
    """One link as it was decided."""

    domain: str
    odd: bool
    """Rewritten, or found odd and left for a reason."""
    evidence: tuple[tuple[str, float, str], ...]
    """(signal, points, words)."""
    place: str = ""
    score: float | None = None
    """Points in all; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence."""

    about: str
    """"sender", "pattern", "content" or "link"."""
    good: bool
    """Whether it speaks for the message."""
    words: str


def facts(
    sender: str,
    genuine: bool,
    proof: str,
    links: Sequence[Told],
    unread: Sequence[str] = (),
    threshold: float = 0.0,
) -> tuple[Fact, ...]:
    """The facts of one message: sender, pattern and content, then one for each odd link's domain.

    ``proof`` says what was proved of the sender or why nothing was; ``unread`` are reasons for what could not
    be looked into. ``threshold`` is the one the links were measured by, 0 where that is not known.
    """
    first = (_sender(sender, genuine, proof), _pattern(links), _content(links, unread))
    return (*first, *_odd(links, threshold))


def explained(judgement: Judgement, unread: Sequence[str] = ()) -> tuple[Fact, ...]:
    """``facts`` of a judgement that was just made."""
    links = [
        Told(
            one.domain,
            one.verdict != "pass" or bool(one.left),
            tuple((piece.evidence.signal, piece.points, piece.evidence.words) for piece in one.weighed),
            one.link.place,
            one.score,
        )
        for one in judgement.decisions
    ]
    identity = judgement.identity
    threshold = judgement.scope.threshold
    return facts(identity.address, identity.genuine, identity.words, links, unread, threshold)


def _sender(sender: str, genuine: bool, proof: str) -> Fact:
    name = sender or "nobody in particular"
    start = f"Sender trusted: {name}" if genuine else f"Sender not proved: {name}"
    return Fact("sender", genuine, f"{start}; {proof}" if proof else start)


def _pattern(links: Sequence[Told]) -> Fact:
    web = [link for link in links if link.domain]
    usual = [link for link in web if any(name in USUAL for name, _, _ in link.evidence)]
    if not web:
        return Fact("pattern", True, "Pattern familiar: there are no links")
    if not usual:
        return Fact("pattern", False, f"Pattern new: {_elsewhere(web)}")
    named = _named(link.domain for link in usual)
    lead = "leads" if len(usual) == 1 else "lead"
    words = f"{len(usual)} of {_count(len(web), 'link')} {lead} where this sender usually links ({named})"
    if len(web) == 1:
        words = f"its only link leads where this sender usually links ({named})"
    since = next((words for link in usual for name, _, words in link.evidence if name == "familiar"), "")
    return Fact("pattern", True, f"Pattern familiar: {words}{f'; {since}' if since else ''}")


def _elsewhere(web: Sequence[Told]) -> str:
    measured = [words for link in web for name, _, words in link.evidence if name == "surprise"]
    if measured and not any("earlier message" in words or " linked to " in words for words in measured):
        return "no earlier links of this sender to compare with"
    if len(web) == 1:
        return "its only link leads elsewhere than this sender's usual ones"
    return f"none of {len(web)} links leads where this sender usually links"


def _content(links: Sequence[Told], unread: Sequence[str]) -> Fact:
    wrong = [
        words
        for link in links
        for name, points, words in link.evidence
        if points > 0 and _FAMILY.get(name) in WRONG
    ]
    if wrong:
        return Fact("content", False, f"Content not clean: {'; '.join(dict.fromkeys(wrong[:MOST_NAMED]))}")
    if unread:
        reasons = "; ".join(dict.fromkeys(unread[:MOST_NAMED]))
        return Fact("content", False, f"Content not fully read: {reasons}")
    return Fact("content", True, "Content clean: all of it was read, and no link is disguised or on a list")


def _odd(links: Sequence[Told], threshold: float) -> list[Fact]:
    found: dict[str, Fact] = {}
    for link in links:
        if link.odd and link.domain not in found:
            name = unicode_host(link.domain)
            why = "; ".join(map(_inside, reasons(link.evidence, name))) or "no single reason"
            where = f" ({link.place})" if link.place else ""
            found[link.domain] = Fact("link", False, f"Link out of place: {name}{where}: {why}")
    return list(found.values()) or [
        Fact("link", True, f"No link is out of place{_highest(links, threshold)}")
    ]


def _highest(links: Sequence[Told], threshold: float) -> str:
    scores = [link.score for link in links if link.score is not None and math.isfinite(link.score)]
    if not scores:
        return ""
    return f" (highest {max(scores):+.2f}{f' of {threshold:.2f}' if threshold else ''} points)"


def _inside(words: str) -> str:
    """A sentence inside another one."""
    return words[:1].lower() + words[1:] if words[1:2].islower() or words[1:2] == " " else words


def _named(domains: Iterable[str]) -> str:
    names = list(dict.fromkeys(map(unicode_host, domains)))
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
