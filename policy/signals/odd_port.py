"""The link names a port where web sites are not found.

Does not know what listens there.
"""

from __future__ import annotations

from policy.domains import inside
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence for an unusual port on a public host."""
    port = case.target.port
    if port == 0 or port in case.rules.links.ordinary_ports or inside(case.target.host):
        return None
    return Evidence("odd_port", 1.0, f"The link uses the unusual port {port}")
