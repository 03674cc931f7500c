"""The path of the link names a domain the reader trusts, on a host that is not its own.

Does not look at the host (``lookalike`` does) nor at whole addresses in the query (``embedded_url`` does).
"""

from __future__ import annotations

import re
from functools import lru_cache

from policy.domains import label, unicode_host
from policy.model import Evidence
from policy.signals.case import Case
from policy.signals.urltext import plain_path

_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")


def signal(case: Case) -> Evidence | None:
    """Evidence for a protected domain (full strength) or its label (half) as a word of the path."""
    protected = case.protected()
    if not case.domain or case.domain in protected:
        return None
    text = plain_path(case.url).lower()
    shortest = case.rules.lookalike.shortest
    candidates = [name for name in _ordered(protected) if (label(name) or name) in text]
    if not candidates:  # nearly always, and the words need not be told apart
        return None
    named = set(_WORD.findall(text))
    words = {part for word in named for part in word.split(".")}
    for name in candidates:
        whole, short = any(f".{word}".endswith(f".{name}") for word in named), label(name)
        if whole or (len(short) >= shortest and short in words):
            said = f"The path names {unicode_host(name)}, but the host is {unicode_host(case.target.host)}"
            return Evidence("named_in_path", 1.0 if whole else 0.5, said)
    return None


@lru_cache(maxsize=64)
def _ordered(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
