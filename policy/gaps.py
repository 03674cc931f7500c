"""What was asked about a message and not answered, in few words: unknown is never evidence, but it is shown.

Does not judge; nothing here has points.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from policy.model import Facts, Gap, Unknown

MOST_GAPS = 20
"""Gaps that are told of one message; sources and reasons are few, and names in reasons are dropped."""
HISTORY = frozenset(("habit", "seen", "places", "traits", "confirmed"))
"""Kinds without whose answers an odd link cannot be told from a usual one."""
_NAMES = {
    "habit": "the senders' habits",
    "seen": "earlier links",
    "places": "where senders' links stood",
    "traits": "what the senders' mail came with",
    "confirmed": "what analysts confirmed",
    "thread": "the conversation",
    "usual": "where senders link most",
    "rank": "popularity",
    "listed": "lists",
    "listed-page": "lists of pages",
    "dnsbl": "DNS block lists",
    "name-servers": "name servers",
    "age": "the age of domains",
    "spf": "SPF",
    "dkim-key": "DKIM keys",
}


def gaps(facts: Facts) -> tuple[Gap, ...]:
    """Every failure to answer, by kind of question and reason, the most frequent first.

    Beyond ``MOST_GAPS`` only those about the history, which has few reasons to fail.
    """
    counts = Counter(
        (question.kind, answer.why)
        for question, answer in facts.answers.items()
        if isinstance(answer, Unknown) and not answer.quiet
    )
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    told = found[:MOST_GAPS] + [item for item in found[MOST_GAPS:] if item[0][0] in HISTORY][:MOST_GAPS]
    return tuple(Gap(kind, why, number) for (kind, why), number in told)


def lack_history(unknown: Iterable[Gap]) -> bool:
    """Whether the message was judged without all of what is remembered of its sender and his links."""
    return any(gap.kind in HISTORY for gap in unknown)


def words(gap: Gap) -> str:
    """One sentence."""
    name = _NAMES.get(gap.kind, gap.kind)
    times = f" ({gap.questions} questions)" if gap.questions > 1 else ""
    return f"Not known: {name}{times}: {re.sub(r'[.]+$', '', gap.why)}."
