"""What analysts decided, as samples for calibration: a release is a usual link, a confirmation an odd one.

Rests on the evidence that was recorded when the message came, under whatever policy was then in force.

Does not judge again.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.store import Store
from gateway.store.rows import MessageRow, Search
from policy.calibrate import RULINGS, Sample

MOST = 20_000
"""Messages looked through, the newest: what was decided years ago was decided of other mail."""


def samples_of(store: Store) -> list[Sample]:
    """One sample for each link an analyst decided about; the last ruling counts."""
    found: list[Sample] = []
    for short in store.find_decisions(Search(limit=MOST)):
        row = store.message(short.id)
        if row is not None and row.rulings:
            found.extend(_samples(row))
    return found


def _samples(row: MessageRow) -> Iterator[Sample]:
    answers = {
        one.link: one.what == "confirm"
        for one in sorted(row.rulings, key=lambda one: one.at)
        if one.what in ("release", "confirm")
    }
    for link in row.links:
        if link.number in answers:
            seen = tuple((piece.signal, piece.strength) for piece in link.evidence)
            yield Sample(answers[link.number], seen, RULINGS, link.url, link.place)
