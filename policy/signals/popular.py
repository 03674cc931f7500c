"""The domain is among the most visited.

Does not count where anyone can publish on the host: there the neighbours are popular, not the page; nor where
the address of another site stands inside the link, for much visited sites have logins and counters that pass
readers on (``redirect_uri=``), and then it is the other site that counts. A name in
front of the domain that looks made up counts a quarter, because dynamic names and storage buckets look so,
and no list holds all who rent them out.
"""

from __future__ import annotations

import math

from policy import questions
from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals import embedded_url
from policy.signals.case import Case

LONGEST_WORD = 12
"""Letters of a label that people chose to be read: "confluence" and "download" stay below."""


def signal(case: Case) -> Evidence | None:
    """Evidence that grows with the logarithm of the rank."""
    known, rank = questions.rank_of(case.facts, case.domain)
    if not known or rank is None or case.link.obscured or case.shortener() or case.free_host():
        return None
    top, floor = case.rules.popularity.top_rank, case.rules.popularity.floor_rank
    strength = min(1.0, (math.log(floor) - math.log(rank)) / (math.log(floor) - math.log(top)))
    if strength <= 0 or embedded_url.signal(case) is not None:
        return None
    words = f"{unicode_host(case.domain)} is number {rank} of the most visited domains"
    if _made_up(case.target.host.removesuffix(case.domain).rstrip(".")):
        strength /= 4
        words += ", but the name in front of it may be anybody's"
    return Evidence("popular", strength, words, (questions.rank(case.domain),))


def _made_up(front: str) -> bool:
    """Whether what stands in front of the registrable domain looks like nobody's choice."""
    labels = front.split(".") if front else []
    return len(labels) > 2 or any(
        len(one) > LONGEST_WORD or any(char.isdigit() for char in one.removeprefix("www")) for one in labels
    )
