from __future__ import annotations

import pytest

from inspectors.pdf import limits, read

SIGNATURE = b"<</Contents<01>/ByteRange[0 1 2 3]%b>>"
REFERENCE = b"/Reference[<</TransformMethod/%b/TransformParams<<%b>>>>]"


def flags(pdfs, more: bytes) -> dict[str, str]:
    pdf = pdfs.document([])
    pdf.objects[1] = b"<</Type/Catalog/Pages 2 0 R%b>>" % more
    return {flag.flag: flag.words for flag in read("2", pdf.bytes()).flags}


def form(signature: bytes) -> bytes:
    return b"/AcroForm<</Fields[<</T(a)/Kids[<</FT/Sig/V%b>>]>>]>>" % signature


def test_a_signature_over_a_byte_range_is_found(pdfs) -> None:
    assert list(flags(pdfs, form(SIGNATURE % b""))) == ["pdf-signed"]


@pytest.mark.parametrize(
    "signature",
    [
        b"<</Contents<01>>>",
        b"<</Contents<00>/ByteRange[0 1 2 3]>>",
        b"<</Contents<01>/ByteRange[5 1 2 3]>>",
        b"<</Contents<01>/ByteRange[0 1 2]>>",
        b"(words)",
    ],
)
def test_what_signs_nothing_is_no_signature(pdfs, signature: bytes) -> None:
    assert flags(pdfs, form(signature)) == {}


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (b"/P 1", "level 1"),
        (b"/P 2", "level 2"),
        (b"/P 3", "level 3"),
        (b"", "level 2"),  # what the standard says where nothing is said
        (b"/P 9999999999999", "level 2"),
        (b"/P(x)", "level 2"),
    ],
)
def test_a_certified_file_says_what_viewers_will_report(pdfs, parameters: bytes, words: str) -> None:
    signature = SIGNATURE % (REFERENCE % (b"DocMDP", parameters))
    found = flags(pdfs, form(signature) + b"/Perms<</DocMDP%b>>" % signature)
    assert list(found) == ["pdf-signed", "pdf-certified"]
    assert words in found["pdf-certified"]


def test_locked_fields_are_said(pdfs) -> None:
    found = flags(pdfs, form(SIGNATURE % (REFERENCE % (b"FieldMDP", b"/Action/All"))))
    assert "locks form fields" in found["pdf-certified"]


def test_more_fields_than_are_looked_at_count_as_signed(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(limits, "FIELDS", 3)
    assert list(flags(pdfs, b"/AcroForm<</Fields[null null null null]>>")) == ["pdf-signed"]


def test_rights_of_a_reader_are_no_signature(pdfs) -> None:
    assert list(flags(pdfs, b"/Perms<</UR3%b>>" % (SIGNATURE % b""))) == ["pdf-usage-rights"]
