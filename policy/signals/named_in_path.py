"""The path of the link names a domain the reader trusts, on a host that is not its own.

Does not look at the host (``lookalike`` does) nor at whole addresses in the query (``embedded_url`` does).
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from policy.domains import label, unicode_host
from policy.model import Evidence
from policy.signals.case import Case

_WORD = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")


def signal(case: Case) -> Evidence | None:
    """Evidence for a protected domain (full strength) or its label (half) as a word of the path."""
    protected = case.protected()
    if not case.domain or case.domain in protected:
        return None
    try:
        path = urlsplit((case.link.target or case.link.url)[:4096]).path
    except ValueError:
        return None
    named = set(_WORD.findall(unquote(path).lower()))
    words = {part for word in named for part in word.split(".")}
    for name in sorted(protected):
        whole, short = any(f".{word}".endswith(f".{name}") for word in named), label(name)
        if whole or (len(short) >= case.rules.lookalike.shortest and short in words):
            text = f"The path names {unicode_host(name)}, but the host is {unicode_host(case.target.host)}"
            return Evidence("named_in_path", 1.0 if whole else 0.5, text)
    return None
