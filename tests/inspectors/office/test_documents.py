"""Documents as a whole: what is recognised, flagged, skipped and handed on."""

import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspectors import office
from inspectors.office import limits, ole


def flags(found):
    return [each.flag for each in found.flags]


def plain(make, **labels):
    return replace(make.LEAF, filename="", **labels)


def test_documents_are_known_by_their_first_member_whatever_their_label(make):
    leaf = plain(make)
    assert office.accepts(leaf, make.docx()[:1024])
    assert office.accepts(leaf, make.odt("")[:1024])
    assert office.accepts(leaf, ole.MAGIC)
    assert not office.accepts(leaf, make.packed({"a.txt": "x"}))


@pytest.mark.parametrize("name", ["a.docx", "B.XLSM", "c.odt. "])
def test_documents_are_known_by_their_name_too(make, name):
    assert office.accepts(replace(make.LEAF, filename=name), make.packed({"a.txt": "x"}))
    assert not office.accepts(replace(make.LEAF, filename=name), b"\x89PNG")


def test_what_may_be_a_pdf_is_a_document_only_by_its_label(make):
    both = make.docx()[:30] + b"%PDF-1.7" + make.docx()[30:]
    assert not office.accepts(plain(make), both)
    assert office.accepts(make.LEAF, both)


def test_a_page_called_doc_is_read_as_a_page(make):
    page = b"<html><a href='https://odd.example/'>x</a></html>"
    assert office.accepts(replace(make.LEAF, filename="a.doc"), page)
    (inside,) = office.read(make.LEAF, page).inside
    assert (inside.type, inside.content) == ("text/html", page)


def test_documents_in_one_file_are_read(make):
    relation = make.relationships(("rId1", "hyperlink", "https://odd.example/")).partition("?>")[2]
    opc = f'<?xml version="1.0"?><?mso-application progid="Word.Document"?><pkg:p>{relation}</pkg:p>'
    odf = '<office:document><text:a xlink:href="https://odd.example/">w</text:a></office:document>'
    for content in (opc.encode(), odf.encode()):
        assert office.accepts(plain(make), content)
        assert [(each.place, each.url) for each in office.read(plain(make), content).links] == [
            ("office:hyperlink", "https://odd.example/")
        ]


def test_links_stand_in_the_order_of_the_directory(make):
    content = make.packed(
        {
            "word/_rels/document.xml.rels": make.relationships(("a", "hyperlink", "https://one.example/")),
            "[Content_Types].xml": make.TYPES,
            "word/document.xml": '<v:rect href="https://two.example/"/>',
        }
    )
    assert [each.url for each in make.reading(content).links] == [
        "https://one.example/",
        "https://two.example/",
    ]


def test_parts_of_any_name_are_read(make):
    content = make.docx(extra={"custom/part.dat": '<v:rect href="https://odd.example/"/>'})
    assert [each.url for each in make.reading(content).links] == ["https://odd.example/"]


@pytest.mark.parametrize(
    ("members", "flag"),
    [
        ({"word/vbaProject.bin": b"x"}, "office-macros"),
        ({"_xmlsignatures/sig1.xml": "<s/>"}, "office-signed"),
        ({"word/a.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, "office-doctype"),
        ({"word/a.xml": "<a><!-- "}, "office-broken-xml"),
        ({"xl/externalLinks/a.xml": '<ddeLink ddeService="cmd"/>'}, "office-dde"),
        ({"WORD/document.xml": "<a/>"}, "ambiguous-zip"),
    ],
)
def test_what_matters_beside_links_is_flagged(make, members, flag):
    assert flags(make.reading(make.docx(extra=members))) == [flag]


def test_white_space_in_front_hides_no_part(make):
    content = make.docx(extra={"word/a.xml": " " * 500 + '<v:rect href="https://odd.example/"/>'})
    assert [each.url for each in make.reading(content).links] == ["https://odd.example/"]


@pytest.mark.parametrize("name", ["word/a.xml", "xl/worksheets/sheet1.bin"])
def test_parts_in_no_known_form_are_said(make, name):
    assert [each.kind for each in make.reading(make.docx(extra={name: b"\x4c\x6f\xa7"})).skipped] == [
        "format"
    ]


def test_a_tag_with_too_many_attributes_is_flagged(make):
    many = " ".join(f'xmlns:a{n}="u"' for n in range(300))
    assert flags(make.reading(make.docx(f'<v:rect {many} href="https://odd.example/"/>'))) == [
        "office-attributes"
    ]


def test_a_wrong_checksum_is_flagged(make):
    content = make.docx(method=zipfile.ZIP_STORED).replace(b"<w:body>", b"<w:bodi>")
    assert flags(make.reading(content)) == ["ambiguous-zip"]


def test_embedded_files_are_handed_on(make):
    extra = {
        "word/embeddings/a.docx": make.docx(),
        "word/embeddings/oleObject1.bin": ole.MAGIC + b"x",
        "word/embeddings/unknown.bin": b"x",
        "word/media/image1.png": b"\x89PNG",
        "word/afchunk.html": "<p>",
        "word/media/image2.emf": b"x",
    }
    assert [(each.name, each.type) for each in make.reading(make.docx(extra=extra)).inside] == [
        ("word/embeddings/a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("word/embeddings/oleObject1.bin", "application/x-ole-storage"),
        ("word/media/image1.png", "image/png"),
        ("word/afchunk.html", "text/html"),
    ]


def test_members_that_need_a_password_say_so(make):
    content = make.docx()
    name = b"word/document.xml"
    header, entry = content.index(name) - 30, content.rindex(name) - 46
    changed = bytearray(content)
    changed[header + 6] |= 1
    changed[entry + 8] |= 1
    assert [each.kind for each in make.reading(bytes(changed)).skipped] == ["encrypted"]


@pytest.mark.parametrize("name", ["a.zip", "a.docx"])
def test_an_archive_without_a_document_is_read_as_an_archive(make, name):
    content = make.packed({"word/page.html": "<a href='https://odd.example/'>x</a>"})
    (inside,) = office.read(replace(make.LEAF, filename=name), content).inside
    assert inside.content.startswith(b"<a href")


def test_what_is_no_archive_says_so(make):
    (skipped,) = make.reading(b"PK\x03\x04 no").skipped
    assert skipped.kind


def test_a_member_over_the_limit_is_read_as_far_as_it(make):
    far = " " * limits.MEMBER_BYTES
    body = '<v:rect href="https://odd.example/"/>' + far + '<v:rect href="https://late.example/"/>'
    found = make.reading(make.docx(body))
    assert [each.url for each in found.links] == ["https://odd.example/"]
    assert [each.kind for each in found.skipped] == ["limit"]


def test_more_tags_than_the_limit_are_not_looked_at(make):
    found = make.reading(make.docx("<w:t/>" * limits.TOKENS))
    assert [each.kind for each in found.skipped] == ["limit"]


def test_a_member_that_inflates_without_end_is_read_within_bounds(make):
    content = make.docx(extra={f"word/b{n}.xml": b"<" + bytes(20_000_000) for n in range(5)})
    assert len(content) < 200_000
    assert {each.kind for each in make.reading(content).skipped} == {"limit"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(at=st.integers(0, 2000), data=st.binary(min_size=1, max_size=6), cut=st.integers(0, 2500))
def test_damage_anywhere_gives_a_reading(make, at, data, cut):
    content = make.three_links()
    for damaged in (content[:at] + data + content[at + len(data) :], content[:cut]):
        found = make.reading(damaged)
        out, _ = make.changed(damaged, found.links[:2])
        assert len(make.reading(out).links) == len(found.links)


@pytest.mark.parametrize("name", ["word/document.css", "word/document.bin", "word/document.png"])
def test_a_part_is_read_whatever_it_is_called(make, name):
    part = make.document('<w:p><w:fldSimple w:instr="HYPERLINK &quot;https://a.example/x&quot;"/></w:p>')
    content = make.packed({"[Content_Types].xml": make.TYPES, name: part})
    assert ("office:hyperlink", "https://a.example/x", "") in make.links(content)


def test_more_pictures_than_are_handed_on_are_said(make):
    pictures = {f"word/media/{n}.png": b"\x89PNG" for n in range(limits.PICTURES + 1)}
    reading = make.reading(make.docx(extra=pictures))
    assert [each.kind for each in reading.skipped] == ["limit"]
    assert len(reading.inside) == limits.PICTURES
