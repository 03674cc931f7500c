"""A kind of path the sender never linked to, on a site he often links to: see ``policy.pathshape``.

Measured by how constant he was in the shapes there. A portal's links look alike for years; a page that
somebody put up on it, or an open redirector of it, looks different.

Does not compare words, only shapes, and does not speak of sites that are new themselves.
"""

from __future__ import annotations

from policy import questions
from policy.domains import unicode_host
from policy.history import escape
from policy.manner import LEAST, Manner
from policy.model import Evidence
from policy.pathshape import shape
from policy.signals.case import Case

FULL = 4.0
"""Nats at full surprise: one shape in forty messages."""
MOST = 0.5
"""Strength at full surprise."""


def signal(case: Case) -> Evidence | None:
    """Evidence where the site is known and the shape of the path is not."""
    found = filter(None, (_of(manner, case) for manner in case.manner.each))
    return max(found, key=lambda one: one.strength, default=None)


def _of(manner: Manner, case: Case) -> Evidence | None:
    start = f"{case.site}/"
    if manner.owner is None or not case.site or case.link.obscured or manner.full("path"):
        return None
    counts = [
        trait.messages for name, trait in manner.known.get("path", {}).items() if name.startswith(start)
    ]
    messages = max(counts, default=0)
    if messages < LEAST:
        return None
    now = shape(case.link.target or case.link.url)
    if start + now in manner.values("path"):
        return None
    nats = escape(messages, sum(counts), len(counts), case.rules.history)
    words = (
        f"In {messages} earlier messages {manner.owner.name} linked to {_shapes(len(counts))} "
        f"on {unicode_host(case.site)}, never to one like /{now[:40]}"
    )
    return Evidence("new_shape", MOST * min(1.0, nats / FULL), words, (questions.traits(manner.owner),))


def _shapes(number: int) -> str:
    return "one kind of path" if number == 1 else f"{number} kinds of paths"
