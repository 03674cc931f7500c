"""The sample correspondence, taught once for all tests that judge by it; DNS and HTTP servers on loopback."""

from __future__ import annotations

import asyncio
import http.server
import shutil
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

SAMPLE = Path(__file__).parents[1] / "fixtures" / "sample"
SAMPLE_SETTINGS = """\
[identity]
authserv_ids = ["mx.datahouse.example"]
our_hosts = ["mx.datahouse.example"]
verify_dkim = false
"""


@pytest.fixture(scope="session")
def sample_taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has learned the earlier correspondence; never to be written to."""
    from gateway.cli import learn

    folder = tmp_path_factory.mktemp("taught")
    config = folder / "oddlink.toml"
    config.write_text(SAMPLE_SETTINGS)
    store = folder / "oddlink.db"
    asyncio.run(
        learn._learn([str(SAMPLE / "history")], True, config, f"sqlite:///{store}", None, genuine=False)
    )
    return store


@pytest.fixture
def sample_place(tmp_path: Path, sample_taught: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Makes the current folder one of an installation that knows the earlier correspondence."""

    def make() -> Path:
        (tmp_path / "var").mkdir()
        shutil.copy(sample_taught, tmp_path / "var" / "oddlink.db")
        (tmp_path / "oddlink.toml").write_text(SAMPLE_SETTINGS)
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return make


class Names(asyncio.DatagramProtocol):
    """A DNS server on loopback: records by (name, type), and ways to misbehave."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        """(name without final dot, "A") → records as a zone file has them."""
        self.broken: set[str] = set()
        self.silent = False
        self.delay = 0.0
        self.asked: list[tuple[str, str]] = []
        self.address = ("", 0)
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self.address = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text().rstrip("."), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if self.silent:
            return
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        found = self.records.get((name, kind))
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            response.answer.append(dns.rrset.from_text(question.name, 600, "IN", kind, *found))
        elif not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
            soa = "a.example. b.example. 1 3600 600 86400 120"
            response.authority.append(dns.rrset.from_text("example.", 900, "IN", "SOA", soa))
        asyncio.get_running_loop().call_later(self.delay, self._transport.sendto, response.to_wire(), address)


@pytest.fixture
async def names() -> AsyncIterator[Names]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Names, local_addr=("127.0.0.1", 0))
    yield protocol
    transport.close()


class Site:
    """An HTTP server on loopback: pages by path, each a function from request headers to an answer."""

    def __init__(self) -> None:
        self.pages: dict[str, Callable[[Any], tuple[int, dict[str, str], bytes]]] = {}
        self.asked: list[str] = []
        self.url = ""

    def put(self, path: str, body: bytes, status: int = 200, **headers: str) -> None:
        """The same answer for everybody; header names with _ for -."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = lambda _: (status, named, body)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    made = Site()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            page = made.pages.get(self.path, lambda _: (404, {}, b""))
            status, headers, body = page(self.headers)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join(5)
