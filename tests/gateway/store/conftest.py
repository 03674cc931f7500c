"""Outcomes to record, and a store to record them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.outcome import Manifest, Outcome, Restored, Ticket
from gateway.store import Store
from inspectors.model import Flag, Inspection, Link, Message, Skipped
from policy.model import Decision, Envelope, Evidence, Identity, Judgement, Question, Weighed


def _decision(url: str, verdict: str = "pass", leaf: str = "1") -> Decision:
    host = url.split("/")[2]
    link = Link(leaf, url, url.upper(), "Words shown", "html:a.href", None, host, 3)
    used = (Question("seen", ("sender", "clerk@office.example", host)),)
    weighed = (Weighed(Evidence("surprise", 0.75, "Never linked by this sender.", used), 4.5),)
    return Decision(link, host.split(".", 1)[-1], verdict, 4.5, weighed, "default-1", "0.5 points fewer")


def make_outcome(id: str = "0123456789abcdef", **changes: Any) -> Outcome:
    decisions = (
        _decision("https://www.portal.example/a"),
        _decision("https://login.odd.test/x?y=1", "rewrite"),
        _decision("https://login.second.test/x", "rewrite"),
    )
    values: dict[str, Any] = {
        "id": id,
        "at": 1000.5,
        "result": "rewritten",
        "envelope": Envelope(
            "bounce@mailer.example", ("anna@bank.example", "Bob@Bank.example"), "192.0.2.1", "mx"
        ),
        "message_id": "<m1@office.example>",
        "subject": "Réport",
        "inspection": Inspection(
            Message(b"", (), ()),
            tuple(decision.link for decision in decisions),
            (Skipped("2", "encrypted PDF", "encrypted"),),
            (Flag("duplicate-header", "", "Two From fields."),),
        ),
        "judgement": Judgement(
            Identity(
                "clerk@office.example", "mail.office.example", "office.example", True, "dmarc", "aligned"
            ),
            decisions,
            "default-1",
        ),
        "tickets": (Ticket("T" + id, "https://login.odd.test/x?y=1", 1),),
        "manifest": Manifest(
            id, b"X-Oddlink: x\r\n", 7, "a" * 64, id + "b" * 48, (Restored(3, b"\0old", b"new\xff"),)
        ),
        "not_rewritten": (Skipped("1", "the charset cannot say it"),),
        "timings": {"inspect": 0.001},
        "action": "hold",
        "because": ("encrypted", "limit"),
    }
    return Outcome(**(values | changes))


@pytest.fixture
def outcome() -> Callable[..., Outcome]:
    """Makes an outcome with three links: a usual one, a rewritten one, one that could not be rewritten."""
    return make_outcome


@pytest.fixture
def decision() -> Callable[..., Decision]:
    return _decision


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path}/odd.db" if request.param == "file" else "sqlite://"
    with Store.open(url) as opened:
        yield opened
