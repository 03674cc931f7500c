"""The facts of a recorded message, for the console, the API and the commands.

Does not judge again; it tells what was recorded when the message came.
"""

from __future__ import annotations

from gateway.ruling import odd
from gateway.store.rows import MessageRow
from policy.explain import Fact, Told, facts


def facts_of(row: MessageRow) -> tuple[Fact, ...]:
    """Sender, pattern and content, then one fact for each odd link's domain; none of mail not judged."""
    if row.outbound:
        return ()
    links = [
        Told(
            link.domain,
            odd(link),
            tuple((one.signal, one.points, one.words) for one in link.evidence),
            link.place,
            link.score,
        )
        for link in row.links
    ]
    sender = f"{row.person} via {row.sender}" if row.person else row.sender
    unread = [reason for _, reason, _ in row.skipped]
    return facts(sender, row.genuine, row.identity_words, links, unread)
