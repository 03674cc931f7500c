"""Every other link of the message is encrypted, this one is not.

Does not mind mail that mixes both.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals.case import Case

FEWEST = 3
"""Other links from which on they are a rule."""


def signal(case: Case) -> Evidence | None:
    """Evidence where the scheme is http and at least three links to other domains all say https."""
    if case.target.scheme != "http":
        return None
    own, encrypted = case.schemes.by_domain.get(case.domain, (0, 0))
    number = case.schemes.links - own
    if number < FEWEST or case.schemes.encrypted - encrypted != number:
        return None
    words = f"The link to {unicode_host(case.target.host)} is not encrypted; the other {number} are"
    return Evidence("downgrade", 1.0, words)
