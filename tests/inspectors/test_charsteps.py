"""Bytes of characters in text with other spellings than ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspectors import charsets, limits
from inspectors.charsteps import Steps
from inspectors.model import Span

URL = "http://a.example/xy"


@pytest.mark.parametrize(
    ("content", "codec", "own"),
    [
        (b"+ZeU- http://a.ex+AGE-mple/xy x", "utf-7", b"http://a.ex+AGE-mple/xy"),
        (b"+AGgAdAB0AHAAOgAvAC8AYQAuAGUAeABhAG0AcABsAGUALwB4AHk- x", "utf-7", None),
        (b"\x1b$BF|\x1b(B\x1b(Bhttp://a.example/\x1b(Bxy x", "iso2022_jp", b"http://a.example/\x1b(Bxy"),
        (b"~{VPND~}~{~}http://a.example/~{~}xy x", "hz", b"http://a.example/~{~}xy"),
        (b"\x87\x90 http://a.example/xy x", "cp932", b"http://a.example/xy"),
        (b"\xef\xbb\xbfhttp://a.example/xy x", "utf-8", b"http://a.example/xy"),
    ],
)
def test_a_link_has_the_bytes_it_was_decoded_from(content, codec, own):
    mark = 3 if content.startswith(b"\xef") else 0
    text = content[mark:].decode(codec)
    at = text.index(URL)
    span = Steps(content, mark, codec, "strict").place(Span(at, at + len(URL)))
    if own is None:
        assert span is not None
        assert span.of(content) == content[: span.end]  # the whole shift sequence, and nothing else
    else:
        assert span.of(content) == own


def test_characters_inside_a_shift_sequence_have_no_bytes_of_their_own():
    content = "a日本b".encode("utf-7")
    steps = Steps(content, 0, "utf-7", "strict")
    assert steps.place(Span(1, 2)) is None
    assert steps.place(Span(1, 3)).of(content).decode("utf-7") == "日本"


def test_nothing_is_placed_beyond_the_limit():
    content = b"x" * limits.STEPPED_BYTES + b"http://a.example/"
    assert Steps(content, 0, "cp932", "strict").place(Span(limits.STEPPED_BYTES, len(content))) is None


CODECS = (
    "utf-7",
    "hz",
    "iso2022_jp",
    "iso2022_kr",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5hkscs",
    "cp949",
    "utf-8",
)


@settings(deadline=None)
@given(st.binary(max_size=40), st.sampled_from(CODECS), st.binary(max_size=20))
def test_another_link_in_its_place_leaves_all_other_characters_as_they_were(before, codec, after):
    content = before + URL.encode() + after
    view = charsets.view(content, codec)
    at = view.text.find(URL)
    if at < 0 or view.codec == "latin-1":
        return
    place = Steps(content, len(view.mark), view.codec, view.errors).place(Span(at, at + len(URL)))
    if place is None:
        return
    changed = content[: place.start] + b"https://c.example/" + content[place.end :]
    again = charsets.view(changed, codec)
    assert again.text == view.text[:at] + "https://c.example/" + view.text[at + len(URL) :]
