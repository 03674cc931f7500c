from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.pdf.javascript import literals, urls


@pytest.mark.parametrize(
    "script",
    [
        'app.launchURL("https://a.example/p?q=1", true);',
        "getURL('https://a.example/p?q=1')",
        "this.submitForm({cURL: `https://a.example/p?q=1`})",
        r'"\x68ttps:\/\/a.example/p\u003fq=1"',
        r'"\150ttps\72//a.example/\u{70}?q=1"',
        '"ht" + "tps" + "://a.exam" + \'ple/p?q=1\'',
        '("ht"+ /* "no" */ "tps:") + // "no"\n ("//a.example/p?q=1")',
        '"ht\\\ntps://a.example/p?q=1"',
        'x = s.replace(/["\'`]/g, ""); y = "https://a.example/p?q=1"',
        "/* \"it's */ y = 'https://a.example/p?q=1'",
        "// it's\ny = 'Go to https://a.example/p?q=1 today'",
        "'unclosed\n;'https://a.example/p?q=1'",
        "app.launchURL(unescape('%68%74%74%70%73%3a%2f%2fa.example/p%3fq=1'))",
        "unescape('%u0068ttps%u003A//a.example/p?q=1')",
        f"String.fromCharCode({','.join(map(str, b'https://a.example/p?q=1'))})",
        f"eval(String.fromCharCode ( {' , '.join(map(hex, b'https://a.example/p?q=1'))} ))",
    ],
)
def test_a_url_is_read_however_the_literal_is_written(script: str) -> None:
    assert list(urls(script)) == ["https://a.example/p?q=1"]


def test_urls_come_in_order_and_once() -> None:
    script = "a('https://b.example/');a('www.a.example');a('https://b.example/');a('\\\\\\\\srv\\\\share')"
    assert list(urls(script)) == ["https://b.example/", "www.a.example", r"\\srv\share"]


@pytest.mark.parametrize(
    "script", ["// 'https://a.example/'", "/* 'https://a.example/' */", "a / b", "", "'//'"]
)
def test_comments_and_other_strings_hold_no_urls(script: str) -> None:
    assert list(urls(script)) == []


def test_a_division_does_not_begin_a_regular_expression() -> None:
    assert list(literals("x = a / 2; y = 'b' / c; z = 'd'")) == ["b", "d"]


@pytest.mark.parametrize(
    "piece",
    [
        '"\\',
        "/*",
        "=/[",
        "=/",
        "'",
        '"a"+\'',
        "`${",
        "return /",
        "fromCharCode(1,",
        "'%3a",
        "fromCharCode(",
        "http://",
        "'\\u{",
    ],
)
def test_hostile_scripts_take_time_in_proportion_to_their_length(piece: str) -> None:
    start = time.process_time()
    list(urls(piece * (250_000 // len(piece))))
    assert time.process_time() - start < 1


@given(st.text(alphabet="\"'`\\/*+=([{n\n x0u", max_size=60))
def test_any_text_gives_strings(script: str) -> None:
    assert all(isinstance(each, str) for each in literals(script))


@given(st.text(max_size=30).filter(lambda t: t.isprintable()))
def test_what_javascript_escapes_is_read_back(text: str) -> None:
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else f"\\u{{{ord(c):x}}}" for c in text)
    assert list(literals(f'f("{escaped}")')) == [text]
