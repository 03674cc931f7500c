"""A host the sender never linked to, on a site he often links to.

Measured by how constant he was in the hosts of that site. Whoever has broken into the site's DNS, or leads to
a corner of it that takes strangers' content, needs another host; so does the site's next newsletter.

Does not speak of sites that are new themselves: ``surprise`` does.
"""

from __future__ import annotations

from policy import questions
from policy.domains import unicode_host
from policy.history import escape
from policy.manner import LEAST, Manner
from policy.model import Evidence
from policy.signals.case import Case
from policy.traits import plain_host

FULL = 4.0
"""Nats at full surprise: one host in forty messages."""
MOST = 0.5
"""Strength at full surprise."""


def signal(case: Case) -> Evidence | None:
    """Evidence where the site is known and the host is not."""
    found = filter(None, (_of(manner, case) for manner in case.manner.each))
    return max(found, key=lambda one: one.strength, default=None)


def _of(manner: Manner, case: Case) -> Evidence | None:
    host = plain_host(case.target.host)
    if manner.owner is None or not host or case.link.obscured or manner.full("host"):
        return None
    counts = [trait.messages for name, trait in manner.known.get("host", {}).items() if _on(name, case.site)]
    # A message may have had several of the hosts; the busiest one was in as many messages.
    messages = max(counts, default=0)
    if messages < LEAST or host in manner.values("host"):
        return None
    nats = escape(messages, sum(counts), len(counts), case.rules.history)
    words = (
        f"In {messages} earlier messages {manner.owner.name} linked to {_hosts(len(counts))} "
        f"of {unicode_host(case.site)}, never to {unicode_host(host)}"
    )
    return Evidence("new_host", MOST * min(1.0, nats / FULL), words, (questions.traits(manner.owner),))


def _on(host: str, site: str) -> bool:
    return host == plain_host(site) or host.endswith("." + site)


def _hosts(number: int) -> str:
    return "one host" if number == 1 else f"{number} hosts"
