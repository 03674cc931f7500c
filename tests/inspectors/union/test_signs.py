"""Quick looks: what is worth decoding."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.union import signs


@pytest.mark.parametrize(
    ("text", "link", "host"),
    [
        (b"http=3A//h.example/", True, True),
        (b"http://h=2Eexample/", True, True),
        (b"http://h.exam=\r\nple/", True, True),
        (b"www=2Eh.example", True, True),
        (b'<a href=3D"http://h.example/">', True, True),
        (b"http://h.example/click?q=3aab", True, False),
        (b"http://h.example/path=\r\nmore", True, False),
        (b"http://h.example/click?q=ab", False, False),
    ],
)
def test_escapes_behind_a_host_matter_only_where_nothing_was_read(text: bytes, link: bool, host: bool):
    assert (signs.holds_escaped_link(text), signs.holds_escaped_host(text)) == (link, host)


def test_runs_too_short_alone_are_not_joined_to_one_that_is_text():
    half = b"AAAAAAAAAAAAAAAAAAAAaHR0"  # three letters more would begin a link
    assert not signs.holds_run(half + b" " + b"cDov" + b"AAAAAAAAAAAAAAAAAAAA")
    assert signs.holds_run(b"see aHR0cDovL2guZXhhbXBsZS8x here")


FIELD = re.compile(rb"(?im)^[ \t>]*content-(?:type|transfer-encoding)\s*:")


@given(
    st.lists(
        st.sampled_from([b"content-", b"Content-Type", b"type", b":", b" ", b">", b"\n", b"\r\n", b"x"]),
        max_size=12,
    )
)
def test_a_field_is_held_where_a_line_begins_with_one(pieces: list[bytes]):
    data = b"".join(pieces)
    assert signs.holds_field(data) == (b"ontent-" in data and FIELD.search(data) is not None)


@pytest.mark.parametrize(
    "text",
    [
        b"an escape \x1b$B in it", b"a NUL \0 in it", b"hz ~{VPND~}", b"utf-7 +AGgAdAB0AHA-", b"\x7f",
        b"=68=74=74=70", b"begin 644 a\r\n", b"=ybegin line=128", b"x %PDF-1.4", b"> Content-Type: text/html",
        b"see aHR0cDovL2guZXhhbXBsZS8x here", b"<a href=x>", b"<p>&#104;",
    ],
)  # fmt: skip
def test_hints_are_taken(text: bytes):
    assert signs.hints(b"Dear all,\r\n" + text + b"\r\nBye\r\n", is_html=False)


@pytest.mark.parametrize(
    "text",
    [b"a ~ tilde, 1 + A, begin at 9, 100 % sure", b"q=ab\t=\r", "Größe & Länge".encode(), b"AAAA+/" * 3],
)
def test_ordinary_text_gives_no_hint(text: bytes):
    assert not signs.hints(b"Dear all,\r\n" + text + b"\r\nBye\r\n", is_html=False)
