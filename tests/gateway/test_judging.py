"""Judging that takes long is done in a worker, and where it is ended block lists still count."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway import judging
from gateway.app import Parts, build
from gateway.judging import HERE, MANY, cost, judged
from gateway.reader import Reader
from gateway.screening import _beside
from gateway.settings import Settings
from gateway.workers import WorkerLimits, Workers
from inspectors.model import Header, Inspection, Link, Message, Span
from policy.actions import SCREEN_FAILURE
from policy.judge import ask, judge
from policy.lessons import taught
from policy.model import Answer, Envelope, Facts, Known, Question, Trust, Unknown
from policy.policyfile import load
from policy.rules import Entry

POLICY = load()
TRUST = Trust(from_is_genuine=True)
TO = Envelope("", tuple(f"clerk{number}@bank{number}.example" for number in range(20)))
ID = "0123456789abcdef"


def mail(*urls: str) -> Inspection:
    headers = (Header("from", Span(0, 0), b"clerk@office.example"),)
    hosts = [url.split("/")[2] for url in urls]
    links = tuple(
        Link("1", url, url, "words", "text", ("note", number), host)
        for number, (url, host) in enumerate(zip(urls, hosts, strict=True))
    )
    return Inspection(Message(b"", headers, ()), links)


def many(number: int, tail: str = "a") -> tuple[str, ...]:
    return tuple(f"https://www.h{one}.test/{tail}/{one}" for one in range(number))


def facts(inspection: Inspection, *bad: str) -> Facts:
    answers: dict[Question, Answer] = {}
    for question in ask(inspection, TO, POLICY, TRUST):
        if question.kind in ("listed", "confirmed"):
            answers[question] = Known(question.key[-1] in bad and question.kind == "confirmed")
        elif question.kind == "rank":
            answers[question] = Known(len(question.key[0]))
        elif question.kind == "seen":
            answers[question] = Known(None)
        elif question.kind == "places":
            answers[question] = Unknown("the store is busy")
    return Facts(answers)


class Watched(Reader):
    """A reader that remembers what it sent elsewhere."""

    def __init__(self, workers: Workers) -> None:
        self.kinds: list[str] = []
        self.sent = 0
        super().__init__(workers, self.kinds.append)

    async def elsewhere(self, *args: Any, **named: Any) -> Any:
        self.sent += 1
        return await super().elsewhere(*args, **named)


@pytest.fixture
async def reader() -> AsyncIterator[Watched]:
    workers = Workers(WorkerLimits(processes=1, cpu_seconds=10.0, seconds=30.0))
    yield Watched(workers)
    workers.close()


async def whole(reader: Reader, inspection: Inspection, known: Facts, spent: float = 0.0) -> Any:
    return await judged(reader, inspection, TO, known, POLICY, TRUST, 1e9, spent=spent)


async def test_a_large_message_is_judged_elsewhere_with_the_same_result(reader: Watched) -> None:
    inspection = mail(*many(300, "clerk3%40bank3.example"))
    known = facts(inspection, "www.h7.test")
    assert await whole(reader, inspection, known) == (
        inspection,
        judge(inspection, TO, known, POLICY, TRUST, 1e9),
    )
    assert (reader.sent, reader.kinds) == (1, [])


async def test_a_small_message_is_judged_here(reader: Watched) -> None:
    inspection = mail(*many(20))
    known = facts(inspection)
    assert await whole(reader, inspection, known) == (
        inspection,
        judge(inspection, TO, known, POLICY, TRUST, 1e9),
    )
    assert reader.sent == 0


def test_the_cost_grows_with_links_hosts_and_characters() -> None:
    assert cost(mail()) == 0
    assert cost(mail(*many(30))) < HERE < cost(mail(*many(200)))
    newsletter = ["https://www.shop.example/a"] * 150
    assert cost(mail(*newsletter)) < HERE
    assert cost(mail(*many(30, "%41" * 500))) > cost(mail(*many(30)))
    assert cost(mail(*(f"https://www.shop.example/{'%41' * 500}" for _ in range(150)))) > HERE


async def _ended(reader: Reader, spent: float = 0.0) -> None:
    inspection = mail(*many(400), "https://www.bad.test/login")
    known = facts(inspection, "www.bad.test")
    after, found = await whole(reader, inspection, known, spent)
    assert [one.link.host for one in found.decisions if one.verdict == "rewrite"] == ["www.bad.test"]
    assert [one.link for one in found.decisions] == list(inspection.links)
    assert not found.whole
    assert taught(after, TO, found, POLICY.rules, 1e9) == (None, None)
    assert [(one.leaf, one.kind) for one in after.skipped] == [("", SCREEN_FAILURE)]
    assert after.skipped[0].reason.startswith("judging was ended: ")
    assert after.links == inspection.links


async def test_where_the_worker_is_ended_lists_still_count() -> None:
    workers = Workers(WorkerLimits(processes=1, cpu_seconds=0.003))
    try:
        reader = Watched(workers)
        await _ended(reader)
        assert reader.kinds == ["deadline"]
    finally:
        workers.close()


async def test_who_waits_too_long_for_a_worker_is_looked_up_in_the_lists(
    reader: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "LEAST_SECONDS", 0.0)
    await _ended(reader, spent=judging.MOST_SECONDS)


async def test_a_mistake_of_ours_in_the_worker_leaves_what_lists_say(
    reader: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_parcel", lambda *args: b"no pickle")
    await _ended(reader)
    assert reader.kinds == ["failed"]


class Confirmed:
    """A source that knows one domain for bad."""

    kinds = frozenset({"confirmed"})

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        return {one: Known(one.key[0] == "www.bad.test") for one in questions}


@pytest.mark.parametrize("ended", [False, True])
async def test_the_whole_path_rewrites_what_is_listed_and_says_that_judging_was_ended(
    ended: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = Settings()
    parts: Parts = build(
        replace(plain, identity=replace(plain.identity, verify_dkim=False)),
        keys_for="trial", store_url="sqlite://", processes=1,
    )  # fmt: skip
    if ended:
        monkeypatch.setattr(judging, "MOST_SECONDS", 0.0)
        monkeypatch.setattr(judging, "LEAST_SECONDS", 0.0)
    rules = parts.policy.rules
    strict = replace(
        parts.policy,
        rules=replace(
            rules,
            block=(Entry("worse.test", "seen in phishing"),),
            actions=replace(rules.actions, screen_failure="hold"),
        ),
    )
    pipeline = replace(parts.pipeline, policy=strict, sources=(Confirmed(),))
    body = "\r\n".join((*many(300), "https://www.bad.test/login", "https://a.worse.test/"))
    raw = f"From: clerk@office.example\r\n\r\n{body}\r\n".encode()
    try:
        outcome = await pipeline.process(raw, TO, id=ID, at=1_700_000_000.0)
    finally:
        await parts.close()
    assert {ticket.url for ticket in outcome.tickets} == {
        "https://www.bad.test/login", "https://a.worse.test/"
    }  # fmt: skip
    assert outcome.judgement.whole is not ended
    assert outcome.result == ("held" if ended else "rewritten")
    assert outcome.because == ((SCREEN_FAILURE,) if ended else ())


async def test_others_go_on_while_a_worker_judges(reader: Watched) -> None:
    inspection = mail(*many(600))
    known = facts(inspection)
    judging_it = asyncio.ensure_future(whole(reader, inspection, known))
    turns = 0
    while not judging_it.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100
    assert (await judging_it)[1].whole


async def test_lessons_of_many_links_are_made_beside_the_event_loop() -> None:
    def thread(inspection: Inspection, number: int) -> tuple[int, int, int]:
        return threading.get_ident(), len(inspection.links), number

    here = threading.get_ident()
    assert await _beside(thread, mail(*many(MANY)), 7) == (here, MANY, 7)
    other, links, number = await _beside(thread, mail(*many(MANY + 1)), 7)
    assert (other != here, links, number) == (True, MANY + 1, 7)
