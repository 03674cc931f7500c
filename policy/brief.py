"""Recorded evidence in a few words: without ids, addresses of others and lists, for whoever follows a link.

Works on the words that were recorded, because that is all there is of a message that came last year; words in
a form not known here are kept but for the ids.

Does not judge, and takes nothing away from the whole evidence, which analysts see beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LEAST = 0.3
"""Points below which a piece of evidence is not worth a reader's time; three of it make no decision."""

_FIRST = re.compile(r", first on \d{4}-\d\d-\d\d in [^;,)]{1,100}")
_EARLIER = re.compile(r"(\d{1,9}) earlier messages? (from|in the name of) ")
_OTHERS = re.compile(r"(\d{1,9}) messages? to others here linked to ")


def reasons(evidence: Iterable[tuple[str, float, str]], domain: str) -> list[str]:
    """What counted against a link to ``domain``, the most telling first, from (signal, points, words)."""
    against = sorted((one for one in evidence if one[1] > 0), key=lambda one: -one[1])
    telling = [one for one in against if one[1] >= LEAST] or against
    return list(dict.fromkeys(brief(signal, words, domain) for signal, _, words in telling))


def brief(signal: str, words: str, domain: str) -> str:
    """One piece of evidence, as sentences without the last full stop."""
    if signal == "surprise":
        found = [_short(part, domain) for part in words.split("; ")]
        clauses = list(dict.fromkeys(filter(None, found)))
        if any("this sender" in one for one in clauses):
            clauses = [one for one in clauses if "the sender's organisation" not in one]
        if clauses and clauses[0].startswith("nobody"):
            clauses[0] = clauses[0].replace(" to it", f" to {domain}")
        if clauses:
            return ". ".join(one[:1].upper() + one[1:] for one in clauses)
    return _FIRST.sub("", words)


def _short(part: str, domain: str) -> str:
    """A part of what ``policy.signals.surprise`` says; empty where there is no shorter way to say it."""
    lowered = part.lower()
    earlier, others = _EARLIER.match(part), _OTHERS.match(part)
    if earlier and "never to " in part:
        messages = _count(int(earlier[1]), "earlier message")
        if earlier[2] != "from":
            return f"{messages} in the sender's name that nobody proved never linked to {domain}"
        who = "the sender's organisation" if " as a whole" in part else "this sender"
        return f"in {messages} {who} never linked to {domain}"
    if lowered.startswith("nobody here has ever received"):
        return "nobody here has received a link to it before"
    if lowered.endswith("has sent us no links before"):
        return "this sender has sent us no links before"
    if others:
        return f"others here received a link to {domain} in {_count(int(others[1]), 'message')}"
    return ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
