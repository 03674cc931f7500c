"""An analyst of this organisation confirmed the domain as bad.

Does not know which message it was about; `oddlink explain` does.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.questions import confirmed, confirmed_bad
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence for a confirmed host or a confirmed domain above it, the wrapper's included."""
    for host in filter(None, (case.target.host, case.wrapper)):
        if confirmed_bad(case.facts, host):
            words = f"An analyst here confirmed that links to {unicode_host(host)} are bad"
            return Evidence("confirmed", 1.0, words, (confirmed(host),))
    return None
