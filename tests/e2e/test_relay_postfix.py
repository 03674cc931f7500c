"""A real Postfix in front, the relay, a real Postfix behind, in both places an administrator may put us."""

from __future__ import annotations

import asyncio
import random
import re
import smtplib
from collections.abc import Callable
from typing import Any

import pytest

from gateway.relay import NextHopConfig, Relay, RelayConfig, next_hop

pytestmark = pytest.mark.e2e

# As README.md tells it. Before-queue: Postfix talks to us while its client waits.
PROXY = "  -o smtpd_proxy_filter=127.0.0.1:{relay}\n"
# After-queue: Postfix delivers from its queue through us.
FILTER = (
    "  -o content_filter=oddlink:[127.0.0.1]:{relay}\n  -o receive_override_options=no_address_mappings\n"
)
FILTER_SERVICE = (
    "oddlink unix - - n - 10 smtp\n"
    "  -o disable_mime_output_conversion=yes\n"
    "  -o smtp_send_xforward_command=yes\n"
    "  -o smtp_data_done_timeout=1200s\n"
)
BEHIND = "  -o smtpd_authorized_xforward_hosts=127.0.0.0/8\n"
MARK = b"X-Case: "


def messages() -> list[bytes]:
    """Odd but legal mail: long lines, dots, 8 bit, empty bodies, big ones, deep white space."""
    rng = random.Random(3)
    bodies = [
        b"", b"one line\r\n", b".\r\n", b"..\r\n.x\r\n", b"no header-like: line\r\n", b"\r\n\r\n\r\n",
        b"x" * 20000 + b"\r\n", bytes(range(128, 256)) + b"\r\n",
        b" leading\r\n\ttab \r\ntrailing   \r\n", b"=20=\r\n=\r\n", b"From me\r\n",
        b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n",
    ]  # fmt: skip
    for size in (5_000, 60_000, 1_500_000):
        lines = (bytes(rng.choice(b"abc .<>=/:\xe9") for _ in range(60)) for _ in range(50))
        block = b"\r\n".join(lines) + b"\r\n"
        bodies.append(block * (size // len(block)))
    head = (
        b"X-Case: %d\r\nFrom: Office <a@sender.test>\r\nTo: <b@rcpt.test>\r\n"
        b"Subject:  odd   spacing\r\n\tfolded \r\n"
        b"Date: Wed, 14 Jan 2026 09:00:00 +0000\r\nMessage-ID: <%d@sender.test>\r\nMIME-Version: 1.0\r\n\r\n"
    )
    return [head % (n, n) + body for n, body in enumerate(bodies)]


def without_trace(stored: bytes) -> bytes:
    """What lies behind the trace headers Postfix put on top, with the wire's line ends."""
    return stored[stored.index(MARK) :].replace(b"\n", b"\r\n")


def send_all(port: int, texts: list[bytes], rcpts: list[str]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        for text in texts:
            client.sendmail("a@sender.test", rcpts, text, mail_options=["BODY=8BITMIME"])


async def started(port: int) -> tuple[Relay, list[tuple[str, dict[str, Any]]]]:
    events: list[tuple[str, dict[str, Any]]] = []

    def observe(event: str, **fields: object) -> None:
        events.append((event, fields))

    relay = Relay(RelayConfig(port=0), next_hop(NextHopConfig(port=port), observe), observe=observe)
    await relay.start()
    return relay, events


@pytest.mark.parametrize("place", ["before-queue", "after-queue"])
async def test_mail_between_two_postfixes_arrives_byte_for_byte(
    private_postfix: Callable[..., Any], place: str
) -> None:
    behind = await asyncio.to_thread(private_postfix, "behind", smtpd_options=BEHIND)
    relay, events = await started(behind.port)
    try:
        if place == "before-queue":
            front = await asyncio.to_thread(
                private_postfix, "front", smtpd_options=PROXY.format(relay=relay.port)
            )
        else:
            front = await asyncio.to_thread(
                private_postfix,
                "front",
                smtpd_options=FILTER.format(relay=relay.port),
                services=FILTER_SERVICE,
            )
        texts = messages()
        await asyncio.to_thread(send_all, front.port, texts, ["b@rcpt.test"])
        stored = await asyncio.to_thread(behind.await_mail, len(texts))
        got = {int(re.search(rb"X-Case: (\d+)", mail)[1]): without_trace(mail) for mail in stored}
        assert len(stored) == len(texts)
        for number, text in enumerate(texts):
            assert got[number] == text, f"message {number}"
        passed = [fields for event, fields in events if event == "message"]
        assert [fields["code"] for fields in passed] == [250] * len(texts)
        assert all(fields["ident"] for fields in passed) or place == "before-queue"
        assert front.queued() == 0
        assert not [event for event, _ in events if event in ("bug", "in_doubt", "next_hop_failed")]
    finally:
        await relay.drain(5)


async def test_the_next_hops_refusals_reach_the_client_of_the_postfix_in_front(
    private_postfix: Callable[..., Any],
) -> None:
    access = "inline:{ {bad@rcpt.test=REJECT no such clerk} }"
    settings = f"smtpd_recipient_restrictions = check_recipient_access {access}\n"
    behind = await asyncio.to_thread(private_postfix, "behind", smtpd_options=BEHIND, settings=settings)
    relay, _ = await started(behind.port)
    try:
        front = await asyncio.to_thread(
            private_postfix, "front", smtpd_options=PROXY.format(relay=relay.port)
        )

        def talk() -> list[tuple[int, bytes]]:
            with smtplib.SMTP("127.0.0.1", front.port, timeout=30) as client:
                client.ehlo()
                return [
                    client.mail("a@sender.test"),
                    client.rcpt("bad@rcpt.test"),
                    client.rcpt("good@rcpt.test"),
                    client.data(messages()[1]),
                ]

        mail, bad, good, final = await asyncio.to_thread(talk)
        assert (mail[0], good[0], final[0]) == (250, 250, 250)
        assert bad == (554, b"5.7.1 <bad@rcpt.test>: Recipient address rejected: no such clerk")
        assert len(await asyncio.to_thread(behind.await_mail, 1)) == 1
    finally:
        await relay.drain(5)


async def test_mail_waits_in_front_while_the_next_hop_is_away_and_then_arrives_once(
    private_postfix: Callable[..., Any],
) -> None:
    behind = await asyncio.to_thread(private_postfix, "behind", smtpd_options=BEHIND)
    relay, _ = await started(behind.port)
    try:
        front = await asyncio.to_thread(
            private_postfix,
            "front",
            smtpd_options=FILTER.format(relay=relay.port),
            services=FILTER_SERVICE,
        )
        await asyncio.to_thread(behind.command, "stop")
        texts = messages()[:3]
        await asyncio.to_thread(send_all, front.port, texts, ["b@rcpt.test"])
        await asyncio.to_thread(front.await_log, "status=deferred")
        assert "status=bounced" not in front.log()
        await asyncio.to_thread(behind.start)
        stored = await asyncio.to_thread(behind.await_mail, len(texts), 40)
        await asyncio.sleep(1)
        assert sorted(map(without_trace, behind.mail())) == sorted(texts)
        assert len(stored) == len(texts)
    finally:
        await relay.drain(5)
