"""The domain does not exist.

Does not know whether it ever did.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.questions import name_servers, name_servers_of
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence where DNS knows that there is no such domain; not where it does not answer."""
    known, servers = name_servers_of(case.facts, case.domain)
    if not known or servers is not None:
        return None
    words = f"{unicode_host(case.domain)} does not exist"
    return Evidence("unresolved", 1.0, words, (name_servers(case.domain),))
