"""Received fields as our own servers write them (RFC 5321 section 4.4).

Does not believe any: whoever reads them has to stop at the first that is not by one of our hosts.
"""

from __future__ import annotations

import re

from policy.model import Trust

_BY = re.compile(r"(?:\A|\s)by\s+([^\s;()]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")


def our_names(trust: Trust) -> frozenset[str]:
    """Names of our own servers, lower case."""
    given = (*trust.authserv_ids, *trust.our_hosts)
    return frozenset(name.strip().rstrip(".").lower() for name in given) - {""}


def by(value: bytes) -> str:
    """The host after "by" in a Received field; empty where there is none."""
    text = value[:4096].decode("latin-1")
    # Innermost comments only, a few times: a comment may hold the word "by", and nesting is rare.
    for _ in range(4):
        text = _COMMENT.sub(" ", text)
    match = _BY.search(text)
    return match[1].rstrip(".").lower() if match else ""
