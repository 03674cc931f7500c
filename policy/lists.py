"""Mail that a mailing list sends on in its own name, and the person behind it.

Lists rewrite From where the author's domain forbids others to use it (DMARC): "Jane via Talk
<talk@lists.example>". What such mail links to is Jane's doing, not the list's; who Jane is stands in fields
that the list writes and nothing proves: X-Original-From, X-MailFrom, Reply-To.

Does not prove anything: that the list itself is genuine is for ``identity.py`` to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from inspectors.model import Header
from policy.addresses import addresses, domain_of
from policy.domains import registrable

BEHIND = ("x-original-from", "x-mailfrom", "reply-to")
"""Fields in which lists name the author, the most telling first (Google Groups, Mailman 3, Mailman 2)."""
_LIST = frozenset({"list-id", "list-post", "list-unsubscribe", "list-help"})
"""Fields of RFC 2369 and RFC 2919 that say that a list sent this."""
_POST = re.compile(rb"<mailto:([^>?\s]{3,300})", re.IGNORECASE)
_VIA = re.compile(rb"\bvia\b", re.IGNORECASE)
LONGEST = 4096
"""Bytes of a field looked at."""


def behind(headers: Sequence[Header], sender: str) -> str:
    """The address of the person for whom a list sends from ``sender``; empty where no list rewrote From."""
    if not sender or not any(header.name in _LIST for header in headers):
        return ""
    names = (*BEHIND, "from", "list-post")
    fields = {name: [one.value[:LONGEST] for one in headers if one.name == name][:5] for name in names}
    if not _rewritten(fields, sender):
        return ""
    for value in (value for name in BEHIND for value in fields[name]):
        found = addresses(value)
        others = [one for one in found.found if _elsewhere(one, sender)]
        if len(others) == 1 and not found.odd:
            return others[0]
    return ""


def _rewritten(fields: Mapping[str, Sequence[bytes]], sender: str) -> bool:
    """Whether From is the list's: it says "via", or is the list's address and the author stands elsewhere."""
    posts = (match[1] for value in fields["list-post"] for match in _POST.finditer(value))
    own = any(post.decode("latin-1").lower() == sender for post in posts)
    via = any(_VIA.search(value.rpartition(b"<")[0]) for value in fields["from"])
    return via or bool(fields["x-original-from"]) or (own and bool(fields["x-mailfrom"]))


def _elsewhere(address: str, sender: str) -> bool:
    domain = registrable(domain_of(address))
    return bool(domain) and domain != registrable(domain_of(sender))
