"""The header lines we put on top of a message: Received, X-Oddlink, Authentication-Results.

All are ASCII from a fixed alphabet and hold no text of the message but the From domain, which is checked.

Does not decide which of them a message gets; ``pipeline.py`` does.
"""

from __future__ import annotations

import re
from email.utils import formatdate

from policy.model import Identity

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


def received(hostname: str, id: str, at: float) -> bytes:
    """Our trace line (RFC 5321 section 4.4); ``at`` is Unix time in seconds."""
    return f"Received: by {_name(hostname)} (oddlink) with ESMTP id {id}; {formatdate(at)}\r\n".encode(
        "ascii"
    )


def mark(id: str, links: int, rewritten: int, skipped: int = 0, left: int = 0, action: str = "pass") -> bytes:
    """The X-Oddlink line: the message's id, how many links it has and how many of them were rewritten.

    Where something could not be looked into, or odd links had to be left as they came, their numbers follow:
    for the next hop to act on. What policy wishes done comes last, unless that is nothing.
    """
    line = f"X-Oddlink: id={id}; links={links}; rewritten={rewritten}"
    more = f"; skipped={skipped}" * bool(skipped) + f"; left={left}" * bool(left)
    wish = f"; action={action}" if action != "pass" else ""
    return f"{line}{more}{wish}\r\n".encode("ascii")


def results(hostname: str, identity: Identity) -> bytes:
    """What authentication said before we changed the message (RFC 8601); our change breaks its signatures."""
    host, domain = _name(hostname), identity.domain
    if not identity.genuine or not _NAME.fullmatch(domain) or identity.by not in _RESULTS:
        return f"Authentication-Results: {host}; none\r\n".encode("ascii")
    return f"Authentication-Results: {host}; {_RESULTS[identity.by]}{domain}\r\n".encode("ascii")


_RESULTS = {
    "dmarc": "dmarc=pass header.from=",
    "dkim": "dkim=pass header.d=",
    "spf": "spf=pass smtp.mailfrom=",
}


def _name(hostname: str) -> str:
    return hostname if _NAME.fullmatch(hostname) else "localhost"
