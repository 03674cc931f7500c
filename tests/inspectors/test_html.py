"""Links in HTML: what is found, and that an edit changes the value and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import html, limits, text
from inspectors.formats import svg
from inspectors.model import Edit, Leaf, Span

NEW = ("https://c.example/h.example/T", "https://c.example/h.example/TT", "https://c.example/h.example/TTT")


def leaf(charset="utf-8"):
    return Leaf("1", "text/html", charset, "8bit", "", "", Span(0, 0), Span(0, 0))


def links(source: str | bytes, charset="utf-8"):
    content = source if isinstance(source, bytes) else source.encode()
    return html.read(leaf(charset), content).links


def edited(source: str | bytes, number: int = 0, charset="utf-8") -> bytes:
    content = source if isinstance(source, bytes) else source.encode()
    link = html.read(leaf(charset), content).links[number]
    ((one,), refused) = html.edit(leaf(charset), content, [Edit(link, NEW)])
    assert refused == ()
    return content[: one.span.start] + one.choices[0] + content[one.span.end :]


@pytest.mark.parametrize(
    ("source", "place", "url"),
    [
        ('<a href="http://a.example/">x</a>', "html:a.href", "http://a.example/"),
        ("<A HREF = ' http://a.example/ '>x", "html:a.href", "http://a.example/"),
        ("<a/href=http://a.example/>x", "html:a.href", "http://a.example/"),
        ("<a href=http://a.example/?a=1&amp;b=2>x", "html:a.href", "http://a.example/?a=1&b=2"),
        ("<a href=&#104;ttp://a.example/>x", "html:a.href", "http://a.example/"),
        ('<a href="ht\ntp://a.exa\r\nmple/">x', "html:a.href", "http://a.example/"),
        ("<a href=http://a.example/ href=http://b.example/>x", "html:a.href", "http://a.example/"),
        ("<map><area href=//a.example/x></map>", "html:area.href", "https://a.example/x"),
        ("<form action=http://a.example/><button>", "html:form.action", "http://a.example/"),
        ("<button formaction=http://a.example/>", "html:button.formaction", "http://a.example/"),
        ("<iframe src=http://a.example/></iframe>", "html:iframe.src", "http://a.example/"),
        ("<svg><a xlink:href=http://a.example/>x</a></svg>", "html:a.xlink:href", "http://a.example/"),
        ("<base href=http://b.example/c/><a href=d>x", "html:a.href", "http://b.example/c/d"),
        (
            "<meta http-equiv=Refresh content=\"0; URL='http://a.example/'\">",
            "html:meta.content",
            "http://a.example/",
        ),
        ("<noscript><a href=http://a.example/>x</a></noscript>", "html:a.href", "http://a.example/"),
        ("<p>http://a.example/ x", "html:text", "http://a.example/"),
        ("<a name=x>www.a.example</a>", "html:text", "http://www.a.example/"),
        ("<xmp>http://a.example/</xmp>", "html:text", "http://a.example/"),
    ],
)
def test_links_are_those_a_browser_builds(source, place, url):
    assert [(link.place, link.url) for link in links(source)] == [(place, url)]


@pytest.mark.parametrize(
    "source",
    [
        "<!-- <a href=http://a.example/> -->",
        "<script>'http://a.example/'</script>",
        "<style>http://a.example/</style>",
        "<title>http://a.example/</title>",
        "<iframe>http://a.example/</iframe>",
        "<textarea><a href=http://a.example/></textarea>",
        "<a name=http://a.example/>x</a>",
        "<a href=mailto:a@a.example>x</a>",
        "<a href=page.html>x</a>",
        "<meta name=x content='0; url=http://a.example/'>",
    ],
)
def test_what_nobody_can_click_is_no_link(source):
    assert links(source) == ()


@pytest.mark.parametrize(
    ("source", "place", "url"),
    [
        ("<a href=http://a.example/ ping='http://b.example/ x'>", "html:a.ping", "http://b.example/"),
        ("<math><mtext href=http://b.example/>x", "html:math.href", "http://b.example/"),
        ("<v:roundrect href=http://b.example/>x", "html:v:roundrect.href", "http://b.example/"),
        (
            "<x xmlns:q='urn:schemas-microsoft-com:vml'><q:rect href=http://b.example/>x",
            "html:v:rect.href",
            "http://b.example/",
        ),
        (
            "<x xmlns:h='http://www.w3.org/1999/xhtml'><h:a href=http://b.example/>x",
            "html:a.href",
            "http://b.example/",
        ),
        ("<template><a href=http://b.example/>x</template>", "html:a.href", "http://b.example/"),
        (
            "<meta http-equiv=refresh content='0 http://b.example/ '>",
            "html:meta.content",
            "http://b.example/",
        ),
        ("<a href='http://b .example/'>x", "html:a.href", "http://b%20.example/"),
        ("<base href=http://b.example/c/d><a href='#x'>y", "html:a.href", "http://b.example/c/d#x"),
        ("<base href=http://b.example/c/d#y><a href=''>y", "html:a.href", "http://b.example/c/d"),
    ],
)
def test_rare_places_of_links_are_found(source, place, url):
    assert (place, url) in [(link.place, link.url) for link in links(source)]


MSO = "<!--[if mso]>{}<![endif]-->"


@pytest.mark.parametrize(
    ("comment", "place"),
    [
        (MSO.format("<a href=http://b.example/>x</a>"), "html:a.href"),
        (MSO.format("<v:roundrect href='http://b.example/'>x</v:roundrect>"), "html:v:roundrect.href"),
        (MSO.format("<!--[if gte mso 9]><a href=http://b.example/>x</a><![endif]-->"), "html:a.href"),
        ("<!-- [IF (gte mso 9)|(IE)] > <form action=http://b.example/><![endif]-->", "html:form.action"),
        ("<!--[if !mso]> <a href=http://b.example/>x</a><![endif]-->", "html:a.href"),
        ("<!--[if mso]><td><a href=http://b.example/>x</a></td><![endif]--!>", "html:a.href"),
    ],
)
def test_links_in_comments_that_outlook_shows_are_links_and_can_be_changed(comment, place):
    source = f"<p>\r\n<a href=http://a.example/>x</a>é\r\n{comment}<a href=http://c.example/>y</a>"
    found = links(source)
    assert [link.host for link in found] == ["a.example", "b.example", "c.example"]
    assert found[1].place == place
    assert edited(source, 1).decode() == source.replace("http://b.example/", NEW[0])


def test_equal_comments_are_changed_one_by_one_and_those_in_scripts_not_at_all():
    one = MSO.format("<a href=http://b.example/>x</a>")
    source = f"{one}<p>{one}"
    assert edited(source, 1).decode() == f"{one}<p>{one.replace('http://b.example/', NEW[0])}"
    hidden = f"<script>{one}</script>{one}"
    (link,) = links(hidden)
    made, refused = html.edit(leaf(), hidden.encode(), [Edit(link, NEW)])
    assert (made, len(refused)) == ((), 1)


def test_a_base_that_only_outlook_reads_counts_where_there_is_no_other():
    base = MSO.format("<base href=http://b.example/c/>")
    assert [link.url for link in links(f"{base}<a href=d>x")] == ["http://b.example/c/d"]
    both = f"{base}<base href=http://a.example/><a href=d>x"
    reading = html.read(leaf(), both.encode())
    assert [link.url for link in reading.links] == ["http://a.example/d"]
    assert [flag.flag for flag in reading.flags] == ["ambiguous-base"]


def test_the_part_s_own_base_counts_where_the_page_has_none():
    part = replace(leaf(), base="http://b.example/c/")
    assert html.read(part, b"<a href=d>x").links[0].url == "http://b.example/c/d"
    assert html.read(part, b"<base href=//e.example><a href=d>x").links[0].url == "http://e.example/d"
    assert html.read(replace(leaf(), base="cid:x"), b"<a href=d>x").links == ()


FETCHED = {
    "<img src=http://a.example/x srcset='http://b.example/y 2x, http://c.example/z,w 3x'>": (
        "html:img.src html:img.srcset html:img.srcset"
    ),
    "<td background=http://a.example/>": "",
    "<table background=http://a.example/>": "html:table.background",
    "<body background=http://a.example/ style='background:url(http://b.example/)'>": (
        "html:body.background html:body.style"
    ),
    "<style>@import 'http://a.example/'; b{c:URL( \"http://b.example/\" )}</style>": "html:style html:style",
    "<x-y style='b:url(http://a.\\65 xample/)'>": "html:other.style",
    "<link rel=stylesheet href=//a.example/><input type=image src=http://b.example/>": (
        "html:input.src html:link.href"
    ),
    "<video poster=http://a.example/ src=http://b.example/>": "html:video.poster html:video.src",
    "<svg><image xlink:href=http://a.example/ /><use href=http://b.example/ />": (
        "html:image.xlink:href html:use.href"
    ),
    MSO.format("<v:fill src=http://a.example/ />"): "html:v:fill.src",
    "<img src=cid:x><img src=data:image/png,x><img src=x.png>": "",
    "<img src=http://a.example/><img src=http://a.example/>": "html:img.src",
}


@pytest.mark.parametrize("source", FETCHED)
def test_what_the_page_fetches_is_listed_apart(source):
    found = links(f"{source}<a href=http://z.example/>x</a>")
    assert [link.place for link in found if not link.fetched] == ["html:a.href"]
    assert found[0].host == "z.example"
    assert " ".join(sorted(link.place for link in found if link.fetched)) == FETCHED[source]


def test_what_is_fetched_from_many_places_is_changed_in_all_of_them():
    source = "<img src=http://a.example/><p><img alt=x src='http://a.example/'>"
    (link,) = links(source)
    made, refused = html.edit(leaf(), source.encode(), [Edit(link, NEW)])
    assert (len(made), refused) == (2, ())
    (link,) = links("<p style='b:url(http://a.example/)'>")
    made, refused = html.edit(leaf(), b"<p style='b:url(http://a.example/)'>", [Edit(link, NEW)])
    assert made == () and "style sheets" in refused[0][1]


def test_what_is_fetched_never_pushes_links_out():
    pictures = "".join(f"<img src=http://p{number}.example/>" for number in range(limits.FETCHED + 9))
    reading = html.read(leaf(), f"{pictures}<a href=http://z.example/>".encode())
    assert reading.links[0].host == "z.example" and len(reading.links) == limits.FETCHED + 1
    assert [flag.flag for flag in reading.flags] == ["limit"]


def test_pages_written_into_attributes_are_files_inside():
    page = "&lt;a href='/x'&gt;"
    source = f'<base href=http://b.example/><iframe srcdoc="{page}"></iframe>'
    (inside,) = html.read(leaf(), source.encode()).inside
    assert (inside.content, inside.type, inside.base) == (b"<a href='/x'>", "text/html", "http://b.example/")


@pytest.mark.parametrize(
    "url",
    [
        "data:text/html,<a href=x>",
        " DA&Tab;TA:text/html;charset=utf-8,%3Ca%20href=x%3E",
        "data:text/html;base64,PGEgaHJlZj14Pg==",
        "data:text/html;charset=utf-8;%20base64,PGEgaHJlZj14Pg".replace("%20", " "),
        "data:application/xhtml+xml;base64,PGEg aHJlZj14Pg",
    ],
)
def test_a_data_link_is_flagged_and_its_page_read(url):
    reading = html.read(leaf(), f'<a href="{url}">x'.encode())
    assert [flag.flag for flag in reading.flags] == ["data-link"]
    assert [inside.content for inside in reading.inside] == [b"<a href=x>"]


def test_a_link_that_runs_a_script_is_flagged():
    reading = html.read(leaf(), b"<a href=' java&Tab;script:x'>y")
    assert [flag.flag for flag in reading.flags] == ["script-link"] and reading.links == ()


@pytest.mark.parametrize(
    "content",
    [
        "0;url=http&#58;//h.example/?a&amp;b",
        "0; URL = '&#104;ttp://h.example/' x",
        "0;\n&quot;http://h.example/",
    ],
)
def test_a_refresh_with_references_can_be_changed(content):
    source = f'<meta http-equiv=refresh content="{content}">'
    out = edited(source).decode()
    assert [link.url for link in links(out)] == [NEW[0]]
    assert out.startswith(source[:42])


def test_a_ping_among_others_is_changed_alone():
    source = "<a href=http://a.example/ ping='http://b.example/?a&amp;b http://c.example/'>x"
    number = [link.host for link in links(source)].index("b.example")
    assert edited(source, number).decode() == source.replace("http://b.example/?a&amp;b", NEW[0])


def test_a_link_is_listed_once_with_the_words_a_reader_sees():
    (link,) = links("<a href=http://a.example/> go\n <b>http://b.example/</b>\xa0now </a>")
    assert link.shown == "go http://b.example/ now"
    (link,) = links("<a href=http://a.example/><img src=x alt=' the  bank '></a>")
    assert link.shown == "the bank"


def test_links_come_in_the_order_they_stand():
    found = links(
        "http://a.example/ <a href=http://b.example/>x</a> http://c.example/\n<a href=http://d.example/>"
    )
    assert [link.host[0] for link in found] == ["a", "b", "c", "d"]


def test_the_clones_that_misnested_tags_make_are_one_link():
    assert (
        len(
            links(
                "<a href=http://a.example/>1<p>2</a>3</p><b><a href=http://b.example/><div>4</b>5</div></a>"
            )
        )
        == 2
    )


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ('<a href="', '" id=x>y</a>'),
        ("<a href='", "'>y"),
        ("<a href=", ">y"),
        ("<a href=", " id=http://h.example/>y"),
        ("<a\r\nx='>'\r\nhref\n=\r\n", "\r\n>y"),
        ('<a title="é € 🙂"\r\nhref="', '">y'),
        ('<a =href=x "x" href="', '">y'),
        ('<meta http-equiv=refresh content="5;url=', '">'),
        ("<p>see ", " or <a href=http://b.example/>"),
        ("&lt;", "&gt; &amp; \r\n"),
        ("<!-- http://h.example/ --><p>", ""),
        ("<body><body background='http://h.example/'>", "<p>"),
        ("<p>http://h.example/x\r\n<title>http://h.example/</title>", "\r\n</p>"),
        ("\x00<p>\r\r\n", "\r"),
    ],
)
def test_an_edit_replaces_the_value_and_nothing_else(before, behind):
    source = f"{before}http://h.example/{behind}"
    number = [link.url for link in links(source)].index("http://h.example/")
    assert edited(source, number) == f"{before}{NEW[0]}{behind}".encode()


@pytest.mark.parametrize(
    "written", ["http://h.example/?a&amp;b", "http&#58;//h.example/", "http://h.example/&eacute;"]
)
def test_character_references_in_a_link_go_with_it(written):
    assert edited(f'<a href="{written}">x').decode() == f'<a href="{NEW[0]}">x'
    assert edited(f"<p>{written} &amp; x").decode() == f"<p>{NEW[0]} &amp; x"


def test_of_equal_links_in_the_text_the_chosen_one_changes():
    source = "http://h.example/ <b>http://h.example/</b> <script>http://h.example/</script> http://h.example/"
    assert edited(source, 2).decode() == source[: -len("http://h.example/")] + NEW[0]


def test_bytes_that_do_not_decode_stand_beside_an_edit_unchanged():
    source = b"<p \xed\xa0=\xff id='\xe9'>\xe9<a \xed\xff=1 href='http://h.example/'>\xfc</a> www.h.example"
    assert edited(source) == source.replace(b"http://h.example/", NEW[0].encode())
    assert edited(source, 1) == source.replace(b"www.h.example", NEW[0].encode())


def test_a_page_without_label_is_read_in_the_charset_it_names():
    source = "<meta charset='iso-2022-jp'><p>\u3042<a href=http://h.example/>\u3042".encode("iso-2022-jp")
    assert [link.shown for link in links(source, "")] == ["\u3042"]
    assert edited(source, 0, "") == source.replace(b"http://h.example/", NEW[0].encode())
    assert len(links("<meta charset=utf-16><a href=http://h.example/>x", "")) == 1


def test_the_new_url_is_safe_in_every_kind_of_value():
    (link,) = links("<a href=http://h.example/>x")
    hostile = "https://c.example/'\"<>&x=`"
    ((one,), _) = html.edit(leaf(), b"<a href=http://h.example/>x", [Edit(link, (hostile,))])
    assert not set(b"'\"<> ") & set(one.choices[0])


def test_a_link_too_long_to_read_is_said_to_be_skipped():
    long = "http://a.example/" + "x" * limits.URL_CHARACTERS
    for source in (f"<a href={long}>x", f"<p>{long}"):
        reading = html.read(leaf(), source.encode())
        assert [skipped.reason for skipped in reading.skipped] == [text.TOO_LONG]


def test_html_over_the_limit_is_skipped():
    reading = html.read(leaf(), b" " * (limits.TEXT_BYTES + 1))
    assert (reading.links, len(reading.skipped)) == ((), 1)


PIECES = st.sampled_from(
    [
        *(
            "<a href=http://h.example/ <a_href='http://i.example/?a&amp;b'> > ' \" </a> <p> <b> </p> http://j.example/"
            " _www.k.example_ <!-- --> <table> <td> &lt; \x00 é <script> </script> <title> </title> <svg>"
            " <base_href=//m.example> <form_action=http://l.example/>"
        )
        .replace("_", "\n")
        .split(" "),
        "\r\n",
        "\r",
        "\n",
        " ",
    ]
)


@given(st.lists(PIECES, max_size=25), st.data())
def test_whatever_the_page_an_edit_changes_one_link_or_is_refused(pieces, data):
    source = "".join(pieces)
    found = links(source)
    if not found:
        return
    number = data.draw(st.integers(0, len(found) - 1))
    made, refused = html.edit(leaf(), source.encode(), [Edit(found[number], NEW)])
    assert len(made) + len(refused) == 1
    for one in made:
        out = source.encode()[: one.span.start] + one.choices[0] + source.encode()[one.span.end :]
        after = links(out)
        if len(after) == len(found) and after[number].url == NEW[0]:
            others = [link.written for link in after[:number] + after[number + 1 :]]
            assert others == [link.written for link in found[:number] + found[number + 1 :]]


@pytest.mark.parametrize("filling", [" " * 300, "\n" * 300])
@pytest.mark.parametrize("start", ["", "d"])
def test_a_page_in_an_attribute_is_found_behind_any_number_of_blanks(filling, start):
    if start and filling[0] == " ":
        return  # a blank inside the scheme is none to browsers
    written = f"{start}{filling}{'data:'[len(start) :]}text/html,<a href=http://h.example/>x</a>"
    (page,) = html.read(leaf(), f'<iframe src="{written}"></iframe>'.encode()).inside
    assert b"http://h.example/" in page.content


def test_what_outlook_shows_beyond_the_limits_is_said():
    comments = "<!--[if mso]>href<![endif]-->" * (limits.COMMENTS + 1)
    prefixes = " ".join(f'xmlns:p{n}="urn:schemas-microsoft-com:vml"' for n in range(limits.PREFIXES + 2))
    for page in (comments, f"<html {prefixes}>"):
        (skipped,) = html.read(leaf(), page.encode()).skipped
        assert skipped.kind == "limit"
    for page in (comments[29:], f"<html {prefixes.partition(' ')[2]}>"):
        assert html.read(leaf(), page.encode()).skipped == ()


def test_where_amp_sends_a_form_is_a_link():
    (link,) = links('<form method=post action-xhr="https://h.example/x">')
    assert (link.place, link.url) == ("html:form.action-xhr", "https://h.example/x")


@pytest.mark.parametrize(
    "page",
    [
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><a href="https://h.example/x"/></html>',
        '<html xmlns="http://www.w3.org/1999/xhtml"><script src="a"/><a href="https://h.example/x"/></html>',
        '<!DOCTYPE html [<!ENTITY u "https://h.example/x">]><html><a href="&u;"/></html>',
    ],
)
def test_what_is_a_link_only_as_xml_is_found_in_xhtml(page):
    xhtml = replace(leaf(), type="application/xhtml+xml")
    reading = html.read(xhtml, page.encode())
    assert reading.links == ()
    (inner,) = reading.inside
    assert "https://h.example/x" in [link.url for link in svg.read(leaf(), inner.content).links]
    assert html.read(xhtml, b'<html><a href="https://h.example/x">x</a></html>').inside == ()


def test_reading_what_is_new_leaves_out_known_links_and_what_the_page_fetches():
    page = (
        b"<a href=http://a.example/>a</a> http://a.example/x http://b.example/y"
        b"<a href=http://b.example/>b</a><img src=http://c.example/>"
    )
    found = html.read_new(leaf(), page, lambda url, host: host == "b.example").links
    assert found == tuple(link for link in html.read(leaf(), page).links if link.host == "b.example")
    assert len(found) == 2


@pytest.mark.parametrize(
    "page",
    [
        b"<script>location = 'https://run.test/x'</script>",
        b"<p onclick=\"window.open('https://' + 'run.test/x')\">x</p>",
        b"<a href=\"javascript:location='https://run.test/x'\">x</a>",
    ],
)
def test_addresses_in_scripts_are_listed_where_the_page_is_opened_as_a_file(page):
    attached = replace(leaf(), disposition="attachment")
    (link,) = html.read(attached, page).links
    assert (link.place, link.url) == ("html:script", "https://run.test/x")
    made, refused = html.edit(attached, page, [Edit(link, ("https://c.example/x",))])
    assert (made, [words for _, words in refused]) == (
        (),
        ["addresses in scripts are listed and not rewritten"],
    )
    assert html.read(leaf(), page).links == ()


def test_scripts_too_long_to_be_read_to_the_end_are_said():
    page = b"<script>" + b"x;" * (limits.SCRIPT_CHARACTERS // 2) + b"'http://late.test/'</script>"
    read = html.read(replace(leaf(), disposition="attachment"), page)
    assert (read.links, [skipped.kind for skipped in read.skipped]) == ((), ["limit"])


@pytest.mark.parametrize(
    ("written", "opened"),
    [
        ("www.odd.test/x", "http://www.odd.test/x"),
        ("ms-word:ofe|u|https://odd.test/a.docx", "https://odd.test/a.docx"),
        ("microsoft-edge:https://odd.test/", "https://odd.test/"),
        ("ms-appinstaller:?source=https%3a%2f%2fodd.test%2fa", "https://odd.test/a"),
    ],
)
def test_what_programs_other_than_browsers_open_is_a_link(written, opened):
    (link,) = html.read(leaf(), f"<a href='{written}'>x</a>".encode()).links
    assert link.url == opened
