"""The README's lines for holding, word for word in a real Postfix: only what policy wishes held is held."""

from __future__ import annotations

import asyncio
import os
import re
import smtplib
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.app import Parts, build
from gateway.relay import NextHopConfig, Relay, RelayConfig, next_hop
from gateway.screening import Screening
from gateway.settings import Settings

pytestmark = pytest.mark.e2e

PATH = {"PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
README = (Path(__file__).parents[2] / "README.md").read_text()
HEAD = (
    b"From: a@sender.test\r\nTo: b@rcpt.test\r\nDate: Wed, 14 Jan 2026 09:00:00 +0000\r\n"
    b"Message-ID: <%s@sender.test>\r\nMIME-Version: 1.0\r\n%s"
)
SIGNED = (
    b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\nSee https://odd.test/a .\r\n--b\r\n'
    b"Content-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
)
CALM = b"X-Oddlink: id=0123456789abcdef; links=1; rewritten=0\r\n"
FORGED = b"X-Oddlink: id=0123456789abcdef; links=1; rewritten=0; left=1; action=hold\r\n"
ATTACHED = b"Content-Type: message/rfc822\r\n\r\n" + FORGED + b"Subject: held last week\r\n\r\nhello\r\n"


def block(begin: str, end: str) -> str:
    """The first indented block between two places of the README, without its indentation."""
    part = README[README.index(begin) :]
    part = part[len(begin) : part.index(end, len(begin))]
    lines = re.search(r"(?:^    .*\n)+", part, re.MULTILINE)
    assert lines
    return "".join(line[4:] for line in lines[0].splitlines(keepends=True))


def listener(place: str, back: int) -> str:
    """The README's listener behind us, with what the part about holding changes in it."""
    part = README[README.index(place) :]
    found = re.search(r"^    127\.0\.0\.1:10026 .*\n(?:^      -o .*\n)+", part, re.MULTILINE)
    assert found
    text = "".join(line[4:] for line in found[0].splitlines(keepends=True))
    text = text.replace("no_header_body_checks,", "").replace("127.0.0.1:10026", f"127.0.0.1:{back}")
    return text + block("take `no_header_body_checks` out", "In `/etc/postfix/oddlink_checks`:")


@pytest.fixture
async def screening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Parts, Screening]]:
    """Finds every link odd; holds those in signed text, refuses those in attached messages."""
    monkeypatch.chdir(tmp_path)
    plain = Settings()
    parts = build(
        replace(plain, identity=replace(plain.identity, verify_dkim=False)),
        keys_for="trial",
        store_url="sqlite://",
    )
    rules = parts.policy.rules
    actions = replace(rules.actions, signed="hold", attached="refuse")
    policy = replace(parts.policy, rules=replace(rules, threshold=-100.0, actions=actions))
    yield parts, Screening(replace(parts.pipeline, policy=policy), parts.keeper)
    await parts.close()


async def hold_queue(front: Any, wanted: int) -> list[Path]:
    for _ in range(200):
        held = [path for path in (front.folder / "queue" / "hold").rglob("*") if path.is_file()]
        if len(held) >= wanted and not front.queued():
            break
        await asyncio.sleep(0.1)
    return held


@pytest.mark.parametrize("place", ["**Before the queue**", "**Behind the queue**"])
async def test_what_policy_wishes_held_waits_in_the_next_hops_queue(
    private_postfix: Callable[..., Any], screening: tuple[Parts, Screening], place: str, tmp_path: Path
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        back = probe.getsockname()[1]
    relay = Relay(RelayConfig(port=0), next_hop(NextHopConfig(port=back)), screening[1])
    await relay.start()
    checks = tmp_path / "oddlink_checks"
    checks.write_text(block("In `/etc/postfix/oddlink_checks`:", "Where you have"))
    for folder in (tmp_path, *tmp_path.parents[:2]):  # Postfix's own user must get through
        folder.chmod(0o755)
    service = block("**Holding in Postfix.**", "To the options of the listener")
    service = service.replace("/etc/postfix/oddlink_checks", str(checks))
    ours = f"127.0.0.1:{relay.port}"
    if "Before" in place:
        front_of = f"  -o smtpd_proxy_filter={ours}\n"
        services = ""
    else:
        front_of = f"  -o content_filter=oddlink:[127.0.0.1]:{relay.port}\n"
        services = "oddlink unix - - n - 10 smtp\n  -o smtp_send_xforward_command=yes\n"
    front = await asyncio.to_thread(
        private_postfix, "front", smtpd_options=front_of, services=services + listener(place, back) + service
    )

    def send(subject: bytes, rest: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", front.port, timeout=60) as client:
            client.sendmail("a@sender.test", ["b@rcpt.test"], HEAD % (subject, rest))

    try:
        await asyncio.to_thread(send, b"odd", SIGNED)
        await asyncio.to_thread(send, b"hidden", CALM + SIGNED)
        await asyncio.to_thread(send, b"nested", ATTACHED)
        await asyncio.to_thread(send, b"plain", CALM + b"\r\nhello\r\n")
        arrived = await asyncio.to_thread(front.await_mail, 2)
        held = await hold_queue(front, 2)
        assert len(held) == 2 and len(front.mail()) == 2
        names = sorted(name for one in arrived for name in re.findall(rb"^Message-ID: <(\w+)@", one, re.M))
        assert names == [b"nested", b"plain"]
        release = ["postsuper", "-c", str(front.folder / "config"), "-H", "ALL"]
        await asyncio.to_thread(subprocess.run, release, check=True, timeout=30, env=PATH)
        await asyncio.to_thread(front.command, "flush")
        everything = await asyncio.to_thread(front.await_mail, 4)
        released = [one.replace(b"\n", b"\r\n") for one in everything if one not in arrived]
        for one, marks in zip(sorted(released, key=len), (b"", CALM), strict=True):
            assert one.endswith(marks + SIGNED)
            assert b"; left=1; action=hold\r\n" in one
        if "Before" in place:
            with pytest.raises(smtplib.SMTPDataError) as refused:
                await asyncio.to_thread(
                    send, b"x", b"Content-Type: message/rfc822\r\n\r\nA: b\r\n\r\nhttps://odd.test/a\r\n"
                )
            assert refused.value.smtp_code == 550 and b"5.7.1" in refused.value.smtp_error
    finally:
        await relay.drain(5)
