"""The host's name looks more like names made for phishing than like names of known sites.

Does not speak where the sender has linked to the domain before or where nobody chose the name: a habit has
shown what the name is worth.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.nameshape import shape
from policy.signals.case import Case

SCALE = 6.0
"""Nats at full strength: about one in fifty of the names reported for phishing reaches it."""
WHY = {
    "letters": "its letters seldom follow each other in names of known sites",
    "ending": "its ending is common among them",
    "length": "it is long",
    "hyphens": "it is put together with hyphens",
    "digits": "it is full of digits",
    "labels": "many names stand in front of the registered one",
    "longest": "a long name stands in front of the registered one",
}
"""By the feature of ``policy.nameshape`` that speaks most for it."""


def signal(case: Case) -> Evidence | None:
    """Evidence that grows with the nats of the name's shape."""
    if case.known():
        return None
    found = shape(case.target.host)
    if found.nats <= 0:
        return None
    words = f"The name {unicode_host(case.target.host)} looks like names made for phishing"
    why = WHY.get(found.most, "")
    return Evidence("odd_name", min(1.0, found.nats / SCALE), f"{words}: {why}" if why else words)
