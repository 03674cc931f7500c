"""Other vendors' rewritten links, redirectors and copies: where they lead, as far as the URL itself says.

A mail may arrive with links that another gateway, a newsletter service or a web site has wrapped. What counts
for a reader is the destination, so it is read out of the URL, through at most ``limits.WRAPPINGS`` layers.
Only hosts that belong to a known service are believed: anybody's own server may answer any path and show
something else than its URL says.

Does not contact anything, does not change bytes and does not judge: a generic URL that happens to hold
another one is no wrapper here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from inspectors import limits, urls
from inspectors.model import Link, Wrapping
from inspectors.urls import Url
from inspectors.wrappers.registry import formats
from inspectors.wrappers.values import (
    CONTRADICTORY,
    DEEP,
    HIDDEN,
    READ,
    UNREADABLE,
    Format,
    Parts,
    destination,
    taken,
)

__all__ = [
    "CONTRADICTORY",
    "DEEP",
    "HIDDEN",
    "READ",
    "UNREADABLE",
    "Unwound",
    "unwind",
    "unwrap",
    "unwrapped",
    "unwrapped_all",
]


@dataclass(frozen=True, slots=True)
class Unwound:
    """What is inside a URL."""

    target: str
    """The innermost destination (WHATWG URL); empty where the URL is no wrapper or does not say."""
    layers: tuple[Wrapping, ...]
    """Outermost first; empty where the URL is no wrapper."""


NOTHING = Unwound("", ())


def unwrap(url: Url | str) -> str:
    """The innermost http, https or ftp destination that can be read out of a URL; empty where none can.

    Pure, total and linear: any string whatever gives an answer.
    """
    return unwind(url).target


def unwind(url: Url | str) -> Unwound:
    """The same with every layer on the way.

    Where the last layer hides its destination or cannot be read, the target is that layer's own URL, or empty
    where it is the outermost: nothing further in is known.
    """
    at = urls.read(url) if isinstance(url, str) else url
    layers: list[Wrapping] = []
    target = ""
    while at is not None:
        found = _outermost(at)
        if found is None:
            break
        layer, inner = found
        if len(layers) == limits.WRAPPINGS:
            layers.append(replace(layer, state=DEEP))
            break
        layers.append(layer)
        at = inner
        target = inner.href if inner else target
    return Unwound(target, tuple(layers)) if layers else NOTHING


def unwrapped(link: Link) -> Link:
    """The link with its target and layers where its host is a wrapper's; the same object where it is not."""
    if not formats(link.host):
        return link
    found = unwind(link.url)
    return replace(link, target=found.target, wrapped=found.layers) if found.layers else link


def unwrapped_all(links: Iterable[Link]) -> tuple[tuple[Link, ...], bool]:
    """The links of one message with their targets, and whether the bound on all of them together was reached.

    Behind the bound a link of a wrapper's host counts as too deep to read: filling a message with long
    links hides none.
    """
    found: list[Link] = []
    known: dict[str, Unwound] = {}
    left = limits.WRAPPED_CHARACTERS
    for link in links:
        speaks = formats(link.host)
        if speaks and link.url not in known:
            left -= len(link.url)
            known[link.url] = unwind(link.url) if left >= 0 else _unread(speaks[0], link.host)
        layers = known[link.url].layers if speaks else ()
        found.append(replace(link, target=known[link.url].target, wrapped=layers) if layers else link)
    return tuple(found), left < 0


def _unread(speaks: Format, host: str) -> Unwound:
    return Unwound("", (Wrapping(speaks.by, speaks.kind, host, DEEP),))


def _outermost(url: Url) -> tuple[Wrapping, Url | None] | None:
    """The layer this URL is, and what it leads to where that can be read; None where it is no wrapper."""
    if url.scheme not in ("http", "https"):
        return None
    for each in formats(url.host):
        content = each.read(Parts.of(url))
        if content is None:
            continue
        state, inner = taken(content)
        layer = Wrapping(each.by, each.kind, url.host, state, content.recipient[:320], content.claims[:253])
        return layer, destination(inner) if state == READ else None
    return None
