"""The README's Postfix lines, word for word, in one real Postfix that hands mail to us and takes it back."""

from __future__ import annotations

import asyncio
import re
import smtplib
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.relay import NextHopConfig, Relay, RelayConfig, next_hop

pytestmark = pytest.mark.e2e

README = (Path(__file__).parents[2] / "README.md").read_text()
MAIL = (
    b"From: a@sender.test\r\nTo: b@rcpt.test\r\nSubject: x\r\nMessage-ID: <1@sender.test>\r\n"
    b"Date: Wed, 14 Jan 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + b"x" * 3000 + b"\r\n.dot \xc3\xa4\r\n"
)  # fmt: skip


def blocks(begin: str, end: str) -> list[str]:
    """The indented blocks of one part of the README, without their indentation."""
    part = README[README.index(begin) : README.index(end)]
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", part, re.MULTILINE)
    return [
        "".join(line[4:] if line.strip() else "\n" for line in block.splitlines(keepends=True))
        for block in found
    ]


def services(block: str) -> list[str]:
    """The services of a master.cf block, each with its option lines."""
    return [one.strip("\n") + "\n" for one in re.split(r"\n(?=\S)", block.strip("\n") + "\n") if one.strip()]


async def carried(front: Any, messages: int) -> list[bytes]:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", front.port, timeout=60) as client:
            for _ in range(messages):
                client.sendmail("a@sender.test", ["b@rcpt.test"], MAIL, mail_options=["BODY=8BITMIME"])

    await asyncio.to_thread(send)
    return await asyncio.to_thread(front.await_mail, messages)


@pytest.mark.parametrize("place", ["before-queue", "after-queue"])
async def test_the_lines_of_the_readme_carry_mail_through_us_unchanged(
    private_postfix: Callable[..., Any], place: str
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        back = probe.getsockname()[1]
    relay = Relay(RelayConfig(port=0), next_hop(NextHopConfig(port=back)))
    await relay.start()

    def ports(text: str) -> str:
        return text.replace("127.0.0.1:10026", f"127.0.0.1:{back}").replace(
            "127.0.0.1:2525", f"127.0.0.1:{relay.port}"
        )

    try:
        if place == "before-queue":
            (block,) = blocks("**Before the queue**", "Do not set")
            listener, behind = services(ports(block))
            options = "".join(line + "\n" for line in listener.splitlines()[1:])
            front = await asyncio.to_thread(private_postfix, "front", smtpd_options=options, services=behind)
        else:
            main, master = blocks("**Behind the queue**", "In both:")
            main = main.replace("[127.0.0.1]:2525", f"[127.0.0.1]:{relay.port}")
            front = await asyncio.to_thread(
                private_postfix, "front", settings=main, services="".join(services(ports(master)))
            )
        for stored in await carried(front, 3):
            assert stored.replace(b"\n", b"\r\n").endswith(MAIL)
            assert stored.count(b"Received:") == 2
    finally:
        await relay.drain(5)
