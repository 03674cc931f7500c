"""Base64, percent signs and parameters as wrappers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.urls import read
from inspectors.wrappers.values import (
    Content,
    Parts,
    base64,
    destination,
    hidden,
    in_query,
    parameters,
    percent,
    taken,
)


@given(st.text(st.characters(codec="utf-8"), max_size=50))
def test_base64_comes_back_in_both_alphabets_with_and_without_padding(text: str) -> None:
    import base64 as standard

    for made in (standard.b64encode(text.encode()), standard.urlsafe_b64encode(text.encode())):
        assert base64(made.decode()) == text == base64(made.decode().rstrip("="))


@pytest.mark.parametrize("text", ["A", "AAAAA", "====", "aHR0=cDo", "ä", "_w", "a b!"])
def test_what_is_no_base64_or_no_text_is_empty(text: str) -> None:
    assert base64(text) == ""


def test_percent_signs_are_undone_again_only_where_a_scheme_stands_encoded() -> None:
    assert percent("https%253A%252F%252Fa.example%252F%252525") == "https://a.example/%25"
    assert percent("https%3A%2F%2Fa.example%2F%2525") == "https://a.example/%25"
    assert percent("a%2541") == "a%41"


def test_parameters_keep_plus_signs_and_tell_repeated_names() -> None:
    assert parameters("u=a+b&x=1", "u") == (("a+b",), False)
    assert parameters("u=a&u=a&U=a", "u") == (("a",), False)
    assert parameters("u=a&u=b", "u")[1]
    assert parameters("a;u=1", "u", separator=";") == (("1",), False)
    assert parameters("", "u") == ((), False)


def test_a_destination_writes_out_its_scheme_or_slashes() -> None:
    for text in (
        "https://a.example",
        "HTTP://a.example",
        "//a.example",
        "\thttps:/a.example",
        "ftp://a.example",
    ):
        assert destination(text) is not None
    for text in ("a.example", "www.a.example", "/a", "mailto:x@a.example", "wss://a.example", "https://", ""):
        assert destination(text) is None


def test_states_follow_from_what_the_url_says() -> None:
    assert taken(Content()) == ("hidden", "")
    assert taken(Content(("",))) == ("hidden", "")
    assert taken(Content(("words",))) == ("unreadable", "")
    assert taken(Content(("words", "https://a.example"))) == ("read", "https://a.example")
    assert taken(Content(("https://a.example", "https://a.example/")))[0] == "read"
    assert taken(Content(("https://a.example", "https://b.example")))[0] == "contradictory"
    assert taken(Content(("https://a.example",), contradictory=True))[0] == "contradictory"


def test_parts_keep_query_and_fragment_for_formats_that_hold_a_whole_url() -> None:
    url = read("https://A.example./p/https://b.example/?x=1?2#f?g")
    assert url is not None
    assert Parts.of(url) == Parts(
        "a.example", "/p/https://b.example/", "x=1?2", "/p/https://b.example/?x=1?2#f?g"
    )


def test_readers_stay_on_their_paths() -> None:
    reader = in_query("u", paths=("/go",))
    assert reader(Parts("h.example", "/GO/", "u=x", "")) == Content(("x",))
    assert reader(Parts("h.example", "/going", "u=x", "")) is None
    opaque = hidden("/s/", claims="domain")
    assert opaque(Parts("h.example", "/s/1", "domain=a.example", "")) == Content(claims="a.example")
    assert opaque(Parts("h.example", "/s/1", "domain=a.example&domain=b.example", "")) == Content()
    assert opaque(Parts("h.example", "/about", "", "")) is None
