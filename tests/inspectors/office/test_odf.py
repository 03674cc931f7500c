"""Links of OpenDocument, each place where one can stand."""

import pytest


def test_a_hyperlink_has_the_words_it_stands_on(make):
    body = (
        '<text:p>see <text:a xlink:type="simple" xlink:href="https://odd.example/?a=1&amp;b=2">the '
        "<text:span>portal</text:span></text:a></text:p>"
    )
    assert make.links(make.odt(body)) == [("office:hyperlink", "https://odd.example/?a=1&b=2", "the portal")]


@pytest.mark.parametrize(
    ("element", "place"),
    [
        ("draw:a", "hyperlink"),
        ("draw:image", "image"),
        ("draw:object", "object"),
        ("draw:floating-frame", "frame"),
        ("form:form", "form"),
        ("form:button", "form"),
        ("script:event-listener", "event"),
        ("text:section-source", "section"),
        ("table:table-source", "table"),
        ("meta:template", "template"),
    ],
)
def test_every_element_that_leads_outside_is_a_link(make, element, place):
    body = f'<{element} xlink:href="https://odd.example/"/><{element} xlink:href="Pictures/1.png"/>'
    assert make.links(make.odt(body)) == [("office:" + place, "https://odd.example/", "")]


def test_formulas_of_tables_are_read(make):
    cell = '<table:table-cell table:formula="of:=HYPERLINK(&quot;https://odd.example/&quot;;&quot;w&quot;)"/>'
    assert make.links(make.odt(cell)) == [("office:hyperlink", "https://odd.example/", "")]


def test_running_text_is_listed_where_it_is_on_no_link(make):
    body = (
        "<text:p>see https://plain.exam<text:span>ple/x</text:span> or "
        '<text:a xlink:href="https://odd.example/">https://shown.example/</text:a>, https://more.example/</text:p>'
    )
    assert make.links(make.odt(body)) == [
        ("office:hyperlink", "https://odd.example/", "https://shown.example/"),
        ("office:text", "https://plain.example/x", ""),
        ("office:text", "https://more.example/", ""),
    ]


def test_a_second_href_is_a_link_too(make):
    body = '<text:a office:href="https://one.example/" xlink:href="https://two.example/">w</text:a>'
    assert [url for _, url, _ in make.links(make.odt(body))] == [
        "https://one.example/",
        "https://two.example/",
    ]


def test_styles_and_embedded_objects_are_read(make):
    extra = {
        "styles.xml": '<a><style:background-image xlink:href="https://a.example/"/></a>',
        "Object 1/content.xml": '<a><text:a xlink:href="https://b.example/">w</text:a></a>',
    }
    assert [url for _, url, _ in make.links(make.odt("", **extra))] == [
        "https://a.example/",
        "https://b.example/",
    ]


def test_data_of_other_programs_is_flagged(make):
    assert [
        each.flag for each in make.reading(make.odt('<office:dde-source office:dde-topic="x"/>')).flags
    ] == ["office-dde"]


def test_encrypted_documents_say_so(make):
    extra = {
        "META-INF/manifest.xml": "<m:manifest><m:encryption-data/></m:manifest>",
        "content.xml": b"\x93\x11",
    }
    skipped = make.reading(make.packed({"mimetype": "x"} | extra)).skipped
    assert [each.kind for each in skipped] == ["encrypted"]


@pytest.mark.parametrize("shape", ["rectangle", "circle", "polygon"])
def test_an_area_of_a_picture_is_a_link(make, shape):
    body = f'<draw:image-map><draw:area-{shape} xlink:href="https://a.example/x"/></draw:image-map>'
    assert make.links(make.odt(body)) == [("office:hyperlink", "https://a.example/x", "")]
