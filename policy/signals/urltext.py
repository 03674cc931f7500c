"""What signals look at of a URL's text, cut to a bound and decoded once for all of them.

Does not say where a URL leads (``policy.signals.case.target`` does) and does not judge.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

BEGINNING, END = 1000, 500
"""Characters looked at of the part up to the first "?" or "#", and as many of what stands behind it. Ends
count because a file's name stands there. Whoever hides something between them silences signs of form that he
need not have given; what the host is worth does not change. Decoding all of the 8,192 characters that a URL
may have took ten times as long as all else about a link; none of 7,000 links in real mail had more than 500.
"""
_END_OF_HOST = re.compile(r"[/?#]")
_BEFORE_QUERY = re.compile(r"[^?#]*")


def bounded(url: str) -> str:
    """The URL itself where it is short, else with a space for what stands in the middle of its two parts."""
    if len(url) <= BEGINNING + END:
        return url
    at = min((found for found in (url.find("?"), url.find("#")) if found >= 0), default=len(url))
    return _cut(url[:at]) + _cut(url[at:])


def _cut(text: str) -> str:
    return text if len(text) <= BEGINNING + END else f"{text[:BEGINNING]} {text[-END:]}"


def behind_host(url: str) -> str:
    """Path, query and fragment, without the character they begin with."""
    rest = url.partition("://")[2]
    found = _END_OF_HOST.search(rest)
    return rest[found.end() :] if found else ""


def path(url: str) -> str:
    """The path as written, without its first slash."""
    return _BEFORE_QUERY.match(url.partition("://")[2])[0].partition("/")[2]  # type: ignore[index]  # it matches every text, the empty one too


@lru_cache(maxsize=64)
def plain_path(url: str) -> str:
    """``path`` with percent-encoding undone."""
    return unquote(path(url))


@lru_cache(maxsize=64)
def plain(url: str) -> str:
    """``behind_host`` with percent-encoding undone twice, as nested links have it."""
    tail, first = behind_host(url), path(url)
    if "%" not in tail:
        return tail
    # The path is decoded anyway, and no escape reaches over what ends it.
    once = plain_path(url) + unquote(tail[len(first) :]) if tail.startswith(first) else unquote(tail)
    return unquote(once) if "%" in once else once
