"""The shape of a URL's path: what stays the same when a portal sends its next link.

A segment becomes its class: "w" a word, "n" a number, "h" a hexadecimal or random name, "m" letters and
digits mixed. The ending of the last one stays where it is short, and "?" says that there is a query. So
``/invoices/2025/4711.pdf?lang=en`` is ``w/n/n.pdf?``.

Does not decode queries and does not judge.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

MOST_SEGMENTS = 3
"""Segments told; deeper paths of one site mostly differ in words of its own."""
MORE = "…"
"""Stands for the segments behind those, and for whatever cannot be taken apart."""
_LONGEST = 2048
"""Characters of a URL looked at; shapes are about how it begins."""

MOST_VALUES = 30
"""Values of a query looked at."""

_NAMES = frozenset(("com", "sh", "py", "zip", "app"))
_ENDING = re.compile(r"[^/\\?&=#;]\.([a-z0-9-]{2,18})\Z")
_SHORT = re.compile(r"(?=[a-z0-9]*[a-z])[a-z0-9]{1,5}\Z")
_NUMBER = re.compile(r"(?=[.,_-]*[0-9])[0-9.,_-]+\Z")
_HEXADECIMAL = re.compile(r"\{?(?=[0-9a-f-]*[0-9])[0-9a-f]{8}[0-9a-f-]*\}?\Z")
_WORD = re.compile(r"[^0-9]*\Z")
_RANDOM = 16
"""Characters of letters mixed with digits, without a hyphen, from which on a name is nobody's word."""


def endings(url: str) -> tuple[str, ...]:
    """Endings of the file names at the end of a URL's path and of its query's values, in order.

    In lower case and without the dot. Never raises.
    """
    try:
        parts = urlsplit(url[:8192])
    except ValueError:
        return ()
    values = (pair.partition("=")[2] for pair in parts.query.split("&", MOST_VALUES)[:MOST_VALUES])
    # A query's "site.com" is a name, not a program of the eighties.
    inside = (end for end in map(_ending, values) if end not in _NAMES)
    return tuple(end for end in (_ending(parts.path), *inside) if end)


def _ending(name: str) -> str:
    if "." not in name and "%2" not in name:
        return ""
    match = _ENDING.search(unquote(name[-300:]).rstrip(" .").lower())
    return match[1] if match else ""


def shape(url: str) -> str:
    """The shape of a URL's path, empty for a site's first page. Never raises."""
    try:
        parts = urlsplit(url[:_LONGEST])
    except ValueError:
        return MORE
    segments = [each for each in parts.path.split("/") if each]
    if not segments:
        return "?" if parts.query else ""
    last, dot, end = segments[-1].rpartition(".")
    if dot and last and _SHORT.match(end.lower()):
        segments[-1], end = last, dot + end.lower()
    else:
        end = ""
    told = [_class(unquote(each)) for each in segments[:MOST_SEGMENTS]]
    told += [MORE] if len(segments) > MOST_SEGMENTS else []
    return "/".join(told) + end + ("?" if parts.query else "")


def _class(segment: str) -> str:
    name = segment.lower()
    if _NUMBER.match(name):
        return "n"
    if _HEXADECIMAL.match(name):
        return "h"
    if _WORD.match(name):
        return "w"
    return "h" if len(name) >= _RANDOM and not {"-", " ", "+"} & set(name) else "m"
