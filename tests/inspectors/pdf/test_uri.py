from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.pdf.uri import characters, opened


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"https://a.example/", "https://a.example/"),
        (b"\xfe\xff" + "https://ä.example/".encode("utf-16-be"), "https://ä.example/"),
        (b"\xff\xfe" + "https://ä.example/".encode("utf-16-le"), "https://ä.example/"),
        (b"\xef\xbb\xbfhttps://a.example/\xc3\xa4", "https://a.example/ä"),
        ("https://a.example/ä".encode(), "https://a.example/ä"),
        ("https://a.example/ä".encode("latin-1"), "https://a.example/ä"),
        (b"\xfe\xff\x00", "\ufffd"),
    ],
)
def test_a_string_becomes_the_characters_it_means(value: bytes, text: str) -> None:
    assert characters(value) == text


@pytest.mark.parametrize(
    ("text", "base", "url", "host"),
    [
        ("HTTPS://A.Example/x y", "", "https://a.example/x%20y", "a.example"),
        (" https://a.example/\n", "", "https://a.example/", "a.example"),
        ("www.a.example/x", "", "http://www.a.example/x", "www.a.example"),
        ("www.a.example/x", "https://base.example/", "http://www.a.example/x", "www.a.example"),
        ("one.two.example/x", "", "http://one.two.example/x", "one.two.example"),
        ("file.html", "", "file.html", ""),
        ("a/b.c.d", "", "a/b.c.d", ""),
        ("page#x", "https://base.example/dir/", "https://base.example/dir/page#x", "base.example"),
        ("one.two.example", "https://base.example/", "https://base.example/one.two.example", "base.example"),
        ("https://a.example/", "not a base", "https://a.example/", "a.example"),
        ("mailto:clerk@office.example", "", "mailto:clerk@office.example", ""),
        ("https://bücher.example/", "", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
        ("", "", "", ""),
    ],
)
def test_the_url_is_what_a_viewer_opens(text: str, base: str, url: str, host: str) -> None:
    assert opened(text, base) == (url, host)


@given(st.binary(max_size=60), st.text(max_size=10))
def test_any_string_gives_some_url(value: bytes, base: str) -> None:
    url, host = opened(characters(value), base)
    assert isinstance(url, str)
    assert host == host.lower()
