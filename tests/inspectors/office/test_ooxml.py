"""Links of Office Open XML, each place where one can stand."""

import pytest

URL = "https://odd.example/x?a=1&b=2"
RUN = "<w:r>{}</w:r>"
BEGIN = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
SEPARATE = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def test_a_hyperlink_has_the_words_it_stands_on(make):
    content = make.docx(
        make.hyperlink("rId7", "the <w:tab/>portal"), [("rId7", "hyperlink", URL.replace("&", "&amp;"))]
    )
    assert make.links(content) == [("office:hyperlink", URL, "the")]


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("image", "office:image"),
        ("attachedTemplate", "office:template"),
        ("oleObject", "office:oleobject"),
        ("frame", "office:frame"),
        ("externalLinkPath", "office:externallink"),
        ("subDocument", "office:subdocument"),
        ("", "office:relationship"),
    ],
)
def test_every_kind_of_external_relationship_is_a_link(make, kind, place):
    assert make.links(make.docx("", [("rId1", kind, "https://odd.example/t.dotm")])) == [
        (place, "https://odd.example/t.dotm", "")
    ]


def test_what_is_clicked_is_a_hyperlink_whatever_its_type_says(make):
    content = make.docx(make.hyperlink("rId1", "words"), [("rId1", "image", "https://odd.example/")])
    assert make.links(content) == [("office:hyperlink", "https://odd.example/", "words")]


def test_pictures_that_are_fetched_say_so(make):
    (link,) = make.reading(make.docx("", [("rId1", "image", "https://odd.example/")])).links
    assert link.fetched


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("file:///\\\\odd.example\\share\\a.docx", "file://odd.example/share/a.docx"),
        ("\\\\odd.example\\share", "file://odd.example/share"),
        ("file://///odd.example/share", "file://odd.example/share"),
        ("www.odd.example/x", "http://www.odd.example/x"),
        ("HTTPS://ODD.example", "https://odd.example/"),
        ("&#104;ttps://odd.example/", "https://odd.example/"),
    ],
)
def test_targets_are_read_as_office_opens_them(make, target, url):
    assert make.links(make.docx("", [("rId1", "hyperlink", target)])) == [("office:hyperlink", url, "")]


@pytest.mark.parametrize("target", ["mailto:a@b.example", "chapter2.docx", "#top", "", "file:///C:\\x.doc"])
def test_targets_that_lead_to_no_host_are_no_links(make, target):
    assert make.links(make.docx("", [("rId1", "hyperlink", target)])) == []


def test_relative_targets_lead_where_the_hyperlink_base_says(make):
    properties = "<Properties><HyperlinkBase>https://odd.example/base/</HyperlinkBase></Properties>"
    content = make.docx("", [("rId1", "hyperlink", "login.html")], extra={"docProps/app.xml": properties})
    assert make.links(content) == [("office:hyperlink", "https://odd.example/base/login.html", "")]


def test_a_field_may_be_split_over_runs(make):
    instruction = RUN.format(
        '<w:instrText> HYPERLINK \\t "_blank" "https://odd.exam</w:instrText>'
    ) + RUN.format('<w:instrText>ple/x?a=1&amp;b=2" \\o &quot;tip https://tip.example/&quot;</w:instrText>')
    body = BEGIN + instruction + SEPARATE + RUN.format("<w:t>words</w:t>") + END
    assert make.links(make.docx(body)) == [("office:hyperlink", URL, "words")]


def test_fields_stand_in_fields(make):
    inner = (
        BEGIN
        + RUN.format('<w:instrText>INCLUDEPICTURE "https://pic.example/"</w:instrText>')
        + SEPARATE
        + END
    )
    body = (
        BEGIN
        + RUN.format('<w:instrText>HYPERLINK "https://odd.example/"</w:instrText>')
        + SEPARATE
        + inner
        + END
    )
    assert make.links(make.docx(body)) == [
        ("office:hyperlink", "https://odd.example/", ""),
        ("office:image", "https://pic.example/", ""),
    ]


@pytest.mark.parametrize(
    ("instruction", "place"),
    [
        ("HYPERLINK https://odd.example/ \\h", "office:hyperlink"),
        ("hyperlink “https://odd.example/”", "office:hyperlink"),
        ("INCLUDETEXT &quot;https://odd.example/&quot;", "office:include"),
        ("DDEAUTO &quot;https://odd.example/&quot; x", "office:dde"),
        ("HYPERLINK &quot;https:\\\\/\\\\/odd.example/&quot;", "office:hyperlink"),
    ],
)
def test_simple_fields_are_read(make, instruction, place):
    body = f'<w:fldSimple w:instr="{instruction}"><w:r><w:t>words</w:t></w:r></w:fldSimple>'
    assert make.links(make.docx(body)) == [(place, "https://odd.example/", "words")]


@pytest.mark.parametrize(
    "instruction", ["PAGE", "HYPERLINK \\l &quot;https://a.example/&quot;", "HYPERLINKS https://a.example/"]
)
def test_other_instructions_lead_nowhere(make, instruction):
    assert make.links(make.docx(f'<w:fldSimple w:instr="{instruction}"/>')) == []


def test_formulas_of_sheets_are_read(make):
    sheet = (
        '<worksheet><c><f>IF(A1,HYPERLINK("https://odd.example/x?a=1&amp;b=2","w"),0)</f></c>'
        '<c><f>_xlfn.WEBSERVICE("https://odd.exam"&amp;"ple/y")</f></c><c><f>SUM(A1:A2)</f></c></worksheet>'
    )
    content = make.docx(extra={"xl/worksheets/sheet1.xml": sheet})
    assert make.links(content) == [
        ("office:hyperlink", URL, ""),
        ("office:webservice", "https://odd.example/y", ""),
    ]


def test_clicks_on_slides_have_their_words(make):
    slide = (
        '<p:sld><p:sp><p:cNvPr><a:hlinkClick r:id="rId2"/></p:cNvPr><a:r><a:t>box</a:t></a:r></p:sp>'
        '<a:r><a:rPr><a:hlinkClick r:id="rId1"></a:hlinkClick></a:rPr><a:t>go</a:t></a:r></p:sld>'
    )
    rows = [("rId1", "hyperlink", "https://odd.example/"), ("rId2", "hyperlink", "https://box.example/")]
    extra = {"ppt/slides/slide1.xml": slide, "ppt/slides/_rels/slide1.xml.rels": make.relationships(*rows)}
    assert make.links(make.docx(extra=extra)) == [
        ("office:hyperlink", "https://odd.example/", "go"),
        ("office:hyperlink", "https://box.example/", ""),
    ]


def test_old_drawings_and_connections_carry_addresses_themselves(make):
    body = '<v:shape href="https://odd.example/"/><webPr url="https://data.example/"/>'
    assert make.links(make.docx(body)) == [
        ("office:hyperlink", "https://odd.example/", ""),
        ("office:connection", "https://data.example/", ""),
    ]


def test_running_text_is_listed_where_it_is_on_no_link(make):
    body = "<w:p><w:r><w:t>see https://plain.exam</w:t></w:r><w:r><w:t>ple/x now</w:t></w:r></w:p>"
    body += make.hyperlink("rId1", "https://shown.example/")
    content = make.docx(body, [("rId1", "hyperlink", "https://odd.example/")])
    assert make.links(content) == [
        ("office:text", "https://plain.example/x", ""),
        ("office:hyperlink", "https://odd.example/", "https://shown.example/"),
    ]


def test_comments_and_cdata_hide_no_links_and_make_none(make):
    body = '<!-- <v:shape href="https://a.example/"/> --><![CDATA[<v:shape href="https://b.example/"/>]]>'
    assert make.links(make.docx(body + '<v:shape href="https://c.example/"/>')) == [
        ("office:hyperlink", "https://c.example/", "")
    ]


def test_what_an_inner_field_says_is_part_of_the_instruction_around_it(make):
    inner = BEGIN + RUN.format("<w:instrText>QUOTE 104</w:instrText>") + SEPARATE
    inner += RUN.format("<w:t>https://odd.example/</w:t>") + END
    body = BEGIN + RUN.format("<w:instrText>HYPERLINK </w:instrText>") + inner + SEPARATE + END
    assert make.links(make.docx(body))[0] == ("office:hyperlink", "https://odd.example/", "")


@pytest.mark.parametrize("target", ["&#x0000000068;ttps://odd.example/", "&#00000000104;ttps://odd.example/"])
def test_references_with_leading_zeros_hide_nothing(make, target):
    assert make.links(make.docx("", [("rId1", "hyperlink", target)])) == [
        ("office:hyperlink", "https://odd.example/", "")
    ]
