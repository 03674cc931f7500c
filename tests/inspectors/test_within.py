"""Every PDF of a message is found under the path its links have."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pikepdf
import pytest

from inspectors import message, within


def pdf(inside: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        for name, content in (inside or {}).items():
            made.attachments[name] = pikepdf.AttachedFileSpec(made, content, filename=name)
        made.save(out, deterministic_id=True)
    return out.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def mail() -> bytes:
    made = EmailMessage()
    made["From"] = "a@office.example"
    made.set_content("https://office.example/")
    made.add_attachment(pdf({"inner.pdf": pdf()}), maintype="application", subtype="pdf", filename="a.pdf")
    made.add_attachment(
        zipped("folder/b.pdf", pdf()), maintype="application", subtype="zip", filename="b.zip"
    )
    made.add_attachment(b"%PDF-1.7 broken", maintype="application", subtype="octet-stream", filename="c")
    return made.as_bytes()


PATHS = ["2", "2/inner.pdf", "3/folder/b.pdf", "4"]


def test_pdfs_are_found_wherever_they_lie(mail: bytes) -> None:
    assert [path for path, _ in within.pdfs(mail)] == PATHS


@pytest.mark.parametrize("path", PATHS)
def test_the_wanted_one_is_found_alone(mail: bytes, path: str) -> None:
    ((found, content),) = within.pdfs(mail, path)
    assert found == path
    assert content.startswith(b"%PDF")
    assert list(within.pdfs(mail, path + "x")) == []


def test_paths_are_those_of_reading(mail: bytes) -> None:
    skipped = {each.leaf for each in message.inspect(mail).skipped}
    assert skipped == {"4"}


def test_a_bare_pdf_has_no_path_and_those_in_it_have() -> None:
    content = pdf({"inner.pdf": pdf()})
    assert [path for path, _ in within.bare(content)] == ["", "inner.pdf"]
    assert [path for path, _ in within.bare(content, "inner.pdf")] == ["inner.pdf"]


def test_depth_is_bounded() -> None:
    content = pdf()
    for _ in range(8):
        content = pdf({"a.pdf": content})
    assert len(list(within.bare(content))) < 8


@pytest.mark.parametrize("raw", [b"", b"\x00" * 100, b"Content-Type: application/pdf\r\n\r\n"])
def test_any_bytes_are_gone_through(raw: bytes) -> None:
    list(within.pdfs(raw))
    list(within.bare(raw))
