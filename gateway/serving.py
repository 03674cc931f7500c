"""The gateway at work: relay, click service and console in one process, from start to drained stop.

Does not make the parts (``app.py`` does) and does not judge.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
from starlette.applications import Starlette

from gateway import logs
from gateway.app import Parts
from gateway.clicks.app import click_app
from gateway.clicks.console import console_app
from gateway.dialog import DialogLimits
from gateway.outcome import Outcome
from gateway.relay import NextHopConfig, Relay, RelayConfig, Timeouts, next_hop
from gateway.screening import Screening
from gateway.setting_kinds import Address
from gateway.settings import Settings
from gateway.store import StoreError

Ready = Callable[[], Awaitable[None]]
"""Runs once everything listens."""


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handlers: stopping is ours to order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(parts: Parts, ready: Ready | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then drain. ``ready`` runs once everything listens.

    Raises OSError where an address cannot be had.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running(parts) as relay:
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
async def running(parts: Parts) -> AsyncIterator[Relay]:
    """Everything listening, inside the block; drained and closed behind it."""
    settings = parts.settings
    log = logs.logger()

    def observe(event: str, **fields: object) -> None:
        log.info(event, **fields)

    def seen(outcome: Outcome, size: int) -> None:
        parts.metrics.observe(outcome, size=size)

    screen = Screening(parts.pipeline, parts.keeper, own_hosts=parts.own_hosts, observe=observe, seen=seen)
    relay = Relay(relay_config(settings), next_hop(_next_hop(parts), observe), screen, observe)
    clicks = click_app(parts.store, parts.ring, settings.clicks.url, time.time, log, parts.metrics.click)
    hosts = settings.console.hosts
    console = console_app(
        parts.store, parts.ring, parts.metrics.registry, lambda: _ready(parts), time.time, hosts, log
    )
    async with _web(clicks, settings.clicks.listen), _web(console, settings.console.listen):
        await parts.workers.run(_ready_to_work)  # so that no message waits for the processes to start
        await relay.start()
        try:
            yield relay
        finally:
            await relay.drain(settings.relay.drain_timeout)
    await parts.keeper.flush()


@contextlib.asynccontextmanager
async def _web(app: Starlette, listen: Address) -> AsyncIterator[None]:
    """One web application on its own listener. OSError where the address cannot be had."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        limit_concurrency=200,
        h11_max_incomplete_event_size=16 * 1024,
        timeout_graceful_shutdown=3,
    )
    server = _Server(config)
    # Bound here, because uvicorn ends the process where it cannot.
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    task = asyncio.ensure_future(
        server.serve([socket.create_server((listen.host, listen.port), family=family)])
    )
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task


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


def _next_hop(parts: Parts) -> NextHopConfig:
    relay = parts.settings.relay
    hop = relay.next_hop
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
