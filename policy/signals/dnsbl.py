"""A DNS block list names the domain, or the address that stands for a host.

Does not count codes that the policy does not explain, and does not ask.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from policy import questions
from policy.domains import unicode_host
from policy.model import Evidence
from policy.rules import DnsblCode, DnsblZone
from policy.signals.case import Case

_ANY = (DnsblCode("on it"),)


def signal(case: Case) -> Evidence | None:
    """Evidence as strong as the strongest listing, with the words of all."""
    found: list[tuple[float, str]] = []
    used = []
    for zone in case.rules.dnsbl:
        codes = questions.codes_of(case.facts, zone.zone, case.domain)
        said = meaning(zone, codes)
        if said:
            found.append((said[0], f"{zone.zone} says: {said[1]} ({', '.join(codes)})"))
            used.append(questions.dnsbl(zone.zone, case.domain))
    if not found:
        return None
    words = f"{unicode_host(case.domain)} is on {'block lists' if len(found) > 1 else 'a block list'}; "
    words += "; ".join(said for _, said in found)
    return Evidence("dnsbl", max(strength for strength, _ in found), words, tuple(used))


@lru_cache(maxsize=1024)
def meaning(zone: DnsblZone, codes: tuple[str, ...]) -> tuple[float, str] | None:
    """(strength, words) of the strongest thing that return codes say; None where they say nothing."""
    said = [entry for entry in zone.codes or _ANY if any(_means(entry, code) for code in codes)]
    if not said:
        return None
    strongest = max(entry.strength for entry in said)
    return strongest, " and ".join(dict.fromkeys(entry.words for entry in said))


def _means(entry: DnsblCode, code: str) -> bool:
    try:
        address = ipaddress.IPv4Address(code)
        inside = address in ipaddress.IPv4Network(entry.code)
    except ValueError:
        return False
    return inside and (not entry.bits or bool(int(address) & 0xFF & entry.bits))
