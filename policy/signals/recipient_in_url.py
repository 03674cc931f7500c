"""The recipient's address stands in the link, as pages do that greet their victim by name.

Found as it is, percent-encoded, in base64 and in hexadecimal.

Does not see other numbers that may stand for him, and does not mind the sender's own domain.
"""

from __future__ import annotations

import base64
from itertools import islice
from urllib.parse import unquote

from policy.model import Evidence
from policy.signals.case import Case

MOST_RECIPIENTS = 20
"""Addresses looked for; more are a distribution list."""
LONGEST = 8192
"""Characters of the URL looked at."""
SHORTEST = 6
"""Characters of an address worth looking for: "a@b.cd"."""


def signal(case: Case) -> Evidence | None:
    """Evidence for a recipient of the envelope in path, query or fragment."""
    _, _, tail = (case.link.target or case.link.url)[:LONGEST].partition("://")
    tail = tail.partition("/")[2] or tail.partition("?")[2] or tail.partition("#")[2]
    if not tail or case.site in case.participants:
        return None
    plain, folded = unquote(unquote(tail)), tail.lower()
    for address in islice(case.envelope.rcpt_tos, MOST_RECIPIENTS):
        how = _how(address, plain, folded)
        if how is not None:
            return Evidence("recipient_in_url", 1.0, f"The address of {address} stands in the link{how}")
    return None


def _how(address: str, plain: str, folded: str) -> str | None:
    """How the address stands there; None where it does not."""
    if len(address) < SHORTEST or "@" not in address:
        return None
    if address.lower() in plain.lower():
        return ""
    data = address.encode("utf-8", "replace")
    if data.hex() in folded or data.lower().hex() in folded:
        return ", in hexadecimal"
    for form in {data, data.lower()}:
        # Base64 depends on where the address begins in its group of three, so all three are looked for.
        for before in range(3):
            coded = base64.b64encode(b"\0" * before + form).decode().rstrip("=")
            inner = coded[(before * 8 + 5) // 6 : len(coded) - (1 if (before + len(form)) % 3 else 0)]
            if len(inner) >= SHORTEST and (inner in plain or inner.translate(_URL_SAFE) in plain):
                return ", in base64"
    return None


_URL_SAFE = str.maketrans("+/", "-_")
