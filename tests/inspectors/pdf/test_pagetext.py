from __future__ import annotations

import ctypes
import time
import zlib
from dataclasses import replace
from io import BytesIO

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from inspectors import message, splice
from inspectors.model import Edit
from inspectors.pdf import cover, edit, limits, read, text

FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(data: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(data)
    return b"<<%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (more, len(packed), packed)


def page(pdfs, lines: list[tuple[int, int, bytes]], annotations: bytes = b"", more: bytes = b"") -> bytes:
    """One page with these lines of text, each at x and y, in ten points of Helvetica."""
    data = b"BT /F 10 Tf %b ET" % b" ".join(b"1 0 0 1 %d %d Tm (%b) Tj" % line for line in lines)
    pdf = pdfs.document([], {8: FONT, 9: stream(data)})
    pdf.objects[3] = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 400]/Resources<</Font<</F 8 0 R>>>>/Contents 9 0 R"
        b"/Annots[%b]%b>>" % (annotations, more)
    )
    return pdf.bytes()


def link(rect: bytes, url: bytes = b"https://a.example/") -> bytes:
    return b"<</Subtype/Link/Rect[%b]/A<</S/URI/URI(%b)>>>>" % (rect, url)


def test_urls_in_the_text_of_a_page_are_links(pdfs) -> None:
    content = page(
        pdfs,
        [(20, 300, b"Go to https://x.example/path?q or"), (20, 280, b"www.y.example today, a@z.example")],
    )
    one, two = pdfs.links(content)
    assert (one.place, one.url, one.written, one.shown) == (
        "pdf:text",
        "https://x.example/path?q",
        "https://x.example/path?q",
        "https://x.example/path?q",
    )
    assert (two.url, two.written, two.host, two.page) == (
        "http://www.y.example/",
        "www.y.example",
        "www.y.example",
        1,
    )
    ((left, bottom, right, top),) = one.handle.boxes
    assert 40 < left < 60 and 295 < bottom < 301 and 130 < right < 180 and 305 < top < 312


def test_a_url_over_two_lines_has_a_box_for_each(pdfs) -> None:
    content = page(pdfs, [(20, 300, b"see https://x.example/one-"), (20, 288, b"two and more")])
    (found,) = pdfs.links(content)
    assert found.host == "x.example"
    assert len(found.handle.boxes) in (1, 2)


@pytest.mark.parametrize(("right", "places"), [(200, ["annotation"]), (80, ["annotation", "text"])])
def test_an_annotation_over_the_whole_width_hides_the_text_below(pdfs, right: int, places: list[str]) -> None:
    content = page(pdfs, [(20, 300, b"https://x.example/path")], link(b"15 295 %d 315" % right))
    assert [each.place for each in pdfs.links(content)] == [f"pdf:{name}" for name in places]


@pytest.mark.parametrize("action", [b"", b"/A<</S/Launch/F(a.exe)>>", b"/A<</S/JavaScript/JS(1)>>"])
def test_an_annotation_that_opens_no_url_does_not_hide_the_text(pdfs, action: bytes) -> None:
    annotation = b"<</Subtype/Link/Rect[15 295 300 315]%b>>" % action
    content = page(pdfs, [(20, 300, b"https://x.example/path")], annotation)
    assert [each.place for each in pdfs.links(content)] == ["pdf:text"]


def test_the_words_under_an_annotation_are_what_it_shows(pdfs) -> None:
    lines = [(20, 312, b"the line above"), (20, 300, b"Click  here now"), (20, 288, b"and the one below")]
    (found,) = pdfs.links(page(pdfs, lines, link(b"18 297 200 311")))
    assert found.shown == "Click here now"


def test_the_shown_url_may_be_another_than_the_opened_one(pdfs) -> None:
    (found,) = pdfs.links(page(pdfs, [(20, 300, b"https://bank.example/login")], link(b"250 315 15 295")))
    assert (found.url, found.shown) == ("https://a.example/", "https://bank.example/login")


def test_pages_with_their_own_origin_and_rotation_are_read_in_their_own_units(pdfs) -> None:
    more = b"/Rotate 90/CropBox[10 200 390 390]"
    content = page(pdfs, [(20, 300, b"https://x.example/path")], link(b"15 295 200 315"), more)
    (found,) = pdfs.links(content)
    assert found.shown == "https://x.example/path"


def test_broken_rectangles_show_nothing(pdfs) -> None:
    annotations = b"".join(
        link(rect) for rect in (b"", b"0 0 1", b"(a)(b)(c)(d)", b"0 0 1 1e999", b"null 0 1 1")
    )
    assert {each.shown for each in pdfs.links(page(pdfs, [(0, 0, b"x")], annotations))} == {""}


def test_without_pdfium_the_rest_is_read_and_it_is_said(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(text, "library", lambda: None)
    reading = read("1", page(pdfs, [(20, 300, b"https://x.example/")], link(b"0 0 9 9")))
    assert [each.place for each in reading.links] == ["pdf:annotation"]
    assert [flag.flag for flag in reading.flags] == ["pdf-text-unread"]


def nested(pdfs, levels: int, draws: bytes) -> bytes:
    """Forms that each draw the next one twice."""
    more = {8: FONT, 9: stream(b"/X Do")}
    for level in range(levels):
        below = b"/Resources<</XObject<</X %d 0 R/Y %d 0 R>>>>" % (21 + level, 21 + level)
        more[20 + level] = stream(draws, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]" + below)
    more[20 + levels] = stream(b"BT /F 9 Tf (x) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    pdf = pdfs.document([], more)
    pdf.objects[3] = (
        b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F 8 0 R>>/XObject<</X 20 0 R>>>>/Contents 9 0 R"
        b"/Annots[%b]>>" % link(b"0 0 9 9")
    )
    return pdf.bytes()


@pytest.mark.parametrize("draws", [b"/X Do /Y Do", b"/X%\nDo/Y\nDo ", b"/#58 Do " * 2000])
@pytest.mark.parametrize("levels", [11, 30])
def test_forms_that_multiply_without_end_are_not_read(pdfs, draws: bytes, levels: int) -> None:
    content = nested(pdfs, levels, draws * (1 if b"#58" in draws else 4))
    start = time.process_time()
    reading = read("1", content)
    assert time.process_time() - start < 1.5
    assert [each.place for each in reading.links] == ["pdf:annotation"]
    assert "takes too long" in reading.skipped[0].reason


def test_a_form_that_draws_itself_is_not_read(pdfs) -> None:
    own = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 10 0 R>>>>"
    pdf = pdfs.document([], {9: stream(b"/X Do"), 10: stream(b"q .4 0 0 .4 40 5 cm /X Do Q", own)})
    pdf.objects[3] = b"<</Type/Page/Parent 2 0 R/Resources<</XObject<</X 10 0 R>>>>/Contents 9 0 R>>"
    assert "takes too long" in read("1", pdf.bytes()).skipped[0].reason


def test_a_form_in_a_form_is_read(pdfs) -> None:
    assert read("1", nested(pdfs, 2, b"/X Do")).skipped == ()


def test_a_page_description_that_inflates_without_end_is_not_read(pdfs) -> None:
    pdf = pdfs.document([], {9: stream(b"0 0 m " * 10_000_000)})
    pdf.objects[3] = b"<</Type/Page/Parent 2 0 R/Contents 9 0 R/Annots[%b]>>" % link(b"0 0 9 9")
    start = time.process_time()
    reading = read("1", pdf.bytes())
    assert time.process_time() - start < 1
    assert len(reading.links) == 1
    assert "takes too long" in reading.skipped[0].reason


def test_pages_characters_and_urls_are_bounded(monkeypatch, pdfs) -> None:
    content = page(pdfs, [(20, 300, b"https://x.example/"), (20, 280, b"and some more words")])
    with monkeypatch.context() as patch:
        patch.setattr(limits, "TEXT_CHARACTERS", 10)
        assert "long text, not read from page 1" in read("1", content).skipped[0].reason
    with monkeypatch.context() as patch:
        patch.setattr(limits, "TEXT_PAGES", 0)
        assert "pages" in read("1", content).skipped[0].reason
    with monkeypatch.context() as patch:
        patch.setattr(limits, "TEXT_URLS", 1)
        assert len(read("1", content).links) == 1


def test_many_annotations_over_much_text_take_bounded_time(pdfs) -> None:
    lines = [(0, y % 400, b"words " * 100) for y in range(400)]
    content = page(pdfs, lines, link(b"0 0 400 400") * 5_000)
    start = time.process_time()
    reading = read("1", content)
    assert time.process_time() - start < 2
    assert len(reading.links) == 5_000


def test_text_that_pdfium_cannot_read_is_said(monkeypatch, pdfs) -> None:
    content = page(pdfs, [(20, 300, b"https://x.example/path")], link(b"0 0 9 9"))
    monkeypatch.setattr(text, "library", lambda: NoPages)
    reading = read("1", content)
    assert [each.place for each in reading.links] == ["pdf:annotation"]
    assert [each.reason for each in reading.skipped] == ["PDF with text that cannot be read (page 1)"]


class NoPages:
    """PDFium for a document whose pages it cannot load."""

    FPDF_LoadMemDocument64 = FPDF_CloseDocument = staticmethod(lambda *_: 1)
    FPDF_LoadPage = staticmethod(lambda *_: None)


def opened_at(content: bytes, x: float, y: float) -> bytes:
    """The URL that PDFium opens on a click there."""
    document = pypdfium2.PdfDocument(content)
    sheet = document[0]
    found = pdfium.FPDFLink_GetLinkAtPoint(sheet.raw, x, y)
    action = pdfium.FPDFLink_GetAction(found) if found else None
    buffer = ctypes.create_string_buffer(500)
    if action:
        pdfium.FPDFAction_GetURIPath(document.raw, action, buffer, 500)
    return buffer.value


@pytest.mark.parametrize("array", ["direct", "own", "none"])
@pytest.mark.parametrize("encrypted", [False, True])
def test_a_url_in_text_gets_a_link_annotation_on_top(pdfs, resaved, array: str, encrypted: bool) -> None:
    below = b"<</Subtype/Link/Rect[0 290 300 320]/A<</S/GoTo/D[3 0 R/Fit]>>>>"
    content = page(pdfs, [(20, 300, b"https://x.example/path"), (20, 200, b"https://y.example/")], below)
    if array == "own":
        content = content.replace(b"/Annots[%b]" % below, b"/Annots 11 0 R").replace(
            b"8 0 obj", b"11 0 obj\n[%b]\nendobj\n8 0 obj" % below
        )
    if array == "none":
        content = content.replace(b"/Annots[%b]" % below, b"")
    if encrypted or array == "own":
        how = {"encryption": pikepdf.Encryption(owner="o", user="")} if encrypted else {}
        content = resaved(content, **how)
    x, y = pdfs.links(content)
    (replacement,), refused = edit("2", content, [Edit(x, (pdfs.NEW,))])
    assert not refused
    after = content + replacement.choices[0]
    assert len(replacement.choices[0]) < 1500
    new, same = pdfs.links(after)
    assert (new.place, new.url, new.shown) == ("pdf:annotation", pdfs.NEW, "https://x.example/path")
    assert (same.place, same.url) == ("pdf:text", y.url)
    assert opened_at(after, 25, 303) == opened_at(after, 110, 303) == pdfs.NEW.encode()
    assert opened_at(after, 25, 203) != pdfs.NEW.encode()


def test_annotations_that_pages_share_are_copied_for_the_one(pdfs) -> None:
    content = page(pdfs, [(20, 300, b"https://x.example/path")])
    with pikepdf.open(BytesIO(content)) as pdf:
        pdf.add_blank_page()
        shown = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9])])
        pdf.pages[0].Annots = pdf.pages[1].Annots = pdf.make_indirect(shown)
        out = BytesIO()
        pdf.save(out)
    content = out.getvalue()
    (found,) = pdfs.links(content)
    (replacement,), _ = edit("2", content, [Edit(found, (pdfs.NEW,))])
    with pikepdf.open(BytesIO(content + replacement.choices[0])) as pdf:
        assert [len(page.Annots) for page in pdf.pages] == [2, 1]
        assert [len(page.Annots) for page in pikepdf.open(BytesIO(content)).pages] == [1, 1]


def test_only_urls_that_stand_in_the_text_are_covered(pdfs) -> None:
    content = page(pdfs, [(20, 300, b"https://x.example/path")])
    (found,) = pdfs.links(content)
    elsewhere = replace(found, handle=replace(found.handle, boxes=((0.0, 0.0, 400.0, 400.0),)))
    assert "does not stand" in pdfs.refusal(content, elsewhere)
    assert "lines" in cover.fixed(replace(found.handle, boxes=found.handle.boxes * (limits.LINES + 1)))
    assert "extent" in cover.fixed(replace(found.handle, boxes=((5.0, 5.0, 5.0, 9.0),)))
    assert "extent" in cover.fixed(replace(found.handle, boxes=()))


@pytest.mark.parametrize("more", [b"", b"/CropBox[-30 -20 380 390]"])
def test_a_url_over_two_lines_is_covered_on_both(pdfs, more: bytes) -> None:
    content = page(
        pdfs,
        [
            (20, 300, b"see https://x.example/a/long/path-"),
            (20, 288, b"and/its/end"),
            (20, 200, b"https://y.example/"),
        ],
        more=more,
    )
    before = message.inspect_pdf(content)
    x, y = before.links
    assert (x.url, len(x.handle.boxes)) == ("https://x.example/a/long/path-and/its/end", 2)
    edits = [Edit(x, (pdfs.NEW,)), Edit(y, ("https://n.example/",))]
    made = message.rewrite(before, edits)
    assert made.done == tuple(edits)
    out = splice.apply(content, made.patches)
    assert message.compare(before, message.inspect_pdf(out), made.done) == ()
    assert opened_at(out, 60, 303) == opened_at(out, 25, 291) == opened_at(out, 60, 291) == pdfs.NEW.encode()
    assert opened_at(out, 25, 303) != pdfs.NEW.encode()  # "see"
    assert opened_at(out, 25, 203) == b"https://n.example/"


@pytest.mark.parametrize("more", [b"/Rotate 90", b"/Rotate 180", b"/UserUnit 2", b"/MediaBox[10 20 500 600]"])
def test_a_cover_lies_on_the_text_however_the_page_is_turned(pdfs, more: bytes) -> None:
    content = page(pdfs, [(20, 300, b"https://x.example/path")], more=more)
    (found,) = pdfs.links(content)
    (replacement,), _ = edit("2", content, [Edit(found, (pdfs.NEW,))])
    after = content + replacement.choices[0]
    assert opened_at(after, 22, 303) == opened_at(after, 110, 303) == pdfs.NEW.encode()


def test_without_pages_their_text_is_not_read_and_that_is_said(monkeypatch, pdfs) -> None:
    content = page(pdfs, [(20, 300, b"https://x.example/path")], link(b"0 0 9 9"))
    monkeypatch.setattr(text, "library", lambda: pytest.fail("PDFium was used"))
    reading = read("1", content, pages=False)
    assert [(each.place, each.shown) for each in reading.links] == [("pdf:annotation", "")]
    assert [(each.leaf, each.kind) for each in reading.skipped] == [("1", "limit")]
    assert "page text" in reading.skipped[0].reason


def test_a_link_has_its_rectangle_and_so_has_a_url_in_text(pdfs) -> None:
    lines = [(20, 300, b"https://x.example/path")]
    annotation, words = pdfs.links(page(pdfs, lines, link(b"250.5 120 15 95")))
    assert annotation.box == (15.0, 95.0, 250.5, 120.0)
    assert words.box == words.handle.boxes[0]


def test_what_an_annotation_does_otherwise_has_its_rectangle_too(pdfs) -> None:
    open_ = b"<</S/URI/URI(https://x.example/)>>"
    own = b"<</Subtype/Link/Rect[1 2 3 4]/A<</S/GoTo/Next%b>>/AA<</D%b>>>>" % (open_, open_)
    found = pdfs.links(page(pdfs, [], own))
    assert [(each.place, each.box) for each in found] == [
        ("pdf:next", (1.0, 2.0, 3.0, 4.0)),
        ("pdf:additional", (1.0, 2.0, 3.0, 4.0)),
    ]
    elsewhere = pdfs.document([])
    elsewhere.objects[1] = b"<</Type/Catalog/Pages 2 0 R/OpenAction%b>>" % open_
    assert [each.box for each in pdfs.links(elsewhere.bytes())] == [None]


def test_a_url_in_the_words_of_a_link_to_another_host_is_what_it_shows(pdfs) -> None:
    words = [(20, 300, b"sign in at https://bank.example/login today")]
    (found,) = pdfs.links(page(pdfs, words, link(b"15 295 300 315")))
    assert (found.url, found.shown) == ("https://a.example/", "https://bank.example/login")
    (same,) = pdfs.links(page(pdfs, words, link(b"15 295 300 315", b"https://bank.example/x")))
    assert same.shown == "sign in at https://bank.example/login today"


def test_a_link_over_two_lines_shows_the_words_of_its_lines_only(pdfs) -> None:
    lines = [(20, 300, b"please read our terms"), (20, 288, b"of use before the end")]
    quads = b"/QuadPoints[75 310 130 310 75 298 130 298 18 298 45 298 18 286 45 286]"
    rect = b"18 286 130 310"
    for more, shown in (
        (quads, "our terms of use"),
        (b"/QuadPoints[1 2 3]", "please read our terms of use before the end"),
        (quads.replace(b"75 310", b"999 310"), "please read our terms of use before the end"),
    ):
        (found,) = pdfs.links(page(pdfs, lines, link(rect)[:-2] + more + b">>"))
        assert found.shown == shown


@pytest.mark.parametrize("written", [b"(https://x.example/)", b"<68747470733a2f2f782e6578616d706c652f>"])
def test_what_marked_content_names_as_its_target_is_listed(pdfs, written: bytes) -> None:
    pdf = pdfs.document(
        [], {8: FONT, 9: stream(b"/Link <</MCID 0 /URI%b /URI(report.pdf)>> BDC EMC" % written)}
    )
    pdf.objects[3] = b"<</Type/Page/Parent 2 0 R/Contents 9 0 R>>"
    (found,) = pdfs.links(pdf.bytes())
    assert (found.place, found.url, found.page) == ("pdf:marked", "https://x.example/", 1)
    assert "does not stand" in pdfs.refusal(pdf.bytes(), found)
