"""The page lies in the IPFS network: nobody's site, put there by anyone, taken down by no one.

Told by the shape of the link (a content identifier in path or host), so a gateway need not be known.

Does not ask the gateway.
"""

from __future__ import annotations

import re

from policy.model import Evidence
from policy.signals.case import Case

_ID = r"(?:Qm[1-9A-HJ-NP-Za-km-z]{44}|b[a-z2-7]{50,100}|k[a-z0-9]{50,100})"
"""Content identifiers, version 0 and 1 (IPFS documentation, "Content Identifiers")."""
_PATH = re.compile(rf"https?://[^/?#]+/ip[fn]s/{_ID}(?:[/?#]|\Z)", re.IGNORECASE)
_HOST = re.compile(rf"(?:\A|\.){_ID}\.(?:ip[fn]s\.)?", re.IGNORECASE)


def signal(case: Case) -> Evidence | None:
    """Evidence for a link through an IPFS gateway."""
    url = (case.link.target or case.link.url)[:2048]
    if not _PATH.match(url) and not _HOST.search(case.target.host):
        return None
    return Evidence(
        "ipfs", 1.0, f"{case.target.host} shows pages of the IPFS network, where anyone can publish"
    )
