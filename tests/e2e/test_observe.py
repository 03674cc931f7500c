"""A gateway that observes: the odd mail arrives as it came, the report names it, a threshold is proposed."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import shutil
import smtplib
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from gateway import manifests, serving
from gateway.cli.commands import app as every_command
from gateway.cli.common import guard
from gateway.cli.serve import parts_for_work
from gateway.settings import Settings
from gateway.store.rows import Search
from inspectors import message
from policy.policyfile import load

pytestmark = pytest.mark.e2e

SAMPLE = Path(__file__).parents[2] / "fixtures" / "sample"
PROGRAM = "from gateway.cli import main; main()"
DAY, START = 86_400, 1_768_900_000.0
US, BOARD = "marta.oliveira@datahouse.example", "board@datahouse.example"
ODD = "https://consulta-expedientes.example/descargas/RPC-2026-0117/anexo-tecnico.pdf?exp=0117&v=2"
SETTINGS = """\
[relay]
listen = "127.0.0.1:{0}"
next_hop = "maildir:mail"
[clicks]
listen = "127.0.0.1:{1}"
[console]
listen = "127.0.0.1:{2}"
[store]
delay = "20ms"
[workers]
lookup_deadline = "10s"     # a busy machine must not change what comes out
[policy]
file = "policy.toml"
[identity]
authserv_ids = ["mx.datahouse.example"]
our_hosts = ["mx.datahouse.example"]
verify_dkim = false
"""
POLICY = """\
name = "pilot"
[observe]
enabled = true
[[scope]]
name = "board"
why = "looked after from the first day on"
recipients = ["board@datahouse.example"]
observe = false
"""


class Installation:
    """A folder with settings, policy and a taught store."""

    def __init__(self, folder: Path, taught: Path) -> None:
        self.folder = folder
        held = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
        self.ports = [one.getsockname()[1] for one in held]
        for one in held:
            one.close()
        (folder / "oddlink.toml").write_text(SETTINGS.format(*self.ports))
        (folder / "policy.toml").write_text(POLICY)
        (folder / "var").mkdir()
        shutil.copy(taught, folder / "var" / "oddlink.db")
        self.now = START

    def send(self, raw: bytes, recipients: Sequence[str] = (US,)) -> None:
        with smtplib.SMTP("127.0.0.1", self.ports[0], timeout=60) as client:
            client.sendmail("a@registrocontratos.example", recipients, raw)

    def delivered(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted((self.folder / "mail" / "new").iterdir())]

    def run(self, *words: str) -> str:
        """What a command prints; in this process, since starting one takes seconds."""
        with contextlib.redirect_stdout(io.StringIO()) as out:
            assert guard(lambda: every_command(list(words), standalone_mode=False)) == 0
        return out.getvalue()

    def run_by_itself(self, *words: str) -> str:
        """The same in a process of its own."""
        return subprocess.run(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            check=True,
            text=True,
            timeout=60,
        ).stdout


@pytest.fixture
def place(tmp_path: Path, sample_taught: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.chdir(tmp_path)
    return Installation(tmp_path, sample_taught)


async def serving_while(place: Installation, work: Callable[[Any], Any]) -> None:
    """Everything listening, at the time ``place.now``, while ``work`` runs in a thread."""
    parts = parts_for_work(Settings.load(place.folder / "oddlink.toml"), "", None)
    try:
        async with serving.running(parts, lambda: place.now):
            await asyncio.to_thread(work, parts)
            await parts.keeper.flush()
    finally:
        await parts.close()


async def test_two_weeks_of_observing_change_nothing_and_end_in_a_proposal(place: Installation) -> None:
    odd = (SAMPLE / "now" / "odd-link.eml").read_bytes()
    usual = [file.read_bytes() for file in sorted((SAMPLE / "history").glob("*.eml"))]
    usual = [raw for raw in usual if b"https://" in raw and b"application/pdf" not in raw][:13]

    def first_day(parts: Any) -> None:
        place.send(odd)
        (arrived,) = place.delivered()
        assert manifests.without_our_lines(arrived) == odd
        ours = arrived[: len(arrived) - len(odd)].splitlines()
        assert [line.partition(b":")[0] for line in ours] == [b"Received", b"X-Oddlink"]
        assert ours[1].endswith(b"; rewritten=0")

    await serving_while(place, first_day)
    (found,) = map(json.loads, place.run("observed", "--json").splitlines())
    assert (found["would"]["rewritten"], found["odd"]) == (1, 1)
    assert (found["days"], found["needed"], found["proposal"]) == (1, 14, None)
    (domain,) = found["domains"]
    assert domain["domain"] == "consulta-expedientes.example"
    assert "is proposed after 14 days with observed links; so far 1" in place.run("observed")
    explained = place.run("explain", domain["example"])
    assert ": untouched (only observed; would have been rewritten)\n" in explained
    assert f"observe, +{domain['points']:.2f} points\n    {ODD}" in explained

    def two_weeks(parts: Any) -> None:
        for number, raw in enumerate(usual):
            place.now = START + (number + 1) * DAY
            place.send(raw)
        # One recipient who is looked after makes the mail one that is acted upon.
        place.send(odd, (US, BOARD))
        changed = [one for one in place.delivered() if b"rewritten=1" in one]
        (after,) = changed
        links = [link.url for link in message.inspect(after).links]
        assert ODD not in links
        assert sum("/consulta-expedientes.example/" in url for url in links) == 1

    await serving_while(place, two_weeks)
    assert len(place.delivered()) == 1 + 13 + 1
    text = place.run_by_itself("observed")
    assert "14 days with links, judged under pilot-" in text
    assert "These are too few" in text, "some dozen links say little about one in two hundred"
    assert "# Proposed" not in text
    (place.folder / "wide.toml").write_text(POLICY.replace("[[scope]]", "budget = 0.2\n[[scope]]", 1))
    text = place.run_by_itself("observed", "--all-versions", "--policy", "wide.toml")
    (place.folder / "new.toml").write_text(text[text.index("# Proposed") :])
    assert 2.6 <= load(place.folder / "new.toml").rules.threshold <= 5
    (found,) = map(json.loads, place.run("observed", "--json").splitlines())
    assert found["messages"] == 1 + 13, "what was acted upon was not observed"
    assert found["proposal"]["then"]["of"] >= 14


async def test_a_scope_taken_up_while_running_acts_from_the_next_message_on(place: Installation) -> None:
    odd = (SAMPLE / "now" / "odd-link.eml").read_bytes()
    parts = parts_for_work(Settings.load(place.folder / "oddlink.toml"), "", Path("policy.toml"))
    try:
        async with serving.running(parts, lambda: place.now) as relay:
            await asyncio.to_thread(place.send, odd)
            (place.folder / "policy.toml").write_text(POLICY.replace("enabled = true", "enabled = false"))
            await serving.reload_policy(parts, relay)
            await asyncio.to_thread(place.send, odd)
        first, second = place.delivered()
        assert sorted((b"rewritten=1" in first, b"rewritten=1" in second)) == [False, True]
        rows = parts.store.find_decisions(Search())
        assert sorted((row.outcome, row.observed) for row in rows) == [
            ("rewritten", ""),
            ("untouched", "rewritten"),
        ]
    finally:
        await parts.close()
