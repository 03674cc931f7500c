"""Another web address stands readable in the link, on a host that is no known redirector.

Any web site may have a path that passes people on; most links of this shape are logins that come back to the
same site, and those do not count.

Does not change what the link is judged by: whether the site follows the address is not known.
"""

from __future__ import annotations

import binascii
import re
from itertools import islice
from urllib.parse import unquote

from policy.domains import clean, registrable, unicode_host
from policy.model import Evidence
from policy.signals.case import Case

_PLAIN = re.compile(r"https?:/{1,3}([\w.-]{4,253})", re.IGNORECASE)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+_-])aHR0c[A-Za-z0-9+/_-]{10,2000}")
"""What begins so begins "http" in base64."""
MOST = 20
"""Addresses of each spelling that are looked at."""
_TO_STANDARD = str.maketrans("-_", "+/")


def signal(case: Case) -> Evidence | None:
    """Evidence for a readable address of another registrable domain in path, query or fragment."""
    if case.link.wrapped:
        return None
    _, _, tail = case.link.url.partition("://")
    tail = tail[tail.find("/") :] if "/" in tail else ""
    if len(tail) < 8:
        return None
    for text in (unquote(unquote(tail)), *map(_decoded, islice(_BASE64.findall(tail), MOST))):
        for match in islice(_PLAIN.finditer(text), MOST):
            domain = registrable(clean(match[1]))
            if "." in domain and domain != case.domain:
                words = f"The address of another site, {unicode_host(domain)}, stands inside the link"
                return Evidence("embedded_url", 1.0, words)
    return None


def _decoded(text: str) -> str:
    plain = text.translate(_TO_STANDARD)
    plain = plain[: len(plain) // 4 * 4]
    try:
        return binascii.a2b_base64(plain).decode("latin-1")
    except binascii.Error:
        return ""
