"""SPF: may this address send for this domain (RFC 7208)?

Only a pass is of use here, so in doubt there is none: "ptr" never matches (section 5.5 discourages it), a
record that wants the sender's local part is an error, and a pass by a term that lets in half the world
("+all", 0.0.0.0/1) is reported as neutral.

Does not decide whether the domain is the one in From, and does not fetch explanations (exp=).
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from policy.lookups.kept import FAILED, Kept
from policy.lookups.resolver import LONGEST, NoReply, Records, Resolver
from policy.model import Answer, Known, Question, SpfResult, Unknown
from policy.spf import Address, SpfError, Term, expanded, holds_address, is_record, terms

MOST_LOOKUPS, MOST_VOID, MOST_MX = 10, 2, 10
"""Lookups by terms, lookups that find nothing, and exchangers of one "mx" (RFC 7208 section 4.6.4)."""
DEEPEST = 10
"""Records read one through another; the bound on lookups says the same."""
WIDE_4, WIDE_6 = 8, 16
"""A pass by a network this wide (bits of its prefix), or wider, proves nothing: none has as many servers."""
LONGEST_KEPT = 3600.0
"""Seconds a result is kept at most: it rests on several records with times of their own."""


@dataclass(slots=True)
class _Walk:
    """One evaluation: what it has used up, and whether a pass came from a term that proves nothing."""

    address: Address
    helo: str
    lookups: int = 0
    void: int = 0
    seconds: float = LONGEST
    wide: bool = False
    seen: list[str] = field(default_factory=list)

    def count(self, records: Records) -> Records:
        self.seconds = min(self.seconds, records.seconds)
        if not records.found:
            self.void += 1
            if self.void > MOST_VOID:
                raise SpfError("its SPF record leads to too many names that are not there")
        return records


class Spf(Kept):
    """A source for "spf" questions: key (client's address, domain, HELO name), Known(SpfResult)."""

    kinds = frozenset({"spf"})

    def __init__(self, resolver: Resolver, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(clock)
        self._resolver = resolver

    async def ask(self, question: Question) -> tuple[Answer, float]:
        """The result, or Unknown for what RFC 7208 calls temperror."""
        if len(question.key) != 3:
            return Unknown("not a question for SPF"), FAILED
        domain = question.key[1]
        try:
            address = ipaddress.ip_address(question.key[0])
        except ValueError:
            return Unknown("the client's address is none"), FAILED
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        walk = _Walk(address, question.key[2])
        try:
            result = await self._check(domain, walk)
        except SpfError as error:
            return Known(SpfResult(domain, "permerror", f"SPF of {domain}: {error}")), LONGEST_KEPT
        except NoReply as error:
            return Unknown(str(error)), FAILED
        words = f"SPF for {domain}: {result}"
        if result == "pass" and walk.wide:
            result, words = "neutral", f"SPF of {domain} lets everybody send, which proves nothing"
        return Known(SpfResult(domain, result, words)), min(LONGEST_KEPT, walk.seconds)

    async def _check(self, domain: str, walk: _Walk) -> str:
        """check_host() of RFC 7208 section 4. Raises SpfError and NoReply."""
        if len(walk.seen) >= DEEPEST:
            raise SpfError("its SPF records lead on and on")
        walk.seen.append(domain)
        records, seconds = await self._resolver.texts(domain)
        walk.seconds = min(walk.seconds, seconds)
        own = [record for record in records if is_record(record)]
        if len(own) != 1:
            if own:
                raise SpfError("it has more than one SPF record")
            return "none"
        for term in terms(own[0]):
            if term.looks:
                walk.lookups += 1
                if walk.lookups > MOST_LOOKUPS:
                    raise SpfError("its SPF record needs more than ten lookups")
            if term.name == "redirect":
                result = await self._check(_name(term, domain, walk), walk)
                if result == "none":
                    raise SpfError("its SPF record redirects to a domain without one")
                return result
            if await self._matches(term, domain, walk):
                return term.result
        return "neutral"

    async def _matches(self, term: Term, domain: str, walk: _Walk) -> bool:
        if term.name == "all":
            walk.wide = True
            return True
        if term.name in ("ip4", "ip6"):
            return _within(term.value, term, walk)
        if term.name == "ptr":
            return False
        name = _name(term, domain, walk)
        if term.name == "include":
            result = await self._check(name, walk)
            if result == "none":
                raise SpfError("its SPF record includes a domain without one")
            if result != "pass":
                walk.wide = False
            return result == "pass"
        if term.name == "exists":
            found = walk.count(await self._resolver.find(name, "A")).found
            walk.wide = bool(found) and not holds_address(term.value)
            return bool(found)
        hosts = [name] if term.name == "a" else await self._exchangers(name, walk)
        for host in hosts:
            if await self._at(host, term, walk, void=term.name == "a"):
                return True
        return False

    async def _exchangers(self, name: str, walk: _Walk) -> list[str]:
        records = walk.count(await self._resolver.find(name, "MX")).found
        if len(records) > MOST_MX:
            raise SpfError('its SPF record has an "mx" with more than ten exchangers')
        return [record.exchange.to_text() for record in records]

    async def _at(self, host: str, term: Term, walk: _Walk, *, void: bool) -> bool:
        kind = "A" if walk.address.version == 4 else "AAAA"
        records = await self._resolver.find(host, kind)
        if void:
            walk.count(records)
        return any(_within(record.address, term, walk) for record in records.found)


def _name(term: Term, domain: str, walk: _Walk) -> str:
    if not term.value:
        return domain
    name = expanded(term.value, walk.address, domain, walk.helo).rstrip(".")
    if not name or len(name) > 253:
        raise SpfError("its SPF record names no domain where it should")
    return name


def _within(network: str, term: Term, walk: _Walk) -> bool:
    """Whether the client is in the network; notes where the network is too wide to prove anything."""
    length = term.four if walk.address.version == 4 else term.six
    try:
        found = ipaddress.ip_network(f"{network}/{length}", strict=False)
    except ValueError:
        if ":" in network or walk.address.version == 6:  # the other family: no match, no error
            return False
        raise SpfError("its SPF record has a network that is none") from None
    if found.version != walk.address.version or walk.address not in found:
        return False
    walk.wide = found.prefixlen <= (WIDE_4 if found.version == 4 else WIDE_6)
    return True
