"""Whatever fails about the content leaves the message as it came, with the reason in the outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import manifests, work
from gateway.app import Parts, build
from gateway.outcome import Outcome
from gateway.settings import Settings
from gateway.tokens import Key, Keyring
from gateway.workers import WorkerError
from gateway.wrap import NO_KEY, Wrapper, wishes
from inspectors import message
from inspectors.model import Inspection
from policy.model import Answer, Envelope, Question

ID = "0123456789abcdef"
ODD = "https://odd.example/a"
RAW = (
    b"From: =?utf-8?q?B=C3=BCro?= <a@office.example>\r\nMessage-ID: <x@office.example>\r\n"
    b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nSee https://odd.example/a and https://b.example/ .\r\n"
)


@pytest.fixture
async def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    monkeypatch.chdir(tmp_path)
    plain = Settings()
    made = build(
        replace(plain, identity=replace(plain.identity, verify_dkim=False)),
        keys_for="trial",
        store_url="sqlite://",
    )
    yield made
    await made.close()


async def process(parts: Parts, raw: bytes | Path, *force: str, **changes: Any) -> Outcome:
    pipeline = replace(parts.pipeline, hostname="mx.bank.example", **changes)
    return await pipeline.process(raw, Envelope(), id=ID, at=1_700_000_000.0, force=force)


async def test_an_ordinary_message_is_untouched_and_marked(parts: Parts) -> None:
    outcome = await process(parts, RAW)
    assert outcome.result == "untouched"
    assert (outcome.patches, outcome.tickets, outcome.manifest) == ((), (), None)
    assert outcome.prefix == b"X-Oddlink: id=0123456789abcdef; links=2; rewritten=0\r\n"
    assert (outcome.message_id, outcome.subject) == ("<x@office.example>", "Grüße")
    assert outcome.inspection.message.raw == b""
    assert set(outcome.timings) == {"inspect", "ask", "judge", "rewrite"}


async def test_pictures_are_not_counted_as_links(parts: Parts) -> None:
    page = b"<img src=http://pictures.example/a.png><a href=http://portal.example/>x</a>"
    raw = b"From: a@office.example\r\nContent-Type: text/html\r\n\r\n" + page
    outcome = await process(parts, raw)
    assert [link.host for link in outcome.inspection.links] == ["portal.example", "pictures.example"]
    assert b"; links=1;" in outcome.prefix


async def test_a_changed_message_says_so_on_top_and_comes_back(parts: Parts) -> None:
    outcome = await process(parts, RAW, ODD, received_line=True)
    assert outcome.result == "rewritten"
    lines = outcome.prefix.split(b"\r\n")
    assert [line.partition(b":")[0] for line in lines] == [
        b"Received", b"X-Oddlink", b"Authentication-Results", b""
    ]  # fmt: skip
    assert b"links=2; rewritten=1" in lines[1]
    out = outcome.prefix + work.patched(RAW, outcome.patches)
    assert outcome.manifest is not None
    assert outcome.manifest.added == outcome.prefix
    assert manifests.restore(out, outcome.manifest) == RAW
    before, after = message.inspect(RAW), message.inspect(out)
    assert after.links[1].url == before.links[1].url
    assert after.links[0].url.startswith("http://127.0.0.1:8080/odd.example/")


async def test_a_first_line_that_would_continue_ours_gets_none_above_it(parts: Parts) -> None:
    """A sender must not be able to write into our Authentication-Results."""
    raw = b" ; dkim=pass header.d=bank.example\r\nSubject: x\r\n\r\nhttps://odd.example/a\r\n"
    for force in ((), (ODD,)):
        outcome = await process(parts, raw, *force)
        assert outcome.prefix == b""
    # Rewritten or left with a reason, as the inspectors see fit; in either case it comes back.
    assert len(outcome.tickets) + len(outcome.not_rewritten) == len(message.inspect(raw).links)
    out = work.patched(raw, outcome.patches)
    assert manifests.restore(out, manifests.of(outcome, raw)) == raw


async def test_a_bare_pdf_gets_no_lines_and_is_changed_only_by_force(parts: Parts) -> None:
    outcome = await process(parts, b"%PDF-1.7\nnot really")
    assert (outcome.prefix, outcome.result) == (b"", "untouched")


async def test_a_rewriting_that_is_ended_leaves_the_message_as_it_came(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = parts.pipeline.reader.run

    async def run(source: Any, function: Any, *rest: Any, **more: Any) -> Any:
        if function is work.rewrite:
            raise WorkerError("it took longer than 10 s", "deadline")
        return await real(source, function, *rest, **more)

    monkeypatch.setattr(parts.pipeline.reader, "run", run)
    outcome = await process(parts, RAW, ODD)
    assert (outcome.result, outcome.patches, outcome.tickets, outcome.manifest) == ("untouched", (), (), None)
    assert [(one.leaf, one.reason) for one in outcome.not_rewritten] == [
        ("1", "rewriting was ended: it took longer than 10 s")
    ]
    assert b"rewritten=0" in outcome.prefix


async def test_an_edit_that_is_refused_keeps_no_ticket(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message, "compare", lambda *_: ("wrong",))
    outcome = await process(parts, RAW, ODD)
    assert (outcome.result, outcome.tickets, outcome.manifest) == ("untouched", (), None)
    assert "read again" in outcome.not_rewritten[0].reason


async def test_a_signature_that_cannot_be_checked_says_so(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Keys:
        kinds = frozenset({"dkim-key"})

        async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
            from policy.model import Known

            return {one: Known(b"v=DKIM1; p=") for one in questions}

    async def run(source: Any, function: Any, *rest: Any) -> Any:
        if function is work.verify_dkim:
            raise WorkerError("it took more than 2 s of processor time", "deadline")
        return function(source, *rest)

    monkeypatch.setattr(parts.pipeline.reader, "run", run)
    signed = b"DKIM-Signature: v=1; a=rsa-sha256; d=office.example; s=s1; h=from; bh=x; b=y\r\n" + RAW
    trust = replace(parts.pipeline.trust, verify_dkim=True)
    outcome = await process(parts, signed, sources=[Keys()], trust=trust)
    identity = outcome.judgement.identity
    assert not identity.genuine
    assert identity.words == ("the DKIM signatures were not checked: it took more than 2 s of processor time")


async def test_without_a_key_nothing_is_rewritten_and_the_reason_is_there(parts: Parts) -> None:
    outcome = await process(parts, RAW, ODD, wrapper=Wrapper("https://c.example", Keyring(())))
    assert (outcome.result, outcome.not_rewritten[0].reason) == ("untouched", NO_KEY)


class Hanging:
    kinds = frozenset({"habit", "seen", "rank", "listed"})

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        await asyncio.sleep(60)
        return {}


class Raising(Hanging):
    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        raise RuntimeError("odd")


@pytest.mark.parametrize("source", [Hanging(), Raising()])
async def test_answers_that_do_not_come_hold_nothing_up(parts: Parts, source: Any) -> None:
    start = time.monotonic()
    outcome = await process(parts, RAW, sources=[source], deadline=0.1)
    assert time.monotonic() - start < 15
    assert {one.verdict for one in outcome.judgement.decisions} == {"pass"}


async def test_cancelling_ends_it(parts: Parts) -> None:
    task = asyncio.create_task(process(parts, RAW, sources=[Hanging()], deadline=60))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_left_alone_keeps_what_was_already_left(parts: Parts) -> None:
    raw = RAW.replace(b"https://b.example/", b"ftp://b.example/x")
    outcome = await process(parts, raw, ODD, "ftp://b.example/x")
    left = parts.pipeline.left_alone(outcome, "the store is away")
    assert [one.reason for one in left.not_rewritten][-1] == "the store is away"
    assert len(left.not_rewritten) == len(outcome.not_rewritten) + 1
    assert (left.result, left.patches, left.tickets, left.manifest) == ("untouched", (), (), None)
    assert b"rewritten=0" in left.prefix
    assert b"Authentication-Results" not in left.prefix


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\n", b"\r\n\r\n", b"x" * 5000, bytes(range(256)) * 40])
async def test_rubbish_is_untouched(parts: Parts, raw: bytes) -> None:
    outcome = await process(parts, raw, ODD)
    assert (outcome.result, outcome.patches) == ("untouched", ())
    assert bool(outcome.prefix) == raw.startswith((b"\n", b"\r\n")) or not raw


HOSTILE = {
    "tags": b"Content-Type: text/html\r\n\r\n" + b"<a " * 80_000,
    "quotes": b"Content-Type: text/html\r\n\r\n" + b"<a href='" * 25_000,
    "urls": b"\r\n" + b"http://a.b/ " * 20_000,
    "slashes": b"\r\n" + b"http:" + b"/" * 240_000,
    "dots": b"\r\n" + b"https://" + b"a." * 120_000,
    "headers": b"From: " + b"(" * 200_000 + b"\r\n\r\n",
    "fields": b"a: b\r\n" * 40_000 + b"\r\n",
    "parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 20_000,
    "results": b"Authentication-Results: " + b"a; b=c (" * 20_000 + b"\r\n\r\n",
    "subject": b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\r\n\r\n",
    "words": b"Subject: " + b" =?utf-8?q?a?=" * 70 + b"\r\n\r\n",
    "entities": b"Content-Type: text/html\r\n\r\n<a href='http://a.b/" + b"&amp;" * 40_000 + b"'>",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_messages_hold_the_event_loop_only_shortly(parts: Parts, name: str) -> None:
    start = time.process_time()
    await process(parts, HOSTILE[name])
    assert time.process_time() - start < 15


def certain(found: Inspection) -> list[str]:
    """What everybody reads; a line on top of an mbox separator makes readers disagree about that."""
    return [link.url for link in found.links if not link.ambiguous]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b"\r\n", b"\n", b" ", b"\t", b"From mbox", b">From x", b"hello", b"X-Oddlink: id=1; rewritten=1",
             b"From: a@b.example", b"Content-Type: text/html", b"--b", b"<a href=",
             b"https://odd.example/a", b"Content-Transfer-Encoding: base64", b"aHR0cHM6Ly9vZGQuZXhhbXBsZS9h",
             b"Content-Transfer-Encoding: quoted-printable", b"=\r\n", b"=3D", b">", b"'", b"\xff", b"%PDF-",
             b'Content-Type: multipart/mixed; boundary="b"']
        ), max_size=25,
    )
)  # fmt: skip
def test_law_what_is_rewritten_comes_back_and_the_rest_reads_the_same(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    if raw.startswith(b"%PDF-"):
        return
    inspection = work.inspect(raw)
    wrapper = Wrapper("https://c.example", Keyring((Key("aa", b"k" * 32, 1.0, retired=False),)))
    wanted = wishes(inspection, (), wrapper, (ODD,))
    done = work.rewrite(raw, wanted.edits)
    out = work.patched(raw, done.rewriting.patches)
    manifest = manifests.Manifest(ID, b"", done.size, done.sha256, done.rewritten_sha256, done.changes)
    assert manifests.restore(out, manifest) == raw
    if not done.rewriting.patches:
        assert out == raw
    if work.takes_lines(raw) and raw:
        # Our lines on top change nothing about what is read below them.
        marked = message.inspect(b"X-Oddlink: id=1; links=1; rewritten=0\r\n" + raw)
        assert certain(marked) == certain(message.inspect(raw))
