"""The domain is not among the visited ones at all.

Does not say anything where there is no popularity list, nor of hosts judged as free hosting.
"""

from __future__ import annotations

from policy import questions
from policy.domains import inside, ip, unicode_host
from policy.model import Evidence
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence where a popularity list is there and does not hold the domain."""
    known, rank = questions.rank_of(case.facts, case.domain)
    if not known or rank is not None or inside(case.domain) or ip(case.domain) is not None:
        return None
    if case.shortener() or case.free_host():
        return None
    words = f"{unicode_host(case.domain)} is not on the list of visited domains"
    return Evidence("unlisted", 1.0, words, (questions.rank(case.domain),))
