"""One small PDF for each place a URL can live in."""

from __future__ import annotations

import time
import zlib

import pikepdf
import pytest

from inspectors.model import Edit
from inspectors.pdf import edit, limits, read

URI = b"<</S/URI/URI(https://x.example/)>>"
SCRIPT = b"<</S/JavaScript/JS(app.launchURL\\('https://x.example/'\\))>>"
LINK = b"<</Subtype/Link/Rect[0 0 9 9]%b>>"
CATALOGUE = b"<</Type/Catalog/Pages 2 0 R%b>>"


def packed(text: bytes) -> bytes:
    data = zlib.compress(text)
    return b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(data), data)


ANNOTATED = {
    "launch": b"/A<</S/Launch/F(https://x.example/)>>",
    "launch of a file specification": b"/A<</S/Launch/F<</Type/Filespec/FS/URL/F(https://x.example/)>>>>",
    "launch for Windows": b"/A<</S/Launch/Win<</F(https://x.example/)>>>>",
    "launch with parameters": b"/A<</S/Launch/Win<</F(cmd.exe)/P(/c start https://x.example/)>>>>",
    "launch of a network path": b"/A<</S/Launch/F(\\\\\\\\x.example\\\\share)>>",
    "submitform": b"/A<</S/SubmitForm/F<</FS/URL/F(https://x.example/)>>>>",
    "importdata": b"/A<</S/ImportData/F(https://x.example/)>>",
    "gotor": b"/A<</S/GoToR/F(https://x.example/)/D[0/Fit]>>",
    "gotoe": b"/A<</S/GoToE/F(https://x.example/)/T<</R/C>>>>",
    "javascript": b"/A" + SCRIPT,
    "javascript in a stream": b"/A<</S/JavaScript/JS 20 0 R>>",
    "javascript of a rendition": b"/A<</S/Rendition/JS(x='https://x.example/')>>",
    "rendition": b"/A<</S/Rendition/R<</S/MR/C<</S/MCD/D<</FS/URL/F(https://x.example/)>>>>>>>>",
    "rendition of a selector": b"/A<</S/Rendition/R<</S/SR/R[null<</S/MR/C<</D(https://x.example/)>>>>]>>>>",
    "richmedia of a movie": b"/Movie<</F<</FS/URL/F(https://x.example/)>>>>",
    "richmedia of a movie named by a string": b"/Movie<</F(https://x.example/)>>",
    "gotor of a unicode name": b"/A<</S/GoToR/F<</UF<feff%b>>>>>>"
    % "https://x.example/".encode("utf-16-be").hex().encode(),
    "launch for Mac": b"/A<</S/Launch/Mac<</F(https://x.example/)>>>>",
    "launch for Unix": b"/A<</S/Launch/Unix(https://x.example/)>>",
    "javascript of a calculation": b"/AA<</C%b>>" % SCRIPT,
    "filespec of a thread": b"/A<</S/Thread/F<</FS/URL/F(https://x.example/)>>/D 0>>",
    "richtext": b'/RC(<body><a href="https://x.example/">a</a></body>)',
    "seedvalue": b"/SV<</Type/SV/Cert<</URL(https://x.example/)/URLType/HTTPS>>>>",
    "seedvalue of a time stamp": b"/SV<</Type/SV/TimeStamp<</URL(https://x.example/)/Ff 1>>>>",
    "unreached picture of another file": b"/AP<</N<</OPI<</2.0<</F(https://x.example/)>>>>>>>>",
    "next": b"/A<</S/GoTo/D[0/Fit]/Next%b>>" % URI,
    "next in an array": b"/A<</S/GoTo/D[0/Fit]/Next[<</S/Named/N/Print>>%b]>>" % URI,
    "additional": b"/AA<</D%b>>" % URI,
    "filespec": b"/FS<</FS/URL/F(https://x.example/)>>",
    "richmedia": b"/RichMediaContent<</Assets<</Names[(a)<</FS/URL/F(https://x.example/)>>]>>>>",
    "unreached": b"/PieceInfo<</X<</Private%b>>>>" % URI,
    "unreached launch": b"/PA<</S/Launch/F(https://x.example/)>>",
}


@pytest.mark.parametrize("name", ANNOTATED)
@pytest.mark.parametrize("kind", ["table", "stream"])
def test_what_an_annotation_has_is_found_with_its_page(pdfs, name: str, kind: str) -> None:
    more = {20: packed(b"var u = 'https://x' + '.example/'")} if kind == "table" else {}
    if kind == "stream" and "stream" in name:
        pytest.skip("streams do not stand in object streams")
    (link,) = pdfs.links(pdfs.document([LINK % ANNOTATED[name]], more, kind=kind).bytes())
    assert link.place == "pdf:" + name.split()[0]
    assert link.host == "x.example"
    assert link.page == (0 if name.startswith(("unreached", "seedvalue")) else 1)
    assert link.url == ("file://x.example/share" if "network" in name else "https://x.example/")


CATALOGUED = {
    "openaction": b"/OpenAction%b" % URI,
    "javascript on opening": b"/OpenAction" + SCRIPT,
    "additional": b"/AA<</WC%b>>" % URI,
    "outline": b"/Outlines<</First<</Title(a)/First<</Title(b)/A%b>>>>>>" % URI,
    "name": b"/Names<</Dests<</Kids[<</Names[(a)%b]>>]>>>>" % URI,
    "name of a destination with an action": b"/Names<</Dests<</Names[(a)<</D[0/Fit]/A%b>>]>>>>" % URI,
    "name in the old way": b"/Dests<</a%b>>" % URI,
    "javascript of the document": b"/Names<</JavaScript<</Names[(a)%b]>>>>" % SCRIPT,
    "filespec": b"/Names<</EmbeddedFiles<</Names[(a)<</FS/URL/F(https://x.example/)>>]>>>>",
    "filespec associated": b"/AF[<</FS/URL/F(https://x.example/)>>]",
    "annotation of a field": b"/AcroForm<</Fields[<</T(a)/Kids[<</A%b>>]>>]>>" % URI,
    "additional of a field": b"/AcroForm<</Fields[<</T(a)/AA<</K%b>>>>]>>" % URI,
    "structure": b"/StructTreeRoot<</K<</S/Link/A<</O/HTML-4.01/href(https://x.example/)>>>>>>",
    "unreached file of structure": b"/StructTreeRoot<</K<</S/Link/AF[<</FS/URL/F(https://x.example/)>>]>>>>",
    "name of a page to open": b"/Names<</Pages<</Names[(a)null]>>/Dests<</Names[(a)%b]>>>>" % URI,
    "richtext of a field": b"/AcroForm<</Fields[<</T(a)/RV(<a href='https://x.example/'>b</a>)>>]>>",
    "xfa": b"/AcroForm<</Fields[]/XFA[(form)21 0 R(x)22 0 R]>>",
    "xfa in one stream": b"/AcroForm<</XFA 21 0 R>>",
    "unreached": b"/SpiderInfo<</C[%b]>>" % URI,
}


@pytest.mark.parametrize("name", CATALOGUED)
def test_what_the_catalogue_has_is_found(pdfs, name: str) -> None:
    packets = packed(b"<form><submit target='https://x.ex"), packed(b"ample/'/></form>")
    if name == "xfa in one stream":
        packets = (packed(b"<a>https://x.example/</a>"), b"null")
    pdf = pdfs.document([], {21: packets[0], 22: packets[1]})
    pdf.objects[1] = CATALOGUE % CATALOGUED[name]
    (link,) = pdfs.links(pdf.bytes())
    assert (link.place, link.url) == ("pdf:" + name.split()[0], "https://x.example/")
    assert link.page == 0


def test_what_a_page_does_on_opening_is_found(pdfs) -> None:
    pdf = pdfs.document([])
    pdf.objects[3] = b"<</Type/Page/Parent 2 0 R/AA<</O%b>>>>" % URI
    (link,) = pdfs.links(pdf.bytes())
    assert (link.place, link.page) == ("pdf:additional", 1)


def test_what_a_presentation_does_between_its_steps_is_found(pdfs) -> None:
    pdf = pdfs.document(
        [], {9: b"<</NA<</S/GoTo/D[0/Fit]>>/Next 10 0 R>>", 10: b"<</PA%b/Next 9 0 R>>" % URI}
    )
    pdf.objects[3] = b"<</Type/Page/Parent 2 0 R/PresSteps 9 0 R>>"
    (link,) = pdfs.links(pdf.bytes())
    assert (link.place, link.page) == ("pdf:additional", 1)


def test_scripts_of_models_and_data_in_other_files_are_found(pdfs) -> None:
    script = packed(b"host.getURL('https://x.example/')")
    outside = b"<</F(https://y.example/a.snd)/R 8000/Length 0>>stream\n\nendstream"
    model = b"<</Type/3D/OnInstantiate 8 0 R/Length 0>>stream\n\nendstream"
    pdf = pdfs.document([LINK % b"/3DD 9 0 R", LINK % b"/Sound 10 0 R"], {8: script, 9: model, 10: outside})
    assert [(link.place, link.page, link.host) for link in pdfs.links(pdf.bytes())] == [
        ("pdf:javascript", 1, "x.example"),
        ("pdf:unreached", 1, "y.example"),
    ]


def test_a_url_that_names_a_maker_is_no_link(pdfs) -> None:
    pdf = pdfs.document([])
    maker = b"/Extensions<</ABCD<</Type/DeveloperExtensions/BaseVersion/2.0/URL(https://x.example/)>>>>"
    pdf.objects[1] = CATALOGUE % maker
    assert pdfs.links(pdf.bytes()) == ()


def test_an_object_nothing_refers_to_is_found(pdfs) -> None:
    (link,) = pdfs.links(pdfs.document([], {9: b"[1 [<</A%b>>]]" % URI}).bytes())
    assert (link.place, link.page) == ("pdf:unreached", 0)


def test_a_widget_that_is_field_and_annotation_is_one_link(pdfs) -> None:
    pdf = pdfs.document([b"9 0 R"], {9: b"<</Subtype/Widget/T(a)/A%b/AA<</D%b>>>>" % (URI, SCRIPT)})
    pdf.objects[1] = CATALOGUE % b"/AcroForm<</Fields[9 0 R]>>"
    assert [link.place for link in pdfs.links(pdf.bytes())] == ["pdf:annotation", "pdf:javascript"]


def test_an_action_used_in_several_places_is_listed_for_each(pdfs) -> None:
    pdf = pdfs.document([b"<</A 9 0 R>>", b"<</A 9 0 R>>"], {9: URI})
    pdf.objects[1] = CATALOGUE % b"/OpenAction 9 0 R/Outlines<</First<</A 9 0 R>>>>"
    places = [link.place for link in pdfs.links(pdf.bytes())]
    assert places == ["pdf:annotation", "pdf:annotation", "pdf:openaction", "pdf:outline"]


@pytest.mark.parametrize(
    "annotation",
    [
        b"/A<</S/Launch/F(report.final.pdf)>>",
        b"/A<</S/GoToR/F(C:\\\\docs\\\\a.pdf)>>",
        b"/A<</S/JavaScript/JS(app.alert\\('a.b.c'\\))>>",
        b"/A<</S/GoTo/D[0/Fit]>>",
        b"/AA<</U<</S/URI/URI(mailto:a@x.example)>>>>",
    ],
)
def test_what_leads_to_no_host_is_no_link(pdfs, annotation: bytes) -> None:
    assert pdfs.links(pdfs.document([LINK % annotation]).bytes()) == ()


def test_circles_end(pdfs) -> None:
    pdf = pdfs.document(
        [b"<</A 10 0 R>>"],
        {
            10: b"<</S/URI/URI(https://a.example/)/Next[11 0 R 10 0 R]>>",
            11: b"<</S/URI/URI(https://b.example/)/Next 10 0 R>>",
            12: b"<</Title(x)/Next 12 0 R/First 12 0 R/A 10 0 R>>",
            13: b"<</Kids[13 0 R 13 0 R]/Names[(a)10 0 R]>>",
            14: b"<</Kids[14 0 R]/AA<</K 10 0 R>>>>",
        },
    )
    pdf.objects[1] = CATALOGUE % (
        b"/Outlines<</First 12 0 R>>/Names<</Dests 13 0 R/JavaScript 13 0 R>>/AcroForm<</Fields[14 0 R]>>"
    )
    hosts = [link.host for link in pdfs.links(pdf.bytes())]
    assert set(hosts) == {"a.example", "b.example"}
    assert len(hosts) < 10


HOSTILE = {
    "renditions": lambda: {
        9: b"<</S/Rendition/R 10 0 R>>",
        10: b"<</R[%b]/C 10 0 R/D 11 0 R>>" % (b"10 0 R 11 0 R" * 20_000),
        11: b"[%b]" % (b"10 0 R 11 0 R" * 20_000),
    },
    "chain": lambda: (
        {9: b"<</S/URI/URI(https://a.example/)/Next 10 0 R>>"}
        | {n: b"<</S/URI/URI(https://a.example/)/Next %d 0 R>>" % (n + 1) for n in range(10, 40_000)}
    ),
    "fan": lambda: {9: b"<</Next[%b]>>" % (b"9 0 R " * 50_000)},
    "deep": lambda: {9: b"[" * 400 + URI + b"]" * 400},
    "many": lambda: {9: b"[%b]" % (URI * 60_000)},
    "script": lambda: {9: b"<</S/JavaScript/JS 10 0 R>>", 10: packed(b"'http://a.example/" * 4_000_000)},
    "scripts": lambda: {9: b"[%b]" % (b"<</S/JavaScript/JS 10 0 R>>" * 5_000), 10: packed(b"'\\" * 500_000)},
    "urls": lambda: {
        9: b"<</S/JavaScript/JS(%b)>>" % b"".join(b"'http://a%d.example'," % n for n in range(20_000))
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_actions_are_read_in_bounded_time(pdfs, name: str) -> None:
    pdf = pdfs.document([b"<</A 9 0 R>>"], HOSTILE[name]())
    content = pdf.bytes()
    start = time.process_time()
    reading = read("1", content)
    assert time.process_time() - start < 4
    assert len(reading.links) <= limits.ANNOTATIONS + limits.TARGETS
    if name not in ("deep", "fan", "renditions"):
        assert reading.skipped


def test_an_outline_and_a_name_tree_of_great_size_are_cut(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(limits, "TREE_ITEMS", 5)
    pdf = pdfs.document([], {n: b"<</Title(x)/Next %d 0 R/A%b>>" % (n + 1, URI) for n in range(10, 30)})
    pdf.objects[1] = (
        CATALOGUE % b"/Outlines<</First 10 0 R>>/Names<</Dests<</Names[%b]>>>>" % (b"(a)null" * 9)
    )
    reading = read("1", pdf.bytes())
    assert any("outline" in each.reason for each in reading.skipped)
    assert len(reading.links) == 5


def test_objects_beyond_the_bound_are_not_searched(monkeypatch, pdfs) -> None:
    monkeypatch.setattr(limits, "SCAN_BYTES", 100)
    reading = read("1", pdfs.document([], {9: URI}).bytes())
    assert any("searched" in each.reason for each in reading.skipped)


def test_form_data_that_inflates_without_end_is_cut(pdfs) -> None:
    pdf = pdfs.document([], {9: packed(b"<a>https://x.example/</a>" + b" " * (limits.FORM_BYTES * 4))})
    pdf.objects[1] = CATALOGUE % b"/AcroForm<</XFA 9 0 R>>"
    reading = read("1", pdf.bytes())
    assert [link.url for link in reading.links] == ["https://x.example/"]
    assert any("form data" in each.reason for each in reading.skipped)


def test_a_broken_script_does_not_hide_other_links(pdfs) -> None:
    broken = b"<</Filter/FlateDecode/Length 5>>stream\nxxxxx\nendstream"
    pdf = pdfs.document([b"<</A<</S/JavaScript/JS 9 0 R>>>>", LINK % (b"/A" + URI)], {9: broken})
    reading = read("1", pdf.bytes())
    assert [link.url for link in reading.links] == ["https://x.example/"]


def test_links_of_encrypted_files_are_found_everywhere(pdfs, resaved) -> None:
    pdf = pdfs.document([LINK % (b"/A" + SCRIPT)])
    pdf.objects[1] = CATALOGUE % b"/OpenAction%b" % URI
    content = resaved(pdf.bytes(), encryption=pikepdf.Encryption(owner="o", user=""))
    assert [link.place for link in pdfs.links(content)] == ["pdf:javascript", "pdf:openaction"]


def test_keys_that_are_no_text_hide_nothing(pdfs) -> None:
    pdf = pdfs.document([LINK % (b"/AA<</#fe%b>>/X<</#ff<</#fd%b>>>>" % (URI, URI))])
    pdf.objects[1] = CATALOGUE % b"/Dests<</#e4%b>>" % URI
    links = pdfs.links(pdf.bytes())
    assert [link.place for link in links] == ["pdf:additional", "pdf:name", "pdf:unreached"]
    for link in links:
        replacements, refused = edit("2", pdf.bytes(), [Edit(link, (pdfs.NEW,))])
        assert replacements or "cannot be written" in refused[0][1]


def test_an_object_nothing_refers_to_is_repaired_like_the_others(pdfs) -> None:
    content = pdfs.document([], {9: URI}).bytes()
    offset = content.index(b"9 0 obj")
    reading = read("1", content.replace(b"%010d 00000 n" % offset, b"%010d 00000 n" % (offset + 3)))
    assert [link.place for link in reading.links] == ["pdf:unreached"]
    assert [flag.flag for flag in reading.flags] == ["pdf-damaged"]
