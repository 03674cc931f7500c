"""The sample case between two real Postfixes, in both places an administrator may put us."""

from __future__ import annotations

import asyncio
import email
import json
import smtplib
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from gateway import manifests
from gateway.app import build
from gateway.cli.session import dated
from gateway.serving import running
from gateway.setting_kinds import Address, NextHop
from gateway.settings import Settings
from policy.judge import judge
from policy.lessons import taught
from policy.model import Envelope, Facts

pytestmark = pytest.mark.e2e

SAMPLE = Path(__file__).parents[2] / "fixtures" / "sample"
BORDER = "mx.datahouse.example"
BEHIND = "  -o smtpd_authorized_xforward_hosts=127.0.0.0/8\n"
PROXY = "  -o smtpd_proxy_filter=127.0.0.1:{port}\n"
FILTER = "  -o content_filter=oddlink:[127.0.0.1]:{port}\n  -o receive_override_options=no_address_mappings\n"
FILTER_SERVICE = (
    "oddlink unix - - n - 10 smtp\n"
    "  -o disable_mime_output_conversion=yes\n"
    "  -o smtp_send_xforward_command=yes\n"
)  # fmt: skip


def free() -> Address:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Address("127.0.0.1", probe.getsockname()[1])


def settings_for(folder: Path, behind: int) -> Settings:
    plain = Settings()
    clicks = free()
    return replace(
        plain,
        relay=replace(plain.relay, listen=free(), next_hop=NextHop("smtp", Address("127.0.0.1", behind))),
        clicks=replace(plain.clicks, listen=clicks, url=f"http://{clicks}"),
        console=replace(plain.console, listen=free()),
        store=replace(plain.store, url=f"sqlite:///{folder}/odd.db"),
        keys=replace(plain.keys, dir=folder / "keys"),
        workers=replace(plain.workers, lookup_deadline=10.0),  # a busy machine must not change what comes out
        identity=replace(
            plain.identity, authserv_ids=(BORDER,), our_hosts=(BORDER, "front.test"), verify_dkim=False
        ),
    )


async def learned(parts: Any) -> None:
    """The earlier correspondence, as of its own days, learned as ``oddlink learn`` does."""
    for file in sorted((SAMPLE / "history").glob("*.eml")):
        raw = file.read_bytes()
        inspection = await parts.pipeline.reader.inspect(raw)
        judgement = judge(inspection, Envelope(), Facts(), parts.policy, parts.pipeline.trust)
        rules, at = parts.policy.rules, dated(raw, time.time())
        now, _ = taught(inspection, Envelope(), judgement, rules, at, parts.own_hosts, file.name)
        parts.store.learn([now] if now else [])


def send(port: int, mails: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        for raw in mails:
            sender = email.message_from_bytes(raw)["From"]
            client.sendmail(sender, ["marta.oliveira@datahouse.example"], raw, mail_options=["BODY=8BITMIME"])


def pdf_of(raw: bytes) -> bytes:
    for part in email.message_from_bytes(raw).walk():
        if part.get_content_type() == "application/pdf":
            return part.get_payload(decode=True)
    raise AssertionError("no PDF")


def poppler(program: str, pdf: bytes, folder: Path, *arguments: str) -> bytes:
    file = folder / "view.pdf"
    file.write_bytes(pdf)
    return subprocess.run([program, *arguments, str(file)], check=True, capture_output=True).stdout


def pixels(pdf: bytes) -> list[bytes]:
    document = pypdfium2.PdfDocument(pdf)
    return [bytes(page.render(scale=1).buffer) for page in document]


def urls(pdf: bytes, folder: Path) -> list[str]:
    file = folder / "urls.pdf"
    file.write_bytes(pdf)
    out = subprocess.run(["pdfinfo", "-url", str(file)], check=True, capture_output=True, text=True).stdout
    return [line.split()[-1] for line in out.splitlines()[1:]]


@pytest.mark.parametrize("place", ["before-queue", "after-queue"])
async def test_one_link_of_the_sample_is_rewritten_and_all_else_arrives_as_it_was_sent(
    private_postfix: Callable[..., Any], tmp_path: Path, place: str
) -> None:
    behind = await asyncio.to_thread(private_postfix, "behind", smtpd_options=BEHIND)
    parts = build(settings_for(tmp_path, behind.port), keys_for="work", received_line=True)
    sent = {file.stem: file.read_bytes() for file in sorted((SAMPLE / "now").glob("*.eml"))}
    try:
        await learned(parts)
        async with running(parts) as relay:
            options = PROXY if place == "before-queue" else FILTER
            services = "" if place == "before-queue" else FILTER_SERVICE
            front = await asyncio.to_thread(
                private_postfix, "front", smtpd_options=options.format(port=relay.port), services=services
            )
            await asyncio.to_thread(send, front.port, list(sent.values()))
            stored = await asyncio.to_thread(behind.await_mail, len(sent))
        by_id = {email.message_from_bytes(mail)["Message-ID"]: mail for mail in stored}
        assert len(by_id) == len(sent) == len(stored)
        for name, raw in sent.items():
            arrived = by_id[email.message_from_bytes(raw)["Message-ID"]].replace(b"\n", b"\r\n")
            expected = json.loads((SAMPLE / "now" / f"{name}.expected.json").read_text())
            rewritten = sum(link["verdict"] == "rewrite" for link in expected["links"])
            assert f"; rewritten={rewritten}\r\n".encode() in arrived, name
            if rewritten:
                check_changed(parts, raw, arrived, tmp_path)
            else:
                assert arrived.endswith(raw), name
    finally:
        await parts.close()


def check_changed(parts: Any, raw: bytes, arrived: bytes, folder: Path) -> None:
    """Reversal (law 3), and the PDF in two independent readers."""
    (id,) = manifests.ids(arrived)
    # What came to us is the sample with the front Postfix's Received line on top.
    assert manifests.restore(arrived, parts.store.manifest(id)).endswith(raw)
    assert parts.store.message(id).by == "dmarc"
    before, after = pdf_of(raw), pdf_of(arrived)
    assert after.startswith(before)
    assert pixels(after) == pixels(before)
    assert poppler("pdftotext", after, folder, "-raw") == poppler("pdftotext", before, folder)
    assert poppler("pdftoppm", after, folder, "-r", "50") == poppler("pdftoppm", before, folder, "-r", "50")
    old, new = urls(before, folder), urls(after, folder)
    changed = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    assert len(old) == 5 and len(changed) == 1
    assert changed[0][0].startswith("https://consulta-expedientes.example/")
    assert changed[0][1].startswith(f"{parts.settings.clicks.url}/consulta-expedientes.example/")
