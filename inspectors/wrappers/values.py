"""What wrapper formats share: the parts of a URL, its parameters, and the ways to write one URL in another.

Where readers may differ on what a URL says, it says nothing here: two parameters of the same name that
disagree are not settled by guessing which one the vendor takes, because an attacker would guess better. Such
a URL is called contradictory, and policy can make something of it.

Does not know any vendor.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from inspectors import limits, urls
from inspectors.urls import Url

READ, HIDDEN, UNREADABLE, CONTRADICTORY, DEEP = "read", "hidden", "unreadable", "contradictory", "deep"
"""States of a layer, see ``Wrapping.state``."""

PROTECTION, REDIRECTOR, TRACKER, COPY = "protection", "redirector", "tracker", "copy"
"""Kinds of wrapper, see ``Wrapping.kind``."""

_SCHEMES = frozenset(("http", "https", "ftp"))
_LIKE_URL = re.compile(r"[\x00-\x20]*(?:(?:https?|ftp):|//|\\\\)", re.IGNORECASE)
_ENCODED = re.compile(r"[\x00-\x20]*(?:https?|ftp)%(?:25)?3a", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]*")
_TO_STANDARD = str.maketrans("-_ ", "+/+")


@dataclass(frozen=True, slots=True)
class Parts:
    """A wrapper's URL taken apart; nothing is percent-decoded."""

    host: str
    """Without a final dot."""
    path: str
    query: str
    """Without the question mark."""
    tail: str
    """Path, query and fragment as they stand, for formats that put a whole URL there."""

    @classmethod
    def of(cls, url: Url) -> Parts:
        """The parts of a serialised URL."""
        _, _, rest = url.href.partition("://")
        at = rest.find("/")
        tail = rest[at:] if at >= 0 else ""
        path, _, query = tail.partition("#")[0].partition("?")
        return cls(url.host.rstrip("."), path, query, tail)


@dataclass(frozen=True, slots=True)
class Content:
    """What a wrapper's URL says."""

    targets: tuple[str, ...] = ()
    """Texts that claim to be the destination, decoded; none where the format hides it."""
    recipient: str = ""
    claims: str = ""
    contradictory: bool = False
    """True where one parameter stands there twice with different values."""


@dataclass(frozen=True, slots=True)
class Format:
    """One vendor's way to write a link."""

    by: str
    """The service's name, as people know it."""
    kind: str
    hosts: tuple[str, ...]
    """Host names in ASCII form; a leading dot means every name below."""
    read: Callable[[Parts], Content | None]
    """None where a URL on these hosts is an ordinary one."""


def destination(text: str) -> Url | None:
    """The web URL a browser opens for a text that writes one out; None for anything else."""
    if not _LIKE_URL.match(text):
        return None
    url = urls.read(text)
    return url if url is not None and url.scheme in _SCHEMES else None


def taken(content: Content) -> tuple[str, str]:
    """(state, the one text that is the destination).

    Texts that do not write a URL out do not count beside one that does: Google carries the words searched for
    in one of the two parameters that may hold the destination.
    """
    if content.contradictory:
        return CONTRADICTORY, ""
    found = {url.href: text for text in content.targets if (url := destination(text)) is not None}
    if len(found) > 1:
        return CONTRADICTORY, ""
    if found:
        return READ, next(iter(found.values()))
    return (UNREADABLE, "") if any(content.targets) else (HIDDEN, "")


def parameters(query: str, *names: str, separator: str = "&") -> tuple[tuple[str, ...], bool]:
    """(decoded values under these names, whether one name stands there with different values).

    Names are compared without case, because some servers do. A plus stays a plus. More parameters than are
    read count as different values: what is behind the bound may be another destination.
    """
    found: dict[str, set[str]] = {}
    pieces = query.split(separator, limits.WRAPPED_PARAMETERS)
    for piece in pieces[: limits.WRAPPED_PARAMETERS]:
        name, _, value = piece.partition("=")
        key = (unquote(name) if "%" in name else name).lower()
        if key in names:
            found.setdefault(key, set()).add(value)
    decoded = {key: sorted(set(map(percent, values))) for key, values in found.items()}
    over = len(pieces) > limits.WRAPPED_PARAMETERS
    return tuple(values[0] for values in decoded.values()), over or any(len(v) > 1 for v in decoded.values())


def percent(text: str) -> str:
    """Percent-decoded, and again where a scheme still stands there encoded; at most three times."""
    text = unquote(text)
    for _ in range(2):
        if not _ENCODED.match(text):
            break
        text = unquote(text)
    return text


def if_encoded(text: str) -> str:
    """A URL that stands in a path or in base64: percent-decoded only where its scheme is encoded too."""
    return text if _LIKE_URL.match(text) else percent(text)


def base64(text: str) -> str:
    """Base64 in either alphabet, with or without padding, as UTF-8; empty where it is none."""
    plain = text.strip().translate(_TO_STANDARD).rstrip("=")
    if len(plain) % 4 == 1 or not _BASE64.fullmatch(plain):
        return ""
    try:
        return binascii.a2b_base64(plain + "=" * (-len(plain) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def in_query(*names: str, paths: Iterable[str] = ()) -> Callable[[Parts], Content | None]:
    """A reader for formats that put the percent-encoded destination into one of these parameters.

    ``paths``: the only ones that redirect, compared without case and without a final slash; any path where
    none is given. An address without the parameter is ordinary on a path of the site's own, and hidden on a
    host that only wraps.
    """
    wanted = frozenset(path.rstrip("/").lower() for path in paths)

    def read(parts: Parts) -> Content | None:
        if wanted and parts.path.rstrip("/").lower() not in wanted:
            return None
        values, different = parameters(parts.query, *names)
        return Content(values, contradictory=different)

    return read


def hidden(*starts: str, claims: str = "") -> Callable[[Parts], Content | None]:
    """A reader for formats that keep the destination to themselves.

    ``starts``: beginnings of the paths that redirect; ``claims``: the parameter with a domain for people to
    read. Nothing ties it to where the link leads, so it is no destination.
    """

    def read(parts: Parts) -> Content | None:
        if starts and not parts.path.startswith(starts):
            return None
        values, different = parameters(parts.query, claims) if claims else ((), False)
        return Content(claims="" if different else "".join(values))

    return read
