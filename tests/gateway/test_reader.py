"""Small messages are read here, others in a worker; a part that kills its worker hides no others."""

from __future__ import annotations

import asyncio
import base64
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from gateway import work
from gateway.reader import INLINE_BYTES, PIPE_BYTES, Reader
from gateway.workers import WorkerError, WorkerLimits, Workers
from inspectors import mime
from inspectors.model import Edit

PLAIN = b"From: a@office.example\r\n\r\nhttps://one.example/\r\n"


def pdf(pages: int, each: int) -> bytes:
    made = pikepdf.new()
    for number in range(pages):
        page = made.add_blank_page()
        page.obj.Annots = pikepdf.Array(
            made.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Link,
                    Rect=[0, 0, 9, 9],
                    A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=f"https://x{number}.example/{n}"),
                )
            )
            for n in range(each)
        )
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_pdf(content: bytes) -> bytes:
    return (
        b'From: a@office.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\n\r\nhttps://one.example/\r\n"
        b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content).replace(b"\n", b"\r\n")
        + b"--b\r\nContent-Type: text/html\r\n\r\n<a href='https://two.example/'>x</a>\r\n--b--\r\n"
    )


def process_id(source: work.Source) -> int:
    return os.getpid()


@pytest.fixture(scope="module")
def narrow() -> Iterator[Workers]:
    """Enough processor time for anything but a hostile PDF."""
    made = Workers(WorkerLimits(processes=1, cpu_seconds=0.15, seconds=10))
    yield made
    made.close()


@pytest.fixture(scope="module")
def wide() -> Iterator[Workers]:
    made = Workers(WorkerLimits(processes=1, cpu_seconds=5, seconds=20))
    yield made
    made.close()


async def test_a_small_plain_message_is_read_here() -> None:
    never = Workers(WorkerLimits(processes=0))
    assert await Reader(never).run(PLAIN, process_id) == os.getpid()
    assert [link.url for link in (await Reader(never).inspect(PLAIN)).links] == ["https://one.example/"]


@pytest.mark.parametrize(
    "source",
    [PLAIN + b"x" * INLINE_BYTES, with_pdf(pdf(1, 1)), work.BareFile(pdf(1, 1))],
    ids=["large", "pdf-attached", "pdf-bare"],
)
async def test_large_messages_and_pdfs_are_read_elsewhere(
    wide: Workers, source: work.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = []

    real = wide.run

    async def watched(function: Any, *args: Any, **more: Any) -> Any:
        elsewhere.append(function)
        return await real(function, *args, **more)

    monkeypatch.setattr(wide, "run", watched)
    assert await Reader(wide).inspect(source) == work.inspect(source)
    assert elsewhere == [work.inspect]


async def test_the_structure_of_a_small_message_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    structures = []
    real = mime.read

    def watched(raw: bytes) -> mime.Structure:
        structures.append(raw)
        return real(raw)

    monkeypatch.setattr(mime, "read", watched)
    assert (await Reader(Workers(WorkerLimits(processes=0))).inspect(PLAIN)).links
    assert structures == [PLAIN]


async def test_a_file_is_read_elsewhere_whatever_its_size(wide: Workers, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(PLAIN)
    assert await Reader(wide).inspect(path) == work.inspect(PLAIN)


async def test_a_message_too_large_for_the_pipe_goes_by_a_file_that_is_removed(
    wide: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    source = PLAIN + b"x" * PIPE_BYTES
    assert await Reader(wide).run(source, str) != str(source)  # the worker was given a path
    assert len((await Reader(wide).inspect(source)).links) == 1
    assert not await asyncio.to_thread(os.listdir, tmp_path)


async def test_a_pdf_that_kills_its_worker_is_skipped_and_the_other_parts_are_read(narrow: Workers) -> None:
    seen: list[str] = []
    found = await Reader(narrow, seen.append).inspect(with_pdf(pdf(200, 49)))
    assert [link.url for link in found.links] == ["https://one.example/", "https://two.example/"]
    (skipped,) = found.skipped
    assert skipped.leaf == "2"
    assert skipped.reason == "reading it was ended: it took more than 0.15 s of processor time"
    assert seen == ["deadline", "deadline"]  # the second time without page text
    assert len(found.message.leaves) == 3


async def test_a_pdf_whose_page_text_kills_its_worker_is_read_without_it(narrow: Workers) -> None:
    made = pikepdf.open(io.BytesIO(pdf(1, 1)))
    made.pages[0].obj.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(
            F=pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
    )
    made.pages[0].contents_add(made.make_stream(b"BT /F 1 Tf " + b"(words) Tj 1 1 Td " * 60_000))
    out = io.BytesIO()
    made.save(out)
    raw = with_pdf(out.getvalue())
    reader = Reader(narrow)
    found = await reader.inspect(raw)
    (link,) = (link for link in found.links if link.leaf == "2")
    assert (link.place, link.url) == ("pdf:annotation", "https://x0.example/0")
    assert all(each.kind == "limit" and each.leaf == "2" for each in found.skipped)
    assert any("page text" in each.reason for each in found.skipped)
    assert any("processor time" in each.reason for each in found.skipped)
    edit = Edit(link, ("https://click.example/odd.example/TTT",))
    assert (await reader.rewrite(raw, [edit], found.unread)).rewriting.done == (edit,)


async def test_a_pdf_that_kills_its_worker_does_not_hide_another(narrow: Workers) -> None:
    """One small attachment must not shield the one beside it."""
    two = with_pdf(pdf(200, 49)).replace(
        b"--b\r\nContent-Type: text/html",
        b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(pdf(1, 1)).replace(b"\n", b"\r\n")
        + b"--b\r\nContent-Type: text/html",
    )
    found = await Reader(narrow).inspect(two)
    assert {link.leaf for link in found.links} == {"1", "3", "4"}
    assert [path for path, _ in found.unread] == ["2"]


async def test_a_pile_of_parts_within_the_bounds_does_not_hide_the_text(narrow: Workers) -> None:
    one = (
        b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(pdf(20, 49)).replace(b"\n", b"\r\n")
    )
    html = b"--b\r\nContent-Type: text/html"
    found = await Reader(narrow).inspect(with_pdf(pdf(1, 1)).replace(html, one * 25 + html))
    assert {"1", "28"} <= {link.leaf for link in found.links}
    assert found.unread and all(skipped.kind == "limit" for skipped in found.skipped)


async def test_a_bare_pdf_that_kills_its_worker_is_skipped_whole(narrow: Workers) -> None:
    found = await Reader(narrow).inspect(work.BareFile(pdf(200, 49)))
    assert (found.links, found.skipped[0].leaf) == ((), "")
    assert "processor time" in found.skipped[0].reason


async def test_what_cannot_be_read_at_all_is_a_result_with_the_reason(wide: Workers, tmp_path: Path) -> None:
    seen: list[str] = []
    found = await Reader(wide, seen.append).inspect(tmp_path / "gone")
    assert found.links == ()
    assert found.skipped[0].reason == "reading the message was ended: it failed inside (FileNotFoundError)"
    assert found.flags[0].flag == "limit"
    assert seen == ["failed", "failed"]


async def test_a_mistake_of_ours_on_a_small_message_is_a_worker_error_too() -> None:
    seen: list[str] = []

    def broken(source: work.Source) -> None:
        raise RecursionError

    with pytest.raises(WorkerError, match="RecursionError"):
        await Reader(Workers(WorkerLimits()), seen.append).run(PLAIN, broken)
    assert seen == ["failed"]
