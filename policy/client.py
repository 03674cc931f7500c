"""The stranger's mail server: which address handed the message to us, and what to ask SPF about it.

The address is known where XFORWARD tells it, or where Received fields of our own servers do: reading goes
from the top down, and the first public address that one of our hosts saw is the stranger's. An address of
ours in between would be taken for him; so SPF is never asked about a recipient's own domain or that of our
hosts, which are all such an address could speak for. A provider's border in between could speak for its other
customers too: there SPF has to stay off, and off is the default.

Does not ask DNS and does not say who the sender is.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from inspectors.model import Header
from policy import questions
from policy.addresses import domain_of
from policy.domains import clean, inside, ip, registrable
from policy.model import Envelope, Question, Trust
from policy.received import by, our_names

MOST_HOPS = 20
"""Received fields of our own servers; a long chain has five."""
_EXAMPLES = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
"""RFC 5737 and RFC 3849."""
_FROM = re.compile(r"\A\s*from\s+\S+\s+\(([^()]*\[(?:IPv6:)?([0-9A-Fa-f.:]+)\][^()]*)\)", re.IGNORECASE)


def spf_question(headers: Sequence[Header], envelope: Envelope, trust: Trust) -> Question | None:
    """What to ask about the client; None where its address is unknown or proves nothing."""
    domain = domain_of(envelope.mail_from.lower())
    if not envelope.mail_from:
        domain = clean(envelope.helo)
    address = client(headers, envelope, trust)
    if not address or "." not in domain or ip(domain) is not None:
        return None
    ours = {registrable(domain_of(one.lower())) for one in envelope.rcpt_tos}
    ours |= {registrable(host) for host in our_names(trust)}
    return None if registrable(domain) in ours else questions.spf(address, domain, clean(envelope.helo))


def client(headers: Sequence[Header], envelope: Envelope, trust: Trust) -> str:
    """The stranger's address; empty where nobody of ours tells it."""
    if envelope.forwarded:
        return _public(envelope.client_address)
    ours = our_names(trust)
    hops = [header.value for header in headers if header.name == "received"][:MOST_HOPS]
    for value in hops if ours else ():
        if by(value) not in ours:
            break
        match = _FROM.match(value[:2048].decode("latin-1").replace("\r\n", ""))
        if match is None:
            break
        address = _public(match[2])
        if address:
            return address
    return ""


def _public(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    # Nobody's own network uses the ranges kept for documentation; they stand for strangers in every example.
    examples = any(address in network for network in _EXAMPLES)
    return str(address) if examples or not inside(str(address)) else ""
