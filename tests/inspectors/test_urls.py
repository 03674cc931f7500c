"""URLs as browsers read them."""

import pytest
from ada_url import URL
from hypothesis import given
from hypothesis import strategies as st

from inspectors import limits, urls


@pytest.mark.parametrize(
    ("written", "href", "host"),
    [
        ("http://a.example", "http://a.example/", "a.example"),
        ("HTTPS://A.Example:443/x", "https://a.example/x", "a.example"),
        ("http://user:pw@a.example:81/", "http://user:pw@a.example:81/", "a.example"),
        ("http://a.example\\@b.example/", "http://a.example/@b.example/", "a.example"),
        ("http://a@b@c.example/", "http://a%40b@c.example/", "c.example"),
        ("http://a.example?x=//b.example", "http://a.example/?x=//b.example", "a.example"),
        ("http://a.example#@b.example", "http://a.example/#@b.example", "a.example"),
        ("http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1"),
        ("http://[::1]:8080/", "http://[::1]:8080/", "[::1]"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("\x01 ht\ntp://a.ex\tample/ ", "http://a.example/", "a.example"),
        ("ftp://a.example/f", "ftp://a.example/f", "a.example"),
        ("foo://Host:9/x", "foo://Host:9/x", "Host"),
        ("//a.example/x", "https://a.example/x", "a.example"),
        ("\\\\a.example/x", "https://a.example/x", "a.example"),
        ("http:a.example/x", "http://a.example/x", "a.example"),
    ],
)
def test_a_url_is_what_a_browser_opens(written, href, host):
    url = urls.read(written)
    assert (url.href, url.host) == (href, host)


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "#top", "page.html", "/x", "mailto:a@b.example", " JavaScript:alert(1)", "data:text/html,x",
        "tel:+1", "http://", "http://%zz/", "https://a b/", "foo:bar://x/", "file:///etc/passwd",
        "about:blank", "http://:80/",
    ],
)  # fmt: skip
def test_what_opens_no_host_is_no_url(written):
    assert urls.read(written) is None


def test_a_relative_reference_needs_its_base():
    assert urls.read("../x", "http://a.example/b/c/").href == "http://a.example/b/x"
    assert urls.read("//b.example", "http://a.example/").href == "http://b.example/"
    assert urls.read("#x", "http://a.example/") is None


@given(st.text(max_size=60))
def test_scheme_and_host_are_those_the_parser_names(rest):
    for text in (f"http://{rest}", rest, f"x-{rest}"):
        url = urls.read(text)
        if url is not None:
            parsed = URL(url.href)
            assert (url.href, url.scheme + ":", url.host) == (parsed.href, parsed.protocol, parsed.hostname)


def test_blanks_that_browsers_drop_do_not_make_a_url_too_long():
    padded = "ht" + "\n" * limits.URL_CHARACTERS + "tp://a.example/" + " " * 99
    assert urls.read(padded).href == "http://a.example/"
    assert not urls.too_long(padded)


def test_a_url_over_the_limit_is_none_and_said_to_be_too_long():
    long = "http://a.example/" + "x" * limits.URL_CHARACTERS
    assert urls.read(long) is None
    assert urls.too_long(long)
    assert not urls.too_long("data:image/png;base64," + "x" * limits.URL_CHARACTERS)


def test_bytes_that_did_not_decode_are_replaced_as_browsers_do():
    assert urls.read("http://a.example/\udce9").href == "http://a.example/%EF%BF%BD"


PLAIN = st.text(st.sampled_from("ab0.-_/%2eE?&=#:@+~'"), max_size=12)


@given(st.sampled_from(["http://", "https://", "HTTP://", "http:/"]), PLAIN, PLAIN)
def test_law_a_url_taken_as_it_stands_is_what_the_parser_would_give(scheme, host, rest):
    written = f"{scheme}{host}.example/{rest}"
    found = urls.read(written)
    try:
        parsed = URL(written)
    except ValueError:
        assert found is None
    else:
        assert found is not None and (found.href, found.host) == (parsed.href, parsed.hostname)


@given(st.text(st.sampled_from("a?é\ufdd0\ufffd\U0001f600\ud800\udc80\udfff"), max_size=12))
def test_lone_surrogates_become_replacement_characters_and_nothing_else_changes(text):
    wanted = "".join("\ufffd" if "\ud800" <= each <= "\udfff" else each for each in text)
    assert urls.without_surrogates(text) == wanted
