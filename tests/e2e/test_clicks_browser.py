"""The click page and the console over real sockets: uvicorn in front, Chromium and raw bytes behind.

A second loopback server stands in for the destination. Its host names are loopback too, so nothing leaves.
"""

from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from prometheus_client import CollectorRegistry

from gateway.clicks.app import click_app
from gateway.clicks.console import console_app
from gateway.outcome import Ticket
from gateway.store.rows import ClickRow, EvidenceRow, LinkRow, MessageRow, Search, TicketRow
from gateway.tokens import Key, Keyring, mint

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
TICKET = "Ab3dEf6hIj9lMn2p"
NOW = 1_768_210_200.0
RING = Keyring((Key("k1", bytes(range(32)), 1.0, retired=False),))
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"

pytestmark = pytest.mark.e2e


@dataclass
class Store:
    url: str = ""
    clicks: list[ClickRow] = field(default_factory=list)

    def row(self) -> TicketRow:
        evidence = (EvidenceRow("new-to-sender", 1.0, 5.0, f"Never seen before. {HOSTILE}"),)
        link = LinkRow(
            0, self.url, self.url, "d", "d", "html:a.href", "1", HOSTILE, "rewrite", 5.0, "", evidence, TICKET
        )
        message = MessageRow(
            id="0123456789abcdef",
            at=NOW,
            message_id=HOSTILE,
            sender=HOSTILE,
            sender_domain="office.example",
            genuine=True,
            by="dmarc",
            identity_words="",
            mail_from="",
            recipients=(HOSTILE,),
            subject=HOSTILE,
            outcome="rewritten",
            policy_version="1",
            delivered=True,
            reply="250 Ok",
            links=(link,),
            skipped=((HOSTILE, HOSTILE, HOSTILE),),
            flags=((HOSTILE, HOSTILE, HOSTILE),),
        )
        return TicketRow(Ticket(TICKET, self.url, 0), link, message)

    def ticket(self, ticket_id: str) -> TicketRow | None:
        return self.row() if ticket_id == TICKET else None

    def log_click(self, row: ClickRow) -> None:
        self.clicks.append(row)

    def find_decisions(self, search: Search) -> list[MessageRow]:
        return [self.row().message]

    def message(self, id: str) -> MessageRow | None:
        return self.row().message

    def find_clicks(self, search: Search) -> list[ClickRow]:
        return [ClickRow(NOW, TICKET, "0123456789abcdef", "shown", HOSTILE, HOSTILE, self.url, "d", HOSTILE)]


class Silent:
    def info(self, event: str, **fields: object) -> None: ...
    def error(self, event: str, **fields: object) -> None: ...


class Destination(http.server.BaseHTTPRequestHandler):
    """Keeps the requests it gets; /hop leads on to the other origin."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        away = self.path.startswith("/hop")
        self.send_response(302 if away else 200)
        if away:
            self.send_header("Location", f"http://localhost:{self.server.server_port}/end")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_HEAD = do_GET

    def log_message(self, *values: object) -> None: ...


@contextmanager
def running(app: object) -> Iterator[str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    end = time.monotonic() + 10
    while not server.started and time.monotonic() < end:
        time.sleep(0.02)
    assert server.started
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def destination():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Destination)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def store():
    return Store()


@pytest.fixture(scope="module")
def clicks(store):
    with running(click_app(store, RING, "http://127.0.0.1", lambda: NOW, Silent())) as base:
        yield base


@pytest.fixture(scope="module")
def console(store):
    with running(console_app(store, RING, CollectorRegistry(), list, lambda: NOW)) as base:
        yield base


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing (package chromium)")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running_playwright:
        try:
            chromium = running_playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        except playwright.Error as problem:
            pytest.skip(f"Chromium does not start: {str(problem).splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    context = browser.new_context()
    page = context.new_page()
    page.told = []
    page.on("console", lambda message: page.told.append(message.text))
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    context.close()


@pytest.fixture
def link(store, clicks, destination):
    """Point the ticket at a path of the destination; gives the rewritten link."""

    def to(path: str) -> str:
        destination.seen.clear()
        store.clicks.clear()
        store.url = f"http://127.0.0.1:{destination.server_port}{path}"
        return mint(clicks, "127.0.0.1", TICKET, RING)[0]

    return to


def visited(destination) -> list[tuple[str, str]]:
    return [(method, path) for method, path, _ in destination.seen if path != "/favicon.ico"]


@pytest.mark.parametrize(
    "path", ["/a%2Fb/%7e?q=%41+b&r=[1]|2&s='x'", "/x//y/../z?u=http://a.example/?b#c", "/"]
)
def test_a_person_goes_on_and_arrives_at_the_exact_address(page, link, store, destination, path):
    page.goto(link(path))
    assert store.url in page.inner_text("main")
    assert visited(destination) == []
    page.click("button")
    page.wait_for_url(lambda url: url.startswith(f"http://127.0.0.1:{destination.server_port}/"))
    # What a browser asks for is what it would have asked for had the link never been rewritten.
    asked = visited(destination)
    page.goto("about:blank")
    destination.seen.clear()
    page.goto(store.url)
    assert asked == visited(destination) and asked[0][0] == "GET"
    assert [click.step for click in store.clicks] == ["shown", "continued"]


def test_the_destination_learns_neither_our_address_nor_the_ticket(page, link, destination):
    page.goto(link("/x"))
    page.click("button")
    page.wait_for_url(f"http://127.0.0.1:{destination.server_port}/x")
    first = destination.seen[0][2]
    assert TICKET not in str(first) and not {"Referer", "Origin", "Cookie"} & set(first)


def test_a_destination_that_redirects_elsewhere_still_works(page, link, destination):
    """``form-action`` with only the destination's origin would stop here."""
    page.goto(link("/hop"))
    page.click("button")
    page.wait_for_url(f"http://localhost:{destination.server_port}/end")
    assert not any("Content Security Policy" in line for line in page.told)


def test_it_works_without_scripts_and_loads_only_its_style_sheet(browser, link, clicks, destination):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    url = link("/x")
    page.goto(url)
    assert set(asked) <= {url, f"{clicks}/static/clicks.css", f"{clicks}/favicon.ico"}
    page.keyboard.press("Tab")  # the address box where it scrolls, else the button
    page.focus("button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"http://127.0.0.1:{destination.server_port}/x")
    context.close()


def test_hostile_words_do_nothing_in_a_real_browser(page, link, console):
    url = link("/?" + HOSTILE)
    for at in (url, console + "/", console + "/clicks", console + "/messages/0123456789abcdef"):
        page.asked.clear()
        page.goto(at)
        assert page.title() != "owned" and HOSTILE in page.inner_text("body")
        assert page.locator("main a:visible").evaluate_all("all => all.every(a => a.host === location.host)")
        assert all(one.startswith(at.split("/", 3)[0] + "//127.0.0.1") for one in page.asked)
        assert len(page.asked) <= 3 and not any("Content Security Policy" in line for line in page.told)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_pages_fit_their_width_and_their_words_can_be_read(browser, link, console, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    url = link("/" + "long-path-" * 60)
    for at in (url, url[:-1], console + "/", console + "/clicks", console + "/messages/0123456789abcdef"):
        page.goto(at)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        worst = page.evaluate(CONTRAST)
        assert worst[0] >= 4.5, (at, worst)
    context.close()


CONTRAST = """() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const light = rgb => rgb.slice(0, 3)
    .map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = one => {
    for (; one; one = one.parentElement) {
      const rgb = numbers(getComputedStyle(one).backgroundColor);
      if (rgb.length < 4 || rgb[3] > 0) return rgb;
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let worst = [99, ''];
  while (walker.nextNode()) {
    const words = walker.currentNode.textContent.trim(), one = walker.currentNode.parentElement;
    if (!words || !one.checkVisibility()) continue;
    const [a, b] = [light(numbers(getComputedStyle(one).color)), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < worst[0]) worst = [ratio, words.slice(0, 40)];
  }
  return worst;
}"""


def say(base: str, request: bytes) -> bytes:
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 10) as connection:
        connection.settimeout(10)
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


@pytest.mark.parametrize(
    "target",
    [
        b"/%ff%fe/%80",
        b"/\xff\xfe/\x80",
        b"/a/%00",
        b"/a/%0d%0aSet-Cookie:%20a=b",
        b"//evil.example/x",
        b"/\\evil.example/x",
        b"/../../etc/passwd",
        b"http://evil.example/a/b",
        b"*",
        b"/a/" + b"x" * 3000,
        b"/a/b?" + b"%" * 3000,
        b"/\xc3\xa4/\xf0\x9f\x98\x80",
    ],
)
def test_odd_request_targets_get_4xx_and_the_service_goes_on(clicks, console, target):
    for base in (clicks, console):
        request = b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        answer = say(base, request)
        assert answer.startswith(b"HTTP/1.1 4"), answer[:200]
        assert (
            b"Set-Cookie" not in answer and b"Traceback" not in answer and b"\nLocation" not in answer.title()
        )
        assert say(base, request.replace(target, b"/healthz")).startswith(b"HTTP/1.1 200")


def test_the_location_field_is_the_urls_very_bytes_on_the_wire(store, clicks):
    store.url = "https://d.example/a%2fb?x='y'&z=\u00e4[{|}]^`\\"
    head = f"http{mint('', 'd.example', TICKET, RING)[0]}"
    path = head.removeprefix("http://")
    host_line = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    shown = say(clicks, b"GET " + path.encode() + host_line + b"\r\n")
    nonce = shown.split(b'name="nonce" value="')[1].split(b'"')[0]
    body = b"nonce=" + nonce
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = say(clicks, b"POST " + path.encode() + host_line + form + body)
    assert answer.startswith(b"HTTP/1.1 303")
    assert b"\r\nlocation: " + store.url.encode() + b"\r\n" in answer
