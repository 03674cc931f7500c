"""The first link this sender ever put into a file of this kind: a PDF, an Office document, a calendar entry.

Message text and HTML are one place here, the body: people change between them. Measured by the messages with
links that went without one there; where the sender is new, by those of his domain.

Does not speak of domains he has linked to before, wherever that was.
"""

from __future__ import annotations

import math

from policy import questions
from policy.history import form
from policy.model import Evidence, Owner
from policy.signals.case import Case

BODY = frozenset({"text", "html"})
FULL = 100
"""Messages with links, none of them in such a file, at full strength."""
NAMES = {"pdf": "a PDF", "office": "an Office document", "calendar": "a calendar entry", "image": "a picture"}


def signal(case: Case) -> Evidence | None:
    """Evidence that grows with the logarithm of the messages."""
    place = form(case.link.place)
    if place in BODY or case.known():
        return None
    strongest: tuple[int, Owner] | None = None
    for levels in case.histories():
        for level in levels:
            used = questions.places_of(case.facts, level.owner)
            if level.owner.level == "organisation" or used is None or level.habit.messages <= 0:
                continue
            if place not in used and (strongest is None or level.habit.messages > strongest[0]):
                strongest = (level.habit.messages, level.owner)
            break  # where the sender himself is known, his colleagues say nothing
    if strongest is None or strongest[0] < 2:
        return None
    messages, owner = strongest
    where = NAMES.get(place, f"a file of the kind {place!r}")
    words = f"Of {messages} earlier messages with links from {owner.name}, none had one in {where}"
    strength = min(1.0, math.log(messages) / math.log(FULL))
    return Evidence("new_place", strength, words, (questions.places(owner), questions.habit(owner)))
