"""Links in SVG pictures."""

import gzip

import pytest

from fixtures import files
from inspectors import limits
from inspectors.formats import svg
from inspectors.model import Leaf, Reading, Span


def read(content: bytes, kind: str = "image/svg+xml", name: str = "a.svg") -> Reading:
    return svg.read(Leaf("2", kind, "", "7bit", name, "attachment", Span(0, 0), Span(0, 0)), content)


def links(body: str, before: str = "") -> list[tuple[str, str]]:
    return [(link.place, link.url) for link in read(files.svg(body, before)).links]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('<a href="http://a.example/"/>', "svg:a.href"),
        ('<a xlink:href="http://a.example/"/>', "svg:a.href"),
        ('<s:a xmlns:s="http://www.w3.org/2000/svg" href="http://a.example/"/>', "svg:a.href"),
        ('<a href="&#104;ttp://a.example/"/>', "svg:a.href"),
        ('<a href=" http://a.exa&#10;mple/ "/>', "svg:a.href"),
        ('<script href="http://a.example/"/>', "svg:script.href"),
        ("<script>location = 'http://' + 'a.example/'</script>", "svg:script"),
        ('<script><![CDATA[open("http://a.example/")]]></script>', "svg:script"),
        ("<rect onclick=\"open('http://a.example/')\"/>", "svg:script"),
        ("<a href=\"javascript:open('http://a.example/')\"/>", "svg:script"),
        ('<a><set attributeName="href" to="http://a.example/"/></a>', "svg:set.to"),
        ("<text>go to http://a.example/</text>", "svg:text"),
    ],
)
def test_each_place_that_leads_somewhere_is_listed(body, place):
    assert links(body) == [(place, "http://a.example/")]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ('<h:a href="http://a.example/"/>', "svg:a.href"),
        ('<h:form action="http://a.example/"/>', "svg:form.action"),
        ('<h:iframe src="http://a.example/"/>', "svg:iframe.src"),
        ('<h:meta http-equiv="refresh" content="0;url=http://a.example/"/>', "svg:meta.content"),
    ],
)
def test_pages_in_a_picture_are_read(body, place):
    page = f'<foreignObject xmlns:h="http://www.w3.org/1999/xhtml">{body}</foreignObject>'
    assert links(page) == [(place, "http://a.example/")]


def test_words_on_a_link_are_shown():
    (link,) = read(files.svg('<a href="http://a.example/"><text>click</text><text>here</text></a>')).links
    assert link.shown == "click here"


def test_entities_that_the_picture_declares_are_put_in_place():
    assert links('<a href="&u;"/>', '<!DOCTYPE svg [<!ENTITY u "http://a.example/">]>') == [
        ("svg:a.href", "http://a.example/")
    ]


def test_entities_that_grow_without_end_are_not():
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    reading = read(files.svg('<a href="&e11;"/>', f'<!DOCTYPE svg [<!ENTITY e0 "lol">{levels}]>'))
    assert [each.kind for each in reading.skipped] == ["broken"]


def test_no_file_of_this_machine_is_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("http://secret.example/")
    assert links("<text>&s;</text>", f'<!DOCTYPE svg [<!ENTITY s SYSTEM "{secret.as_uri()}">]>') == []


def test_names_of_namespaces_and_what_a_picture_loads_are_no_links():
    assert links('<image href="http://a.example/p.png"/><style>@import "http://a.example/s"</style>') == []


def test_a_compressed_picture_is_unpacked_within_bounds():
    packed = gzip.compress(files.svg('<a href="http://a.example/"/>'))
    assert [link.url for link in read(packed, name="a.svgz").links] == ["http://a.example/"]
    bomb = gzip.compress(files.svg(" " * (limits.TEXT_BYTES + 1000)))
    assert "limit" in [each.kind for each in read(bomb, name="a.svgz").skipped]


def test_what_is_not_well_formed_is_read_as_far_as_it_goes_and_said():
    reading = read(files.svg('<a href="http://a.example/"><b></a>'))
    assert [link.url for link in reading.links] == ["http://a.example/"]
    assert [each.kind for each in reading.skipped] == ["broken"]
    assert [each.kind for each in read(b"no xml").skipped] == ["broken"]
