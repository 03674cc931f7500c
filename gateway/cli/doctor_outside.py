"""The part of ``oddlink doctor`` about whom we ask outside: block lists, registries, fetched lists.

Asks block lists only for the two entries RFC 5782 section 5 gives for that, and no registry anything.
"""

from __future__ import annotations

import asyncio
import time

from gateway import feeds
from gateway.settings import Settings
from gateway.sources import bootstrap, resolver_of
from policy.lookups.bootstrap import BootstrapError, services
from policy.lookups.dnsbl import Dnsbl
from policy.model import Answer, Known, Question, Unknown
from policy.policyfile import PolicyError
from policy.policyfile import load as load_policy
from policy.rules import DnsblZone, Rules

OLD = 7 * 86400.0
"""Seconds after which a fetched list is worth a look: most change every hour, ranks every day."""

State = tuple[str, str]


_NOT_READ = ("look", "not looked at: the policy has mistakes")


def _rules(settings: Settings) -> Rules | None:
    try:
        return load_policy(settings.policy.file).rules
    except PolicyError:  # told where the policy is looked at
        return None


def block_lists(settings: Settings) -> State:
    """Whether the DNS block lists the policy names answer, and answer us."""
    rules = _rules(settings)
    if rules is None:
        return _NOT_READ
    zones = rules.dnsbl
    if not zones:
        return "ok", "the policy names none ([[dnsbl]])"
    if not settings.lookups.dnsbl:
        return "look", "lookups.dnsbl is off: the policy's [[dnsbl]] are not asked"
    found = asyncio.run(_asked(settings, zones))
    wrong = [f"{zone}: {words}" for zone, words in found if words]
    return ("look", "; ".join(wrong)) if wrong else ("ok", ", ".join(zone for zone, _ in found) + " answer")


async def _asked(settings: Settings, zones: tuple[DnsblZone, ...]) -> list[tuple[str, str]]:
    source = Dnsbl(resolver_of(settings))
    return [(zone.zone, await _health(source, zone)) for zone in zones]


async def _health(source: Dnsbl, zone: DnsblZone) -> str:
    """What is wrong with a list, in words; empty where it is well."""
    domains = "domain" in zone.lists
    listed, never = ("test", "invalid") if domains else ("127.0.0.2", "127.0.0.1")
    # Some lists of domains have no "test" (RFC 5782 section 5 only asks for it): that alone proves nothing.
    answers: list[Answer] = [
        await source.one(Question("dnsbl", (zone.zone, name))) for name in (never, listed)
    ]
    for answer in answers:
        if isinstance(answer, Unknown):
            return answer.why
    if isinstance(answers[0], Known) and answers[0].value:
        return f"lists {never!r}, so it lists everything"
    if not domains and isinstance(answers[1], Known) and not answers[1].value:
        return f"does not list {listed}, as every list of addresses must (RFC 5782): is the zone right?"
    return ""


def registries(settings: Settings) -> State:
    """Whether the registries can be asked."""
    if not settings.lookups.rdap:
        return "ok", "not asked (lookups.rdap is off)"
    path = bootstrap(settings)
    if path is None:
        return "wrong", "lookups.rdap needs lists.dir, where the list of registries is kept"
    try:
        return "ok", f"{len(services(path.read_bytes()))} top-level domains in {path}"
    except FileNotFoundError:
        return "look", f"{path} is not there yet: `oddlink feeds update` fetches it"
    except BootstrapError as error:
        return "wrong", f"{path} {error}; delete it and run `oddlink feeds update`"


def fetched(settings: Settings) -> State:
    """How old the fetched lists are."""
    rules = _rules(settings)
    if rules is None:
        return _NOT_READ
    wanted = [feed.name for feed in rules.feed]
    folder = settings.lists.dir
    if not wanted:
        return "ok", "the policy names none ([[feed]])"
    if folder is None:
        return "wrong", "the policy names feeds, but lists.dir is not set"
    idle = feeds.unused(rules)
    if idle:
        return "look", "; ".join(f"{name}: {feeds.NO_ROLE.format(name=name)}" for name in idle)
    known = feeds.state(folder)
    missing = [name for name in wanted if name not in known]
    if missing:
        return "look", f"never fetched: {', '.join(missing)}; run `oddlink feeds update`, best by a timer"
    old = [name for name in wanted if time.time() - known[name].at > OLD]
    if old:
        return "look", f"not fetched for a week: {', '.join(old)}; does the timer run `oddlink feeds update`?"
    return "ok", ", ".join(f"{name}: {known[name].entries}" for name in wanted)
