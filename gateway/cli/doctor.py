"""``oddlink doctor``: is everything there that the gateway needs, and what to do where it is not.

Looks at configuration, policy, keys, store, clock, workers, ports, next hop and DNS, and goes on after a
failure, so that one run shows all.

Does not change anything, sends no mail, and asks DNS for nothing but our own name and the test entries of the
block lists the policy names.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway import keys, work
from gateway.app import local_lists, worker_limits
from gateway.cli import doctor_outside
from gateway.cli.common import CONFIG, Config, Json, printable
from gateway.cli.report import line
from gateway.keys import KeysError
from gateway.setting_kinds import Address, NextHop
from gateway.settings import Settings, SettingsError
from gateway.store import Store, StoreError
from gateway.workers import WorkerError, Workers
from policy import scopes
from policy.lookups.locallists import ListError
from policy.policyfile import PolicyError
from policy.policyfile import load as load_policy

Check = Callable[[Settings], tuple[str, str]]
_WAIT = 5.0
"""Seconds a connection may take here."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    state: str
    """"ok", "look" (works, but see the words) or "wrong"."""
    words: str


def command(config: Config = None, as_json: Json = False) -> None:
    """Check configuration, ports, next hop, DNS, store, keys and clock, and say what to do."""
    findings = list(_findings(config))
    if as_json:
        for one in findings:
            typer.echo(line({"what": one.what, "state": one.state, "words": one.words}))
    else:
        _show(findings)
    if any(one.state == "wrong" for one in findings):
        raise typer.Exit(CONFIG)


def _show(findings: list[Finding]) -> None:
    colours = {"ok": "green", "look": "yellow", "wrong": "bold red"}
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for one in findings:
        table.add_row(Text(one.state, colours[one.state]), one.what, Text(printable(one.words)))
    Console().print(table)


def _findings(config: Path | None) -> Iterator[Finding]:
    try:
        settings = Settings.load(config)
    except SettingsError as error:
        for problem in error.problems:
            yield Finding("settings", "wrong", problem)
        return
    changed = sum(row.origin != "default" for row in settings.describe())
    yield Finding("settings", "ok", f"{settings.file or 'defaults, no oddlink.toml here'}; {changed} set")
    checks: tuple[tuple[str, Check], ...] = (
        ("policy", _policy),
        ("lists", _lists),
        ("keys", _keys),
        ("store", _store),
        ("clock", _clock),
        ("workers", _workers),
        ("relay", lambda s: _listener(s.relay.listen)),
        ("click page", lambda s: _listener(s.clicks.listen)),
        ("console", lambda s: _listener(s.console.listen)),
        ("next hop", lambda s: _next_hop("relay.next_hop", s.relay.next_hop)),
        *(_OUTBOUND if settings.outbound.listen else ()),
        ("identity", _identity),
        ("DNS", _dns),
        ("block lists", doctor_outside.block_lists),
        ("registries", doctor_outside.registries),
        ("feeds", doctor_outside.fetched),
    )
    for what, check in checks:
        try:
            state, words = check(settings)
        except (PolicyError, ListError, KeysError, StoreError, WorkerError) as error:
            state, words = "wrong", str(error)
        except OSError as error:
            state, words = "wrong", f"{error.filename or what}: {error.strerror or error}"
        yield Finding(what, state, words)


def _policy(settings: Settings) -> tuple[str, str]:
    policy = load_policy(settings.policy.file)
    words = f"{policy.version}, {settings.policy.file or 'the one that comes with oddlink'}"
    observing = scopes.observing(policy.rules)
    if not observing:
        return "ok", words
    rest = "all mail of no scope" if policy.rules.scope else "all mail"
    part = ", ".join(f"scope {name}" if name else rest for name in observing)
    return "look", f"{words}; only observes {part}: nothing is changed there, see `oddlink observed`"


def _lists(settings: Settings) -> tuple[str, str]:
    lists = local_lists(settings.lists.dir)
    if lists.flaws:
        words = "; ".join(f"{name} {why}" for name, why in sorted(lists.flaws.items()))
        return "wrong", f"{words}; what it would say is unknown until the file in lists.dir is mended"
    sizes = lists.sizes()
    return "ok", ", ".join(f"{name}: {size}" for name, size in sizes.items()) or "none (lists.dir)"


def _keys(settings: Settings) -> tuple[str, str]:
    folder = settings.keys.dir or Path("keys")
    if not folder.exists():
        return "look", f"{folder} does not exist yet: `oddlink serve` makes a first key there"
    ring = keys.load(folder)
    if ring.signing is None:
        return "wrong", f"{folder}: no key may sign; `oddlink keys new` makes one"
    return "ok", f"{len(ring.keys)} in {folder}, signing with {ring.signing.id}"


def _store(settings: Settings) -> tuple[str, str]:
    try:
        with Store.open(settings.store.url, create=False, wait=settings.store.wait) as store:
            store.check()
    except StoreError as error:
        if "there is no such file" in str(error):
            return "look", f"{settings.store.url}: not there yet; `oddlink serve` makes it"
        raise
    return "ok", settings.store.url


def _clock(settings: Settings) -> tuple[str, str]:
    now = time.time()
    if now < 1_700_000_000:
        return "wrong", f"the clock says {time.strftime('%Y-%m-%d', time.gmtime(now))}: set it (NTP)"
    return "ok", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))


def _workers(settings: Settings) -> tuple[str, str]:
    async def try_one() -> float:
        workers = Workers(worker_limits(settings))
        start = time.perf_counter()
        try:
            await workers.run(work.inspect, b"Subject: x\r\n\r\nhttp://a.example/")
        finally:
            workers.close()
        return time.perf_counter() - start

    return "ok", f"a process reads a message and ends within its bounds ({asyncio.run(try_one()):.1f} s)"


def _listener(address: Address) -> tuple[str, str]:
    try:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        with socket.create_server((address.host, address.port), family=family):
            return "ok", f"{address} is free"
    except OSError as error:
        with socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET) as probe:
            probe.settimeout(_WAIT)
            if probe.connect_ex((address.host, address.port)) == 0:
                return "look", f"{address} is in use: by oddlink itself, if it runs"
        return "wrong", f"{address}: {error.strerror or error}; name an address of this machine"


def _next_hop(setting: str, hop: NextHop) -> tuple[str, str]:
    if hop.address is None:
        return "look", f"{hop}: messages are kept in a Maildir, which is for trying things out"
    try:
        with socket.create_connection((hop.address.host, hop.address.port), timeout=_WAIT) as link:
            greeting = link.recv(512).decode("ascii", "replace").strip()
    except OSError as error:
        return "wrong", f"{hop}: {error.strerror or error}; start it, or set {setting}"
    if not greeting.startswith("220"):
        return "wrong", f"{hop} greets with {greeting[:100]!r}, not with 220"
    return "ok", f"{hop} greets with {greeting[:100]!r}"


def _out_listener(settings: Settings) -> tuple[str, str]:
    listen = settings.outbound.listen
    return _listener(listen) if listen else ("ok", "none")


def _out_hop(settings: Settings) -> tuple[str, str]:
    hop = settings.outbound.next_hop
    return _next_hop("outbound.next_hop", hop) if hop else ("ok", "none")


_OUTBOUND: tuple[tuple[str, Check], ...] = (
    ("outbound", _out_listener),
    ("outbound next hop", _out_hop),
)


def _identity(settings: Settings) -> tuple[str, str]:
    identity = settings.identity
    if identity.authserv_ids:
        return "ok", f"Authentication-Results of {', '.join(identity.authserv_ids)} are trusted"
    if identity.verify_dkim:
        return "look", "no identity.authserv_ids: only our own DKIM check proves senders"
    return "wrong", "nothing proves senders: set identity.authserv_ids or identity.verify_dkim"


def _dns(settings: Settings) -> tuple[str, str]:
    identity = settings.identity
    if not (identity.verify_dkim or identity.verify_spf or settings.lookups.name_servers):
        return "ok", "not asked (identity.verify_dkim is off)"
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver(configure=not settings.identity.dns_servers)
        if settings.identity.dns_servers:
            resolver.nameservers = [server.host for server in settings.identity.dns_servers]
            resolver.port = settings.identity.dns_servers[0].port
        resolver.resolve("localhost.", "A", lifetime=_WAIT, raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        pass
    except dns.exception.DNSException as error:
        words = f"no answer ({type(error).__name__}): DKIM cannot be checked; set identity.dns_servers"
        return "look", words
    return "ok", f"{', '.join(str(server) for server in resolver.nameservers)} answer"
