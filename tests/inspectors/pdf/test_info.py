"""inspectors/pdf/info.py: which program made a PDF, said shortly whatever the file says."""

from __future__ import annotations

import base64
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import files
from inspectors import limits as bounds
from inspectors import message
from inspectors.pdf import info, limits, read


def made(pdfs, entries: bytes, more: dict[int, bytes] | None = None, **other: object) -> bytes:
    link = pdfs.annotation(pdfs.action(b"(https://a.example/)"))
    trailer = b"/Info 20 0 R" if b"<<" in entries else b"/Info " + entries
    return pdfs.document([link], {20: entries, **(more or {})}, trailer=trailer, **other).bytes()


def maker(content: bytes) -> tuple[tuple[str, str], ...]:
    reading = read("2", content)
    assert [link.url for link in reading.links] == ["https://a.example/"]
    return reading.producers


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Some Writer 16.0.1", "Some Writer"),
        ("Some Writer® für Büros 2019", "Some Writer® für Büros"),
        ("texmaker-1.40.21", "texmaker"),
        ("Library by Somebody; modified using another tool", "Library by Somebody"),
        ("someOS Version 10.15.7 (Build 19H15) Context", "someOS"),
        ("Engine/PDF m91", "Engine/PDF"),
        ("Tool (www.tool.example)", "Tool"),
        ("Tool v. 3", "Tool"),
        ("  two\n\tlines \x00 ", "two lines"),
        ("12.3", "12.3"),
        ("", ""),
    ],
)
def test_the_version_is_left_out(written: str, name: str) -> None:
    assert info.named(written.encode()) == name


@pytest.mark.parametrize("kind", ["table", "stream", "hybrid"])
def test_the_producer_is_said_before_the_creator(pdfs, kind: str) -> None:
    both = made(pdfs, b"<</Producer(Printer 5)/Creator(Writer)>>", kind=kind)
    assert maker(both) == (("2", "Printer"),)
    assert maker(made(pdfs, b"<</Creator 21 0 R>>", {21: b"(Writer 7)"}, kind=kind)) == (("2", "Writer"),)
    assert maker(made(pdfs, b"<</Producer()/Creator(Writer)>>", kind=kind)) == (("2", "Writer"),)
    assert maker(made(pdfs, b"<</Title(x)>>", kind=kind)) == ()


def test_utf_16_and_utf_8_are_read(pdfs) -> None:
    for bom, codec in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"), (b"\xef\xbb\xbf", "utf-8")):
        string = (bom + "Schreibgerät 3".encode(codec)).hex().encode()
        assert maker(made(pdfs, b"<</Producer<%b>>>" % string)) == (("2", "Schreibgerät"),)


@pytest.mark.parametrize(
    "entries",
    [
        b"(no dictionary)", b"[20 0 R]", b"20 0 R", b"99 0 R", b"3 0 R", b"null",
        b"<</Producer 20 0 R>>", b"<</Producer 21 0 R>>", b"<</Producer 99 0 R>>", b"<</Producer/Name>>",
        b"<</Producer[(a)(b)]>>", b"<</Producer<<>>>>", b"<</Producer 5>>",
    ],
)  # fmt: skip
def test_what_is_no_string_says_nothing_and_hides_no_link(pdfs, entries: bytes) -> None:
    assert maker(made(pdfs, entries, {21: b"22 0 R", 22: b"21 0 R"})) == ()


def test_a_huge_name_is_cut(pdfs) -> None:
    ((_, name),) = maker(made(pdfs, b"<</Producer(%b)>>" % (b"A" * 3_000_000)))
    assert name == "A" * limits.PRODUCER
    ((_, name),) = maker(made(pdfs, b"<</Producer(%b)>>" % (b"a -" * 100_000)))
    assert len(name) <= limits.PRODUCER


@given(st.binary(max_size=600))
def test_any_bytes_give_a_short_printable_line(value: bytes) -> None:
    name = info.named(value[: limits.PRODUCER_BYTES])
    assert len(name) <= limits.PRODUCER and name.isprintable() and name == name.strip()


def test_a_locked_file_says_nothing_and_one_that_opens_says_it(pdfs, resaved) -> None:
    import pikepdf

    plain = made(pdfs, b"<</Producer(Printer 5)>>")
    locked = resaved(plain, encryption=pikepdf.Encryption(owner="o", user="u", R=6))
    reading = read("2", locked)
    assert reading.producers == () and reading.skipped[0].kind == "encrypted"
    opened = resaved(plain, encryption=pikepdf.Encryption(owner="o", user="", R=6))
    assert maker(opened) == (("2", "Printer"),)


def mail(*attachments: bytes, kind: str = "application/pdf") -> bytes:
    parts = b"".join(
        b"--b\r\nContent-Type: %b\r\nContent-Transfer-Encoding: base64\r\n\r\n%b"
        % (kind.encode(), base64.encodebytes(data))
        for data in attachments
    )
    return (
        b"From: a@a.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n"
        + parts
        + b"--b--\r\n"
    )


def test_a_message_tells_the_makers_of_its_pdfs_and_of_those_inside_other_files(pdfs) -> None:
    one, two = (made(pdfs, b"<</Producer(%b)>>" % name) for name in (b"One 1", b"Two 2"))
    found = message.inspect(mail(one, two))
    assert found.producers == (("2", "One"), ("3", "Two"))
    assert pickle.loads(pickle.dumps(found)).producers == found.producers
    inside = message.inspect(mail(files.zipped({"in.pdf": two}), kind="application/zip"))
    assert inside.producers == (("2/in.pdf", "Two"),)
    assert message.inspect_pdf(one).producers == (("", "One"),)
    assert message.inspect(b"From: a@a.example\r\n\r\nhttp://a.example/\r\n").producers == ()


def test_makers_are_bounded(pdfs) -> None:
    archive = {f"{number}.pdf": made(pdfs, b"<</Producer(P)>>") for number in range(bounds.PRODUCERS + 5)}
    found = message.inspect(mail(files.zipped(archive), kind="application/zip"))
    assert len(found.producers) == bounds.PRODUCERS
    assert len(found.links) == bounds.PRODUCERS + 5
