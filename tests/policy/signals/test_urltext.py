"""What signals look at of a URL is bounded, and of a short URL it is everything."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.signals.urltext import BEGINNING, END, behind_host, bounded, path, plain, plain_path

CHARACTERS = st.text("ab/?#%41;=&.@ é", max_size=60)
LONGEST = 2 * (BEGINNING + END + 1)


@given(st.text("a/?#%4", max_size=40), st.integers(0, 400), st.text("b.?#", max_size=40))
def test_law_what_is_looked_at_is_bounded_and_keeps_both_ends(start: str, times: int, end: str) -> None:
    url = "https://portal.example/" + start * times + end
    seen = bounded(url)
    assert len(seen) <= LONGEST
    assert seen == url or len(url) > BEGINNING + END
    assert seen[:BEGINNING] == url[:BEGINNING] or min(url.find("?"), url.find("#")) < BEGINNING
    assert seen.endswith(url[-40:])


def test_the_name_of_a_file_stays_in_front_of_a_long_query() -> None:
    url = f"https://portal.example/{'a' * 3000}/invoice.exe?{'b' * 3000}&c=tail.zip"
    seen = bounded(url)
    assert path(seen).endswith("/invoice.exe")
    assert seen.endswith("&c=tail.zip")


@given(CHARACTERS)
def test_law_decoding_in_pieces_is_decoding_the_whole(tail: str) -> None:
    url = "https://portal.example/" + tail
    assert behind_host(url) == tail
    assert plain(url) == unquote(unquote(tail))
    assert path(url) == urlsplit(url).path[1:]
    assert plain_path(url) == unquote(path(url))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://portal.example", ""),
        ("https://portal.example?a=b/c", "a=b/c"),
        ("https://portal.example#a", "a"),
        ("mailto:clerk@office.example", ""),
    ],
)
def test_what_stands_behind_the_host(url: str, expected: str) -> None:
    assert behind_host(url) == expected
    assert plain(url) == expected


def test_letters_encoded_twice_are_read() -> None:
    twice = quote(quote("clerk@office.example", safe=""), safe="")
    assert plain(f"https://portal.example/{twice}") == "clerk@office.example"
