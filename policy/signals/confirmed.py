"""An analyst of this organisation confirmed the domain as bad.

Does not know which message it was about; `oddlink explain` does.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.questions import confirmed, confirmed_as
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence for a confirmed host or a confirmed domain above it, the wrapper's included."""
    for host in filter(None, (case.target.host, case.wrapper)):
        name = confirmed_as(case.facts, host)
        if name:
            words = f"An analyst here confirmed a link to {unicode_host(name)} as bad"
            return Evidence("confirmed", 1.0, words, (confirmed(host),))
    return None
