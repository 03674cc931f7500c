"""Anyone can publish on the host without being asked who he is.

Does not know what is published there.
"""

from __future__ import annotations

from policy.model import Evidence
from policy.questions import listed
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence where a list calls the host free hosting."""
    source = case.free_host()
    if not source:
        return None
    words = f"Anyone can publish pages on {case.target.host}"
    ours = source in case.rules.lists.free_hosts
    return Evidence("free_host", 1.0, words, (listed(source, case.target.host),) if ours else ())
