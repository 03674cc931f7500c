"""A sender who writes a lot and hardly ever links.

The surprise model counts messages with links; this one sees those without.

Does not speak of domains he has linked to before, and says nothing without a popularity list.
"""

from __future__ import annotations

import math

from policy import questions
from policy.domains import inside
from policy.model import Evidence, Owner
from policy.signals.case import Case

LINKLESS = "none"
"""Under this name among the places stand the messages without any link."""
FULL = 100
"""How many times more messages than ones with links at full strength."""


def signal(case: Case) -> Evidence | None:
    """Evidence that grows with the logarithm of (messages without links) / (messages with links)."""
    if not case.domain or inside(case.domain) or case.known():
        return None
    ranked, _ = questions.rank_of(case.facts, case.domain)
    if not ranked:  # the first harmless link is one to a site everybody knows, and nobody can say that here
        return None
    strongest: tuple[float, int, int, Owner] | None = None
    for levels in case.histories():
        for level in levels[:1]:
            used = questions.places_of(case.facts, level.owner)
            if level.owner.level != "sender" or used is None or not used.get(LINKLESS):
                continue
            without, linked = used[LINKLESS], level.habit.messages
            nats = math.log((1 + without + linked) / (1 + linked))
            if strongest is None or nats > strongest[0]:
                strongest = (nats, without, linked, level.owner)
    if strongest is None:
        return None
    nats, without, linked, owner = strongest
    words = f"Of {without + linked} earlier messages from {owner.name}, {linked or 'none'} had a link"
    return Evidence("first_link", min(1.0, nats / math.log(FULL)), words, (questions.places(owner),))
