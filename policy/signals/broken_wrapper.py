"""A wrapper that says in its URL where it leads says something no honest one would write.

Two destinations at once, more layers than any chain of gateways makes, or a destination that is no web
address: made so that who checks the link and who follows it read different things. The second kind of damage,
a line cut in a quoted mail, counts half.

Does not guess which of two destinations the vendor takes.
"""

from __future__ import annotations

from policy.model import Evidence
from policy.signals.case import Case

_WORDS = {
    "contradictory": (1.0, "The link through {by} names two different destinations"),
    "deep": (1.0, "The link is wrapped so often that its destination was not reached"),
    "unreadable": (0.5, "The link through {by} names no destination that could be opened"),
}


def signal(case: Case) -> Evidence | None:
    """Evidence where the last layer should have been readable and is not."""
    last = case.link.wrapped[-1] if case.link.wrapped else None
    if last is None or last.state not in _WORDS:
        return None
    strength, words = _WORDS[last.state]
    return Evidence("broken_wrapper", strength, words.format(by=last.by))
