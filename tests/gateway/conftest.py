"""Peers for the relay tests: a next hop that does as it is told, a client that says what it likes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.outcome import Outcome
from gateway.relay import NextHopConfig, Relay, RelayConfig, Timeouts, next_hop
from inspectors.model import Inspection, Link, Message
from policy.model import Decision, Envelope, Evidence, Identity, Judgement, Scope, Weighed

FAST = Timeouts(connect=0.6, command=0.4, data=0.4, block=0.4, dot=0.5, reset=0.3, quit=0.3)
OFFERS = ("PIPELINING", "SIZE 30000000", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")


class ScriptedHop:
    """A next hop. ``script`` maps a stage to what happens there: bytes to say, or "drop", "hang"."""

    def __init__(self) -> None:
        self.script: dict[str, bytes | str] = {}
        self.delays: dict[str, float] = {}
        """Seconds before it answers at a stage."""
        self.offers: tuple[str, ...] = OFFERS
        self.lmtp = False
        self.commands: list[bytes] = []
        self.messages: list[bytes] = []
        """As they stood on the wire after 354, still stuffed, without the final dot."""
        self.connections = 0
        self.server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        assert self.server is not None
        return self.server.sockets[0].getsockname()[1]

    async def start(self) -> None:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 26)

    async def stop(self) -> None:
        if self.server is not None:
            self.server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _say(self, stage: str, usual: bytes, writer: asyncio.StreamWriter) -> bool:
        """Whether the conversation goes on."""
        if stage in self.delays:
            await asyncio.sleep(self.delays[stage])
        action = self.script.get(stage, usual)
        if action == "drop":
            writer.transport.abort()
            return False
        if action == "hang":
            await asyncio.sleep(30)
            return False
        assert isinstance(action, bytes)
        writer.write(action)
        if action.startswith(b"421"):
            writer.close()
            return False
        await writer.drain()
        return True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._dialog(reader, writer)
        self._writers.discard(writer)
        writer.close()

    async def _dialog(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._say("greeting", b"220 hop.example\r\n", writer):
            return
        accepted = 0
        while True:
            line = await reader.readuntil(b"\r\n")
            self.commands.append(line[:-2])
            verb = line[:4].upper()
            if verb in (b"EHLO", b"LHLO"):
                words = ["hop.example", *self.offers]
                usual = b"".join(
                    b"250%b%b\r\n" % (b"-" if word is not words[-1] else b" ", word.encode())
                    for word in words
                )
                stage = "ehlo"
            elif verb == b"HELO":
                stage, usual = "helo", b"250 hop.example\r\n"
            elif verb == b"XFOR":
                stage, usual = "xforward", b"250 2.0.0 Ok\r\n"
            elif verb == b"MAIL":
                stage, usual, accepted = "mail", b"250 2.1.0 Ok\r\n", 0
            elif verb == b"RCPT":
                stage, usual = "rcpt", b"250 2.1.5 Ok\r\n"
                accepted += self.script.get("rcpt", b"2")[:1] == b"2"
            elif verb == b"RSET":
                stage, usual = "rset", b"250 2.0.0 Ok\r\n"
            elif verb == b"QUIT":
                await self._say("quit", b"221 2.0.0 Bye\r\n", writer)
                return
            elif verb == b"DATA":
                if not await self._say("data", b"354 go\r\n", writer):
                    return
                if not self.script.get("data", b"354").startswith(b"354"):
                    continue
                if "early" in self.script:
                    await reader.readexactly(1000)
                    if not await self._say("early", b"", writer):
                        return
                text = await self._body(reader)
                self.messages.append(text)
                stage = "dot"
                usual = b"250 2.0.0 queued as X1\r\n" * (accepted if self.lmtp else 1)
            else:
                stage, usual = "unknown", b"500 5.5.2 what?\r\n"
            if not await self._say(stage, usual, writer):
                return

    async def _body(self, reader: asyncio.StreamReader) -> bytes:
        got = bytearray(b"\r\n")
        while True:
            line = await reader.readuntil(b"\r\n")
            got += line
            if got.endswith(b"\r\n.\r\n"):
                return bytes(got[2:-3])

    async def clean(self) -> None:
        """Let what is on its way arrive."""
        await asyncio.sleep(0.05)


class RawClient:
    """Says bytes and reads replies."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def reply(self) -> bytes:
        """One whole reply; empty where the connection ended."""
        lines = b""
        while True:
            line = await asyncio.wait_for(self.reader.readline(), 5)
            lines += line
            if len(line) < 4 or line[3:4] != b"-":
                return lines

    async def ask(self, line: bytes) -> bytes:
        self.send(line + b"\r\n")
        return await self.reply()

    async def hello(self) -> bytes:
        await self.reply()
        return await self.ask(b"EHLO client.example")

    async def envelope(self, rcpts: int = 1) -> list[bytes]:
        found = [await self.ask(b"MAIL FROM:<a@sender.example>")]
        for number in range(rcpts):
            found.append(await self.ask(b"RCPT TO:<r%d@rcpt.example>" % number))
        return found

    async def message(self, text: bytes) -> bytes:
        """DATA, the text stuffed by the simplest means, and the final reply."""
        first = await self.ask(b"DATA")
        if not first.startswith(b"354"):
            return first
        stuffed = (b"\r\n" + text).replace(b"\r\n.", b"\r\n..")[2:]
        self.send(stuffed + b".\r\n")
        await self.writer.drain()
        return await self.reply()

    async def everything(self) -> bytes:
        """All that comes until the connection ends."""
        return await asyncio.wait_for(self.reader.read(), 5)


class RelayBench:
    """A relay between a raw client and a scripted hop."""

    def __init__(self, hop: ScriptedHop) -> None:
        self.hop = hop
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.relays: list[Relay] = []
        self._writers: list[asyncio.StreamWriter] = []

    def observe(self, event: str, **fields: object) -> None:
        self.events.append((event, fields))

    def seen(self, event: str) -> list[dict[str, Any]]:
        return [fields for name, fields in self.events if name == event]

    async def until(self, condition: Callable[[], object], pause: float = 0.01) -> None:
        """Wait for something that must come."""
        for _ in range(1000):
            if condition():
                return
            await asyncio.sleep(pause)
        raise AssertionError("did not happen")

    async def relay(self, screen: Any = None, hop: dict[str, Any] | None = None, **settings: Any) -> Relay:
        config = NextHopConfig(**{"port": self.hop.port, "timeouts": FAST, **(hop or {})})
        relay = Relay(
            RelayConfig(port=0, **settings), next_hop(config, self.observe), screen, observe=self.observe
        )
        await relay.start()
        self.relays.append(relay)
        return relay

    async def client(self, relay: Relay) -> RawClient:
        reader, writer = await asyncio.open_connection("127.0.0.1", relay.port, limit=1 << 24)
        self._writers.append(writer)
        return RawClient(reader, writer)

    async def close(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        for relay in self.relays:
            await relay.drain(1)


@pytest.fixture
async def scripted_hop() -> AsyncIterator[ScriptedHop]:
    hop = ScriptedHop()
    await hop.start()
    yield hop
    await hop.stop()


@pytest.fixture
async def relay_bench(scripted_hop: ScriptedHop) -> AsyncIterator[RelayBench]:
    bench = RelayBench(scripted_hop)
    yield bench
    await bench.close()


@pytest.fixture
def scripted_hops() -> Callable[[], ScriptedHop]:
    return ScriptedHop


def _observed(
    number: int, at: float, *links: str, scope: str = "", version: str = "p-1", **fields: Any
) -> Outcome:
    """One observed outcome; links as "HOST POINTS", odd from three points on."""
    decisions = []
    for text in links:
        host, points = text.split()
        link = Link("1", f"https://{host}/", f"https://{host}/", "", "text", None, host)
        odd = float(points) >= 3.0
        weighed = (Weighed(Evidence("surprise", 1.0, "x"), float(points)),)
        decisions.append(
            Decision(
                link, ".".join(host.split(".")[-2:]), "observe" if odd else "pass", float(points), weighed,
                version, "", "observed" if odd else "",
            )
        )  # fmt: skip
    who = Identity("clerk@office.example", "office.example", "office.example", True, "dkim")
    would = "rewritten" if any(one.left for one in decisions) else "untouched"
    made = Outcome(
        f"{number:016x}", at, "untouched", Envelope("", ("a@bank.example",)), f"<{number}@x>", "",
        Inspection(Message(b"", (), ()), tuple(one.link for one in decisions)),
        Judgement(who, tuple(decisions), version, scope=Scope(scope, True, 3.0)), observed=would,
    )  # fmt: skip
    return replace(made, **fields)


@pytest.fixture
def observed_outcome() -> Callable[..., Outcome]:
    return _observed
