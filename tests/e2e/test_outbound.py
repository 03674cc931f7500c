"""Mail of our own users through the same process: it passes as it came, and teaches whom we deal with."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway import serving
from gateway.app import Parts, build
from gateway.settings import Settings
from gateway.store.rows import LinkRow, Search
from policy.history import ORGANISATION
from policy.model import Seen
from policy.questions import seen

pytestmark = pytest.mark.e2e
DAY = 86400.0
NOW = 20_000 * DAY + 36_000
PROOF = "Authentication-Results: mx.bank.example; dmarc=pass header.from=office.example\r\n"
LINK = "https://reports.example/2026/annual"
SETTINGS = """\
[relay]
listen = "127.0.0.1:{relay}"
next_hop = "maildir:in"
[outbound]
listen = "127.0.0.1:{outbound}"
next_hop = "maildir:out"
[clicks]
listen = "127.0.0.1:{clicks}"
url = "http://127.0.0.1:{clicks}"
[console]
listen = "127.0.0.1:{console}"
[store]
delay = "20ms"
[workers]
lookup_deadline = "10s"
[identity]
authserv_ids = ["mx.bank.example"]
verify_dkim = false
"""


@pytest.fixture
def ports() -> dict[str, int]:
    found = {}
    for name in ("relay", "outbound", "clicks", "console"):
        with socket.create_server(("127.0.0.1", 0)) as held:
            found[name] = held.getsockname()[1]
    return found


@pytest.fixture
def file(tmp_path: Path, ports: dict[str, int]) -> Path:
    path = tmp_path / "oddlink.toml"
    path.write_text(SETTINGS.format(**ports))
    return path


def letter(sender: str, to: str, url: str, id: str = "", proof: str = "") -> bytes:
    text = (
        f"From: {sender}\r\nTo: {to}\r\nSubject: x\r\nMessage-ID: <{id or time.monotonic_ns()}@x.example>\r\n"
        f"Content-Type: text/plain\r\n\r\nSee {url} .\r\n"
    )
    return (proof + text).encode()


def send(port: int, sender: str, to: str, raw: bytes) -> int:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo()
        client.mail(sender)
        client.rcpt(to)
        return client.data(raw)[0]


class Desk:
    """One gateway with both listeners, and time that passes."""

    def __init__(self, parts: Parts, ports: dict[str, int]) -> None:
        self.parts, self.ports, self.now = parts, ports, NOW

    def clock(self) -> float:
        return self.now

    async def receive(self, url: str) -> LinkRow:
        raw = letter("clerk@office.example", "us@bank.example", url, proof=PROOF)
        assert (
            await asyncio.to_thread(send, self.ports["relay"], "clerk@office.example", "us@bank.example", raw)
            == 250
        )
        await self.parts.keeper.flush()
        (last,) = self.parts.store.find_decisions(Search(limit=1))
        row = self.parts.store.message(last.id)
        assert row is not None
        return row.links[0]

    async def write(self, user: str, url: str, to: str = "them@else.example") -> None:
        raw = letter(user, to, url)
        assert await asyncio.to_thread(send, self.ports["outbound"], user, to, raw) == 250
        await self.parts.keeper.flush()


async def test_three_users_on_three_days_make_a_domain_familiar_to_mail_that_comes_in(
    file: Path, ports: dict[str, int]
) -> None:
    parts = build(Settings.load(file), keys_for="work")
    desk = Desk(parts, ports)
    async with serving.running(parts, desk.clock):
        for number in range(12):
            await desk.receive(f"https://portal.office.example/{number}")
            desk.now += DAY
        before = await desk.receive(LINK)
        for user in ("anna", "bert", "cleo"):
            await desk.write(f"{user}@bank.example", LINK)
            desk.now += DAY
        (answer,) = parts.store.answer([seen(ORGANISATION, "reports.example")]).values()
        after = await desk.receive(LINK)
    await parts.close()
    known = answer.value  # type: ignore[union-attr]  # an Unknown fails here
    assert isinstance(known, Seen) and (known.days, known.senders) == (3, 3)
    assert after.score < before.score - 1
    assert "messages to others here linked to" in " ".join(one.words for one in after.evidence)


async def test_a_link_our_user_sent_may_come_back_in_the_answer(file: Path, ports: dict[str, int]) -> None:
    parts = build(Settings.load(file), keys_for="work")
    desk = Desk(parts, ports)
    async with serving.running(parts, desk.clock):
        raw = letter("anna@bank.example", "clerk@office.example", LINK, id="first")
        await asyncio.to_thread(send, ports["outbound"], "anna@bank.example", "clerk@office.example", raw)
        await parts.keeper.flush()
        desk.now += DAY
        raw = letter(
            "clerk@office.example",
            "anna@bank.example",
            LINK,
            proof=PROOF + "In-Reply-To: <first@x.example>\r\n",
        )
        await asyncio.to_thread(send, ports["relay"], "clerk@office.example", "anna@bank.example", raw)
        await parts.keeper.flush()
        (last,) = parts.store.find_decisions(Search(limit=1))
        row = parts.store.message(last.id)
    await parts.close()
    assert row is not None
    assert any(
        one.signal == "thread" and "one of our own users" in one.words for one in row.links[0].evidence
    )


@pytest.fixture
def process(file: Path) -> Iterator[subprocess.Popen[bytes]]:
    log = (file.parent / "stderr").open("wb")
    made = subprocess.Popen(
        [sys.executable, "-c", "from gateway.cli import main; main()", "serve"],
        cwd=file.parent, stdout=subprocess.DEVNULL, stderr=log,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    yield made
    if made.poll() is None:
        made.kill()
        made.wait()
    log.close()


def events(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (file.parent / "stderr").read_text().splitlines()]


def test_one_process_has_both_listeners_and_drains_both(
    process: subprocess.Popen[bytes], file: Path, ports: dict[str, int]
) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (file.parent / "stderr").read_text().count('"started"'):
        time.sleep(0.05)
    raw = letter("anna@bank.example", "them@else.example", "https://bit.ly/aB3dEf")
    assert send(ports["outbound"], "anna@bank.example", "them@else.example", raw) == 250
    assert (
        send(
            ports["relay"],
            "a@office.example",
            "anna@bank.example",
            letter("a@office.example", "b@x.example", LINK),
        )
        == 250
    )
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    (out,) = (file.parent / "out" / "new").iterdir()
    (came,) = (file.parent / "in" / "new").iterdir()
    assert out.read_bytes().endswith(raw) and b"X-Oddlink:" not in out.read_bytes()
    assert b"X-Oddlink:" in came.read_bytes()
    judged = [one for one in events(file) if one["event"] == "judged"]
    assert [(one.get("direction"), one["links"]) for one in judged] == [("outbound", 1), (None, 1)]
