"""Whom the settings allow to be asked outside about a message, and how.

Does not ask anything itself, and does not know what is asked.
"""

from __future__ import annotations

from pathlib import Path

from gateway.settings import Settings
from policy.lookups.dns import DnsKeys
from policy.lookups.dnsbl import Dnsbl
from policy.lookups.nameservers import NameServers
from policy.lookups.rdap import Rdap
from policy.lookups.registry import Source
from policy.lookups.resolver import Resolver
from policy.lookups.spf import Spf

BOOTSTRAP = "rdap-bootstrap.json"
"""IANA's list of registries, in the lists' folder."""
REGISTRATIONS = "rdap-registrations.json"
"""When domains were registered, in the lists' folder, so that a restart asks no registry again."""


def outside(settings: Settings, *, identity: bool, reputation: bool) -> list[Source]:
    """``identity``: to prove senders; ``reputation``: about the domains of links, as they are today."""
    found: list[Source] = []
    resolver = resolver_of(settings)
    if identity and settings.identity.verify_dkim:
        found.append(DnsKeys(resolver))
    if identity and settings.identity.verify_spf:
        found.append(Spf(resolver))
    lookups = settings.lookups
    if reputation and lookups.dnsbl:
        found.append(Dnsbl(resolver))
    if reputation and lookups.name_servers:
        found.append(NameServers(resolver))
    if reputation and lookups.rdap:
        folder = settings.lists.dir
        memory = folder / REGISTRATIONS if folder else None
        found.append(Rdap(bootstrap(settings), lookups.rdap_timeout, memory))
    return found


def resolver_of(settings: Settings) -> Resolver:
    """DNS as the settings want it asked."""
    identity = settings.identity
    return Resolver([(server.host, server.port) for server in identity.dns_servers], identity.dns_timeout)


def bootstrap(settings: Settings) -> Path | None:
    """Where the bootstrap file is kept; None without a folder for lists."""
    return settings.lists.dir / BOOTSTRAP if settings.lists.dir else None
