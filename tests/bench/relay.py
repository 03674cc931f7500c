"""What passing messages through the relay costs, beside stock aiosmtpd doing the same in the same run.

Each server runs in a process of its own and reports its CPU time; load and sink run elsewhere, so only the
relay's own work counts. Rounds are interleaved and turned around, and every ratio is formed within its round.
The stock relay is stock aiosmtpd with a handler that passes the message on over kept, pipelined connections
and gives the next hop's reply back: the shortest honest way to do it with its hooks.

Run alone with ``python -m tests.bench.relay``; under a minute on two cores.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SIZE = 50 * 1024
MESSAGES = 400
CONNECTIONS = 10
ROUNDS = 5
BIG = 20 * 1024 * 1024
BIG_AT_ONCE = 10


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    ours: float
    theirs: float
    unit: str
    ratio: float
    """Ours over theirs; median of the rounds."""
    goal: float
    """The ratio shall not be above this."""


# Servers, each in its own process.


async def _report_on_stdin() -> None:
    """Answer each line on stdin with the CPU seconds used so far; end with it."""
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while await lines.readline():
        print(time.process_time(), flush=True)


async def _serve_ours(next_port: int) -> None:
    from gateway.relay import NextHopConfig, Relay, RelayConfig, next_hop

    relay = Relay(RelayConfig(port=0), next_hop(NextHopConfig(port=next_port)))
    await relay.start()
    print(relay.port, flush=True)
    await _report_on_stdin()
    await relay.drain(1)


class _StockHandler:
    """Passes on in handle_DATA, over kept connections, commands pipelined."""

    def __init__(self, next_port: int) -> None:
        self._port = next_port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> bytes:
        reader, writer = self._idle.pop() if self._idle else await self._connect()
        rcpts = b"".join(b"RCPT TO:<%b>\r\n" % rcpt.encode() for rcpt in envelope.rcpt_tos)
        writer.write(b"MAIL FROM:<%b>\r\n%bDATA\r\n" % (envelope.mail_from.encode(), rcpts))
        for _ in range(2 + len(envelope.rcpt_tos)):
            await reader.readline()
        content: bytes = envelope.content
        writer.write(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        await writer.drain()
        reply = await reader.readline()
        self._idle.append((reader, writer))
        return reply.rstrip(b"\r\n")

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        await reader.readline()
        writer.write(b"EHLO stock.example\r\n")
        while not (await reader.readline()).startswith(b"250 "):
            pass
        return reader, writer


async def _serve_stock(next_port: int) -> None:
    from aiosmtpd.smtp import SMTP

    handler = _StockHandler(next_port)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=1 << 26, hostname="stock.example", loop=loop), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await _report_on_stdin()


class _Sink(asyncio.Protocol):
    """Takes everything as cheaply as possible; understands pipelined groups."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._out: asyncio.Transport = transport
        self._data = False
        self._held = b""
        self._out.write(b"220 sink.example\r\n")

    def data_received(self, data: bytes) -> None:
        held = self._held + data
        while held:
            if self._data:
                if held.endswith(b"\r\n.\r\n"):
                    self._data, held = False, b""
                    self._out.write(b"250 2.0.0 queued\r\n")
                else:
                    held = held[-4:]
                    break
            else:
                line, end, rest = held.partition(b"\r\n")
                if not end:
                    break
                held = rest
                self._out.write(self._reply(line[:4].upper()))
                if not self._data and line[:4].upper() == b"DATA":
                    self._data = True
        self._held = held

    def _reply(self, verb: bytes) -> bytes:
        if verb == b"EHLO":
            return b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE 99999999\r\n250 8BITMIME\r\n"
        return b"354 go\r\n" if verb == b"DATA" else b"250 2.0.0 Ok\r\n"


async def _serve_sink() -> None:
    server = await asyncio.get_running_loop().create_server(_Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await _report_on_stdin()


# The measuring side.


class Server:
    """One of the processes above."""

    def __init__(self, role: str, *arguments: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.relay", role, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def cpu(self) -> float:
        """CPU seconds used so far, user and system, all threads."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def memory(self, field: str) -> int:
        """A field of /proc/PID/status, octets."""
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise LookupError(field)

    def forget_peak(self) -> None:
        """Let VmHWM begin anew."""
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def message(size: int) -> bytes:
    """Headers and lines of 76 characters."""
    head = b"From: <a@sender.example>\r\nTo: <b@rcpt.example>\r\nSubject: bench\r\n\r\n"
    line = b"The quick brown fox jumps over the lazy dog, again and again and again.....\r\n"
    return head + line * ((size - len(head)) // len(line))


async def _send(port: int, texts: int, wire: bytes, *, pipelined: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    writer.write(b"EHLO load.example\r\n")
    while not (await reader.readline()).startswith(b"250 "):
        pass
    group = (b"MAIL FROM:<a@sender.example>\r\n", b"RCPT TO:<b@rcpt.example>\r\n", b"DATA\r\n")
    for _ in range(texts):
        if pipelined:
            writer.write(b"".join(group))
            for _ in group:
                reply = await reader.readline()
        else:
            for line in group:
                writer.write(line)
                reply = await reader.readline()
        assert reply.startswith(b"354"), reply
        writer.write(wire)
        await writer.drain()
        reply = await reader.readline()
        assert reply.startswith(b"250"), reply
    writer.close()


async def _load(port: int, texts: int, connections: int, wire: bytes, *, pipelined: bool) -> None:
    each = texts // connections
    await asyncio.gather(*(_send(port, each, wire, pipelined=pipelined) for _ in range(connections)))


def _per_message(server: Server, wire: bytes, *, pipelined: bool) -> float:
    before = server.cpu()
    asyncio.run(_load(server.port, MESSAGES, CONNECTIONS, wire, pipelined=pipelined))
    return (server.cpu() - before) / MESSAGES * 1000


@contextlib.contextmanager
def _servers() -> Iterator[tuple[Server, Server]]:
    started: list[Server] = []
    try:
        started.append(Server("sink"))
        started.append(Server("ours", started[0].port))
        started.append(Server("stock", started[0].port))
        yield started[1], started[2]
    finally:
        for server in reversed(started):
            server.stop()


def _cpu_row(ours: Server, stock: Server, *, pipelined: bool) -> Row:
    wire = message(SIZE).replace(b"\r\n.", b"\r\n..") + b".\r\n"
    for server in (ours, stock):
        asyncio.run(_load(server.port, CONNECTIONS * 2, CONNECTIONS, wire, pipelined=pipelined))
    pairs: list[tuple[float, float]] = []
    for turn in range(ROUNDS):
        order = (ours, stock) if turn % 2 == 0 else (stock, ours)
        times = {id(server): _per_message(server, wire, pipelined=pipelined) for server in order}
        pairs.append((times[id(ours)], times[id(stock)]))
    return Row(
        f"CPU per 50 KB message, commands {'pipelined' if pipelined else 'one by one'}",
        statistics.median(mine for mine, _ in pairs),
        statistics.median(theirs for _, theirs in pairs),
        "ms",
        statistics.median(mine / theirs for mine, theirs in pairs),
        0.25,
    )


def _memory_row(ours: Server, stock: Server) -> Row:
    wire = message(BIG).replace(b"\r\n.", b"\r\n..") + b".\r\n"
    growth: list[float] = []
    for server in (ours, stock):
        server.forget_peak()
        before = server.memory("VmRSS")
        asyncio.run(_load(server.port, BIG_AT_ONCE, BIG_AT_ONCE, wire, pipelined=True))
        growth.append((server.memory("VmHWM") - before) / (BIG_AT_ONCE * len(wire)))
    return Row(
        f"peak memory growth over octets in flight, {BIG_AT_ONCE} messages of 20 MB at once",
        growth[0],
        growth[1],
        "",
        growth[0] / growth[1],
        0.25,
    )


def run() -> list[Row]:
    """Measure. Takes about half a minute."""
    with _servers() as (ours, stock):
        return [
            _cpu_row(ours, stock, pipelined=True),
            _cpu_row(ours, stock, pipelined=False),
            _memory_row(ours, stock),
        ]


def main() -> None:
    """Serve where told to, else measure and print."""
    match sys.argv[1:]:
        case ["ours", port]:
            asyncio.run(_serve_ours(int(port)))
        case ["stock", port]:
            asyncio.run(_serve_stock(int(port)))
        case ["sink"]:
            asyncio.run(_serve_sink())
        case _:
            print(f"{'':75} {'ours':>9} {'stock':>9} {'ratio':>7} {'goal':>7}")
            for row in run():
                print(
                    f"{row.what:75} {row.ours:9.3f} {row.theirs:9.3f} {row.ratio:7.2f} ≤{row.goal:6.2f}",
                    row.unit,
                )
            print(f"{os.cpu_count()} cores; medians of {ROUNDS} interleaved rounds of {MESSAGES} messages")


if __name__ == "__main__":
    main()
