"""The console's searches: query parameters to ``Search``, and a moment out of what a person types.

Does not search.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import get_args

from gateway.observed import RESULTS
from gateway.store.rows import Search
from policy.rules import Action

LIMIT = 200
MOST = 1000
"""Rows one page or answer may ask for."""
TEXT_LENGTH = 500

_AGO = re.compile(r"([0-9]{1,6}) ?([mhdw])")
_UNIT = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_TEXTS = tuple(one.name for one in fields(Search) if one.type == "str")
_WORDS: dict[str, tuple[str, ...]] = {
    "outcome": RESULTS,
    "action": get_args(Action),
    "observed": ("any", *RESULTS),
}


class QueryError(Exception):
    """A search field that cannot be understood; the text says which and what would be right."""


def search_from(query: Mapping[str, str], now: float) -> Search:
    """The search a query string asks for. Unknown names are errors, lest a typing error widen a search."""
    unknown = sorted(set(query) - {"since", "limit", *_TEXTS})
    if unknown:
        known = ", ".join(("since", *_TEXTS, "limit"))
        raise QueryError(f"unknown field {unknown[0][:40]!r}; the fields are {known}")
    texts = {name: query.get(name, "").strip() for name in _TEXTS}
    for name, text in texts.items():
        if len(text) > TEXT_LENGTH:
            raise QueryError(f"{name} is longer than {TEXT_LENGTH} characters")
    for name, words in _WORDS.items():
        if texts[name] and texts[name] not in words:
            raise QueryError(f"{name} has to be one of {', '.join(words)}")
    return replace(
        Search(), **texts, since=_since(query.get("since", ""), now), limit=_limit(query.get("limit", ""))
    )


def _limit(text: str) -> int:
    if not text.strip():
        return LIMIT
    if not re.fullmatch(r"[0-9]{1,6}", text.strip()) or not 1 <= int(text) <= MOST:
        raise QueryError(f"limit must be a number from 1 to {MOST}")
    return int(text)


def _since(text: str, now: float) -> float:
    """Unix time of "30m", "24h", "7d", "2w" ago, or of an ISO 8601 date or time; UTC if it has no zone."""
    text = text.strip()
    if not text:
        return 0.0
    ago = _AGO.fullmatch(text)
    if ago:
        return max(0.0, now - int(ago[1]) * _UNIT[ago[2]])
    try:
        when = dt.datetime.fromisoformat(text)
        return max(0.0, (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).timestamp())
    except (ValueError, OverflowError):
        raise QueryError("since must be like 24h, 7d, 2026-01-12 or 2026-01-12T09:30") from None
