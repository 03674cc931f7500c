"""The link goes through a shortener, which hides where it ends.

Does not follow it.
"""

from __future__ import annotations

from policy.model import Evidence
from policy.questions import listed
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence where a list calls the host a shortener; half where only the link's shape says so."""
    source = case.shortener()
    if not source:
        return None
    if source == "its shape":
        words = f"Nothing but a short code stands behind {case.target.host}, as in shortened links"
        return Evidence("shortener", 0.5, words)
    words = f"{case.target.host} shortens links, so the real destination is hidden"
    return Evidence("shortener", 1.0, words, (listed(source, case.target.host),) * (source != "the policy"))
