"""DNS at the configured resolvers, the only way a name leaves the house (RFC 1035).

Does not keep answers (``kept.py`` does), and asks no server that a domain's owner runs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

SHORTEST, LONGEST = 30.0, 86400.0
"""Seconds an answer is kept at least and at most, whatever its TTL says."""
ABSENT, LONGEST_ABSENT = 300.0, 3600.0
"""Seconds the absence of a name is kept where the zone says nothing (RFC 2308 section 5), and at most:
domains get listed, and keys published, within hours."""


_PLAIN = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?\Z")


class NoReply(Exception):  # noqa: N818 - a word, like "no answer"
    """DNS gave no usable answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Records:
    """What DNS says about one name and type."""

    found: tuple[Any, ...]
    """dnspython's rdata values; empty where there are none."""
    exists: bool
    """False where the name does not exist at all (NXDOMAIN)."""
    seconds: float
    """How long this may be kept."""


class Resolver:
    """Asks the resolvers the settings name, or the system's."""

    def __init__(self, servers: Sequence[tuple[str, int]] = (), timeout: float = 3.0) -> None:
        """``servers``: (IP address, port); ``timeout``: seconds per question, all servers together."""
        self._servers, self._timeout = tuple(servers), timeout
        self._made: dns.asyncresolver.Resolver | None = None

    async def find(self, name: str, kind: str) -> Records:
        """Records of a name, which is taken as absolute. Raises NoReply.

        A name with anything but letters, digits, hyphens and underscores is not asked: it came from a
        message, and dnspython reads a backslash as an escape, which could lead out of a block list's zone.
        """
        if not _PLAIN.match(name):
            raise NoReply("not a name that DNS could be asked for")
        try:
            asked = dns.name.from_text(name.rstrip(".") + ".")
            reply = await self._ready().resolve(asked, kind, lifetime=self._timeout, search=False)
        except dns.resolver.NXDOMAIN as error:
            return Records((), False, _negative(error))
        except dns.resolver.NoAnswer as error:
            return Records((), True, _negative(error))
        except (dns.exception.DNSException, OSError, UnicodeError, ValueError) as error:
            raise NoReply(f"DNS gave no answer: {type(error).__name__}") from None
        seconds = float(reply.rrset.ttl) if reply.rrset is not None else SHORTEST
        return Records(tuple(reply), True, min(LONGEST, max(SHORTEST, seconds)))

    async def texts(self, name: str) -> tuple[tuple[bytes, ...], float]:
        """(TXT records, each in one piece; seconds to keep them). Raises NoReply."""
        records = await self.find(name, "TXT")
        return tuple(b"".join(record.strings) for record in records.found), records.seconds

    def _ready(self) -> dns.asyncresolver.Resolver:
        if self._made is None:
            made = dns.asyncresolver.Resolver(configure=not self._servers)
            if self._servers:
                made.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in self._servers]
            made.cache = None
            self._made = made
        return self._made


def _negative(error: dns.resolver.NXDOMAIN | dns.resolver.NoAnswer) -> float:
    """Seconds to keep that something is not there: the zone's own word for it (RFC 2308 section 5)."""
    given = error.kwargs
    for response in (*given.get("responses", {}).values(), *filter(None, (given.get("response"),))):
        for rrset in response.authority:
            if rrset.rdtype == dns.rdatatype.SOA:
                return min(LONGEST_ABSENT, max(SHORTEST, float(min(rrset.ttl, rrset[0].minimum))))
    return ABSENT
