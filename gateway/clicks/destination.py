"""A destination taken apart for showing: what to pick out, what to point at, whether one may go there.

The URL is what a browser would open, as the inspectors recorded it. The grammar here is narrower than a
browser's on purpose: what does not fit it is shown whole and cannot be continued to.

Does not open, resolve or judge anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from policy.domains import ip, registrable, unicode_host

LOCATION_BYTES = 65_536
"""Longest URL one can go on to: browsers bound the whole response head (Chromium: 256 KiB)."""

_WEB = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:(?P<user>[^\x00-\x20\x7f/?#@\\]*)@)?"
    r"(?P<host>\[[0-9a-f:.]+\]|[^\x00-\x20\x7f/?#@:\\\[\]<>^|%]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?#][^\x00-\x20\x7f]*)?",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_USUAL = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads. ``before + domain + after`` is the URL, nothing lost."""

    before: str
    domain: str
    """What to pick out: the registrable domain, or the whole host where it has none; empty without a host."""
    after: str
    scheme: str
    """Lower case; empty where there is none."""
    host: str = ""
    unicode: str = ""
    """The host in its own letters, where that differs."""
    user: str = ""
    """What stands before an ``@`` in front of the host."""
    port: str = ""
    """The port, where it is not the scheme's own."""
    number: bool = False
    """The host is an IP address."""
    location: bytes | None = None
    """The URL's exact bytes for the Location field; None where one cannot go on to it."""

    @property
    def url(self) -> str:
        """The whole URL."""
        return self.before + self.domain + self.after


def destination(url: str) -> Destination:
    """Take a URL apart; any text gives a result."""
    web = _WEB.fullmatch(url)
    if web is None:
        named = _SCHEME.match(url)
        return Destination("", "", url, named[1].lower() if named else "")
    host = web["host"].lower()
    number = ip(host) is not None
    start, end = _picked(url, *web.span("host"), "" if number else registrable(host))
    scheme, letters = web["scheme"].lower(), host if number else unicode_host(host)
    return Destination(
        before=url[:start],
        domain=url[start:end],
        after=url[end:],
        scheme=scheme,
        host=host,
        unicode=letters if letters != host else "",
        user=web["user"] or "",
        port=web["port"] if web["port"] and web["port"] != _USUAL[scheme] else "",
        number=number,
        location=_location(url),
    )


def _picked(url: str, start: int, end: int, domain: str) -> tuple[int, int]:
    """Where the registrable domain stands within the host's span; all of the span if it is not its end."""
    stop = start + len(url[start:end].rstrip("."))  # "host.example." is the same host
    at = stop - len(domain)
    if domain and start < at and url[at - 1] == "." and url[at:stop].lower() == domain:
        return at, stop
    return start, end


def _location(url: str) -> bytes | None:
    try:
        data = url.encode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair
        return None
    return data if len(data) <= LOCATION_BYTES else None
