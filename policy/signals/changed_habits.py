"""The sender's other habits changed with this mail: client network, mail program, time zone, where answers
go, what made the PDF the link stands in.

A changed laptop is no evidence against the sender's own portal, so nothing is said of links he is known for;
and one change alone is a quarter of the strength or a little more, whatever it is.

Does not look at forged mail: what that comes with is the forger's.
"""

from __future__ import annotations

from policy import questions
from policy.manner import Change, Manner
from policy.model import Evidence
from policy.signals.case import Case

SHARES = {"mailer": 0.25, "network": 0.25, "zone": 0.25, "producer": 0.25, "reply-to": 0.35}
"""What one change adds to the strength at full surprise. Answers that go elsewhere are what fraud needs."""
FULL = 4.0
"""Nats at full surprise: one value in forty messages."""


def signal(case: Case) -> Evidence | None:
    """Evidence for the changes that this link came with."""
    if not any(manner.changes for manner in case.manner.each) or case.known():
        return None
    found = filter(None, (_of(manner, case) for manner in case.manner.each))
    return max(found, key=lambda one: one.strength, default=None)


def _of(manner: Manner, case: Case) -> Evidence | None:
    if not manner.changes or manner.owner is None:
        return None
    changes = [one for one in manner.changes if not one.leaf or one.leaf == case.link.leaf]
    strength = min(1.0, sum(map(_part, changes)))
    if strength <= 0:
        return None
    ordered = sorted(changes, key=lambda one: (-_part(one), one.kind, one.words))
    words = f"Not as in earlier mail of {manner.owner.name}: {'; '.join(one.words for one in ordered)}"
    return Evidence("changed_habits", strength, words, (questions.traits(manner.owner),))


def _part(change: Change) -> float:
    return SHARES.get(change.kind, 0.0) * min(1.0, max(0.0, change.nats) / FULL)
