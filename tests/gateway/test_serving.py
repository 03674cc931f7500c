"""Relay, click page and console listen together, or none does and one line says why."""

from __future__ import annotations

import asyncio
import io
import ipaddress
import json
import logging
import os
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import structlog

from gateway import logs, serving
from gateway.app import Parts, build
from gateway.serving import ListenError
from gateway.setting_kinds import Address
from gateway.settings import Settings
from gateway.tokens import Keyring


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    relay, clicks, console = (Address("127.0.0.1", port) for port in free_ports(3))
    plain = Settings()
    return replace(
        plain,
        relay=replace(plain.relay, listen=relay),
        clicks=replace(plain.clicks, listen=clicks),
        console=replace(plain.console, listen=console),
    )


@pytest.fixture
def untouched_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@pytest.fixture
def no_warming_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool costs a second to start, and only the first test looks at it."""

    async def run(*_: object) -> bool:
        return True

    monkeypatch.setattr("gateway.workers.Workers.run", run)


async def get(address: Address, path: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.get(f"http://{address}{path}")


async def test_everything_listens_inside_and_nothing_afterwards(settings: Settings) -> None:
    parts = build(settings, keys_for="work")
    addresses = (settings.relay.listen, settings.clicks.listen, settings.console.listen)
    async with serving.running(parts):
        for address in addresses:
            _, writer = await asyncio.open_connection(address.host, address.port)
            writer.close()
        assert (await get(settings.console.listen, "/metrics")).status_code == 200
        assert parts.workers._pool is not None, "the first message would wait for the processes"
    for address in addresses:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(address.host, address.port)
    await parts.close()


@pytest.mark.usefixtures("no_warming_up")
@pytest.mark.parametrize("section", ["relay", "clicks", "console"])
async def test_an_occupied_port_is_named_and_the_others_are_let_go(
    settings: Settings, taken: int, section: str
) -> None:
    own = replace(getattr(settings, section), listen=Address("127.0.0.1", taken))
    given = replace(settings, **{section: own})
    parts = build(given, keys_for="trial")
    with pytest.raises(ListenError) as caught:
        async with serving.running(parts):
            pass
    assert str(caught.value) == (
        f"{section}.listen: cannot listen on 127.0.0.1:{taken}: Address already in use; "
        "is oddlink running already?"
    )
    for other in ("relay", "clicks", "console"):
        if other != section:
            address = getattr(given, other).listen
            socket.create_server((address.host, address.port)).close()
    await parts.close()


@pytest.mark.usefixtures("no_warming_up")
async def test_an_address_of_another_machine_is_named(settings: Settings) -> None:
    given = replace(settings, relay=replace(settings.relay, listen=Address("192.0.2.1", 2525)))
    parts = build(given, keys_for="trial")
    with pytest.raises(
        ListenError, match=r"relay\.listen: cannot listen on 192\.0\.2\.1:2525: Cannot assign"
    ):
        async with serving.running(parts):
            pass
    await parts.close()


@pytest.mark.usefixtures("no_warming_up")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_serving(settings: Settings, number: signal.Signals) -> None:
    parts = build(settings, keys_for="trial")

    async def ready() -> None:
        os.kill(os.getpid(), number)

    await asyncio.wait_for(serving.serve(parts, ready), 10)
    await parts.close()


@pytest.mark.usefixtures("no_warming_up")
async def test_what_fails_once_everything_listens_is_raised_after_a_clean_stop(settings: Settings) -> None:
    parts = build(settings, keys_for="trial")

    async def ready() -> None:
        raise LookupError("odd")

    with pytest.raises(LookupError):
        await asyncio.wait_for(serving.serve(parts, ready), 10)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", settings.relay.listen.port)
    await parts.close()


@pytest.mark.usefixtures("no_warming_up", "untouched_logging")
async def test_what_the_relay_tells_is_logged_and_failures_are_counted(settings: Settings) -> None:
    lines = io.StringIO()
    logs.configure("info", "json", stream=lines)
    parts = build(settings, keys_for="trial")
    async with serving.running(parts) as relay:
        relay.observe("screen_failed", id="x", why="the store could not be read")
        relay.observe("turned_away", client="192.0.2.1", why="x")
    await parts.close()
    told = {line["event"]: line["level"] for line in map(json.loads, lines.getvalue().splitlines())}
    assert told == {"screen-failed": "warning", "turned-away": "info"}
    assert b'oddlink_screen_failures_total{why="store"} 1.0' in parts.metrics.text()


@pytest.mark.usefixtures("no_warming_up", "untouched_logging")
async def test_a_hangup_takes_up_the_policy_and_keeps_the_old_one_where_it_has_mistakes(
    settings: Settings, tmp_path: Path
) -> None:
    lines = io.StringIO()
    logs.configure("info", "json", stream=lines)
    file = tmp_path / "strict.toml"
    file.write_text("threshold = 3.5\n")
    parts = build(settings, keys_for="trial", policy_file=file)
    seen: list[float] = []

    async def hangup(text: str, screening: serving.Screening) -> None:
        file.write_text(text)
        told = len(lines.getvalue().splitlines())
        os.kill(os.getpid(), signal.SIGHUP)
        for _ in range(500):
            await asyncio.sleep(0.01)
            if len(lines.getvalue().splitlines()) > told:
                break
        seen.append(screening._pipeline.policy.rules.threshold)

    async def ready() -> None:
        (screening,) = made
        await hangup("threshold = 4\n", screening)
        await hangup("threshold = nonsense\n", screening)
        await hangup("threshold = 2\n", screening)
        os.kill(os.getpid(), signal.SIGTERM)

    made: list[serving.Screening] = []
    real = serving.Screening

    class Watched(real):  # type: ignore[misc,valid-type]  # a base known at run time
        def __init__(self, *args: object, **more: object) -> None:
            super().__init__(*args, **more)
            made.append(self)

    serving.Screening = Watched  # type: ignore[misc]  # put in for one test
    try:
        await asyncio.wait_for(serving.serve(parts, ready), 20)
    finally:
        serving.Screening = real  # type: ignore[misc]  # and back
    await parts.close()
    assert seen == [4.0, 4.0, 2.0]
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    taken = [line["event"] for line in told if line["event"].startswith("policy-")]
    assert taken == ["policy-taken", "policy-kept", "policy-taken"]
    assert b'oddlink_policy_reloads_total{result="taken"} 2.0' in parts.metrics.text()
    (kept,) = (line for line in told if line["event"] == "policy-kept")
    assert "strict.toml:1" in kept["why"]


async def test_readiness_tells_why_not(settings: Settings) -> None:
    parts = build(settings, keys_for="work")
    assert serving._ready(parts) == []
    assert "no ticket key" in serving._ready(with_ring(parts, Keyring(())))[0]
    parts.store.close()
    assert "closed" in serving._ready(parts)[0]
    await parts.close()


def with_ring(parts: Parts, ring: Keyring) -> Parts:
    return replace(parts, ring=ring)


def test_the_relay_has_the_bounds_of_the_settings(settings: Settings) -> None:
    relay = replace(settings.relay, max_size=123_456, max_recipients=7, hostname="mx.bank.example")
    config = serving.relay_config(replace(settings, relay=relay))
    assert (config.size_limit, config.recipients, config.hostname) == (123_456, 7, "mx.bank.example")
    assert config.networks == ("127.0.0.0/8", "::1/128")
    assert config.port == settings.relay.listen.port


@pytest.mark.usefixtures("no_warming_up")
async def test_an_occupied_second_door_is_named_and_the_first_is_let_go(
    settings: Settings, taken: int
) -> None:
    listen, hop = Address("127.0.0.1", taken), settings.relay.next_hop
    given = replace(settings, outbound=replace(settings.outbound, listen=listen, next_hop=hop))
    parts = build(given, keys_for="trial")
    with pytest.raises(ListenError, match=r"outbound\.listen: cannot listen on .* Address already in use"):
        async with serving.running(parts):
            pass
    address = settings.relay.listen
    socket.create_server((address.host, address.port)).close()
    await parts.close()


@pytest.mark.usefixtures("no_warming_up")
async def test_the_second_door_lets_in_its_own_networks(settings: Settings) -> None:
    (port,) = free_ports(1)
    nobody = (ipaddress.ip_network("192.0.2.0/28"),)
    own = replace(settings.outbound, listen=Address("127.0.0.1", port), next_hop=settings.relay.next_hop)
    parts = build(replace(settings, outbound=replace(own, allow=nobody)), keys_for="trial")
    async with serving.running(parts):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await reader.readline()).startswith(b"421"), "a stranger here, though not at the other door"
        writer.close()
        reader, writer = await asyncio.open_connection("127.0.0.1", settings.relay.listen.port)
        assert (await reader.readline()).startswith(b"220")
        writer.close()
    await parts.close()


async def test_the_screen_for_our_users_follows_the_policy_of_the_other(settings: Settings) -> None:
    parts = build(settings, keys_for="trial")
    screen = serving.Screening(parts.pipeline, parts.keeper)
    other = screen.for_our_users()
    screen.use(replace(parts.policy, version="next"))
    assert other._pipeline.policy.version == "next" and other._outbound and not screen._outbound
    await parts.close()
