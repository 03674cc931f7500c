"""A web site that sends people on to any address stands in front of the destination.

Its good name is what the reader sees and what filters see, which is why it is used.

Does not speak of mail gateways and newsletter services, which wrap links as their trade.
"""

from __future__ import annotations

from policy.domains import registrable, unicode_host
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence where a redirector or a copy of the page leads to another registrable domain."""
    for layer in case.link.wrapped:
        site = registrable(layer.host)
        if layer.kind in ("redirector", "copy") and layer.state == "read" and site != case.domain:
            words = f"{unicode_host(site)} only passes the reader on to {unicode_host(case.domain)}"
            return Evidence("redirector", 1.0 if layer.kind == "redirector" else 0.5, words)
    return None
