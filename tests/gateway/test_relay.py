"""The relay between a raw client and a next hop that does as told."""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from pathlib import Path
from typing import Any

import pytest

from gateway import replies
from gateway.dialog import DialogLimits
from gateway.relay import Screened
from inspectors.model import Patch, Span

GARBAGE = b"hello there\r\n"
FAULTS: dict[str, bytes | str] = {
    "4xx": b"450-4.2.0 not\r\n450 4.2.0 now\r\n",
    "5xx": b"550 5.7.1 never\r\n",
    "421": b"421 4.3.2 closing\r\n",
    "drop": "drop",
    "hang": "hang",
    "garbage": GARBAGE,
    "mixed": b"250-a\r\n550 b\r\n",
    "3xx": b"334 what\r\n",
    "64KB": b"250-" + b"x" * 65000 + b"\r\n250 ok\r\n",
    "bare LF": b"250 ok\n",
    "NUL": b"250 o\0k\r\n",
    "8-bit refusal": b"450 4.2.0 \xe9 \xff\r\n",
}
VERBATIM = {"4xx", "5xx", "8-bit refusal"}


async def start(bench: Any, **settings: Any) -> tuple[Any, Any]:
    relay = await bench.relay(**settings)
    client = await bench.client(relay)
    assert (await client.hello()).startswith(b"250")
    return relay, client


async def healthy(bench: Any, client: Any) -> None:
    """After any fault the same session can deliver as if nothing had been."""
    bench.hop.script = {}
    assert (await client.ask(b"RSET")).startswith(b"250 2.0.0")
    assert all(reply.startswith(b"250") for reply in await client.envelope())
    assert await client.message(b"after\r\n") == b"250 2.0.0 queued as X1\r\n"
    assert bench.hop.messages[-1] == b"after\r\n"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("stage", ["greeting", "ehlo", "mail", "rcpt", "data", "early", "dot"])
async def test_every_fault_of_the_next_hop_has_a_known_end(relay_bench: Any, stage: str, fault: str) -> None:
    _, client = await start(relay_bench, hop={"keep": 0})
    action = FAULTS[fault]
    relay_bench.hop.script = {stage: action}
    began = time.monotonic()
    if (stage, fault) == ("ehlo", "5xx"):
        # A server that knows no EHLO is greeted with HELO; that is no fault.
        assert (await client.envelope()) == [b"250 2.1.0 Ok\r\n", b"250 2.1.5 Ok\r\n"]
        return
    mail, rcpt = await client.envelope()
    if stage in ("greeting", "ehlo", "mail"):
        assert rcpt.startswith((b"451 ", b"503 "))
        got = mail
    elif stage == "rcpt":
        assert mail == b"250 2.1.0 Ok\r\n"
        got = rcpt
    else:
        assert rcpt == b"250 2.1.5 Ok\r\n"
        got = await client.message(b"x" * 5000 + b"\r\n" + b"y" * 600_000 + b"\r\n")
    if fault in VERBATIM and stage not in ("greeting", "ehlo"):
        assert got == action
    else:
        assert re.fullmatch(rb"451 4\.[0-9]\.[0-9] [^\r\n]+ \(id=[0-9a-f]{16}\)\r\n", got), got
    assert time.monotonic() - began < 20
    if stage != "early":  # there it is a race: the dot may be on its way when the fault comes
        in_doubt = stage == "dot" and fault not in VERBATIM
        assert bool(relay_bench.seen("in_doubt")) == in_doubt
    await healthy(relay_bench, client)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "dot"])
async def test_multi_line_and_eight_bit_success_comes_up_as_it_is(relay_bench: Any, stage: str) -> None:
    _, client = await start(relay_bench)
    code = b"354" if stage == "data" else b"250"
    raw = b"%b-2.0.0 \xc3\xa9\r\n%b 2.0.0 \xff last\r\n" % (code, code)
    relay_bench.hop.script = {stage: raw}
    mail, rcpt = await client.envelope()
    final = await client.message(b"a\r\n")
    got = {"mail": mail, "rcpt": rcpt, "dot": final}
    if stage == "data":
        assert final.startswith(b"250")
    else:
        assert got[stage] == raw
    assert relay_bench.hop.messages == [b"a\r\n"]


async def test_a_next_hop_that_is_away_is_a_421_at_ehlo_and_comes_back(
    relay_bench: Any, unused_tcp_port: int
) -> None:
    relay = await relay_bench.relay(hop={"port": unused_tcp_port})
    client = await relay_bench.client(relay)
    await client.reply()
    assert (await client.ask(b"EHLO c.example")).startswith(b"421 4.4.1 ")
    assert await client.everything() == b""


async def test_ehlo_mirrors_what_the_next_hop_offers(relay_bench: Any) -> None:
    relay_bench.hop.offers = ("SIZE 12345", "8BITMIME", "CHUNKING", "AUTH PLAIN", "STARTTLS", "VRFY")
    relay = await relay_bench.relay()
    client = await relay_bench.client(relay)
    lines = (await client.hello()).split(b"\r\n")
    assert lines == [
        b"250-localhost", b"250-PIPELINING", b"250-SIZE 12345", b"250-8BITMIME",
        b"250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE", b"",
    ]  # fmt: skip
    assert (await client.ask(b"MAIL FROM:<a@b.example> SMTPUTF8")).startswith(b"555")
    assert (await client.ask(b"MAIL FROM:<a@b.example> SIZE=12346")).startswith(b"552")


async def test_offers_that_shrank_are_a_451_and_not_a_surprise_below(relay_bench: Any) -> None:
    _, client = await start(relay_bench, hop={"keep": 0})
    relay_bench.hop.offers = ("SIZE 30000000",)
    assert (await client.ask(b"MAIL FROM:<a@b.example> BODY=8BITMIME")).startswith(b"451 4.3.5 ")
    assert not [line for line in relay_bench.hop.commands if line.startswith(b"MAIL")]


async def test_mail_and_rcpt_go_down_as_the_bytes_they_are(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    lines = [
        b"mail From: <\"a b\"@sender.example> size=100 BODY=8bitmime RET=hdrs ENVID=A+2Bz",
        b"RCPT to:<=?utf-8?q?a=40evil=3e=0d=0aRCPT=20TO=3cv=40z?=@c.example>",
        b"RCPT TO:<x@y.example> NOTIFY=NEVER ORCPT=rfc822;X@y.example",
    ]  # fmt: skip
    for line in lines:
        assert (await client.ask(line)).startswith(b"250")
    assert [line for line in relay_bench.hop.commands if line[:4].upper() in (b"MAIL", b"RCPT")] == lines


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"RCPT TO:<a(c)@x.example>", b"553"), (b"RCPT TO:<a b@x.example>", b"553"),
        (b"RCPT TO:<a\0@x.example>", b"500"), (b"RCPT TO:<a\r@x.example>", b"500"), (b"RCPT TO:<>", b"553"),
        (b"RCPT", b"501"), (b"FOO", b"500"), (b"AUTH PLAIN", b"502"), (b"MAIL FROM:<>", b"503"),
        (b"DATA x", b"501"), (b"DATA", b"554"), (b"\xff\xfe", b"500"), (b"", b"500"), (b"BDAT 5", b"502"),
    ],
)  # fmt: skip
async def test_wrong_commands_are_refused_and_never_reach_the_next_hop(
    relay_bench: Any, line: bytes, code: bytes
) -> None:
    _, client = await start(relay_bench)
    await client.ask(b"MAIL FROM:<a@b.example>")
    before = list(relay_bench.hop.commands)
    assert (await client.ask(line)).startswith(code)
    assert relay_bench.hop.commands == before


async def test_a_bare_lf_in_commands_ends_the_connection(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    client.send(b"NOOP\nMAIL FROM:<a@b.example>\r\n")
    assert await client.everything() == b"500 5.5.2 Commands end in CR LF; closing\r\n"
    assert not [line for line in relay_bench.hop.commands if line.startswith(b"MAIL")]


async def test_an_endless_command_line_ends_the_connection(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    client.send(b"NOOP " + b"x" * 5000)
    assert (await client.everything()).startswith(b"500 5.5.2 Command line too long")


async def test_pipelined_groups_are_answered_in_order(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    one = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
    client.send(one)
    for code in (b"250", b"250", b"354"):
        assert (await client.reply()).startswith(code)
    client.send(b"first\r\n.\r\n" + one)
    for code in (b"250", b"250", b"250", b"354"):
        assert (await client.reply()).startswith(code)
    client.send(b"second\r\n.\r\nNOOP\r\nQUIT\r\n")
    rest = await client.everything()
    assert [line[:3] for line in rest.splitlines()] == [b"250", b"250", b"221"]
    assert relay_bench.hop.messages == [b"first\r\n", b"second\r\n"]
    assert relay_bench.hop.connections == 1


async def test_rset_and_a_second_ehlo_end_the_transaction_below(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    for end in (b"RSET", b"EHLO again.example", b"HELO again.example"):
        await client.envelope()
        assert (await client.ask(end)).startswith(b"250")
        assert (await client.ask(b"RCPT TO:<a@b.example>")).startswith(b"503")
        assert (await client.ask(b"DATA")).startswith(b"503")
        await asyncio.sleep(0.02)
        assert relay_bench.hop.commands[-1] == b"RSET"
    assert relay_bench.hop.connections == 1


async def test_after_a_failed_mail_the_rest_of_the_group_gets_no_permanent_refusal(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    relay_bench.hop.script = {"mail": "drop"}
    client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
    for _ in range(3):
        assert (await client.reply()).startswith(b"451 ")
    relay_bench.hop.script = {"rcpt": "drop"}
    client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@d.example>\r\nDATA\r\n")
    assert (await client.reply()).startswith(b"250")
    for _ in range(3):
        assert (await client.reply()).startswith(b"451 ")


def odd_messages() -> list[bytes]:
    rng = random.Random(20260114)
    printable = bytes(range(256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n"
    fixed = [
        b"", b"\r\n", b".\r\n", b"..\r\n", b"\r\n\r\n", b"x" * 5000 + b"\r\n", printable,
        b"\0" * 100 + b"\r\n",
        b"a\rb\nc\r\r\nd\n\r\n", b".a\r\n..b\r\n...\r\n", b"a\r\n\r\n\r\n", b"\r\r\r\n", b"\n\n\n\r\n",
    ]  # fmt: skip
    tokens = [b"\r\n", b"\r\n.", b"\r", b"\n", b".", b"a", b"\0", b"\xff", b" ", b"Received: x\r\n", b"=\r\n"]
    for _ in range(400):
        message = b"".join(rng.choice(tokens) for _ in range(rng.randrange(30))) + b"\r\n"
        if not re.search(rb"\r\.|(?<!\r)\n\.", b"\r\n" + message):
            fixed.append(message)
    return fixed


async def test_odd_messages_arrive_byte_for_byte(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    messages = odd_messages()
    assert len(messages) > 200
    for message in messages:
        await client.envelope()
        assert (await client.message(message)).startswith(b"250"), message
        wire = relay_bench.hop.messages[-1]
        unstuffed = re.sub(rb"(\A|\r\n)\.", rb"\1", wire)
        assert unstuffed == message
    assert len(relay_bench.hop.messages) == len(messages)


@pytest.mark.parametrize(
    "text", [b"a\n.b\r\n", b"a\r.b\r\n", b"\n.\r\n", b"a\n.\nMAIL FROM:<x@y.example>\r\n"]
)
async def test_smuggling_is_refused_and_nothing_reaches_the_next_hop(relay_bench: Any, text: bytes) -> None:
    _, client = await start(relay_bench)
    await client.envelope()
    assert (await client.ask(b"DATA")).startswith(b"354")
    client.send(text + b"\r\n.\r\n")
    assert (await client.reply()).startswith(b"550 5.5.2 ")
    await asyncio.sleep(0.02)
    assert relay_bench.hop.messages == []
    assert relay_bench.hop.commands[-1] == b"RSET"
    await healthy(relay_bench, client)


async def test_large_messages_go_through_the_spool_unchanged(relay_bench: Any, tmp_path: Path) -> None:
    _, client = await start(relay_bench, spool=tmp_path)
    rng = random.Random(7)
    message = b"".join(
        rng.randbytes(60).replace(b"\n", b"").replace(b"\r", b"") + b"\r\n." for _ in range(60000)
    )
    message += b"\r\n"
    assert len(message) > 3 << 20
    await client.envelope()
    assert (await client.message(message)).startswith(b"250")
    assert re.sub(rb"(\A|\r\n)\.", rb"\1", relay_bench.hop.messages[0]) == message
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - names only


async def test_a_message_over_the_limit_is_refused_at_the_dot_and_the_session_lives(relay_bench: Any) -> None:
    _, client = await start(relay_bench, size_limit=100_000)
    await client.envelope()
    assert (await client.message(b"x" * 100_001 + b"\r\n")).startswith(b"552 5.3.4 ")
    await healthy(relay_bench, client)


async def test_a_mail_loop_is_refused(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    await client.envelope()
    text = b"RECEIVED: from x\r\n by y\r\n" * 51 + b"\r\nbody\r\n"
    assert (await client.message(text)).startswith(b"554 5.4.6 ")
    await client.ask(b"RSET")
    await client.envelope()
    quoted = b"Received: a\r\n" * 50 + b"\r\n" + b"Received: quoted\r\n" * 60
    assert (await client.message(quoted)).startswith(b"250")


async def test_a_spool_that_cannot_be_written_is_transient(relay_bench: Any, tmp_path: Path) -> None:
    _, client = await start(relay_bench, spool=tmp_path / "missing")
    await client.envelope()
    assert (await client.message(b"x" * (2 << 20) + b"\r\n")).startswith(b"452 4.3.1 ")
    await client.ask(b"RSET")
    await client.envelope()
    assert (await client.message(b"small\r\n")).startswith(b"250")


class Spy:
    """A screen that notes and does as told."""

    def __init__(self, act: Any = None) -> None:
        self.act = act
        self.seen: list[tuple[bytes, Any, str]] = []
        self.settlements: list[tuple[Any, Any]] = []

    async def screen(self, message: Any, envelope: Any, id: str) -> Screened:
        self.seen.append((await message.read(), envelope, id))
        if self.act is None:
            return Screened(id, outcome="mine")
        result = self.act(id)
        return await result if asyncio.iscoroutine(result) else result

    async def failed(self, message: Any, envelope: Any, id: str, why: str) -> Screened | None:
        return None

    async def settled(self, screened: Screened, reply: Any) -> None:
        self.settlements.append((screened, reply))


async def test_the_screen_sees_the_message_before_the_next_hop_and_hears_the_end(relay_bench: Any) -> None:
    before: list[bytes] = []

    def act(id: str) -> Screened:
        before.extend(relay_bench.hop.commands)
        return Screened(
            id, b"X-Oddlink: id=" + id.encode() + b"\r\n", (Patch(Span(3, 6), b".new\r\n."),), "mine"
        )

    spy = Spy(act)
    _, client = await start(relay_bench, screen=spy)
    await client.ask(b"XFORWARD ADDR=192.0.2.9 HELO=there.example IDENT=4Q1")
    await client.envelope(2)
    assert (await client.message(b"a\r\nold\r\n")).startswith(b"250")
    await asyncio.sleep(0.01)
    ((raw, envelope, id),) = spy.seen
    assert raw == b"a\r\nold\r\n"
    assert b"DATA" not in before
    assert re.fullmatch("[0-9a-f]{16}", id)
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "a@sender.example",
        ("r0@rcpt.example", "r1@rcpt.example"),
    )
    assert (envelope.client_address, envelope.helo) == ("192.0.2.9", "there.example")
    assert relay_bench.hop.messages == [b"X-Oddlink: id=" + id.encode() + b"\r\na\r\n..new\r\n..\r\n"]
    ((screened, reply),) = spy.settlements
    assert (screened.outcome, reply.code, reply.wire) == ("mine", 250, b"250 2.0.0 queued as X1\r\n")
    assert relay_bench.seen("message")[0]["ident"] == "4Q1"


async def test_a_prefix_with_a_dot_cannot_end_the_message(relay_bench: Any) -> None:
    _, client = await start(relay_bench, screen=Spy(lambda id: Screened(id, b"X: a\r\n.\r\n")))
    await client.envelope()
    assert (await client.message(b"body\r\n")).startswith(b"250")
    assert relay_bench.hop.messages == [b"X: a\r\n..\r\nbody\r\n"]


async def fail(id: str) -> Screened:
    raise RuntimeError("boom")


async def cancel(id: str) -> Screened:
    raise asyncio.CancelledError


async def sleep(id: str) -> Screened:
    await asyncio.sleep(10)
    return Screened(id)


@pytest.mark.parametrize(
    "act",
    [
        fail, cancel, sleep, lambda id: Screened(id, b"X-No-Line-End: 1"),
        lambda id: Screened(id, b"", (Patch(Span(0, 99), b""),)), lambda id: None,
    ],
)  # fmt: skip
async def test_a_screen_that_fails_lets_the_message_go_on_as_it_came(relay_bench: Any, act: Any) -> None:
    spy = Spy(act)
    _, client = await start(relay_bench, screen=spy, screen_seconds=0.2)
    await client.envelope()
    assert (await client.message(b"as it came\r\n")) == b"250 2.0.0 queued as X1\r\n"
    assert relay_bench.hop.messages == [b"as it came\r\n"]
    assert len(relay_bench.seen("screen_failed")) == 1
    assert spy.settlements == []
    await healthy(relay_bench, client)


async def test_a_refusal_of_the_screen_is_the_answer_and_nothing_goes_down(relay_bench: Any) -> None:
    refusal = replies.POLICY.reply("0123456789abcdef", detail="actions: ambiguous")
    spy = Spy(lambda id: Screened(id, b"X: a\r\n", outcome="mine", refusal=refusal))
    _, client = await start(relay_bench, screen=spy)
    await client.envelope(2)
    assert (await client.message(b"odd\r\n")) == (
        b"550 5.7.1 Message refused by policy (id=0123456789abcdef)\r\n"
    )
    await relay_bench.hop.clean()
    assert relay_bench.hop.messages == []
    assert b"DATA" not in relay_bench.hop.commands
    assert relay_bench.hop.commands[-1] == b"RSET"  # the transaction below does not stay open
    assert spy.settlements[0][1] == refusal
    (seen,) = relay_bench.seen("message")
    assert (seen["code"], seen["why"]) == (550, "actions: ambiguous")
    spy.act = None
    await healthy(relay_bench, client)


@pytest.mark.parametrize("act", [fail, cancel, sleep])
async def test_a_screen_may_say_what_becomes_of_a_message_it_failed_at(relay_bench: Any, act: Any) -> None:
    class Careful(Spy):
        async def failed(self, message: Any, envelope: Any, id: str, why: str) -> Screened:
            assert (await message.read(), envelope.mail_from) == (b"x\r\n", "a@sender.example")
            assert why
            return Screened(id, b"X-Oddlink: action=hold\r\n", outcome="held")

    spy = Careful(act)
    _, client = await start(relay_bench, screen=spy, screen_seconds=0.2)
    await client.envelope()
    assert (await client.message(b"x\r\n")).startswith(b"250")
    assert relay_bench.hop.messages == [b"X-Oddlink: action=hold\r\nx\r\n"]
    await relay_bench.until(lambda: spy.settlements)
    assert spy.settlements[0][0].outcome == "held"
    assert len(relay_bench.seen("screen_failed")) == 1


@pytest.mark.parametrize("act", [fail, cancel, lambda id: Screened(id, b"no line end"), lambda id: None])
async def test_a_screen_that_fails_even_at_that_lets_the_message_go_on(relay_bench: Any, act: Any) -> None:
    class Hopeless(Spy):
        async def failed(self, message: Any, envelope: Any, id: str, why: str) -> Any:
            result = act(id)
            return await result if asyncio.iscoroutine(result) else result

    _, client = await start(relay_bench, screen=Hopeless(fail))
    await client.envelope()
    assert (await client.message(b"as it came\r\n")) == b"250 2.0.0 queued as X1\r\n"
    assert relay_bench.hop.messages == [b"as it came\r\n"]
    await healthy(relay_bench, client)


async def test_a_failing_settlement_or_observer_never_shows(relay_bench: Any) -> None:
    class Bad(Spy):
        async def settled(self, screened: Screened, reply: Any) -> None:
            raise RuntimeError("boom")

    relay, client = await start(relay_bench, screen=Bad())

    def broken(event: str, **fields: object) -> None:
        raise RuntimeError("boom")

    relay._observe = broken
    for _ in range(2):
        await client.envelope()
        assert (await client.message(b"x\r\n")) == b"250 2.0.0 queued as X1\r\n"
    assert (await client.ask(b"NOOP")).startswith(b"250")


async def test_a_client_that_leaves_after_the_dot_is_still_settled(relay_bench: Any) -> None:
    spy = Spy()
    relay_bench.hop.script = {"dot": "hang"}
    relay, client = await start(relay_bench, screen=spy)
    await client.envelope()
    await client.ask(b"DATA")
    client.send(b"x\r\n.\r\n")
    await relay_bench.until(lambda: relay_bench.hop.messages)
    client.writer.close()
    await relay_bench.until(lambda: spy.settlements)
    assert spy.settlements[0][1].code == 451
    assert relay_bench.seen("in_doubt")
    assert relay_bench.seen("message")[0]["heard"] is False
    await relay_bench.until(lambda: not relay.sessions)
    assert relay.transactions == 0


async def test_a_client_that_leaves_before_the_dot_goes_down_delivers_nothing(relay_bench: Any) -> None:
    spy = Spy(lambda id: wait(id))

    async def wait(id: str) -> Screened:
        client.writer.close()
        await asyncio.sleep(0.1)
        return Screened(id)

    _, client = await start(relay_bench, screen=spy)
    await client.envelope()
    await client.ask(b"DATA")
    client.send(b"x\r\n.\r\n")
    await relay_bench.until(lambda: spy.settlements)
    assert spy.settlements[0][1].code == 451
    assert relay_bench.hop.messages == []
    assert b"DATA" not in relay_bench.hop.commands


async def test_a_client_that_leaves_while_the_message_goes_down_delivers_nothing(relay_bench: Any) -> None:
    relay_bench.hop.delays = {"data": 0.1}
    _, client = await start(relay_bench)
    await client.envelope()
    await client.ask(b"DATA")
    client.send(b"x\r\n.\r\n")
    await relay_bench.until(lambda: b"DATA" in relay_bench.hop.commands)
    client.writer.close()
    await relay_bench.until(lambda: relay_bench.seen("message"))
    await relay_bench.hop.clean()
    assert relay_bench.seen("message")[0]["code"] == 451
    assert relay_bench.hop.messages == []
    assert not relay_bench.seen("in_doubt")


async def test_drain_lets_messages_finish_and_sends_idle_clients_away(relay_bench: Any) -> None:
    release = asyncio.Event()

    async def wait(id: str) -> Screened:
        await release.wait()
        return Screened(id)

    relay, busy = await start(relay_bench, screen=Spy(wait))
    idle = await relay_bench.client(relay)
    await idle.hello()
    await busy.envelope()
    await busy.ask(b"DATA")
    busy.send(b"x\r\n.\r\n")
    await asyncio.sleep(0.05)
    draining = asyncio.create_task(relay.drain(5))
    assert (await idle.everything()).startswith(b"421 4.3.2 ")
    with pytest.raises(OSError):
        await relay_bench.client(relay)
    release.set()
    assert (await busy.everything()).splitlines()[0] == b"250 2.0.0 queued as X1"
    await draining
    assert relay.sessions == 0


async def test_drain_cuts_what_outlasts_it_and_says_so(relay_bench: Any) -> None:
    spy = Spy(sleep)
    relay, client = await start(relay_bench, screen=spy)
    await client.envelope()
    await client.ask(b"DATA")
    client.send(b"x\r\n.\r\n")
    await asyncio.sleep(0.05)
    await relay.drain(0.1)
    assert (await client.everything()).startswith(b"421 4.3.2 ")
    assert relay_bench.hop.messages == []
    assert relay_bench.seen("drain_cut")


async def test_clients_outside_the_networks_are_turned_away(relay_bench: Any) -> None:
    relay = await relay_bench.relay(networks=("192.0.2.0/24",))
    client = await relay_bench.client(relay)
    assert (await client.everything()).startswith(b"421 4.7.1 ")
    assert relay.sessions == 0


async def test_xforward_is_taken_from_its_networks_only(relay_bench: Any) -> None:
    _, client = await start(relay_bench, xforward_networks=())
    assert (await client.ask(b"XFORWARD ADDR=192.0.2.9")).startswith(b"550 5.7.0")


async def test_xforward_goes_down_as_far_as_offered(relay_bench: Any) -> None:
    relay_bench.hop.offers = ("XFORWARD ADDR IDENT",)
    _, client = await start(relay_bench)
    await client.ask(b"XFORWARD NAME=n.example ADDR=192.0.2.9")
    await client.ask(b"XFORWARD IDENT=4Q+2B1")
    await client.envelope()
    assert b"XFORWARD ADDR=192.0.2.9 IDENT=4Q+2B1" in relay_bench.hop.commands
    await client.ask(b"RSET")
    await client.envelope()
    assert sum(line.startswith(b"XFORWARD") for line in relay_bench.hop.commands) == 1


async def test_too_many_connections_recipients_and_transactions_are_transient(relay_bench: Any) -> None:
    relay, client = await start(relay_bench, connections=2, recipients=2, transactions=1)
    assert [reply[:3] for reply in await client.envelope(3)] == [b"250", b"250", b"250", b"452"]
    other = await relay_bench.client(relay)
    await other.hello()
    assert (await other.ask(b"MAIL FROM:<>")).startswith(b"451 4.3.2 ")
    third = await relay_bench.client(relay)
    assert (await third.everything()).startswith(b"421 4.7.0 ")
    client.send(b"RSET\r\n")
    await client.reply()
    assert (await other.ask(b"MAIL FROM:<>")).startswith(b"250")


async def test_bad_and_junk_commands_are_limited(relay_bench: Any) -> None:
    relay, client = await start(relay_bench, dialog=DialogLimits(bad_commands=3, junk_commands=5))
    client.send(b"FOO\r\n" * 6)
    assert [line[:3] for line in (await client.everything()).splitlines()] == [b"500"] * 3 + [b"421"]
    client = await relay_bench.client(relay)
    await client.hello()
    client.send(b"NOOP\r\n" * 9)
    assert [line[:3] for line in (await client.everything()).splitlines()] == [b"250"] * 4 + [b"421"]


async def test_silence_ends_the_session_between_commands_and_within_data(relay_bench: Any) -> None:
    relay, client = await start(relay_bench, dialog=DialogLimits(idle=0.2, block=0.2))
    assert (await client.everything()).startswith(b"421 4.4.2 ")
    client = await relay_bench.client(relay)
    await client.hello()
    await client.envelope()
    await client.ask(b"DATA")
    client.send(b"half a mess")
    assert (await client.everything()).startswith(b"421 4.4.2 ")
    assert relay_bench.hop.messages == []


async def test_slow_data_is_not_cut_as_long_as_it_comes(relay_bench: Any) -> None:
    _, client = await start(relay_bench, dialog=DialogLimits(idle=0.2, block=0.2))
    await client.envelope()
    await client.ask(b"DATA")
    for _ in range(6):
        client.send(b"line\r\n")
        await asyncio.sleep(0.1)
    client.send(b".\r\n")
    assert (await client.reply()).startswith(b"250")


async def test_a_half_closed_client_is_answered_before_the_end(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    client.send(b"NOOP\r\nVRFY x\r\nHELP\r\n")
    client.writer.write_eof()
    assert [line[:3] for line in (await client.everything()).splitlines()] == [b"250", b"252", b"214"]


async def test_a_reused_connection_that_died_is_replaced_without_a_word(relay_bench: Any) -> None:
    _, client = await start(relay_bench)
    await healthy(relay_bench, client)
    relay_bench.hop.script = {"mail": "drop"}
    task = asyncio.create_task(client.envelope())
    await relay_bench.until(lambda: relay_bench.hop.commands[-1][:4] == b"MAIL", 0)
    relay_bench.hop.script = {}
    assert [reply[:3] for reply in await task] == [b"250", b"250"]
    assert relay_bench.hop.connections == 2


async def test_lmtp_takes_one_recipient_at_a_time(relay_bench: Any) -> None:
    relay_bench.hop.lmtp = True
    _, client = await start(relay_bench, hop={"scheme": "lmtp"})
    assert b"LHLO localhost" in relay_bench.hop.commands
    assert [reply[:9] for reply in await client.envelope(2)] == [b"250 2.1.0", b"250 2.1.5", b"452 4.5.3"]
    assert await client.message(b"x\r\n") == b"250 2.0.0 queued as X1\r\n"


async def test_a_pipelined_flood_does_not_keep_others_waiting(relay_bench: Any) -> None:
    relay, flood = await start(relay_bench, dialog=DialogLimits(junk_commands=10**6))
    other = await relay_bench.client(relay)
    await other.hello()

    async def drink() -> None:
        while await flood.reader.read(1 << 16):
            pass

    drinking = asyncio.create_task(drink())
    flood.send(b"NOOP\r\n" * 30000)
    slowest = 0.0
    for _ in range(20):
        began = time.monotonic()
        await other.ask(b"NOOP")
        slowest = max(slowest, time.monotonic() - began)
    drinking.cancel()
    assert slowest < 5


def test_unknown_next_hops_are_refused() -> None:
    from gateway.relay import NextHopConfig, next_hop

    with pytest.raises(ValueError, match="smtp, lmtp or maildir"):
        next_hop(NextHopConfig(scheme="ftp"))
