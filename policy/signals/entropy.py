"""A long run of letters and digits without any pattern stands in the host's name or the path.

Newsletters number their readers so, and phishing kits their victims: observed, and weighed little.

Does not look at the query, where such numbers belong.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import islice

from policy.model import Evidence
from policy.signals.case import Case
from policy.signals.urltext import path

_RUN = re.compile(r"[A-Za-z0-9_-]{20,400}")
LEAST, FULL = 3.6, 5.2
"""Bits a character: English words joined by hyphens stay below the first, base64 of random bytes reaches the
second in sixty characters."""
MOST = 20


def signal(case: Case) -> Evidence | None:
    """Evidence that grows with the Shannon entropy of the run."""
    text = f"{case.target.host} {path(case.url)}"
    runs = [match[0] for match in islice(_RUN.finditer(text), MOST)]
    bits = max((_bits(run) for run in runs if any(char.isdigit() for char in run)), default=0.0)
    if bits <= LEAST:
        return None
    return Evidence(
        "entropy", min(1.0, (bits - LEAST) / (FULL - LEAST)), "A long random number stands in the link"
    )


def _bits(run: str) -> float:
    return -sum(count / len(run) * math.log2(count / len(run)) for count in Counter(run).values())
