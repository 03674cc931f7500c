from __future__ import annotations

import pytest

from inspectors.model import Edit
from inspectors.pdf import edit, limits, read, salvage, text

URI = b"<</S/URI/URI(https://x.example/)>>"


def only_for_pdfium(pdfs, annotations: bytes, words: bytes = b"Some words") -> bytes:
    """A file whose catalogue holds a number that qpdf gives up over."""
    drawn = b"BT /F 10 Tf 20 100 Td (%b) Tj ET" % words
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    pdf = pdfs.document([], {8: font, 9: b"<</Length %d>>stream\n%b\nendstream" % (len(drawn), drawn)})
    pdf.objects[1] = b"<</Type/Catalog/Pages 2 0 R/X 99999999999999999999>>"
    pdf.objects[3] = (
        b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F 8 0 R>>>>/Contents 9 0 R/Annots[%b]>>" % annotations
    )
    return pdf.bytes()


@pytest.mark.parametrize(
    ("action", "place"),
    [
        (URI, "annotation"),
        (b"<</S/Launch/F(https://x.example/)>>", "launch"),
        (b"<</S/GoToR/F(https://x.example/)/D[0/Fit]>>", "gotor"),
    ],
)
def test_what_only_pdfium_opens_is_listed_and_said_to_be_broken(pdfs, action: bytes, place: str) -> None:
    content = only_for_pdfium(pdfs, b"<</Subtype/Link/Rect[0 0 9 9]/A%b>>" % action)
    reading = read("2", content)
    (link,) = reading.links
    assert (link.place, link.url, link.host, link.page) == (
        "pdf:" + place,
        "https://x.example/",
        "x.example",
        1,
    )
    assert link.box == (0.0, 0.0, 9.0, 9.0)
    assert [(each.leaf, each.kind) for each in reading.skipped] == [("2", "broken")]
    replacements, refused = edit("2", content, [Edit(link, (pdfs.NEW,))])
    assert replacements == ()
    assert "broken" in refused[0][1]


def test_urls_in_its_text_are_listed_too(pdfs) -> None:
    (link,) = read("2", only_for_pdfium(pdfs, b"", b"go to https://x.example/path")).links
    assert (link.place, link.url, link.shown) == (
        "pdf:text",
        "https://x.example/path",
        "https://x.example/path",
    )
    assert link.box == link.handle.boxes[0]


def test_without_pages_or_pdfium_nothing_is_salvaged(monkeypatch, pdfs) -> None:
    content = only_for_pdfium(pdfs, b"<</Subtype/Link/Rect[0 0 9 9]/A%b>>" % URI)
    assert read("2", content, pages=False).links == ()
    monkeypatch.setattr(text, "library", lambda: None)
    assert read("2", content).links == ()


def test_what_leads_to_no_host_is_left_out_and_the_rest_is_bounded(monkeypatch, pdfs) -> None:
    mail = b"<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(mailto:a@x.example)>>>>"
    many = b"<</Subtype/Link/Rect[0 0 9 9]/A%b>>" % URI * 20
    content = only_for_pdfium(pdfs, mail + many)
    assert len(salvage.salvaged("2", content)) == 20
    monkeypatch.setattr(limits, "TARGETS", 5)
    assert len(salvage.salvaged("2", content)) == 4
    assert salvage.salvaged("2", b"no PDF") == ()
