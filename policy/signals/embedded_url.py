"""Another web address stands readable in the link, on a host that is no known redirector.

Any web site may have a path that passes people on; most links of this shape are logins that come back to the
same site, and those do not count.

Does not change what the link is judged by: whether the site follows the address is not known.
"""

from __future__ import annotations

import binascii
import re
from itertools import islice

from policy.domains import clean, registrable, unicode_host
from policy.model import Evidence
from policy.signals.case import Case
from policy.signals.urltext import behind_host, plain

_PLAIN = re.compile(r"https?:/{1,3}([\w.-]{4,253})", re.IGNORECASE)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+_-])aHR0c[A-Za-z0-9+/_-]{10,2000}")
_BEGINS = "aHR0c"
"""What begins so begins "http" in base64."""
MOST = 20
"""Addresses of each spelling that are looked at."""
_TO_STANDARD = str.maketrans("-_", "+/")


def signal(case: Case) -> Evidence | None:
    """Evidence for a readable address of another registrable domain in path, query or fragment."""
    if case.link.wrapped:
        return None
    tail = behind_host(case.url)
    if len(tail) < 7:
        return None
    coded = islice(_BASE64.finditer(tail), MOST) if _BEGINS in tail else ()
    for text in (plain(case.url), *(_decoded(match[0]) for match in coded)):
        for match in islice(_PLAIN.finditer(text), MOST) if ":/" in text else ():
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
