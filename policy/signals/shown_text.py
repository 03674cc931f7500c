"""The words of the link name another domain than the one it leads to.

Does not read words that only look a little like a host: a bare "name.ending" counts half, and only where
the ending exists.
"""

from __future__ import annotations

import re

from policy.domains import clean, known_suffix, registrable, unicode_host
from policy.model import Evidence
from policy.signals.case import Case

_NAMED = re.compile(
    r"\s*[<(\[]?(?P<sure>(?:https?|ftp)://|www\.)?(?P<host>[\w-]+(?:\.[\w-]+)+)(?::\d+)?(?P<path>[/?#]\S*)?[>)\].,;]?\s*\Z",
    re.IGNORECASE,
)
LONGEST = 2048
"""Characters of shown text looked at; longer text is prose."""


def signal(case: Case) -> Evidence | None:
    """Evidence where text and target disagree on the registrable domain."""
    if len(case.link.shown) > LONGEST or not case.domain:
        return None
    match = _NAMED.match(case.link.shown)
    if match is None:
        return None
    shown = registrable(clean(match["host"]))
    if not shown or shown == case.domain or not (match["sure"] or known_suffix(shown)):
        return None
    if not any(char.isalpha() for char in shown):
        return None
    words = f"The words name {unicode_host(shown)}, but the link leads to {unicode_host(case.domain)}"
    return Evidence("shown_text", 1.0 if match["sure"] else 0.5, words)
