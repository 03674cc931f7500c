"""The nonce in the click page's form: proof that the page was shown a short while ago. Needs no memory.

``EXPIRY.KEYID.MAC``: expiry in Unix seconds as hex, MAC in hex over ticket id and expiry, with a secret
derived from the ticket key. It keeps programs that blindly post to links from going on, and other sites
from sending people through (there is no cookie to steal and no account to abuse). It can be used again
until it expires, for a second press of the button must work.

Does not know whether somebody is a person: scanners that fill in forms exist, so a POST is evidence, not
proof.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from gateway.tokens import Key, Keyring

LIFE = 15 * 60
"""Seconds from showing the page to pressing the button."""

_NONCE = re.compile(r"([0-9a-f]{1,12})\.([0-9A-Za-z]{2})\.([0-9a-f]{40})")
_PURPOSE = b"oddlink continue 1"


def issue(ticket_id: str, now: float, ring: Keyring) -> str:
    """A nonce for one ticket, good for ``LIFE`` seconds; empty where there is no key at all."""
    key = ring.signing or max(ring.keys, key=lambda key: key.created, default=None)
    if key is None:
        return ""
    expiry = f"{int(now) + LIFE:x}"
    return f"{expiry}.{key.id}.{_mac(key, ticket_id, expiry)}"


def good(nonce: str, ticket_id: str, now: float, ring: Keyring) -> bool:
    """True for a nonce issued for this ticket that has not expired, nor claims a longer life than any has."""
    found = _NONCE.fullmatch(nonce)
    key = ring.get(found[2]) if found else None
    if found is None or key is None:
        return False
    return (
        hmac.compare_digest(_mac(key, ticket_id, found[1]), found[3]) and 0 <= int(found[1], 16) - now <= LIFE
    )


def _mac(key: Key, ticket_id: str, expiry: str) -> str:
    secret = hmac.new(key.secret, _PURPOSE, hashlib.sha256).digest()
    return hmac.new(secret, f"{ticket_id}.{expiry}".encode(), hashlib.sha256).hexdigest()[:40]
