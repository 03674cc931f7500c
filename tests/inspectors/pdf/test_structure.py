from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspectors.pdf.structure import lost_end, structure


def test_the_last_startxref_and_its_kind_count_from_the_header(pdfs) -> None:
    table = pdfs.document([]).bytes()
    at = table.rindex(b"xref\n", 0, table.rindex(b"startxref"))
    found = structure(table)
    assert (found.header, found.startxref, found.kind, found.ends_line) == (0, at, "table", True)
    found = structure(b"junk\r\n" + table)
    assert (found.header, found.startxref, found.kind) == (6, at, "table")


def test_a_cross_reference_stream_is_told_from_a_table(pdfs) -> None:
    assert structure(pdfs.document([], kind="stream").bytes()).kind == "stream"
    assert structure(pdfs.document([], kind="hybrid").bytes()).kind == "table"


def test_a_missing_line_end_is_seen(pdfs) -> None:
    assert not structure(pdfs.document([]).bytes().rstrip()).ends_line


def test_the_stated_length_of_a_linearised_file_is_found(pdfs, resaved) -> None:
    content = resaved(pdfs.document([]).bytes(), linearize=True)
    assert structure(content).stated_length == len(content)
    assert structure(pdfs.document([]).bytes()).stated_length == -1


def test_a_lost_end_names_the_newest_cross_reference_stream(pdfs) -> None:
    content = b"junk\n" + pdfs.document([], kind="stream").bytes()
    end = content.rindex(b"startxref")
    assert lost_end(content[:end]).split() == content[end:].split()
    assert lost_end(pdfs.document([]).bytes()) == b""
    assert lost_end(content[:end] + b"/XRef" * 100) == b""  # given up
    assert lost_end(content[:end] + b" /XRef stream /XRef").split() == content[end:].split()


@given(st.binary(max_size=200), st.sampled_from([b"", b"%PDF-", b"startxref 5", b"/Linearized /L 9"]))
def test_no_bytes_make_it_fail(content: bytes, part: bytes) -> None:
    lost_end(content + b"/XRef" + part)
    found = structure(content + part)
    assert found.kind in ("", "table", "stream")
