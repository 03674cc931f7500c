"""DNS block lists of domains and of addresses (RFC 5782).

A list that refuses us answers like a list that knows something, so refusals are told apart here: addresses
outside 127/8 (a resolver that invents answers, a zone that was sold), 127.255.255.x (wrong zone, public
resolver, over quota), 127.0.0.1 (blocked, at two lists of domains; forbidden by RFC 5782 section 5) and
127.0.1.255 (asked for an address). A list that has been shut down may name the whole world: before a listing
counts, the list must not name what RFC 5782 section 5 says it never may, "INVALID" and 127.0.0.1.

Does not say what a return code means or weighs; policy does. Asks for registrable domains and for the address
of an IP literal, never for a host or a URL.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterable

from policy.domains import ip
from policy.lookups.kept import FAILED, Kept
from policy.lookups.resolver import NoReply, Resolver
from policy.model import Answer, Known, Question, Unknown

REFUSED = 300.0
"""Seconds a refusal is kept: quotas come back within minutes to hours, and asking on makes it no better."""
MOST_CODES = 16
"""Return codes of one answer; lists give one to three."""

_OURS = ipaddress.ip_network("127.0.0.0/8")
_REFUSALS = tuple(map(ipaddress.ip_network, ("127.255.255.0/24", "127.0.0.1/32", "127.0.1.255/32")))
_NEVER_LISTED = {True: "127.0.0.1", False: "invalid"}


class Dnsbl(Kept):
    """A source for "dnsbl" questions: key (zone, domain or IP literal).

    Answered by Known(tuple[str, ...]): the return codes, sorted; empty where the zone does not list it.
    """

    kinds = frozenset({"dnsbl"})

    def __init__(self, resolver: Resolver, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._resolver = resolver

    async def ask(self, question: Question) -> tuple[Answer, float]:
        """What the zone says."""
        if len(question.key) != 2:
            return Unknown("not a question for block lists"), FAILED
        zone, name = question.key
        try:
            records = await self._resolver.find(f"{_asked(name)}.{zone}", "A")
        except NoReply as error:
            return Unknown(f"{zone}: {error}"), FAILED
        codes = tuple(sorted({str(record.address) for record in records.found})[:MOST_CODES])
        why = refusal(codes)
        if why:
            return Unknown(f"{zone} {why}"), REFUSED
        probe = _NEVER_LISTED[ip(name) is not None]
        if codes and name != probe:
            healthy = await self.one(Question("dnsbl", (zone, probe)))
            if isinstance(healthy, Unknown):
                return healthy, FAILED
            if healthy.value:
                return Unknown(f"{zone} lists {probe}, so it lists everything: it may be shut down"), REFUSED
        return Known(codes), records.seconds


def refusal(codes: Iterable[str]) -> str:
    """Why an answer is no listing but a refusal, in words; empty where it may be one."""
    for code in codes:
        address = ipaddress.IPv4Address(code)
        if address not in _OURS:
            return f"answers {code}, which no block list may: somebody else answers for it"
        if any(address in network for network in _REFUSALS):
            return f"refuses to answer us ({code}): over its quota, or asked through a public resolver"
    return ""


def _asked(name: str) -> str:
    """The name as it is asked below the zone: addresses reversed (RFC 5782 sections 2.1 and 2.4)."""
    address = ip(name)
    return name if address is None else address.reverse_pointer.rsplit(".", 2)[0]
