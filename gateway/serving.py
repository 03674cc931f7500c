"""The gateway at work: relay, click service and console in one process, from start to drained stop.

Does not make the parts (``app.py`` does) and does not judge.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import resource
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace

from gateway import logs
from gateway.app import Parts, version
from gateway.clicks.app import click_app
from gateway.clicks.console import Rulings, console_app
from gateway.dialog import DialogLimits
from gateway.outcome import Outcome
from gateway.relay import NextHopConfig, Relay, RelayConfig, Timeouts, next_hop
from gateway.screening import Screening
from gateway.setting_kinds import Address, NextHop
from gateway.settings import Settings
from gateway.steady import BELIEVED_AFTER, SteadyClock
from gateway.store import StoreError
from gateway.web import web
from gateway.workers import WorkerError
from policy.policyfile import load as load_policy

Ready = Callable[[], Awaitable[None]]
"""Runs once everything listens."""
Clock = Callable[[], float]
"""Unix time in seconds at which messages are taken."""


class ListenError(Exception):
    """An address cannot be had; the words name the setting, the address and what to do."""


async def serve(parts: Parts, ready: Ready | None = None, clock: Clock | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then drain. ``ready`` runs once everything listens.

    Raises ListenError where an address cannot be had, and what ``ready`` raises.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard > soft or hard == resource.RLIM_INFINITY:  # connections, spools and workers share them
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536) if hard > 0 else 65536, hard))
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    hangup = asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, hangup.set)
    async with running(parts, clock) as relay, reloading(parts, relay, hangup):
        log = logs.logger()
        log.info("started", relay=str(parts.settings.relay.listen), policy=parts.policy.version)
        task = asyncio.ensure_future(ready()) if ready is not None else None
        if task is not None:
            task.add_done_callback(
                lambda done: None if done.cancelled() or not done.exception() else stop.set()
            )
        await stop.wait()
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        log.info("stopping", sessions=relay.sessions)


@contextlib.asynccontextmanager
async def reloading(parts: Parts, relay: Relay, hangup: asyncio.Event) -> AsyncIterator[None]:
    """Inside the block, the policy is read again whenever ``hangup`` is set; settings and keys are not."""

    async def again() -> None:
        while True:
            await hangup.wait()
            hangup.clear()
            await reload_policy(parts, relay)

    task = asyncio.create_task(again(), name="policy-reload")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def reload_policy(parts: Parts, relay: Relay) -> None:
    """Judge by the policy file as it is now, from the next message on; as before where it has mistakes."""
    log = logs.logger()
    try:
        policy = await asyncio.to_thread(load_policy, parts.policy_file)
    except Exception as error:  # of any kind: a signal must not end the service
        parts.metrics.reloaded("kept")
        log.error("policy-kept", why=str(error) or repr(error))
        return
    if isinstance(relay.screen, Screening):
        relay.screen.use(policy)
    parts.metrics.reloaded("taken")
    parts.metrics.running(version(), policy.version)
    log.info("policy-taken", policy=policy.version)


@contextlib.asynccontextmanager
async def running(parts: Parts, clock: Clock | None = None) -> AsyncIterator[Relay]:
    """Everything listening, inside the block; drained and closed behind it.

    ``clock``: the time at which messages are taken; the time of day, kept steady, where it is not given.
    """
    settings = parts.settings
    log = logs.logger()

    def jumped(seconds: float) -> None:
        parts.metrics.clock_jumped()
        log.warning("clock-jumped", seconds=round(seconds), followed_in=BELIEVED_AFTER)

    def observe(event: str, **fields: object) -> None:
        if event == "screen_failed":
            parts.metrics.screen_failed(str(fields.get("why", "")))
        tell = log.warning if event.endswith("failed") or event == "bug" else log.info
        tell(event.replace("_", "-"), **fields)

    def seen(outcome: Outcome, size: int) -> None:
        parts.metrics.observe(outcome, size=size)

    screen = Screening(
        parts.pipeline,
        parts.keeper,
        own_hosts=parts.own_hosts,
        observe=observe,
        seen=seen,
        outbound=settings.relay.direction == "outbound",
        clock=clock or SteadyClock(jumped=jumped),
    )
    relay = Relay(
        relay_config(settings), next_hop(_next_hop(parts, settings.relay.next_hop), observe), screen, observe
    )
    doors = [("relay.listen", settings.relay.listen, relay), *_outbound(parts, screen, observe)]
    clicks = click_app(parts.store, parts.ring, settings.clicks.url, time.time, log, parts.metrics.click)
    hosts = settings.console.hosts
    console = console_app(
        parts.store, parts.ring, parts.metrics.registry, lambda: _ready(parts), time.time, hosts, log,
        Rulings(parts.store, lambda: screen.rules),
    )  # fmt: skip
    async with (
        web(clicks, _listener("clicks.listen", settings.clicks.listen)),
        web(console, _listener("console.listen", settings.console.listen)),
    ):
        try:
            await parts.workers.run(_ready_to_work)  # so that no message waits for the processes to start
        except WorkerError as error:
            log.error("workers-failed", why=str(error))
        started: list[Relay] = []
        try:
            for setting, listen, door in doors:
                with _listening(setting, listen):
                    await door.start()
                started.append(door)
            yield relay
        finally:
            await asyncio.gather(*(door.drain(settings.relay.drain_timeout) for door in started))
    await parts.keeper.flush()


def _outbound(
    parts: Parts, screen: Screening, observe: Callable[..., None]
) -> Iterator[tuple[str, Address, Relay]]:
    """The door for mail of our own users, where the settings name one."""
    own = parts.settings.outbound
    if own.listen is None or own.next_hop is None:
        return

    def told(event: str, **fields: object) -> None:
        observe(event, direction="outbound", **fields)

    networks = tuple(str(network) for network in own.allow)
    config = replace(
        relay_config(parts.settings), host=own.listen.host, port=own.listen.port, networks=networks,
        xforward_networks=networks,
    )  # fmt: skip
    hop = next_hop(_next_hop(parts, own.next_hop), told)
    yield "outbound.listen", own.listen, Relay(config, hop, screen.for_our_users(), told)


@contextlib.contextmanager
def _listening(setting: str, listen: Address) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        # asyncio puts the address into the words once more; names that do not resolve have no errno of ours.
        plain = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        what = f"{error.filename}: {plain}" if error.filename else plain
        in_use = "; is oddlink running already?" if error.errno == errno.EADDRINUSE else ""
        raise ListenError(f"{setting}: cannot listen on {listen}: {what}{in_use}") from error


def _listener(setting: str, listen: Address) -> socket.socket:
    with _listening(setting, listen):
        family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
        return socket.create_server((listen.host, listen.port), family=family)


def _ready_to_work() -> bool:
    return True


def _ready(parts: Parts) -> list[str]:
    """Why the gateway is not ready, in words."""
    try:
        parts.store.check()
    except StoreError as error:
        return [str(error)]
    if parts.ring.signing is None:
        return ["no ticket key may sign: make one with `oddlink keys new`"]
    return []


def relay_config(settings: Settings) -> RelayConfig:
    """The relay's own form of its settings."""
    relay = settings.relay
    return RelayConfig(
        host=relay.listen.host,
        port=relay.listen.port,
        hostname=relay.hostname or "localhost",
        networks=tuple(str(network) for network in relay.allow),
        xforward_networks=tuple(str(network) for network in relay.allow),
        size_limit=relay.max_size,
        connections=relay.max_connections,
        connections_per_client=relay.max_connections_per_client,
        recipients=relay.max_recipients,
        hops=relay.max_received,
        screen_seconds=settings.workers.screen_deadline,
        dialog=DialogLimits(
            idle=relay.idle_timeout, block=relay.data_timeout, bad_commands=relay.max_bad_commands
        ),
        spool=settings.spool.dir,
    )


def _next_hop(parts: Parts, hop: NextHop) -> NextHopConfig:
    relay = parts.settings.relay
    return NextHopConfig(
        scheme=hop.scheme,
        host=hop.address.host if hop.address else "",
        port=hop.address.port if hop.address else 0,
        path=str(hop.path or ""),
        hostname=parts.pipeline.hostname,
        timeouts=Timeouts(
            connect=relay.connect_timeout, command=relay.next_hop_timeout, dot=relay.final_timeout
        ),
    )
