"""Connections to the next hop: kept, cleaned, worn out, replaced, and several RCPTs in one write."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.nexthop import MAX_ERRORS


async def client_of(bench: Any, **hop: Any) -> Any:
    client = await bench.client(await bench.relay(hop=hop))
    await client.hello()
    return client


async def test_one_connection_serves_many_messages_of_many_clients(relay_bench: Any) -> None:
    relay = await relay_bench.relay()
    for _ in range(3):
        client = await relay_bench.client(relay)
        await client.hello()
        for _ in range(3):
            await client.envelope()
            assert (await client.message(b"x\r\n")).startswith(b"250")
    assert relay_bench.hop.connections == 1
    assert len(relay_bench.hop.messages) == 9


async def test_open_transactions_have_connections_of_their_own(relay_bench: Any) -> None:
    relay = await relay_bench.relay()
    clients = [await relay_bench.client(relay) for _ in range(4)]
    for client in clients:
        await client.hello()
        await client.envelope()
    for number, client in enumerate(clients):
        assert (await client.message(b"%d\r\n" % number)).startswith(b"250")
    assert relay_bench.hop.connections == 4
    assert sorted(relay_bench.hop.messages) == [b"%d\r\n" % n for n in range(4)]


async def test_a_connection_is_retired_after_its_errors(relay_bench: Any) -> None:
    client = await client_of(relay_bench)
    relay_bench.hop.script = {"rcpt": b"550 5.1.1 no\r\n"}
    await client.envelope(MAX_ERRORS)
    await client.ask(b"RSET")
    await asyncio.sleep(0.05)
    relay_bench.hop.script = {}
    await client.envelope()
    assert relay_bench.hop.connections == 2
    assert b"QUIT" in relay_bench.hop.commands


async def test_an_idle_connection_is_closed_with_quit(relay_bench: Any) -> None:
    client = await client_of(relay_bench, keep_seconds=0.1)
    await client.envelope()
    await client.message(b"x\r\n")
    await asyncio.sleep(0.25)
    assert relay_bench.hop.commands[-1] == b"QUIT"
    assert (await client.envelope())[0].startswith(b"250")
    assert relay_bench.hop.connections == 2


async def test_a_connection_closed_while_idle_is_forgotten(relay_bench: Any) -> None:
    client = await client_of(relay_bench)
    await client.envelope()
    await client.message(b"x\r\n")
    for writer in tuple(relay_bench.hop._writers):
        writer.write(b"421 4.4.2 idle too long\r\n")
        writer.close()
    await asyncio.sleep(0.05)
    assert (await client.envelope())[0].startswith(b"250")
    assert relay_bench.hop.connections == 2
    assert relay_bench.seen("next_hop_reuse_failed") == []


async def test_a_fresh_connection_that_fails_at_mail_is_not_tried_again(relay_bench: Any) -> None:
    client = await client_of(relay_bench, keep=0)
    relay_bench.hop.script = {"mail": "drop"}
    before = relay_bench.hop.connections
    assert (await client.ask(b"MAIL FROM:<a@b.example>")).startswith(b"451 ")
    assert relay_bench.hop.connections == before + 1


async def test_a_slow_next_hop_is_not_asked_twice(relay_bench: Any) -> None:
    client = await client_of(relay_bench)
    relay_bench.hop.script = {"mail": "hang"}
    assert (await client.ask(b"MAIL FROM:<a@b.example>")).startswith(b"451 4.4.2 ")
    assert relay_bench.hop.connections == 1


async def test_rcpts_sent_together_go_down_together_and_each_gets_its_own_reply(relay_bench: Any) -> None:
    client = await client_of(relay_bench)
    group = [b"MAIL FROM:<a@b.example>"] + [b"RCPT TO:<r%d@b.example>" % n for n in range(3)]
    client.send(b"\r\n".join(group) + b"\r\nRCPT TO:<bad one@b.example>\r\nRCPT TO:<r9@b.example>\r\n")
    got = [await client.reply() for _ in range(6)]
    assert [reply[:3] for reply in got] == [b"250", b"250", b"250", b"250", b"553", b"250"]
    assert relay_bench.hop.commands[1:] == [*group, b"RCPT TO:<r9@b.example>"]
    assert (await client.message(b"x\r\n")).startswith(b"250")
    assert relay_bench.seen("message")[0]["recipients"] == 4


async def test_rcpts_wait_for_each_other_where_the_next_hop_does_not_pipeline(relay_bench: Any) -> None:
    relay_bench.hop.offers = ("8BITMIME",)
    relay_bench.hop.script = {"mail": b"450 4.2.0 not now\r\n"}
    client = await client_of(relay_bench)
    client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<r@b.example>\r\n")
    assert await client.reply() == b"450 4.2.0 not now\r\n"
    assert (await client.reply()).startswith(b"451 ")
    assert not [line for line in relay_bench.hop.commands if line.startswith(b"RCPT")]


async def test_the_next_hop_hears_rset_before_a_kept_connection_is_used_again(relay_bench: Any) -> None:
    client = await client_of(relay_bench)
    await client.envelope()
    await client.ask(b"RSET")
    await asyncio.sleep(0.05)
    await client.envelope()
    verbs = [line[:4] for line in relay_bench.hop.commands]
    assert verbs == [b"EHLO", b"MAIL", b"RCPT", b"RSET", b"MAIL", b"RCPT"]
