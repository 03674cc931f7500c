"""The domain is on a block list, the policy's own or a local one.

Does not know why others listed it.
"""

from __future__ import annotations

from policy.domains import unicode_host
from policy.model import Evidence
from policy.questions import listed, listed_in
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence for a listed host or a listed domain above it, the wrapper's included."""
    for host in filter(None, (case.target.host, case.wrapper)):
        entry = case.entry("block", host)
        if entry is not None:
            words = f"The policy blocks {unicode_host(entry.domain)}: {entry.why}"
            return Evidence("blocked", 1.0, words)
        name = listed_in(case.facts, case.rules.lists.blocked, host)
        if name:
            words = f"{unicode_host(host)} is on the block list {name!r}"
            return Evidence("blocked", 1.0, words, (listed(name, host),))
    return None
