"""What strings from mail must look like before they reach the database.

Mail is hostile: strings come in any length, with lone surrogates (SQLite takes UTF-8 and refuses them) and
with NUL (PostgreSQL refuses it in text, and SQLite's LIKE stops at it).

Does not know which column takes which string; ``schema.LIMITS`` does.
"""

from __future__ import annotations

import hashlib
import re

_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")

TICKET_URL_LIMIT = 64 * 1024
"""Characters. Browsers go further, but no link a person follows does; a ticket's URL is never cut."""

KEY_LIMIT = 400
"""Characters: the longest address (RFC 5321 section 4.5.3.1: 64 + 1 + 255) and some room."""


def clean(text: str, limit: int) -> str:
    """``text`` as it can be stored, at most ``limit`` characters; a cut shows as a final "…"."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def key(text: str) -> str:
    """``text`` as a key: what is too long is cut and told apart by a digest, so that keys do not merge."""
    if len(text) <= KEY_LIMIT:
        return clean(text, KEY_LIMIT)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return clean(text[: KEY_LIMIT - 33], KEY_LIMIT) + "~" + digest


def unfit(url: str) -> str:
    """Why ``url`` cannot be the destination of a ticket, or an empty string where it can.

    A ticket's URL is stored exactly or not at all. A URL in href form is ASCII by construction (WHATWG URL
    section 4.5), so nothing ordinary is turned away here.
    """
    if len(url) > TICKET_URL_LIMIT:
        return f"the URL has more than {TICKET_URL_LIMIT} characters"
    if not url.isascii() or not url.isprintable():
        return "the URL is not in its ASCII form"
    return ""
