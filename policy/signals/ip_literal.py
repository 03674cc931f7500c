"""The host is a number instead of a name.

Does not mind addresses that only mean something in the reader's own network.
"""

from __future__ import annotations

from policy.domains import inside, ip
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence for a public IP literal."""
    host = case.target.host
    if ip(host) is None or inside(host):
        return None
    return Evidence("ip_literal", 1.0, f"The link leads to a bare number, {host}, instead of a name")
