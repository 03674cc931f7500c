"""The sample correspondence through the whole path: one link is rewritten, and nothing else is touched."""

from __future__ import annotations

import asyncio
import ctypes
import email
import email.policy
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dkim
import pypdfium2
import pytest
from pypdfium2 import raw as pdfium

from fixtures.now import CASES
from gateway import manifests, work
from gateway.app import build
from gateway.outcome import Outcome
from gateway.settings import Settings
from inspectors import message, mime
from policy.explain import explained
from policy.lessons import lesson
from policy.model import Envelope

pytestmark = pytest.mark.e2e

SAMPLE = Path(__file__).parents[2] / "fixtures" / "sample"
ODD = "https://consulta-expedientes.example/descargas/RPC-2026-0117/anexo-tecnico.pdf?exp=0117&v=2"
NAMES = [case().name for case in CASES]
KEYS = dict(line.split("\t") for line in (SAMPLE / "keys" / "dns.txt").read_text().splitlines())


@dataclass(frozen=True)
class Passed:
    raw: bytes
    out: bytes
    outcome: Outcome

    @property
    def below(self) -> bytes:
        """What left, without our lines on top."""
        return self.out[len(self.outcome.prefix) :]


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory, sample_taught: Path) -> dict[str, Passed]:
    """Every mail in order of arrival; each teaches what the gateway would learn from it."""
    folder = tmp_path_factory.mktemp("sample")
    shutil.copy(sample_taught, folder / "oddlink.db")
    shutil.copy(sample_taught.parent / "oddlink.toml", folder)
    settings = Settings.load(folder / "oddlink.toml")
    # A busy machine must not change what comes out.
    settings = replace(settings, workers=replace(settings.workers, lookup_deadline=10.0))

    async def all() -> dict[str, Passed]:
        parts = build(
            settings, keys_for="trial", store_url=f"sqlite:///{folder}/oddlink.db", received_line=True
        )
        found = {}
        for number, name in enumerate(NAMES):
            raw = (SAMPLE / "now" / f"{name}.eml").read_bytes()
            at = 1_768_900_000.0 + number * 3600
            outcome = await parts.pipeline.process(raw, Envelope(), id=f"{number:016x}", at=at)
            found[name] = Passed(raw, outcome.prefix + work.patched(raw, outcome.patches), outcome)
            taught = lesson(outcome.judgement, parts.policy.rules, at)
            parts.store.learn([taught] if taught else [])
        await parts.close()
        return found

    return asyncio.run(all())


@pytest.fixture
def odd(passed: dict[str, Passed]) -> Passed:
    return passed["odd-link"]


def test_the_runner_has_every_mail_with_its_expected_answers() -> None:
    files = {file.stem for file in (SAMPLE / "now").glob("*.eml")}
    assert files == set(NAMES) == {f.name.split(".")[0] for f in (SAMPLE / "now").glob("*.expected.json")}
    assert len(NAMES) >= 8


@pytest.mark.parametrize("name", NAMES)
def test_outcome_inventory_and_verdicts_are_those_beside_the_mail(
    passed: dict[str, Passed], name: str
) -> None:
    from gateway.cli.report import whole

    expected = json.loads((SAMPLE / "now" / f"{name}.expected.json").read_text())
    found = whole(name, passed[name].outcome)
    assert found["message_id"] == expected["message_id"]
    assert found["outcome"] == expected["outcome"]
    assert expected["sender"].items() <= found["sender"].items()
    assert found["skipped"] == expected["skipped"]
    links = [
        {key: link[key] for key in wanted}
        for link, wanted in zip(found["links"], expected["links"], strict=True)
    ]
    assert links == expected["links"]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "odd-link"])
def test_an_untouched_mail_leaves_byte_for_byte_below_our_lines(passed: dict[str, Passed], name: str) -> None:
    mail = passed[name]
    assert mail.below == mail.raw
    assert [line.partition(b":")[0] for line in mail.outcome.prefix.splitlines()] == [
        b"Received",
        b"X-Oddlink",
    ]
    assert manifests.without_our_lines(mail.out) == mail.raw


def test_exactly_one_link_changed_and_it_is_the_odd_one(odd: Passed) -> None:
    before, after = message.inspect(odd.raw).links, message.inspect(odd.out).links
    changed = [(a.url, b.url) for a, b in zip(before, after, strict=True) if a.url != b.url]
    (ticket,) = odd.outcome.tickets
    assert changed[0][0] == ticket.url == ODD
    assert len(changed) == 1
    assert changed[0][1].startswith("http://127.0.0.1:8080/consulta-expedientes.example/")


def test_the_explanation_has_the_four_facts(odd: Passed) -> None:
    sender, pattern, content, link = explained(
        odd.outcome.judgement, [one.reason for one in odd.outcome.left]
    )
    assert sender.good and sender.words.startswith("Sender trusted: ")
    assert pattern.good
    assert "lead where this sender usually links (registrocontratos.example, " in pattern.words
    assert content.good and content.words.startswith("Content clean")
    assert not link.good and link.words.startswith("Link out of place: consulta-expedientes.example (pdf:")
    assert "earlier messages this sender never linked to consulta-expedientes.example. Nobody" in link.words


def test_the_changed_mail_differs_only_inside_the_base64_of_the_pdf(odd: Passed) -> None:
    (leaf,) = (one for one in mime.read(odd.raw).message.leaves if one.type == "application/pdf")
    assert leaf.transfer == "base64"
    for patch in odd.outcome.patches:
        assert leaf.body.start <= patch.span.start <= patch.span.end <= leaf.body.end
    tail = odd.raw[leaf.body.end :]
    assert odd.below[: leaf.body.start] == odd.raw[: leaf.body.start]
    assert odd.below.endswith(tail)
    inside = odd.below[leaf.body.start : len(odd.below) - len(tail)]
    assert set(inside) <= set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n")
    assert max(map(len, inside.split(b"\r\n"))) == max(map(len, leaf.body.of(odd.raw).split(b"\r\n")))


def test_the_original_pdf_is_the_beginning_of_the_new_one(pdfs: tuple[bytes, bytes]) -> None:
    original, changed = pdfs
    assert changed.startswith(original)
    assert len(original) < len(changed) < len(original) + 4000


@pytest.mark.parametrize("name", NAMES)
def test_the_original_comes_back_bit_for_bit_and_its_signature_verifies(
    passed: dict[str, Passed], name: str
) -> None:
    mail = passed[name]
    hops = b"Received: from gateway by mailbox; Tue, 20 Jan 2026 09:42:00 +0100\r\n"
    restored = manifests.restore(hops + mail.out, manifests.of(mail.outcome, mail.raw))
    assert restored == mail.raw
    assert verifies(restored)


def test_the_signature_does_not_verify_on_the_changed_mail(odd: Passed) -> None:
    """Or the test above would show nothing."""
    assert not verifies(odd.below)


def verifies(raw: bytes) -> bool:
    def txt(name: bytes, timeout: float = 5) -> bytes:
        return KEYS.get(name.decode().rstrip("."), "").encode()

    return bool(dkim.verify(raw, dnsfunc=txt))


def test_the_results_on_top_tell_what_was_proved_before_the_change(odd: Passed) -> None:
    assert b"; dmarc=pass header.from=registrocontratos.example\r\n" in odd.outcome.prefix


def attached_pdf(raw: bytes) -> bytes:
    """As another reader than ours finds it."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    (part,) = (one for one in parsed.walk() if one.get_content_type() == "application/pdf")
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@pytest.fixture
def pdfs(odd: Passed) -> tuple[bytes, bytes]:
    return attached_pdf(odd.raw), attached_pdf(odd.out)


Tool = Callable[..., bytes]


@pytest.fixture
def poppler(pdfs: tuple[bytes, bytes], tmp_path: Path) -> Callable[..., tuple[bytes, bytes]]:
    """Runs one of poppler's programs on the original and on the changed file."""
    for name, content in zip(("before.pdf", "after.pdf"), pdfs, strict=True):
        (tmp_path / name).write_bytes(content)

    def run(program: str, *options: str, to: str = "") -> tuple[bytes, bytes]:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (poppler-utils)")
        out = [
            subprocess.run(
                [program, *options, name, *([to] if to else [])],
                cwd=tmp_path, capture_output=True, check=True, timeout=60, env={**os.environ, "LC_ALL": "C"},
            )
            for name in ("before.pdf", "after.pdf")
        ]  # fmt: skip
        assert [one.stderr for one in out] == [b"", b""], "it complains about the file"
        return out[0].stdout, out[1].stdout

    return run


def test_poppler_shows_the_same_text(poppler: Callable[..., tuple[bytes, bytes]]) -> None:
    before, after = poppler("pdftotext", "-layout", to="-")
    assert before == after
    assert len(before) > 500


def test_poppler_shows_the_same_pixels(poppler: Callable[..., tuple[bytes, bytes]]) -> None:
    for page in ("1", "2"):
        before, after = poppler("pdftoppm", "-r", "60", "-f", page, "-l", page)
        assert before == after
        assert before.startswith(b"P6")
        assert len(set(before)) > 2


def test_poppler_finds_exactly_one_changed_link(poppler: Callable[..., tuple[bytes, bytes]]) -> None:
    before, after = (text.decode().splitlines() for text in poppler("pdfinfo", "-url"))
    differing = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(before) == 6  # a heading and five links
    assert len(differing) == 1
    assert differing[0][0].split()[-1] == ODD
    assert "/consulta-expedientes.example/" in differing[0][1]
    assert differing[0][0].split()[:-1] == differing[0][1].split()[:-1]


def pdfium_links(document: pypdfium2.PdfDocument) -> list[tuple[int, str]]:
    found = []
    for number, page in enumerate(document, 1):
        position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
        while pdfium.FPDFLink_Enumerate(page, position, link):
            action = pdfium.FPDFLink_GetAction(link)
            length = pdfium.FPDFAction_GetURIPath(document, action, None, 0)
            buffer = ctypes.create_string_buffer(length)
            pdfium.FPDFAction_GetURIPath(document, action, buffer, length)
            found.append((number, buffer.value.decode()))
    return found


def test_pdfium_shows_the_same_pages_and_exactly_one_changed_link(pdfs: tuple[bytes, bytes]) -> None:
    before, after = (pypdfium2.PdfDocument(content) for content in pdfs)
    assert len(before) == len(after) == 2
    for one, other in zip(before, after, strict=True):
        assert one.get_textpage().get_text_range() == other.get_textpage().get_text_range() != ""
        pixels: list[Any] = [bytes(page.render(scale=0.8).buffer) for page in (one, other)]
        assert pixels[0] == pixels[1]
        assert len(set(pixels[0])) > 2
    old, new = pdfium_links(before), pdfium_links(after)
    differing = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert len(old) == 5
    assert [a for a, _ in differing] == [(2, ODD)]


def test_qpdf_finds_nothing_wrong(poppler: Callable[..., tuple[bytes, bytes]]) -> None:
    """Not poppler's, but run the same way."""
    before, after = poppler("qpdf", "--check", "--no-warn")
    assert b"No syntax or stream encoding errors found" in before
    assert b"No syntax or stream encoding errors found" in after
