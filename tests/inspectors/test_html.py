"""Links in HTML: what is found, and that an edit changes the value and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import html, limits, text
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
        "<img src=http://a.example/x.png>",
        "<meta name=x content='0; url=http://a.example/'>",
    ],
)
def test_what_nobody_can_click_is_no_link(source):
    assert links(source) == ()


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
