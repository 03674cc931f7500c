"""``oddlink serve`` as a process of its own: mail through it, a click, the log, and a stop that drains."""

from __future__ import annotations

import json
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inspectors import message

pytestmark = pytest.mark.e2e
PROGRAM = "from gateway.cli import main; main()"
ODD = "https://odd.example/login?x=1"
PROOF = "Authentication-Results: mx.bank.example; dmarc=pass header.from=office.example\r\n"
MAIL = (
    "From: Office <a@office.example>\r\nTo: b@bank.example\r\nSubject: number {n}\r\n"
    "Message-ID: <{n}@office.example>\r\nContent-Type: text/plain\r\n\r\nSee {url} .\r\n"
)
SETTINGS = """\
[relay]
listen = "127.0.0.1:{relay}"
next_hop = "maildir:mail"
[clicks]
listen = "127.0.0.1:{clicks}"
url = "http://127.0.0.1:{clicks}"
[console]
listen = "127.0.0.1:{console}"
[store]
delay = "20ms"
[identity]
authserv_ids = ["mx.bank.example"]
verify_dkim = false
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


class Gateway:
    """A running ``oddlink serve`` in its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports: dict[str, int] = {}
        for name in ("relay", "clicks", "console"):
            with socket.create_server(("127.0.0.1", 0)) as held:
                self.ports[name] = held.getsockname()[1]
        (folder / "oddlink.toml").write_text(SETTINGS.format(**self.ports))
        self.errors = (folder / "stderr").open("wb")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "serve"],
            cwd=self.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.ports["relay"]), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        pytest.fail(f"it did not start: {self.stderr()}")

    def stderr(self) -> str:
        return (self.folder / "stderr").read_text()

    def log(self) -> list[dict[str, Any]]:
        """The log so far; every line must be JSON."""
        return [json.loads(line) for line in self.stderr().splitlines()]

    def send(self, number: int, url: str, proof: str = PROOF) -> tuple[int, str]:
        with smtplib.SMTP("127.0.0.1", self.ports["relay"], timeout=20) as client:
            client.ehlo()
            client.mail("a@office.example")
            client.rcpt("b@bank.example")
            code, reply = client.data((proof + MAIL.format(n=number, url=url)).encode())
            return code, reply.decode()

    def delivered(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted((self.folder / "mail" / "new").iterdir())]

    def command(self, *words: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            check=True,
            timeout=30,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        self.errors.close()


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway(tmp_path)
    yield made
    made.stop()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def fetch(url: str, form: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with urllib.request.build_opener(_Stay).open(urllib.request.Request(url, data), timeout=10) as got:
            return got.status, dict(got.headers), got.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read().decode()


def test_mail_goes_through_a_link_is_clicked_and_a_stop_drains(gateway: Gateway) -> None:
    gateway.start()
    for number in range(30):
        code, reply = gateway.send(number, "https://portal.office.example/x")
        assert code == 250
    assert re.search(r"\b[0-9a-f]{16}\b", reply), "the reply text names the id"
    time.sleep(0.3)  # what was taught is written behind

    code, reply = gateway.send(99, ODD)
    assert code == 250
    (odd,) = [one for one in gateway.delivered() if b"<99@office.example>" in one]
    marked = re.search(rb"^X-Oddlink: id=([0-9a-f]{16}); links=1; rewritten=1\r?$", odd, re.MULTILINE)
    assert marked
    id = marked[1].decode()
    assert id in reply
    (link,) = message.inspect(odd).links
    assert link.url.startswith(f"http://127.0.0.1:{gateway.ports['clicks']}/odd.example/")

    # The click page: looking changes nothing, going on is a POST with a nonce.
    status, _, page = fetch(link.url)
    assert status == 200
    assert "odd.example" in page
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    assert fields
    status, headers, _ = fetch(link.url, fields)
    assert (status, headers["location"]) == (303, ODD)
    assert fetch(link.url, dict.fromkeys(fields, "wrong"))[0] != 303

    time.sleep(0.2)
    clicks = gateway.command("clicks", "--json")
    assert {"shown", "continued"} <= {click["step"] for click in clicks}
    assert {click["id"] for click in clicks} == {id}
    (decision,) = gateway.command("decisions", "--json", "--outcome", "rewritten")
    assert (decision["id"], decision["delivered"]) == (id, True)

    # A message under way when SIGTERM comes is still taken, answered and delivered.
    client = smtplib.SMTP("127.0.0.1", gateway.ports["relay"], timeout=20)
    client.ehlo()
    client.mail("a@office.example")
    client.rcpt("b@bank.example")
    client.putcmd("data")
    assert client.getreply()[0] == 354
    assert gateway.process is not None
    gateway.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    client.send(MAIL.format(n=100, url="https://portal.office.example/x").encode() + b".\r\n")
    assert client.getreply()[0] == 250
    client.close()
    assert gateway.process.wait(20) == 0
    assert sum(b"<100@office.example>" in one for one in gateway.delivered()) == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", gateway.ports["relay"]), 1)

    log = gateway.log()
    assert {"time", "level", "event"} <= set(log[0])
    assert {line["event"] for line in log} >= {"started", "judged", "message", "stopping"}
    judged = [line for line in log if line["event"] == "judged" and line["id"] == id]
    assert [(line["rewritten"], line["domains"]) for line in judged] == [(1, ["odd.example"])]
    assert "unnamed" not in {line["event"] for line in log}
    assert "login?x=1" not in gateway.stderr(), "no path of a URL stands in the log"
    assert "a@office" not in gateway.stderr(), "no local part stands in the log"
    assert gateway.process.stdout is not None
    assert gateway.process.stdout.read() == b""
    (row,) = gateway.command("decisions", "--json", "--message-id", "<100@office.example>")
    assert row["delivered"] is True


def test_ctrl_c_stops_it_as_well_and_a_worker_that_dies_costs_nothing(gateway: Gateway) -> None:
    gateway.start()
    assert gateway.process is not None
    killed = 0
    children = Path(f"/proc/{gateway.process.pid}/task/{gateway.process.pid}/children")
    if children.exists():
        for server in children.read_text().split():
            below = Path(f"/proc/{server}/task/{server}/children")
            for worker in below.read_text().split() if below.exists() else ():
                os.kill(int(worker), signal.SIGKILL)
                killed += 1
        assert killed, "no worker was found"
        time.sleep(0.5)
    pdf = "Content-Type: application/pdf\r\n\r\n%PDF-1.4 broken\r\n"
    with smtplib.SMTP("127.0.0.1", gateway.ports["relay"], timeout=20) as client:
        for number in range(3):
            client.sendmail("a@office.example", ["b@bank.example"], f"Message-ID: <{number}@x>\r\n{pdf}")
    assert len(gateway.delivered()) == 3
    assert all(one.endswith(b"%PDF-1.4 broken\r\n") for one in gateway.delivered())
    gateway.process.send_signal(signal.SIGINT)
    assert gateway.process.wait(20) == 0
    assert all(line["level"] in ("info", "warning") for line in gateway.log())


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("[relya]\nx = 1\n", r"oddlink\.toml:\d+: .*relya"),
        ('[policy]\nfile = "policy.toml"\n', r"policy\.toml:2: "),
    ],
)
def test_what_is_wrong_stops_the_start_with_one_line(gateway: Gateway, more: str, expected: str) -> None:
    (gateway.folder / "policy.toml").write_text("\nodd = 1\n")
    with (gateway.folder / "oddlink.toml").open("a") as file:
        file.write(more)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "serve"],
        cwd=gateway.folder, env=environment(), capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (78, "")
    assert re.match(f"oddlink: .*{expected}", done.stderr), done.stderr
    assert len(done.stderr.splitlines()) == 1
