"""The domain is parked: its name servers belong to a company that holds domains for sale.

Does not look at any page there.
"""

from __future__ import annotations

from policy.domains import above, unicode_host
from policy.model import Evidence
from policy.questions import name_servers, name_servers_of
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence where all name servers are those of parking companies: a firm may use one beside its own."""
    _, servers = name_servers_of(case.facts, case.domain)
    parking = frozenset(case.rules.domains.parking)
    if not servers or any(parking.isdisjoint(above(server)) for server in servers):
        return None
    words = f"{unicode_host(case.domain)} is parked at {servers[0]}"
    return Evidence("parked", 1.0, words, (name_servers(case.domain),))
