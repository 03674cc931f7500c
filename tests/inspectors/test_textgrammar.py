"""What mail clients make a link of in plain text, and what they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import limits, textgrammar


def written(characters: str) -> list[str]:
    return [found for _, found, _ in textgrammar.find(characters)]


def urls(characters: str) -> list[str]:
    return [url.href for _, _, url in textgrammar.find(characters)]


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


@pytest.mark.parametrize(
    ("characters", "links"),
    [
        ("„http://a.example/x“ “http://b.example/”", ["http://a.example/x", "http://b.example/"]),
        ("「http://a.example/x」と『http://b.example/』", ["http://a.example/x", "http://b.example/"]),
        ("（http://a.example/）", ["http://a.example/"]),
        ("http://a.example/x，谢谢。http://b.example。谢谢", ["http://a.example/x", "http://b.example"]),
        ("http://bücher。example.com/x", ["http://bücher。example.com/x"]),
        ("http://user，x@a.example/", ["http://user，x@a.example/"]),
        ("[a](http://a.example/x)[b](http://b.example/y)", ["http://a.example/x", "http://b.example/y"]),
        ("(http://good.example)@a.example/", ["http://good.example)@a.example/"]),
    ],
)
def test_brackets_and_the_punctuation_of_languages_end_a_link_only_behind_its_host(characters, links):
    assert written(characters) == links


@pytest.mark.parametrize(
    ("characters", "links"),
    [
        ("go to example.com/x.", ["example.com/x"]),
        ("go to Shop.example.com/?a=1, or EXAMPLE.COM/#x!", ["Shop.example.com/?a=1", "EXAMPLE.COM/#x"]),
        ("example.com:8080/x (example.com/)", ["example.com:8080/x", "example.com/"]),
        ("<example.com/x> “example.com/y”", ["example.com/x", "example.com/y"]),
        ("url:example.com/x, wait...example.com/y", ["example.com/x", "example.com/y"]),
        ("bücher.example.com/x пример.рф/x", ["bücher.example.com/x", "пример.рф/x"]),
        ("xn--e1afmkfd.xn--p1ai/x", ["xn--e1afmkfd.xn--p1ai/x"]),
        ("请访问example.com/x 日本語.jp/x", ["example.com/x", "日本語.jp/x"]),
        ("192.0.2.1/login 192.0.2.1:8080/x?y", ["192.0.2.1/login", "192.0.2.1:8080/x?y"]),
        ("example.com./x", ["example.com./x"]),
        ("shop.co.in/x a-shop.pl/buy/now pay.cc/Ab3", ["shop.co.in/x", "a-shop.pl/buy/now", "pay.cc/Ab3"]),
        ("pay.zip/x x.app/y", ["pay.zip/x", "x.app/y"]),
        ("example.com/@me example.com/maps/@59.9,30", ["example.com/@me", "example.com/maps/@59.9,30"]),
        ("a.example.com/http://b.example/", ["a.example.com/http://b.example/"]),
    ],
)  # fmt: skip
def test_a_host_under_a_public_suffix_with_a_path_is_a_link(characters, links):
    assert written(characters) == links


@pytest.mark.parametrize(
    "characters",
    [
        "example.com", "Visit example.com.", "example.com?", "is it setup.py?", "a.example/x", "a.invalid/x",
        "src/main.py/x", "README.md", "see README.md/x", "main.cc/h", "lib.rs/x", "a/b.c", "test.py/run.py",
        "config.h.in/x", "libfoo.so/", "/home/me/example.com/x", "C:\\example.com/x", "~example.com/x",
        "and/or", "he/she", "1.2.3/4.5", "v1.2.3/x", "10.0.0.0/8", "192.0.2.1/255.255.255.0", "1.2.3.400/x",
        "2024.12.31/x", "21.11.2026/x", "me@example.com/x", "a@b@example.com/x", "example.com/x@example.org",
        "mailto:me@example.com?subject=x", "hxxp://example.com/x", "hxxps[:]//example.com/x",
        "example[.]com/x", "example(.)com/x", "example.com[/]x", "org.example.app/Main", "com.example.io/x",
        "self.name/2", "os.name/sys.platform", "Foo.app/Contents/x", "done.It/They", "host:example.com:/x",
        "example..com/", "-.com/x", "a_b.com/x", "co.uk/x", "#example.com/x", "$example.com/x", "e.g./i.e.",
        "x.com:999999/x", "http:/example.com/x", "..com/x", "linux-3.18.orig/arch/x.c", "a" * 300 + ".com/x",
    ],
)  # fmt: skip
def test_words_names_paths_and_addresses_are_no_links(characters):
    assert written(characters) == []


@pytest.mark.parametrize(
    ("characters", "links"),
    [
        ("<http://a.example/lo\nng>", ["http://a.example/long"]),
        ("<URL:http://a.example/lo\r\n  ng/\r\n\tpath>", ["http://a.example/long/path"]),
        ("<www.a.example/lo\nng\n>", ["http://www.a.example/long"]),
        ("<example.com/lo \nng>", ["http://example.com/long"]),
        ("<http://a.example/x\ntwo words>", ["http://a.example/x"]),
        ("<http://a.exam\nple/x>", ["http://a.exam/"]),
        ("<http://a.example\n/x>", ["http://a.example/x"]),
        ("<http://a.example/x\nwww.b.example>", ["http://a.example/x", "http://www.b.example/"]),
        ("<http://a.example/x\nb.example.com/y>", ["http://a.example/x", "http://b.example.com/y"]),
        ("<http://a.example/x\nhttp://b.example/>", ["http://a.example/x", "http://b.example/"]),
        ("<http://a.example/x\n\ny>", ["http://a.example/x"]),
        ("http://a.example/lo\nng>", ["http://a.example/lo"]),
        ("<http://a.example/x\nnever closed", ["http://a.example/x"]),
    ],
)
def test_lines_are_joined_only_between_angle_brackets_and_only_behind_the_host(characters, links):
    assert urls(characters) == links


@pytest.mark.parametrize(
    "host",
    ["0x7f.1", "2130706433", "127.1", "0177.0.0.1", "127.0.0.1", "１２７.0.0.1"],
)
def test_numbers_for_hosts_are_read_as_browsers_read_them(host):
    assert urls(f"http://{host}/x") == ["http://127.0.0.1/x"]


@given(st.text(max_size=80), st.text(max_size=20))
def test_every_link_stands_where_its_span_says(before, after):
    characters = f"{before} http://a.example/{after} www.b.example/{before} c.example.com/{after}"
    position = 0
    for span, found, _ in textgrammar.find(characters):
        assert span.start >= position
        assert characters[span.start : span.end] == found
        position = span.end


LINKS = ("http://a.example/x", "www.b.example/", "c.example.com/y?z", "<http://a.example/\nx>")
MARKS = ("(", ")", "，", "。", " ", "\n", "<", ">", "a.", ".com/", "www.", "://", "@", "例", "é", "..", "-")


@given(st.lists(st.sampled_from(LINKS + MARKS), max_size=12))
def test_links_never_overlap_whatever_stands_around_them(pieces):
    characters = "".join(pieces)
    position = 0
    for span, found, url in textgrammar.find(characters):
        assert position <= span.start < span.end
        assert characters[span.start : span.end] == found
        assert url is not None
        position = span.end


@given(st.lists(st.sampled_from((*LINKS[:3], "word", "(word)", "1.2.3", "a/b", "日本")), max_size=8))
def test_every_link_between_blanks_is_found_and_nothing_else_is(pieces):
    assert written(" ".join(pieces)) == [piece for piece in pieces if piece in LINKS]


@given(st.text(alphabet="aw./:?# htp\n1", max_size=40))
def test_a_text_that_holds_a_link_is_said_to_be_worth_looking(characters):
    assert textgrammar.may_hold_link(characters) or not written(characters)


def test_a_text_of_nothing_but_beginnings_is_not_read_to_its_end_and_says_so():
    characters = "a.py/ " * (limits.CANDIDATES + 2) + "http://a.example/"
    (found,) = textgrammar.find(characters)
    assert found[2] is None
    assert found[0].end == len(characters)
