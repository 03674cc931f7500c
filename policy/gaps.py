"""What was asked about a message and not answered, in few words: unknown is never evidence, but it is shown.

Does not judge; nothing here has points.
"""

from __future__ import annotations

import re
from collections import Counter

from policy.model import Facts, Gap, Unknown

MOST_GAPS = 20
"""Gaps that are told of one message; sources and reasons are few, and names in reasons are dropped."""
_NAMES = {
    "habit": "the senders' habits",
    "seen": "earlier links",
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
    """Every failure to answer, by kind of question and reason, the most frequent first."""
    counts = Counter(
        (question.kind, answer.why)
        for question, answer in facts.answers.items()
        if isinstance(answer, Unknown) and not answer.quiet
    )
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Gap(kind, why, number) for (kind, why), number in found[:MOST_GAPS])


def words(gap: Gap) -> str:
    """One sentence."""
    name = _NAMES.get(gap.kind, gap.kind)
    times = f" ({gap.questions} questions)" if gap.questions > 1 else ""
    return f"Not known: {name}{times}: {re.sub(r'[.]+$', '', gap.why)}."
