"""What comes with a sender's mail besides links: the program, the time zone, the network, where answers go.

None of it is proof, all of it can be imitated; what it is good for is that an account used from elsewhere, by
somebody else with another program, differs in several of them at once.

Kinds: "mailer" (User-Agent or X-Mailer, without versions), "zone" (offset in Date, RFC 5322 section 3.3),
"network" (the client's /24, or /48 in IPv6), "reply-to" (registrable domain of the first address there).

Does not judge, and does not look at the sender's own domain in Reply-To.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

from inspectors.model import Header
from policy.addresses import addresses, domain_of
from policy.domains import registrable
from policy.model import Envelope

KINDS = ("mailer", "network", "reply-to", "zone")
LONGEST = 60
"""Characters of a value; names of programs are shorter once their versions are gone."""

_ZONE = re.compile(r"[+-](?:0\d|1[0-4])[0-5]\d\Z")
_VERSION = re.compile(r"[(/\[;,].*|\s+v?\d.*")


def traits(headers: Sequence[Header], envelope: Envelope) -> tuple[tuple[str, str], ...]:
    """(kind, value) pairs of one message, each kind at most once, sorted. Never raises."""
    return tuple(sorted({**dict(_of_headers(headers)), **dict(_network(envelope.client_address))}.items()))


def _of_headers(headers: Sequence[Header]) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    for header in headers:
        if header.name in ("user-agent", "x-mailer", "date", "reply-to"):
            first.setdefault(header.name, header.value[:1000].decode("ascii", "replace").strip())
    mailer = _VERSION.sub("", first.get("user-agent", "") or first.get("x-mailer", "")).strip()
    if mailer:
        yield "mailer", mailer[:LONGEST]
    # A comment may follow the zone: "+0100 (CET)".
    zone = _ZONE.search(first.get("date", "").partition("(")[0].rstrip())
    if zone:
        yield "zone", zone[0]
    found = addresses(first.get("reply-to", "").encode()).found
    domain = registrable(domain_of(found[0])) if found else ""
    if domain:
        yield "reply-to", domain


def _network(address: str) -> Iterator[tuple[str, str]]:
    try:
        ip = ipaddress.ip_address(address.removeprefix("IPv6:").removeprefix("ipv6:"))
    except ValueError:
        return
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    yield "network", str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))
