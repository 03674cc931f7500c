"""A ticket is committed before its message leaves; where it cannot be, the message leaves as it came."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.app import Parts, build
from gateway.outcome import Outcome
from gateway.replies import Reply
from gateway.screening import UNWRITABLE, Screening
from gateway.settings import Settings
from gateway.spool import Spool
from policy.model import Envelope, Habit, Known, Question

ID = "0123456789abcdef"
ENVELOPE = Envelope("a@office.example", ("b@bank.example",))
RAW = b"From: a@office.example\r\nMessage-ID: <x@office.example>\r\n\r\nSee https://odd.example/a .\r\n"
OK = Reply(250, "2.0.0", "Ok")


@dataclass
class Bench:
    parts: Parts
    screening: Screening
    events: list[dict[str, Any]] = field(default_factory=list)
    seen: list[tuple[Outcome, int]] = field(default_factory=list)


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """With a policy that finds every link odd."""
    monkeypatch.chdir(tmp_path)
    defaults = Settings()
    settings = replace(
        defaults,
        store=replace(defaults.store, wait=0.1, delay=0.01),
        identity=replace(defaults.identity, authserv_ids=("mx.bank.example",), verify_dkim=False),
    )
    parts = build(settings, keys_for="trial")
    rules = replace(parts.policy.rules, threshold=-100.0)
    pipeline = replace(parts.pipeline, policy=replace(parts.policy, rules=rules))
    made = Bench(parts, None)
    made.screening = Screening(
        pipeline,
        parts.keeper,
        observe=lambda event, **fields: made.events.append({"event": event, **fields}),
        seen=lambda *what: made.seen.append(what),
        clock=lambda: 1_700_000_000.0,
    )
    yield made
    await parts.close()


@pytest.fixture
def spooled() -> Callable[[bytes], Any]:
    async def make(raw: bytes) -> Spool:
        spool = Spool()
        await spool.write(raw)
        return spool

    return make


async def test_the_ticket_is_in_the_store_before_the_message_may_leave(bench: Bench, spooled: Any) -> None:
    screened = await bench.screening.screen(await spooled(RAW), ENVELOPE, ID)
    outcome, recorded = screened.outcome
    assert recorded
    assert screened.patches
    row = bench.parts.store.ticket(outcome.tickets[0].id)
    assert row is not None
    assert row.ticket.url == "https://odd.example/a"
    assert bench.parts.store.manifest(ID) == outcome.manifest
    assert screened.prefix.startswith(b"X-Oddlink: id=0123456789abcdef; links=1; rewritten=1\r\n")
    assert outcome.manifest.added == screened.prefix


async def test_where_the_store_cannot_be_written_the_message_leaves_as_it_came_and_says_so(
    bench: Bench, spooled: Any, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "var" / "oddlink.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    screened = await bench.screening.screen(await spooled(RAW), ENVELOPE, ID)
    other.close()
    outcome, recorded = screened.outcome
    assert (screened.patches, outcome.tickets, outcome.manifest, recorded) == ((), (), None, False)
    assert outcome.result == "untouched"
    assert [one.reason for one in outcome.not_rewritten] == [UNWRITABLE]
    assert screened.prefix == b"X-Oddlink: id=0123456789abcdef; links=1; rewritten=0; left=1\r\n"
    (event,) = bench.events
    assert (event["outcome"], event["not_rewritten"]) == ("untouched", [UNWRITABLE])
    metrics = bench.parts.metrics
    metrics.observe(outcome)
    text = metrics.text().decode()
    assert 'oddlink_store_errors_total{operation="record"} 1.0' in text
    assert 'oddlink_links_not_rewritten_total{reason="store"} 1.0' in text
    await bench.screening.settled(screened, OK)
    await bench.parts.keeper.flush()
    row = bench.parts.store.message(ID)
    assert row is not None
    assert (row.outcome, row.links[0].not_rewritten, row.delivered) == ("untouched", UNWRITABLE, True)


async def test_a_delivered_message_is_kept_with_the_answer(bench: Bench, spooled: Any) -> None:
    screened = await bench.screening.screen(await spooled(RAW), ENVELOPE, ID)
    await bench.screening.settled(screened, Reply(250, "2.0.0", "queued as X"))
    await bench.parts.keeper.flush()
    row = bench.parts.store.message(ID)
    assert row is not None
    assert (row.outcome, row.delivered, row.reply) == ("rewritten", True, "250 2.0.0 queued as X")
    assert row.recipients == ("b@bank.example",)


@pytest.mark.parametrize(("code", "learned"), [(250, 1), (451, 0), (550, 0)])
async def test_only_a_delivered_message_teaches(bench: Bench, spooled: Any, code: int, learned: int) -> None:
    passing = replace(
        bench.screening._pipeline,
        policy=bench.parts.policy,  # finds nothing odd in a first contact
    )
    bench.screening._pipeline = passing
    proof = b"Authentication-Results: mx.bank.example; dmarc=pass header.from=office.example\r\n"
    screened = await bench.screening.screen(await spooled(proof + RAW), ENVELOPE, ID)
    assert screened.outcome[0].judgement.identity.genuine
    await bench.screening.settled(screened, Reply(code, "", "x"))
    await bench.parts.keeper.flush()
    question = Question("habit", ("sender", "a@office.example"))
    answer = bench.parts.store.answer([question])[question]
    assert answer == Known(Habit(learned, learned, learned))


async def test_the_log_line_names_domains_and_neither_addresses_nor_urls(bench: Bench, spooled: Any) -> None:
    raw = RAW.replace(b"\r\n\r\n", b"\r\nSubject: secret words\r\n\r\n")
    await bench.screening.screen(await spooled(raw), ENVELOPE, ID)
    (event,) = bench.events
    assert (event["id"], event["rewritten"], event["domains"]) == (ID, 1, ["odd.example"])
    assert event["size"] == len(raw)
    assert "a@office" not in repr(event)
    assert "secret" not in repr(event)
    assert "odd.example/a" not in repr(event)
    assert bench.seen[0][1] == len(raw)


async def test_a_message_in_a_file_is_screened_as_one_in_memory(bench: Bench, tmp_path: Path) -> None:
    spool = Spool(tmp_path, 10)
    await spool.write(RAW)
    await spool.finish()
    assert spool.path is not None
    screened = await bench.screening.screen(spool, ENVELOPE, ID)
    assert len(screened.patches) == 1


async def test_cancelling_is_let_through(bench: Bench, spooled: Any) -> None:
    slow = asyncio.Event()

    async def never(*_: object, **__: object) -> None:
        await slow.wait()

    bench.screening._keeper.record = never
    task = asyncio.create_task(bench.screening.screen(await spooled(RAW), ENVELOPE, ID))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_another_screen_made_is_not_settled(bench: Bench) -> None:
    from gateway.screen import Screened

    await bench.screening.settled(Screened(ID), OK)
    await bench.parts.keeper.flush()
    assert bench.parts.store.message(ID) is None
