"""The domain is among the most visited.

Does not count where anyone can publish on the host: there the neighbours are popular, not the page.
"""

from __future__ import annotations

import math

from policy import questions
from policy.domains import unicode_host
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence that grows with the logarithm of the rank."""
    known, rank = questions.rank_of(case.facts, case.domain)
    if not known or rank is None or case.shortener() or case.free_host():
        return None
    top, floor = case.rules.popularity.top_rank, case.rules.popularity.floor_rank
    strength = (math.log(floor) - math.log(rank)) / (math.log(floor) - math.log(top))
    if strength <= 0:
        return None
    words = f"{unicode_host(case.domain)} is number {rank} of the most visited domains"
    return Evidence("popular", min(1.0, strength), words, (questions.rank(case.domain),))
