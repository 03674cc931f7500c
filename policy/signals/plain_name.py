"""The host's name looks like the names of known sites.

Weak, and capped in the policy: whoever wants to deceive can choose a plain name.

Does not speak where anyone can publish on the host, where a plain name costs nothing.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.nameshape import shape
from policy.signals.case import Case
from policy.signals.odd_name import SCALE


def signal(case: Case) -> Evidence | None:
    """Evidence that grows with the nats that speak for the name."""
    if case.link.obscured or case.known() or case.shortener() or case.free_host():
        return None
    found = shape(case.target.host)
    if found.nats >= 0:
        return None
    words = f"The name {unicode_host(case.target.host)} looks like those of known sites"
    return Evidence("plain_name", min(1.0, -found.nats / SCALE), words)
