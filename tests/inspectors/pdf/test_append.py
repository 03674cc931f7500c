from __future__ import annotations

from dataclasses import replace

import pytest

from inspectors.pdf import limits
from inspectors.pdf.append import Ground, revision
from inspectors.pdf.model import RefusedError
from inspectors.pdf.structure import Structure

TRAILER = (
    ("/ID", b"/ID [ <00> <01> ]"),
    ("/Prev", b"/Prev 7"),
    ("/Root", b"/Root 1 0 R"),
    ("/Size", b"/Size 9"),
)
TABLE = Ground(Structure(0, 400, "table", -1, True), 1000, TRAILER, 12)


def test_a_table_section_is_written_as_the_standard_says() -> None:
    assert revision(TABLE, {(5, 2): b"<< >>", (6, 0): b"(x)", (9, 0): b"1"}) == (
        b"5 2 obj\n<< >>\nendobj\n6 0 obj\n(x)\nendobj\n9 0 obj\n1\nendobj\n"
        b"xref\n5 2\n0000001000 00002 n \n0000001021 00000 n \n9 1\n0000001040 00000 n \n"
        b"trailer\n<< /Size 12 /Prev 400 /ID [ <00> <01> ] /Root 1 0 R >>\nstartxref\n1057\n%%EOF\n"
    )


def test_offsets_count_from_the_header_and_a_missing_line_end_is_made_good() -> None:
    data = revision(replace(TABLE, structure=Structure(10, 400, "table", -1, False)), {(5, 0): b"1"})
    assert data.startswith(b"\n5 0 obj\n")
    assert b"\n0000000991 00000 n \n" in data


def test_a_stream_section_has_the_next_number_and_lists_itself() -> None:
    ground = replace(TABLE, structure=Structure(0, 400, "stream", -1, True))
    data = revision(ground, {(5, 0): b"1"})
    assert b"12 0 obj\n<< /Type /XRef /W [ 1 2 1 ] /Index [ 5 1 12 1 ] /Length 8 /Size 13 /Prev 400 " in data
    at = 1000 + data.index(b"12 0 obj")
    assert b"stream\n\x01\x03\xe8\x00\x01" + at.to_bytes(2, "big") + b"\x00\nendstream" in data
    assert data.endswith(b"startxref\n%d\n%%%%EOF\n" % at)


def test_a_hybrid_stream_is_left_to_the_section_it_belongs_to() -> None:
    ground = replace(TABLE, trailer=(*TRAILER, ("/XRefStm", b"/XRefStm 300")))
    assert b"/XRefStm" not in revision(ground, {(5, 0): b"1"})


def test_a_damaged_file_gets_all_entries_and_no_previous_section() -> None:
    entries = {(1, 0): (1, 15, 0), (2, 3): (1, 80, 3), (4, 0): (1, 200, 0)}
    data = revision(replace(TABLE, entries=entries), {(4, 0): b"1"})
    assert (
        b"xref\n0 3\n0000000000 65535 f \n0000000015 00000 n \n0000000080 00003 n \n4 1\n0000001000" in data
    )
    assert b"/Prev" not in data


def test_a_damaged_file_with_object_streams_gets_a_stream() -> None:
    data = revision(replace(TABLE, entries={(1, 0): (1, 15, 0), (2, 0): (2, 1, 7)}), {(3, 0): b"1"})
    assert b"/Index [ 1 3 12 1 ]" in data
    assert b"stream\n\x01\x00\x0f\x00\x02\x00\x01\x07\x01\x03\xe8\x00" in data


def test_the_new_length_is_never_the_stated_one_of_a_linearised_file() -> None:
    plain = revision(TABLE, {(5, 0): b"1"})
    stated = 1000 + len(plain)
    data = revision(replace(TABLE, structure=Structure(0, 400, "table", stated, True)), {(5, 0): b"1"})
    assert data == plain + b"\n"


def test_numbers_beyond_the_format_are_refused() -> None:
    with pytest.raises(RefusedError):
        revision(replace(TABLE, length=10_000_000_000), {(5, 0): b"1"})
    ground = replace(TABLE, structure=Structure(0, 400, "stream", -1, True), size=limits.OBJECT_NUMBER + 1)
    with pytest.raises(RefusedError):
        revision(ground, {(5, 0): b"1"})
