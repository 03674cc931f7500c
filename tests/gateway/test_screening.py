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
from gateway.store.rows import Search
from policy.model import Envelope, Habit, Known, Question
from policy.rules import ObserveRules, ScopeEntry

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
    outcome = screened.outcome
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
    outcome = screened.outcome
    assert (screened.patches, outcome.tickets, outcome.manifest) == ((), (), None)
    assert outcome.result == "untouched"
    assert [one.reason for one in outcome.not_rewritten] == [UNWRITABLE]
    assert screened.prefix == b"X-Oddlink: id=0123456789abcdef; links=1; rewritten=0; left=1; action=tag\r\n"
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
    assert not bench.screening._writing, "what is settled is forgotten"


@pytest.mark.parametrize(("code", "learned"), [(250, 1), (451, 0), (550, 0)])
async def test_only_a_delivered_message_teaches(bench: Bench, spooled: Any, code: int, learned: int) -> None:
    passing = replace(
        bench.screening._pipeline,
        policy=bench.parts.policy,  # finds nothing odd in a first contact
    )
    bench.screening._pipeline = passing
    proof = b"Authentication-Results: mx.bank.example; dmarc=pass header.from=office.example\r\n"
    screened = await bench.screening.screen(await spooled(proof + RAW), ENVELOPE, ID)
    assert screened.outcome.judgement.identity.genuine
    await bench.screening.settled(screened, Reply(code, "", "x"))
    await bench.parts.keeper.flush()
    question = Question("habit", ("sender", "a@office.example"))
    habit = bench.parts.store.answer([question])[question].value
    assert (habit.messages, habit.uses, habit.domains) == (learned, learned, learned)


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


SIGNED = (
    b'From: a@office.example\r\nContent-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\n'
    b"See https://odd.example/a .\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
)


def acting(bench: Bench, **actions: str) -> Screening:
    policy = bench.screening._pipeline.policy
    changed = replace(policy.rules.actions, **actions)
    bench.screening.use(replace(policy, rules=replace(policy.rules, actions=changed)))
    return bench.screening


async def kept(bench: Bench, screened: Any, reply: Reply) -> Any:
    await bench.screening.settled(screened, reply)
    await bench.parts.keeper.flush()
    return bench.parts.store.message(ID)


async def test_a_held_message_says_so_on_top_and_is_recorded(bench: Bench, spooled: Any) -> None:
    screened = await acting(bench, signed="hold").screen(await spooled(SIGNED), ENVELOPE, ID)
    assert screened.refusal is None and screened.patches == ()
    assert screened.prefix == (
        b"X-Oddlink: id=0123456789abcdef; links=1; rewritten=0; left=1; action=hold\r\n"
    )
    row = await kept(bench, screened, OK)
    assert (row.outcome, row.action, row.because, row.delivered) == ("held", "hold", ("signed",), True)
    assert row.links[0].verdict == "hold" and "signed" in row.links[0].not_rewritten
    (event,) = bench.events
    assert (event["outcome"], event["action"], event["because"]) == ("held", "hold", ("signed",))
    assert event["domains"] == ["odd.example"]


async def test_a_refused_message_gets_a_550_no_ticket_and_teaches_nothing(bench: Bench, spooled: Any) -> None:
    both = (
        b"Authentication-Results: mx.bank.example; dmarc=pass header.from=office.example\r\n"
        b'From: a@office.example\r\nContent-Type: multipart/mixed; boundary="c"\r\n\r\n--c\r\n\r\n'
        b"See https://other.example/ .\r\n--c\r\n" + SIGNED.partition(b"\r\n")[2] + b"--c--\r\n"
    )
    screened = await acting(bench, signed="refuse").screen(await spooled(both), ENVELOPE, ID)
    assert screened.refusal is not None
    assert screened.refusal.wire == b"550 5.7.1 Message refused by policy (id=0123456789abcdef)\r\n"
    assert screened.patches == () and bench.parts.store.message(ID) is None
    row = await kept(bench, screened, screened.refusal)
    assert (row.outcome, row.delivered, row.rewritten_count) == ("refused", False, 0)
    assert all(link.not_rewritten and not link.ticket for link in row.links)
    question = Question("habit", ("sender", "a@office.example"))
    assert bench.parts.store.answer([question])[question] == Known(Habit())


@pytest.mark.parametrize(
    ("action", "prefix", "code", "outcome"),
    [
        ("pass", b"", 0, "untouched"),
        ("tag", b"; links=0; rewritten=0; skipped=1; action=tag\r\n", 0, "untouched"),
        ("hold", b"; links=0; rewritten=0; skipped=1; action=hold\r\n", 0, "held"),
        ("refuse", b"", 451, "refused"),
    ],
)
async def test_a_failed_screening_does_what_policy_says_and_is_recorded(
    bench: Bench, spooled: Any, action: str, prefix: bytes, code: int, outcome: str
) -> None:
    screening = acting(bench, screen_failure=action)
    screened = await screening.failed(await spooled(RAW), ENVELOPE, ID, "not ready in time")
    assert screened is not None
    assert screened.prefix.endswith(prefix) and bool(screened.prefix) == bool(prefix)
    assert (screened.refusal.code if screened.refusal else 0) == code
    row = await kept(bench, screened, screened.refusal or OK)
    assert (row.outcome, row.action, row.mail_from) == (outcome, action, "a@office.example")
    assert row.skipped == (("", "screening failed: not ready in time", "screen_failure"),)


async def test_a_failed_screening_adds_no_line_where_none_may_stand(bench: Bench, spooled: Any) -> None:
    screening = acting(bench, screen_failure="hold")
    screened = await screening.failed(await spooled(b" x\r\n" + RAW), ENVELOPE, ID, "x")
    assert screened is not None and screened.prefix == b""


async def test_a_store_that_cannot_be_written_may_mean_try_later(
    bench: Bench, spooled: Any, tmp_path: Path
) -> None:
    other = sqlite3.connect(tmp_path / "var" / "oddlink.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    screened = await acting(bench, screen_failure="refuse").screen(await spooled(RAW), ENVELOPE, ID)
    other.close()
    assert screened.refusal is not None and screened.refusal.code == 451


async def test_another_policy_counts_from_the_next_message_on(bench: Bench, spooled: Any) -> None:
    first = await bench.screening.screen(await spooled(RAW), ENVELOPE, ID)
    bench.screening.use(bench.parts.policy)  # finds nothing odd in a first contact
    second = await bench.screening.screen(await spooled(RAW), ENVELOPE, "f" * 16)
    assert (first.outcome.result, second.outcome.result) == ("rewritten", "untouched")


@pytest.mark.parametrize(
    ("action", "code", "line"),
    [("pass", b"250", b""), ("hold", b"250", b"; skipped=1; action=hold\r\n"), ("refuse", b"451 4.7.1", b"")],
)
async def test_what_outlasts_the_deadline_in_the_relay_is_treated_as_policy_says(
    bench: Bench, relay_bench: Any, monkeypatch: pytest.MonkeyPatch, action: str, code: bytes, line: bytes
) -> None:
    """As when deadly parts of other messages keep the workers busy."""

    async def busy(*_: object) -> None:
        await asyncio.sleep(30)

    monkeypatch.setattr(bench.parts.pipeline.reader, "inspect", busy)
    relay = await relay_bench.relay(screen=acting(bench, screen_failure=action), screen_seconds=0.1)
    client = await relay_bench.client(relay)
    await client.hello()
    await client.envelope()
    assert (await client.message(RAW)).startswith(code)
    await relay_bench.hop.clean()
    sent = b"".join(relay_bench.hop.messages)
    assert sent.endswith(RAW if action != "refuse" else b"") and line in sent
    assert sent.startswith(b"X-Oddlink: ") == bool(line) and bool(sent) == (action != "refuse")
    await bench.parts.keeper.flush()
    (row,) = bench.parts.store.find_decisions(Search())
    assert (row.action, row.delivered) == (action, action != "refuse")


@pytest.mark.parametrize(("action", "learned"), [("tag", 1), ("hold", 0)])
async def test_what_is_kept_from_its_reader_teaches_nothing(
    bench: Bench, spooled: Any, action: str, learned: int
) -> None:
    bench.screening.use(bench.parts.policy)  # finds nothing odd in a first contact
    head = b"Authentication-Results: mx.bank.example; dmarc=pass header.from=office.example\r\n"
    encrypted = b'Content-Type: multipart/encrypted; boundary="b"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n'
    raw = head + (
        b'From: a@office.example\r\nContent-Type: multipart/mixed; boundary="c"\r\n\r\n--c\r\n\r\n'
        b"See https://other.example/ .\r\n--c\r\n" + encrypted + b"--c--\r\n"
    )
    screened = await acting(bench, encrypted=action, format=action).screen(await spooled(raw), ENVELOPE, ID)
    assert screened.outcome.action == action
    await kept(bench, screened, OK)
    question = Question("habit", ("sender", "a@office.example"))
    habit = bench.parts.store.answer([question])[question].value
    assert (habit.messages, habit.uses, habit.domains) == (learned, learned, learned)


async def test_odd_links_wait_and_are_learned_once_nobody_objected(bench: Bench, spooled: Any) -> None:
    proof = b"Authentication-Results: mx.bank.example; dmarc=pass header.from=office.example\r\n"
    screened = await bench.screening.screen(await spooled(proof + RAW), ENVELOPE, ID)
    assert screened.outcome.tickets
    await kept(bench, screened, OK)
    store = bench.parts.store
    question = Question("seen", ("sender", "a@office.example", "odd.example"))
    assert store.answer([question])[question] == Known(None)
    at, days = screened.outcome.at, bench.parts.policy.rules.history.unobjected_days
    assert store.sweep(at - 1) == 0
    bench.screening._clock = lambda: at + (days + 1) * 86400
    other = await bench.screening.screen(
        await spooled(b"From: b@x.example\r\n\r\nhello\r\n"), ENVELOPE, "f" * 16
    )
    await kept(bench, other, OK)
    assert store.answer([question])[question].value.messages == 1


async def test_mail_of_our_own_users_is_never_changed_and_teaches_whom_we_deal_with(
    bench: Bench, spooled: Any
) -> None:
    bench.screening._outbound = True
    sent = Envelope("me@bank.example", ("a@mail.partner.example",))
    for code, known in ((451, 0), (250, 2)):
        id = f"{code:016x}"
        screened = await bench.screening.screen(await spooled(RAW), sent, id)
        assert (screened.patches, screened.refusal) == ((), None)
        assert b"X-Oddlink" not in screened.prefix
        await kept(bench, screened, Reply(code, "", "x"))
        asked = [Question("seen", ("organisation", "", name)) for name in ("partner.example", "odd.example")]
        found = bench.parts.store.answer(asked).values()
        assert sum(answer.value is not None for answer in found) == known
        row = bench.parts.store.message(id)
        assert (row.by, row.genuine, row.outbound, row.identity_words) == (
            "outbound", False, True, "mail of our own users; not judged",
        )  # fmt: skip
        assert (row.sender, row.link_count, row.links) == ("a@office.example", 1, ())


async def test_where_policy_only_observes_nothing_is_done_and_everything_is_recorded(
    bench: Bench, spooled: Any
) -> None:
    screening = acting(bench, signed="refuse")
    policy = screening._pipeline.policy
    pilot = ScopeEntry("pilot", "x", ("pilot.example",), observe=True)
    screening.use(replace(policy, rules=replace(policy.rules, scope=(pilot,))))
    observed = Envelope("a@office.example", ("b@pilot.example",))
    screened = await screening.screen(await spooled(RAW), observed, ID)
    assert (screened.refusal, screened.patches) == (None, ())
    assert screened.prefix == b"X-Oddlink: id=0123456789abcdef; links=1; rewritten=0\r\n"
    row = await kept(bench, screened, OK)
    assert (row.outcome, row.action, row.scope, row.observed) == ("untouched", "pass", "pilot", "rewritten")
    assert (row.links[0].verdict, row.links[0].ticket) == ("observe", "")
    assert row.links[0].not_rewritten == "policy only observes here; nothing is changed"

    second = await screening.screen(await spooled(SIGNED), observed, "e" * 16)
    assert second.refusal is None
    await kept(bench, second, OK)
    row = bench.parts.store.message("e" * 16)
    assert (row.outcome, row.observed, row.observed_because) == ("untouched", "refused", ("signed",))
    first, last = bench.events
    assert (first["outcome"], first["scope"], first["observed"]) == ("untouched", "pilot", "rewritten")
    assert first["domains"] == ["odd.example"]
    assert (last["observed"], last["observed_because"]) == ("refused", ("signed",))

    mixed = Envelope("a@office.example", ("b@pilot.example", "b@bank.example"))
    third = await screening.screen(await spooled(RAW), mixed, "d" * 16)
    assert third.patches
    await kept(bench, third, OK)
    row = bench.parts.store.message("d" * 16)
    assert (row.outcome, row.scope, row.observed) == ("rewritten", "", "")
    assert "scope" not in bench.events[-1] and "observed" not in bench.events[-1]


async def test_observed_odd_links_wait_like_rewritten_ones(bench: Bench, spooled: Any) -> None:
    policy = bench.screening._pipeline.policy
    bench.screening.use(replace(policy, rules=replace(policy.rules, observe=ObserveRules(True))))
    proof = b"Authentication-Results: mx.bank.example; dmarc=pass header.from=office.example\r\n"
    screened = await bench.screening.screen(await spooled(proof + RAW), ENVELOPE, ID)
    await kept(bench, screened, OK)
    store = bench.parts.store
    question = Question("seen", ("sender", "a@office.example", "odd.example"))
    assert store.answer([question])[question] == Known(None)
    store.sweep(screened.outcome.at)
    assert store.answer([question])[question].value.messages == 1
