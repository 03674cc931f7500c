"""The domain was registered a short while ago.

Does not know why it was: every firm was new once.
"""

from __future__ import annotations

import math

from policy.domains import unicode_host
from policy.model import Evidence
from policy.questions import age, age_of
from policy.signals.case import Case


def signal(case: Case) -> Evidence | None:
    """Evidence that shrinks with the logarithm of the days."""
    days = age_of(case.facts, case.domain)
    new, old = case.rules.domains.new_days, case.rules.domains.young_days
    if days is None or days >= old:
        return None
    strength = (math.log(old) - math.log(max(days, new))) / (math.log(old) - math.log(new))
    since = "today" if days < 1 else "a day ago" if days < 2 else f"{int(days)} days ago"
    words = f"{unicode_host(case.domain)} was registered {since}"
    return Evidence("young", strength, words, (age(case.domain),)) if strength > 0 else None
