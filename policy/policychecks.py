"""What of a policy contradicts itself, or never has an effect and so would switch something off in silence.

Takes rules whose values are each right by themselves.

Does not read files.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Sequence

from policy.domains import clean, is_suffix
from policy.rules import Rules, ScopeEntry
from policy.scopes import covers, listed

FORMATS = ("text", "html", "pdf", "office", "calendar", "vcard", "svg", "rtf", "shortcut", "image")
"""What comes before the colon in a link's place."""

Keys = tuple[str | int, ...]

_FEED_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}\Z")
_SCOPE_NAME = re.compile(r"[^\W_][\w .-]{0,59}\Z")
_FEED_URL = re.compile(r"(?:https://[^\s/]+/?|http://(?:127\.\d+\.\d+\.\d+|\[::1\])[:/]|file:///)\S*\Z")
"""Plain http only on loopback: whoever sits on the way could write the list."""


def contradictions(rules: Rules, line: Callable[[Keys], int]) -> Iterator[tuple[Keys, str]]:
    """(key, what is wrong and what would be right); ``line`` tells on which line of the file a key stands."""
    for family, caps in rules.caps.items():
        if caps.least > caps.most:
            yield ("caps", family), f"least ({caps.least}) is above most ({caps.most}); swap them"
    if rules.popularity.top_rank >= rules.popularity.floor_rank:
        yield ("popularity", "top_rank"), "top_rank must be smaller than floor_rank"
    for table, entries in (("allow", rules.allow), ("block", rules.block)):
        for at, entry in enumerate(entries):
            if clean(entry.domain) != entry.domain or "*" in entry.domain or "/" in entry.domain:
                words = (
                    f"{entry.domain!r} is no domain; write it like 'portal.example', it covers all below it"
                )
                yield (table, at, "domain"), words
            elif "." not in entry.domain or is_suffix(entry.domain):
                words = f"{entry.domain!r} belongs to nobody in particular; name a registered domain"
                yield (table, at, "domain"), words
    yield from _outside(rules)
    yield from _dead_patterns(rules)
    yield from _scopes(rules)
    yield from _never(rules.scope, line)


def _outside(rules: Rules) -> Iterator[tuple[Keys, str]]:
    """Block lists and feeds that could not be asked."""
    for at, zone in enumerate(rules.dnsbl):
        if clean(zone.zone) != zone.zone or "." not in zone.zone or "/" in zone.zone:
            yield ("dnsbl", at, "zone"), f"{zone.zone!r} is no zone; write it like 'dbl.lists.example'"
        for number, code in enumerate(zone.codes):
            try:
                ipaddress.IPv4Network(code.code)
            except ValueError:
                words = f"{code.code!r} is no return code; write '127.0.0.2', or '127.0.1.0/24' for many"
                yield ("dnsbl", at, "codes", number, "code"), words
    for at, feed in enumerate(rules.feed):
        if not _FEED_URL.match(feed.url):
            words = f"{feed.url!r} cannot be fetched; write https://HOST/PATH, or file:///PATH"
            yield ("feed", at, "url"), words
        if not _FEED_NAME.match(feed.name):
            words = f"{feed.name!r} is no name for a list; use letters, digits, '-' and '_'"
            yield ("feed", at, "name"), words
    twice = [feed.name for feed in rules.feed]
    for at, name in enumerate(twice):
        if name in twice[:at]:
            yield ("feed", at, "name"), f"{name!r} is the name of two feeds; give each its own"


def _scopes(rules: Rules) -> Iterator[tuple[Keys, str]]:
    """Scopes that could never match, or that nobody could tell apart."""
    names = [entry.name.casefold() for entry in rules.scope]
    for at, entry in enumerate(rules.scope):
        if not _SCOPE_NAME.match(entry.name):
            words = f"{entry.name!r} is no name for a scope; use letters, digits, spaces, '.', '-' and '_'"
            yield ("scope", at, "name"), words
        elif names[at] in names[:at]:
            other = rules.scope[names.index(names[at])].name
            case = "" if other == entry.name else f" but for its case ({other!r})"
            yield ("scope", at, "name"), f"{entry.name!r} is the name of two scopes{case}; give each its own"
        if not entry.recipients and not entry.senders:
            words = (
                "names neither recipients nor senders; for all mail set threshold and [observe] themselves"
            )
            yield ("scope", at, "name"), words
        for key in ("recipients", "senders"):
            for number, one in enumerate(getattr(entry, key)):
                if not listed(one):
                    words = f"{one!r} is neither; write an address, or a domain like 'sales.company.example'"
                    if one.startswith("*.") and listed(one[2:]):
                        words = f"{one!r}: leave out '*.'; {one[2:]!r} covers all below it"
                    yield ("scope", at, key, number), words


def _never(scopes: Sequence[ScopeEntry], line: Callable[[Keys], int]) -> Iterator[tuple[Keys, str]]:
    """Scopes that earlier ones leave no mail, see ``policy.scopes``."""
    names = [entry.name.casefold() for entry in scopes]
    for at, entry in enumerate(scopes):
        if names[at] in names[:at]:
            continue  # that is wrong already
        # A sender who only claims to be somebody falls under the scopes that name him, and under no other.
        before = [
            (number, one)
            for number, one in enumerate(scopes[:at])
            if bool(one.senders) == bool(entry.senders)
            and all(covers(one.senders, name) for name in entry.senders)
        ]
        found = next((pair for pair in before if not pair[1].recipients), None)
        if found is None and entry.recipients:
            first = [
                next((pair for pair in before if covers(pair[1].recipients, name)), None)
                for name in entry.recipients
            ]
            found = first[0] if None not in first else None
        if found is not None:
            number, one = found
            words = f"scope {entry.name!r} never counts: {one.name!r} on line {line(('scope', number))} "
            words += f"comes first and covers {_named(entry)}; "
            same = set(one.recipients) == set(entry.recipients) and set(one.senders) == set(entry.senders)
            yield ("scope", at), words + ("leave one out" if same else "put the narrower one first")


def _named(entry: ScopeEntry) -> str:
    names = entry.recipients or entry.senders
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _dead_patterns(rules: Rules) -> Iterator[tuple[Keys, str]]:
    """Values that could never match, and so would switch something off in silence."""
    for key in ("schemes", "opens"):
        for at, scheme in enumerate(getattr(rules.links, key)):
            if scheme != scheme.lower() or not scheme.replace("-", "").isalnum():
                words = f"entry {at + 1}, {scheme!r}, never matches; write it like 'https'"
                yield ("links", key, at), words
    for table in ("rewritable", "fetched"):
        for at, pattern in enumerate(getattr(rules.places, table)):
            form, _, _ = pattern.partition(":")
            if pattern != pattern.lower() and form != "pdf":
                yield ("places", table, at), f"{pattern!r} never matches: places are written in lower case"
            elif form.rstrip("*") not in FORMATS and not form.endswith("*"):
                yield ("places", table, at), f"{pattern!r} names no format; known are {', '.join(FORMATS)}"
