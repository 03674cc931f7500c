"""The host can be taken for a domain the reader trusts.

Protected are the domains of the sender, of the recipients, and the policy's brands.

Does not look at the page or its words.
"""

from __future__ import annotations

from policy import lookalike
from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence for the strongest resemblance."""
    protected = case.protected()
    if not case.domain or case.domain in protected:
        return None
    found = lookalike.likeness(case.target.host, case.domain, protected, case.rules.lookalike.shortest)
    if found is None:
        return None
    words = f"{unicode_host(case.target.host)} resembles {unicode_host(found.to)}: it {found.how}"
    return Evidence("lookalike", found.strength, words)
