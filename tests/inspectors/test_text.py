"""Links in plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import limits, text
from inspectors.model import Edit, Leaf, Span


def leaf(charset="utf-8"):
    return Leaf("1", "text/plain", charset, "8bit", "", "", Span(0, 0), Span(0, 0))


def written(characters: str) -> list[str]:
    return [found for _, found, _ in text.find(characters)]


@pytest.mark.parametrize(
    ("characters", "links"),
    [
        ("see http://a.example/x, or not", ["http://a.example/x"]),
        ("(see http://a.example/x)", ["http://a.example/x"]),
        ("http://a.example/x_(y)", ["http://a.example/x_(y)"]),
        ("http://a.example/x_(y)) and", ["http://a.example/x_(y)"]),
        ("<http://a.example/?a=1&b=2>", ["http://a.example/?a=1&b=2"]),
        ("<URL:https://a.example/>", ["https://a.example/"]),
        ('"http://a.example/"', ["http://a.example/"]),
        (
            "HTTP://A.EXAMPLE/ www.B.example. WWW.c.example/x",
            ["HTTP://A.EXAMPLE/", "www.B.example", "WWW.c.example/x"],
        ),
        ("http://a.example/~ http://b.example/-", ["http://a.example/~", "http://b.example/-"]),
        ("http://a.example/日本。 https://b.example/», x", ["http://a.example/日本", "https://b.example/"]),
        ("http://a.example:http://b.example", []),
        ("http://www.a.example/www.b.example", ["http://www.a.example/www.b.example"]),
        ("x=http://a.example/ ftp://f.example", ["http://a.example/", "ftp://f.example"]),
        ("xhttp://a.example/ a.www.b.example me@www.c.example -www.d.example", []),
        ("www. www.. wwww.a.example http:// ://a.example sftp://a.example", []),
        ("İwww.a.example/ http://ſ.example/", ["www.a.example/", "http://ſ.example/"]),
        ("http://a.example/\x00b http://c.example/\u200bd", ["http://a.example/", "http://c.example/"]),
    ],
)
def test_links_end_where_clients_end_them(characters, links):
    assert written(characters) == links


@given(st.text(max_size=80), st.text(max_size=20))
def test_every_link_stands_where_its_span_says(before, after):
    characters = f"{before} http://a.example/{after} www.b.example/{before}"
    position = 0
    for span, found, _ in text.find(characters):
        assert span.start >= position
        assert characters[span.start : span.end] == found
        position = span.end


def test_a_host_without_scheme_opens_over_http_and_keeps_its_written_form():
    (link,) = text.read(leaf(), b"go to www.a.example/x").links
    assert (link.url, link.written, link.place) == ("http://www.a.example/x", "www.a.example/x", "text")


def test_bytes_that_do_not_decode_end_neither_reading_nor_rewriting():
    content = b"\xfd\xff http://a.example/\xe9 \xff"
    (link,) = text.read(leaf(), content).links
    assert link.url == "http://a.example/%EF%BF%BD"
    ((replacement,), refused) = text.edit(leaf(), content, [Edit(link, ("https://c.example/x",))])
    assert (replacement.span.of(content), replacement.choices) == (
        b"http://a.example/\xe9",
        (b"https://c.example/x",),
    )
    assert refused == ()


def test_a_link_in_utf_7_is_rewritten_where_it_stands_in_ascii():
    (link,) = text.read(leaf("utf-7"), b"http://a.example/").links
    ((made,), refused) = text.edit(leaf("utf-7"), b"http://a.example/", [Edit(link, ("https://c.example/",))])
    assert refused == ()
    assert (made.span, made.choices) == (Span(0, 17), (b"https://c.example/",))


def test_an_unknown_charset_is_flagged():
    assert [flag.flag for flag in text.read(leaf("x-odd"), b"x").flags] == ["charset-unknown"]


def test_a_link_too_long_to_read_is_said_to_be_skipped():
    content = b"http://a.example/" + b"x" * limits.URL_CHARACTERS + b" http://b.example/"
    reading = text.read(leaf(), content)
    assert [link.host for link in reading.links] == ["b.example"]
    assert [skipped.reason for skipped in reading.skipped] == [text.TOO_LONG]


def test_a_text_over_the_limit_is_skipped():
    reading = text.read(leaf(), b" " * (limits.TEXT_BYTES + 1))
    assert (reading.links, len(reading.skipped)) == ((), 1)
