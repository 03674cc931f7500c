"""Files inside a PDF are handed on, each with its name, its type and its content, or there is a reason."""

from __future__ import annotations

import time
import zlib
from io import BytesIO

import pikepdf
import pytest

from inspectors import message
from inspectors.pdf import limits, read

HTML = b"<a href='https://inner.example/'>here</a>"
CATALOGUE = b"<</Type/Catalog/Pages 2 0 R%b>>"
NAMED = b"/Names<</EmbeddedFiles<</Names[(a)%b]>>>>"


def packed(data: bytes, more: bytes = b"/Type/EmbeddedFile") -> bytes:
    small = zlib.compress(data)
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (more, len(small), small)


def carrying(pdfs, spec: bytes, streams: dict[int, bytes]) -> bytes:
    """A PDF with one entry in its tree of embedded files."""
    pdf = pdfs.document([], streams)
    pdf.objects[1] = CATALOGUE % (NAMED % spec)
    return pdf.bytes()


def portfolio(files: dict[str, tuple[str, bytes]]) -> bytes:
    """A PDF whose cover page is only seen by readers that know no portfolios."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for name, (type_, content) in files.items():
            pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, content, filename=name, mime_type=type_)
        pdf.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection, View=pikepdf.Name.D)
        out = BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_the_files_of_a_portfolio_are_read_by_their_own_inspectors(pdfs) -> None:
    inner = pdfs.document([pdfs.annotation(pdfs.action(b"(https://x.example/)"))]).bytes()
    content = portfolio({"letter.pdf": ("application/pdf", inner), "page.html": ("text/html", HTML)})
    found = message.inspect_pdf(content)
    assert [(link.leaf, link.place, link.url) for link in found.links] == [
        ("letter.pdf", "pdf:annotation", "https://x.example/"),
        ("page.html", "html:a.href", "https://inner.example/"),
    ]
    assert [flag.flag for flag in found.flags] == ["pdf-portfolio"]
    assert found.skipped == ()


def test_pdfs_within_pdfs_are_read_to_a_depth() -> None:
    content = HTML
    for level in range(8):
        name = f"{level}.pdf" if level else "0.html"
        content = portfolio({name: ("text/html" if not level else "application/pdf", content)})
    found = message.inspect_pdf(content)
    assert found.links == ()
    assert [each.kind for each in found.skipped] == ["limit"]
    assert found.skipped[0].leaf.count("/") == 4


PLACES = {
    "an annotation": b"<</Subtype/FileAttachment/Rect[0 0 9 9]/FS%b>>",
    "the annotation's associated files": b"<</Subtype/Text/AF[%b]>>",
    "media of an annotation": b"<</Subtype/RichMedia/RichMediaContent<</Assets<</Names[(a)%b]>>>>>>",
}
SPEC = b"<</Type/Filespec/F(a.html)/EF<</F 9 0 R/UF 9 0 R>>>>"


@pytest.mark.parametrize("place", PLACES)
def test_a_file_that_hangs_under_an_annotation_is_handed_on_once(pdfs, place: str) -> None:
    content = pdfs.document([PLACES[place] % SPEC], {9: packed(HTML)}).bytes()
    reading = read("2", content)
    assert [(each.name, each.content) for each in reading.inside] == [("a.html", HTML)]
    assert reading.skipped == ()


@pytest.mark.parametrize("where", ["page", "catalogue", "nowhere"])
def test_associated_and_forgotten_files_are_handed_on(pdfs, where: str) -> None:
    pdf = pdfs.document([], {8: SPEC, 9: packed(HTML)})
    if where != "nowhere":
        number = 3 if where == "page" else 1
        pdf.objects[number] = pdf.objects[number][:-2] + b"/AF[8 0 R]>>"
    assert [each.content for each in read("2", pdf.bytes()).inside] == [HTML]


def test_a_file_that_no_specification_names_is_handed_on(pdfs) -> None:
    (one,) = read("2", pdfs.document([], {9: packed(HTML)}).bytes()).inside
    assert (one.name, one.content) == ("embedded file", HTML)


def test_names_and_types_are_those_of_the_file(pdfs) -> None:
    spec = b"<</F(old.txt)/UF<feff00e4002e00680074006d>/EF<</F 9 0 R>>>>"
    (one,) = read("2", carrying(pdfs, spec, {9: packed(HTML, b"/Subtype/TEXT#2FHTML")})).inside
    assert (one.name, one.type) == ("ä.htm", "text/html")
    spec = rb"<</F(..\\..\\evil\\a.html)/EF<</F 9 0 R>>>>"
    (one,) = read("2", carrying(pdfs, spec, {9: packed(HTML, b"/Subtype/(x)")})).inside
    assert (one.name, one.type) == ("a.html", "application/octet-stream")


def test_related_files_are_handed_on(pdfs) -> None:
    spec = b"<</F(a.txt)/EF<</F 9 0 R>>/RF<</F[(b.html)10 0 R(c.html)9 0 R]>>>>"
    reading = read("2", carrying(pdfs, spec, {9: packed(b"x"), 10: packed(HTML)}))
    assert [(each.name, each.content) for each in reading.inside] == [("a.txt", b"x"), ("b.html", HTML)]


@pytest.mark.parametrize("method", ["RC4", "AES"])
def test_files_in_encrypted_pdfs_are_handed_on_decrypted(pdfs, resaved, method: str) -> None:
    how = pikepdf.Encryption(owner="o", user="", R=4, aes=method == "AES", metadata=method == "AES")
    content = resaved(carrying(pdfs, SPEC, {9: packed(HTML)}), encryption=how)
    assert [each.content for each in read("2", content).inside] == [HTML]


@pytest.mark.parametrize(
    ("spec", "stream"),
    [
        (b"<</F(a)/EP<</Type/EncryptedPayload/Subtype/X>>/EF<</F 9 0 R>>>>", packed(b"x")),
        (SPEC, b"<</Filter[/Crypt]/DecodeParms<</Name/Own>>/Length 1>>stream\nx\nendstream"),
    ],
)
def test_a_file_with_a_password_of_its_own_is_said(pdfs, spec: bytes, stream: bytes) -> None:
    reading = read("2", carrying(pdfs, spec, {9: stream}))
    assert reading.inside == ()
    assert [(each.leaf, each.kind) for each in reading.skipped] == [("2", "encrypted")]


@pytest.mark.parametrize(
    "stream", [b"<</Filter/LZWDecode/Length 5>>stream\nxxxxx\nendstream", b"(no stream)"]
)
def test_a_broken_file_is_said_or_is_none_and_hides_no_other(pdfs, stream: bytes) -> None:
    spec = b"<</F(bad)/EF<</F 10 0 R>>>>(b)" + SPEC
    reading = read("2", carrying(pdfs, spec, {9: packed(HTML), 10: stream}))
    assert HTML in [each.content for each in reading.inside]


def test_the_bytes_of_all_files_are_bounded(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(limits, "EMBEDDED_BYTES", 100)
    spec = b"<</F(bomb)/EF<</F 10 0 R>>>>(b)" + SPEC
    reading = read("2", carrying(pdfs, spec, {9: packed(HTML), 10: packed(b" " * 50_000_000)}))
    assert [each.content for each in reading.inside] == [HTML]
    assert [(each.kind, "bomb" in each.reason) for each in reading.skipped] == [("limit", True)]


def test_the_number_of_files_is_bounded_and_the_rest_counted(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(limits, "EMBEDDED", 5)
    specs = b"".join(b"(%d)<</F(%d)/EF<</F %d 0 R>>>>" % (n, n, n) for n in range(10, 22))
    reading = read("2", carrying(pdfs, specs[4:], {n: packed(b"x") for n in range(10, 22)}))
    assert len(reading.inside) == 5
    assert [each.reason for each in reading.skipped] == ["7 more embedded files over the limit"]


def test_names_that_are_no_text_disturb_nobody(pdfs) -> None:
    spec = b"<</F(\x1b[31m\x07\n)/EP 1/EF<</F 9 0 R>>>>"
    (skipped,) = read("2", carrying(pdfs, spec, {9: packed(b"x")})).skipped
    assert skipped.reason.isprintable()


HOSTILE = {
    "very many files": lambda: {
        **{n: b"<</F(a)/EF<</F %d 0 R>>>>" % (n + 5_000) for n in range(100, 5_000)},
        **{n + 5_000: b"<</Length 1>>stream\nx\nendstream" for n in range(100, 5_000)},
    },
    "related files of related files": lambda: {
        9: b"[%b]" % (b"(a)10 0 R" * 20_000),
        10: packed(b"x"),
        11: b"[%b]" % (b"<</F(a)/EF<</F 10 0 R>>/RF<</F 9 0 R/UF 9 0 R/DOS 9 0 R>>>>" * 5_000),
    },
    "bombs in bombs": lambda: dict.fromkeys(
        range(10, 150),
        b"<</Type/EmbeddedFile/Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%b\nendstream"
        % (len(twice := zlib.compress(zlib.compress(b" " * 60_000_000))), twice),
    ),
    "damaged ones": lambda: dict.fromkeys(
        range(10, 3_000), b"<</Type/EmbeddedFile/Filter/LZWDecode/Length 5>>stream\nxxxxx\nendstream"
    ),
    "bombs": lambda: dict.fromkeys(range(10, 150), packed(b" " * 40_000_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_read_in_bounded_time(pdfs, name: str) -> None:
    content = pdfs.document([], HOSTILE[name]()).bytes()
    start = time.process_time()
    reading = read("2", content)
    assert time.process_time() - start < 4
    assert "limit" in [each.kind for each in reading.skipped]
    assert sum(len(each.content) for each in reading.inside) <= limits.EMBEDDED_BYTES
