from __future__ import annotations

import pickle
import resource
import time
from io import BytesIO

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspectors.pdf import limits, read
from inspectors.pdf.model import PdfHandle


def annotated(pdfs, uri: bytes, **other: object) -> bytes:
    return pdfs.document([pdfs.annotation(pdfs.action(uri))], **other).bytes()


@pytest.mark.parametrize("kind", ["table", "stream", "hybrid"])
def test_links_are_found_however_the_action_hangs_on_the_page(pdfs, kind: str) -> None:
    content = pdfs.document(
        [
            pdfs.annotation(pdfs.action(b"(https://one.example/)")),
            b"10 0 R",
            pdfs.annotation(b"12 0 R"),
            b"14 0 R",
        ],
        {
            10: pdfs.annotation(b"11 0 R"),
            11: pdfs.action(b"(https://two.example/)"),
            12: pdfs.action(b"13 0 R"),
            13: b"(https://three.example/)",
            14: b"<</Subtype/Widget/FT/Btn/A%b>>"
            % pdfs.action(b"<%b>" % b"https://four.example/".hex().encode()),
        },
        kind=kind,
    ).bytes()
    reading = read("3", content)
    assert [link.url for link in reading.links] == [
        f"https://{name}.example/" for name in ("one", "two", "three", "four")
    ]
    assert {(link.leaf, link.place, link.page) for link in reading.links} == {("3", "pdf:annotation", 1)}
    assert reading.links[0].host == "one.example"
    assert reading.flags == reading.skipped == ()
    assert pickle.loads(pickle.dumps(reading)) == reading


@pytest.mark.parametrize(
    ("uri", "written"),
    [
        (
            rb"(https://a.example/\(x\)\\\141\
b)",
            r"https://a.example/(x)\ab",
        ),
        (b"<68747470733a2f2f612e6578616d706c652F 7>", "https://a.example/p"),
        (b"<feff" + "https://ü.example/".encode("utf-16-be").hex().encode() + b">", "https://ü.example/"),
    ],
)
def test_written_is_the_string_as_characters(pdfs, uri: bytes, written: str) -> None:
    (link,) = read("1", annotated(pdfs, uri)).links
    assert link.written == written


def test_names_with_escapes_are_the_same_names(pdfs) -> None:
    content = pdfs.document([b"<</Subtype/Link/#41<</#53/UR#49/U#52I(https://a.example/)>>>>"]).bytes()
    assert [link.url for link in read("1", content).links] == ["https://a.example/"]


def test_the_base_of_the_catalogue_makes_relative_links_whole(pdfs) -> None:
    pdf = pdfs.document([pdfs.annotation(pdfs.action(b"(page?x)"))])
    pdf.objects[1] = b"<</Type/Catalog/Pages 2 0 R/URI<</Base(https://base.example/dir/)>>>>"
    (link,) = read("1", pdf.bytes()).links
    assert (link.url, link.written) == ("https://base.example/dir/page?x", "page?x")


def test_pages_count_from_one_through_the_tree(pdfs) -> None:
    page = b"<</Type/Page/Parent 2 0 R/Annots[%b]>>"
    pdf = pdfs.document([])
    pdf.objects |= {
        2: b"<</Type/Pages/Kids[4 0 R 3 0 R]/Count 3>>",
        3: page % pdfs.annotation(pdfs.action(b"(https://three.example/)")),
        4: b"<</Type/Pages/Kids[5 0 R 6 0 R]/Count 2>>",
        5: page % b"",
        6: page % pdfs.annotation(pdfs.action(b"(https://two.example/)")),
    }
    assert [(link.host, link.page) for link in read("1", pdf.bytes()).links] == [
        ("two.example", 2),
        ("three.example", 3),
    ]


def test_an_annotation_on_two_pages_is_one_link(pdfs) -> None:
    pdf = pdfs.document([b"10 0 R"], {10: pdfs.annotation(pdfs.action(b"(https://a.example/)"))})
    pdf.objects[4] = pdf.objects[3]
    pdf.objects[2] = b"<</Type/Pages/Kids[3 0 R 4 0 R 3 0 R]/Count 3>>"
    assert [link.page for link in read("1", pdf.bytes()).links] == [1]


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<html>" * 400])
def test_what_is_no_pdf_is_skipped(content: bytes) -> None:
    reading = read("2", content)
    assert reading.links == ()
    assert "not a PDF" in reading.skipped[0].reason
    assert reading.skipped[0].leaf == "2"


def test_rubbish_after_a_header_is_skipped() -> None:
    assert "broken" in read("2", b"%PDF-1.7\n" + b"nothing here" * 50).skipped[0].reason


def test_a_file_that_needs_a_password_is_skipped(pdfs, resaved) -> None:
    content = resaved(
        annotated(pdfs, b"(https://a.example/)"), encryption=pikepdf.Encryption(owner="o", user="u")
    )
    assert "password" in read("2", content).skipped[0].reason


def test_an_encrypted_file_that_opens_is_read_and_flagged(pdfs, resaved) -> None:
    content = resaved(
        annotated(pdfs, b"(https://a.example/)"), encryption=pikepdf.Encryption(owner="o", user="")
    )
    reading = read("2", content)
    assert [link.url for link in reading.links] == ["https://a.example/"]
    assert [flag.flag for flag in reading.flags] == ["pdf-encrypted"]


def test_a_file_beyond_the_size_is_skipped(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(limits, "CONTENT_BYTES", 50)
    assert "bytes" in read("2", annotated(pdfs, b"(https://a.example/)")).skipped[0].reason


def test_a_wrong_startxref_is_repaired_and_flagged(pdfs) -> None:
    content = annotated(pdfs, b"(https://a.example/)")
    content = content[: content.rindex(b"startxref")] + b"startxref\n7\n%%EOF\n"
    reading = read("2", content)
    assert [link.url for link in reading.links] == ["https://a.example/"]
    assert [flag.flag for flag in reading.flags] == ["pdf-damaged"]


def test_a_wrong_offset_of_an_annotation_does_not_hide_its_link(pdfs) -> None:
    content = pdfs.document([b"10 0 R"], {10: pdfs.annotation(pdfs.action(b"(https://a.example/)"))}).bytes()
    offset = content.index(b"10 0 obj")
    reading = read("2", content.replace(b"%010d 00000 n" % offset, b"%010d 00000 n" % (offset + 4)))
    assert [link.url for link in reading.links] == ["https://a.example/"]
    assert [flag.flag for flag in reading.flags] == ["pdf-damaged"]


def test_a_page_tree_that_runs_in_a_circle_ends(pdfs) -> None:
    pdf = pdfs.document([pdfs.annotation(pdfs.action(b"(https://a.example/)"))])
    pdf.objects[2] = b"<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Count 3>>"
    assert len(read("1", pdf.bytes()).links) == 1


def test_a_page_tree_thousands_of_levels_deep_is_walked(pdfs) -> None:
    pdf = pdfs.document([pdfs.annotation(pdfs.action(b"(https://a.example/)"))])
    pdf.objects[2] = b"<</Type/Pages/Kids[4 0 R]/Count 1>>"
    pdf.objects |= {n: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (n + 1) for n in range(4, 5000)}
    pdf.objects[5000] = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    assert len(read("1", pdf.bytes()).links) == 1


def test_100_000_annotations_are_cut_with_a_reason_in_bounded_time(pdfs) -> None:
    content = pdfs.document([pdfs.annotation(pdfs.action(b"(https://a.example/)"))] * 100_000).bytes()
    start = time.process_time()
    reading = read("1", content)
    assert time.process_time() - start < 5
    assert len(reading.links) == limits.ANNOTATIONS
    assert "annotations" in reading.skipped[0].reason


def test_too_many_pages_are_cut_with_a_reason(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(limits, "PAGES", 3)
    pdf = pdfs.document([])
    pdf.objects[2] = b"<</Type/Pages/Kids[%b]/Count 9>>" % (b"3 0 R " * 9)
    assert "pages" in read("1", pdf.bytes()).skipped[0].reason


def test_too_many_objects_are_skipped_with_a_reason(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(limits, "OBJECTS", 2)
    assert "objects" in read("1", pdfs.document([]).bytes()).skipped[0].reason


def test_a_stream_that_inflates_without_end_is_skipped_with_bounded_memory(pdfs) -> None:
    pdf = pdfs.document([pdfs.annotation(pdfs.action(b"(https://a.example/)"))], kind="stream")
    pdf.objects[9] = b" " * (limits.STREAM_BYTES + 1_000_000) + b"null"
    content = pdf.bytes()
    assert len(content) < 1_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reading = read("1", content)
    assert reading.skipped or reading.flags
    assert not any(isinstance(link.handle, PdfHandle) for link in reading.links)  # but PDFium may read it
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 4 * limits.STREAM_BYTES / 1024


def test_signature_and_usage_rights_are_flagged(pdfs) -> None:
    pdf = pdfs.document([], {5: b"<</FT/Sig/V 6 0 R>>", 6: b"<</Type/Sig/Contents<01>/ByteRange[0 1 2 3]>>"})
    pdf.objects[1] = (
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[<</Kids[5 0 R 5 0 R]>>]>>/Perms<</UR3 6 0 R>>>>"
    )
    assert {flag.flag for flag in read("1", pdf.bytes()).flags} == {"pdf-signed", "pdf-usage-rights"}


def test_a_signature_field_only_on_the_page_is_flagged_too(pdfs) -> None:
    pdf = pdfs.document([b"<</Subtype/Widget/FT/Sig/V<</Contents<01>/ByteRange[0 1 2 3]>>>>"])
    assert [flag.flag for flag in read("1", pdf.bytes()).flags] == ["pdf-signed"]


def test_a_link_of_great_length_is_cut_and_flagged(pdfs) -> None:
    content = annotated(pdfs, b"(https://a.example/%b)" % (b"x" * limits.URI_BYTES))
    reading = read("1", content)
    assert len(reading.links[0].written) == limits.URI_BYTES
    assert [flag.flag for flag in reading.flags] == ["pdf-long-uri"]


def test_nothing_is_printed_about_damaged_files(pdfs, capfd) -> None:
    content = annotated(pdfs, b"(https://a.example/)")
    read("1", content[:-40])
    read("1", content.replace(b"/Rect[", b"/Rect<<"))
    assert capfd.readouterr() == ("", "")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_with_any_bytes_changed_gives_a_result(data: st.DataObject) -> None:
    out = BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page().obj
        uri = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://a.example/"))
        page.Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=uri)])
        pdf.save(out, static_id=True)
    content = bytearray(out.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    reading = read("1", bytes(content))
    assert reading.links or reading.skipped or reading.flags or reading == type(reading)()


@pytest.mark.parametrize(
    "value", [b"/ByteRange[]", b"/ByteRange[0 1 2 3]", b"/Contents<01>/ByteRange[5 1 2 3]"]
)
def test_what_signs_nothing_is_no_signature(pdfs, value: bytes) -> None:
    pdf = pdfs.document([b"<</Subtype/Widget/FT/Sig/V<<" + value + b">>>>"])
    assert "pdf-signed" not in [flag.flag for flag in read("1", pdf.bytes()).flags]
