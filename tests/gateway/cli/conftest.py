"""A store with two messages and two clicks, and a way to run one command on it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from gateway.cli import clicks, decisions, explain
from gateway.cli.commands import app as every_command
from gateway.cli.common import guard
from gateway.outcome import Outcome, Ticket
from gateway.store import Store
from gateway.store.rows import ClickRow
from inspectors.model import Flag, Inspection, Link, Message, Skipped
from policy.model import Decision, Envelope, Evidence, Identity, Judgement, Question, Weighed

ID = "0123456789abcdef"
PLAIN = "fedcba9876543210"
HOSTILE = '=HYPERLINK("http://x.test")\x1b]0;owned\x07\r\n[bold]\u202e'


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class RanBytes:
    code: int
    out: bytes
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The JSON lines of standard output."""
        return [json.loads(line) for line in self.out.decode().splitlines()]


def _outcome(id: str, at: float, subject: str, *, odd: bool) -> Outcome:
    usual = Link(
        "1", "https://www.portal.example/a", "https://www.portal.example/a", "Portal", "html:a.href", None
    )
    links = [
        usual,
        Link("2", "https://login.odd.test/x?y=1", "HTTPS://login.odd.test/x?y=1", "", "pdf:annotation", 0),
    ]
    evidence = Evidence(
        "surprise", 0.75, "Never linked.", (Question("seen", ("sender", "a@office.example", "odd.test")),)
    )
    passed = Decision(usual, "portal.example", "pass", -1.0, (), "default-1", "6 points more")
    rewritten = Decision(
        links[1], "odd.test", "rewrite", 5.5, (Weighed(evidence, 5.5),), "default-1", "0.5 points fewer"
    )
    return Outcome(
        id=id,
        at=at,
        result="rewritten" if odd else "untouched",
        envelope=Envelope("bounce@office.example", ("anna@bank.example",)),
        message_id=f"<{id}@office.example>",
        subject=subject,
        inspection=Inspection(
            Message(b"", (), ()),
            tuple(links),
            (Skipped("3", "encrypted PDF", "encrypted"),),
            (Flag("pdf-signed", "2", "Signed."),),
        ),
        judgement=Judgement(
            Identity("a@office.example", "office.example", "office.example", True, "dkim", "aligned"),
            (passed, rewritten) if odd else (passed,),
            "default-1",
        ),
        tickets=(Ticket("Tick1", links[1].url, 1),) if odd else (),
        action="tag" if odd else "pass",
        because=("encrypted",) if odd else (),
    )


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/odd.db"
    with Store.open(url) as store:
        store.record(_outcome(ID, 1_700_000_000.0, "Report", odd=True))
        store.record(_outcome(PLAIN, 1_700_000_100.25, HOSTILE, odd=False))
        store.settle(ID, delivered=True, reply="250 2.0.0 Ok", at=1_700_000_001.0)
        store.log_click(ClickRow(1_700_000_200.0, "Tick1", ID, "shown", "192.0.2.1", "Browser"))
        store.log_click(ClickRow(1_700_000_201.0, "", "", "unknown", "192.0.2.2", "\u202e=cmd()"))
    return url


@pytest.fixture
def run(store_url: str, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs one command line with this store; the exit code is that of the process."""
    app = typer.Typer()
    for module in (decisions, clicks, explain):
        app.command(module.__name__.rpartition(".")[2])(module.command)

    def run(*words: str) -> Ran:
        given = list(words) if "--store" in words else [*words, "--store", store_url]
        code = guard(lambda: app(given, standalone_mode=False))
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def oddlink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RanBytes]:
    """Runs any command line in this process, in a folder of its own; output as bytes."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, stdin: bytes = b"") -> RanBytes:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = guard(lambda: every_command(list(words), standalone_mode=False))
        return RanBytes(code, out.buffer.getvalue(), err.buffer.getvalue().decode())

    return run
