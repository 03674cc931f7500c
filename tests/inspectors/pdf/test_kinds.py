"""Law: whatever kind of action a link is, once changed it leads to the new URL or does nothing."""

from __future__ import annotations

import base64
import ctypes
import zlib
from io import BytesIO

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from inspectors import message, splice
from inspectors.model import Edit
from inspectors.pdf import edit, read

URI = b"<</S/URI/URI(https://x.example/)%b>>"
OTHER = b"<</S/URI/URI(https://other.example/)>>"
SCRIPT = b"<</S/JavaScript/JS(app.launchURL\\('https://x.example/'\\))>>"
SPEC = b"<</Type/Filespec/FS/URL/F(https://x.example/)/UF(https://x.example/)>>"
DATA = zlib.compress(b"app.launchURL('https://x.example/')")
STREAM = b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(DATA), DATA)

SAME_PLACE = {
    "next": b"/A<</S/GoTo/D[3 0 R/Fit]/Next%b>>" % (URI % b""),
    "next in an array": b"/A<</S/GoTo/D[3 0 R/Fit]/Next[<</S/Named/N/Print>>%b]>>" % (URI % b""),
    "next that is not the last": b"/A<</S/GoTo/D[3 0 R/Fit]/Next%b>>" % (URI % (b"/Next" + OTHER)),
    "additional": b"/AA<</D%b>>" % (URI % b""),
    "filespec": b"/FS" + SPEC,
    "filespec of its own": b"/FS 20 0 R",
    "unreached": b"/PieceInfo<</X%b>>" % (URI % b""),
    "unreached launch": b"/PA<</S/Launch/F(https://x.example/)>>",
    "unreached filespec": b"/PieceInfo<</X%b>>" % SPEC,
}
OTHER_PLACE = {
    "launch": b"/A<</S/Launch/F(https://x.example/)/NewWindow true>>",
    "launch of a file specification": b"/A<</S/Launch/F%b>>" % SPEC,
    "launch of a file specification of its own": b"/A<</S/Launch/F 20 0 R>>",
    "launch for Windows": b"/A<</S/Launch/Win<</F(cmd.exe)/P(/c start https://x.example/)>>>>",
    "submitform": b"/A<</S/SubmitForm/F%b/Flags 4>>" % SPEC,
    "importdata": b"/A<</S/ImportData/F(https://x.example/)>>",
    "gotor": b"/A<</S/GoToR/F(https://x.example/)/D[0/Fit]>>",
    "gotoe": b"/A<</S/GoToE/F(https://x.example/)/T<</R/C>>>>",
    "rendition": b"/A<</S/Rendition/OP 0/R<</S/MR/C<</S/MCD/D%b>>>>>>" % SPEC,
    "javascript": b"/A" + SCRIPT,
    "javascript in a stream": b"/A<</S/JavaScript/JS 21 0 R>>",
    "javascript that goes on": b"/A<</S/JavaScript/JS(u='https://x.example/')/Next[%b]>>" % OTHER,
    "javascript behind": b"/A<</S/GoTo/D[3 0 R/Fit]/Next%b>>" % SCRIPT,
    "javascript of a field": b"/AA<</K%b>>" % SCRIPT,
}


def annotated(pdfs, body: bytes, kind: str = "table") -> bytes:
    more = {19: OTHER} | ({20: SPEC} if b" 20 0 R" in body else {})
    if kind == "table" and b" 21 0 R" in body:
        more[21] = STREAM
    annotations = [
        b"<</Subtype/Link/Rect[0 0 9 9]/A%b>>" % OTHER,
        b"<</Subtype/Link/Rect[0 20 9 29]%b>>" % body,
        b"<</Subtype/Link/Rect[0 40 9 49]/A 19 0 R>>",
    ]
    return pdfs.document(annotations, more, kind=kind).bytes()


def live(content: bytes) -> list[bytes]:
    """The URLs that PDFium opens on a click."""
    document = pypdfium2.PdfDocument(content)
    page = document[0]
    urls = []
    for height in (5, 25, 45):
        link = pdfium.FPDFLink_GetLinkAtPoint(page.raw, 5, height)
        action = pdfium.FPDFLink_GetAction(link) if link else None
        if action and pdfium.FPDFAction_GetType(action) == pdfium.PDFACTION_URI:
            buffer = ctypes.create_string_buffer(500)
            pdfium.FPDFAction_GetURIPath(document.raw, action, buffer, 500)
            urls.append(buffer.value)
    return urls


def changed(pdfs, content: bytes, host: str = "x.example") -> bytes:
    """The content with the links to ``host`` changed."""
    links = pdfs.links(content)
    edits = [Edit(link, (pdfs.NEW,)) for link in links if link.host == host]
    assert edits
    (replacement,), refused = edit("2", content, edits)
    assert not refused
    assert replacement.edits == tuple(edits)
    after = content + replacement.choices[0]
    wished = [pdfs.NEW if link.host == host else link.written for link in links]
    assert [link.written for link in pdfs.links(after)] == wished
    return after


def in_mail(content: bytes) -> bytes:
    head = b"From: a@from.example\r\nMIME-Version: 1.0\r\nContent-Type: application/pdf\r\n"
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)


@pytest.mark.parametrize("name", [*SAME_PLACE, *OTHER_PLACE])
@pytest.mark.parametrize("kind", ["table", "stream"])
@pytest.mark.parametrize("mail", [False, True])
def test_every_kind_of_link_passes_the_re_reading(pdfs, name: str, kind: str, mail: bool) -> None:
    if kind == "stream" and "stream" in name:
        pytest.skip("streams do not stand in object streams")
    content = annotated(pdfs, (SAME_PLACE | OTHER_PLACE)[name], kind)
    raw, inspect = (in_mail(content), message.inspect) if mail else (content, message.inspect_pdf)
    before = inspect(raw)
    edits = [Edit(link, (pdfs.NEW,)) for link in before.links if link.host == "x.example"]
    made = message.rewrite(before, edits)
    assert made.done == tuple(edits) != ()
    out = splice.apply(raw, made.patches)
    assert message.compare(before, inspect(out), made.done) == ()
    if not mail and name in SAME_PLACE:
        assert live(out) == [b"https://other.example/"] * 2


@pytest.mark.parametrize("name", OTHER_PLACE)
@pytest.mark.parametrize("encrypted", [False, True])
def test_an_action_of_another_kind_becomes_a_link_or_nothing(
    pdfs, resaved, name: str, encrypted: bool
) -> None:
    content = annotated(pdfs, OTHER_PLACE[name])
    if encrypted:
        content = resaved(content, encryption=pikepdf.Encryption(owner="o", user=""))
    after = changed(pdfs, content)
    clicked = "behind" not in name and "field" not in name
    middle = [pdfs.NEW.encode()] if clicked else []
    assert live(after) == [b"https://other.example/", *middle, b"https://other.example/"]
    new = next(link for link in pdfs.links(after) if link.url == pdfs.NEW)
    assert new.place == (
        "pdf:annotation" if clicked else "pdf:next" if "behind" in name else "pdf:additional"
    )
    with pikepdf.open(BytesIO(after)) as pdf:
        assert not any(
            b"x.example" in each.unparse(resolved=True) for each in pdf.objects if each is not None
        )


@pytest.mark.parametrize("entry", [b"/OpenAction", b"/AA<</WC"])
def test_what_a_viewer_does_on_its_own_does_nothing_afterwards(pdfs, entry: bytes) -> None:
    pdf = pdfs.document([])
    end = b">>" if b"<<" in entry else b""
    pdf.objects[1] = b"<</Type/Catalog/Pages 2 0 R%b%b%b>>" % (entry, URI % b"", end)
    after = changed(pdfs, pdf.bytes())
    assert b"/S /NOP" in after
    assert pdfs.moved(pdf.bytes(), after) == {1}


def test_an_action_used_on_opening_and_on_a_click_is_changed_for_each(pdfs) -> None:
    pdf = pdfs.document([b"<</Subtype/Link/Rect[0 0 9 9]/A 9 0 R>>"], {9: URI % b""})
    pdf.objects[1] = b"<</Type/Catalog/Pages 2 0 R/OpenAction 9 0 R>>"
    content = pdf.bytes()
    after = changed(pdfs, content)
    assert live(after) == [pdfs.NEW.encode()]
    with pikepdf.open(BytesIO(after)) as opened:
        assert opened.Root.OpenAction.S == "/NOP"
    opening = [link for link in pdfs.links(content) if link.place == "pdf:openaction"]
    (replacement,), _ = edit("2", content, [Edit(opening[0], (pdfs.NEW,))])
    assert live(content + replacement.choices[0]) == [b"https://x.example/"]


def test_of_a_script_all_links_change_or_none(pdfs) -> None:
    script = b"/A<</S/JavaScript/JS(a\\('https://x.example/'\\);b\\('https://y.example/'\\))/Next%b>>" % OTHER
    content = annotated(pdfs, script)
    x, y = (link for link in pdfs.links(content) if link.place == "pdf:javascript")
    replacements, refused = edit("2", content, [Edit(x, (pdfs.NEW,))])
    assert replacements == ()
    assert "other links" in refused[0][1]
    (replacement,), refused = edit("2", content, [Edit(x, (pdfs.NEW,)), Edit(y, ("https://n.example/",))])
    assert not refused
    after = content + replacement.choices[0]
    assert [link.written for link in pdfs.links(after)][1:4] == [
        pdfs.NEW,
        "https://n.example/",
        "https://other.example/",
    ]
    assert live(after)[1] == pdfs.NEW.encode()


def test_form_data_is_not_changed(pdfs) -> None:
    pdf = pdfs.document([], {9: b"<</Length 25>>stream\n<a>https://x.example/</a> \nendstream"})
    pdf.objects[1] = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</XFA 9 0 R>>>>"
    (link,) = read("2", pdf.bytes()).links
    assert "form data" in pdfs.refusal(pdf.bytes(), link)


def test_a_launch_over_a_url_in_text_covers_it_once_it_is_a_link(pdfs) -> None:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    drawn = b"BT /F 10 Tf 20 100 Td (https://good.example/) Tj ET"
    pdf = pdfs.document([], {8: font, 9: b"<</Length %d>>stream\n%b\nendstream" % (len(drawn), drawn)})
    pdf.objects[3] = (
        b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F 8 0 R>>>>/Contents 9 0 R/Annots["
        b"<</Subtype/Link/Rect[10 90 150 120]/A<</S/Launch/F(https://x.example/)>>>>]>>"
    )
    raw = pdf.bytes()
    before = message.inspect_pdf(raw)
    assert [link.place for link in before.links] == ["pdf:launch", "pdf:text"]
    made = message.rewrite(before, [Edit(before.links[0], (pdfs.NEW,))])
    after = message.inspect_pdf(splice.apply(raw, made.patches))
    assert [(link.place, link.url) for link in after.links] == [("pdf:annotation", pdfs.NEW)]
    assert message.compare(before, after, made.done) == ()
    both = message.rewrite(before, [Edit(link, (f"{pdfs.NEW}{n}",)) for n, link in enumerate(before.links)])
    after = message.inspect_pdf(splice.apply(raw, both.patches))
    assert [link.url for link in after.links] == [f"{pdfs.NEW}0", f"{pdfs.NEW}1"]
    assert message.compare(before, after, both.done) == ()


def test_a_link_that_cannot_be_changed_does_not_shield_the_others(pdfs) -> None:
    odd = b"<</#fe%b>>" % (URI % b"")
    pdf = pdfs.document([b"<</Subtype/Link/Rect[0 0 9 9]/A%b>>" % OTHER, b"<</AA%b>>" % odd])
    pdf.objects[3] = pdf.objects[3].replace(b"/Page/", b"/Page/AA%b/" % odd)
    links = pdfs.links(pdf.bytes())
    (made,), refused = edit("2", pdf.bytes(), [Edit(link, (pdfs.NEW,)) for link in links])
    assert [each.link.url for each in made.edits] == ["https://other.example/"]
    assert {reason for _, reason in refused} == {"the link stands under a key that cannot be written"}
