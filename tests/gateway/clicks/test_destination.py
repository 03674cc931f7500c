"""gateway/clicks/destination.py: URLs taken apart for showing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.clicks.destination import LOCATION_BYTES, destination

PIECES = "http https :// : / // @ a.example co.uk xn--e1afmkfd . [::1] %41 # ? \\ ü İ 8080 - < .. javascript"
pieces = st.sampled_from([*PIECES.split(), " ", "\n", "\ud800"])


@given(st.lists(pieces, max_size=12).map("".join))
def test_nothing_of_a_url_is_lost_and_what_one_can_go_to_is_its_exact_bytes(url):
    found = destination(url)
    assert found.url == url
    if found.location is not None:
        assert found.location == url.encode()
        assert found.scheme in ("http", "https") and found.host
        assert not any(byte <= 32 or byte == 127 for byte in found.location)


@given(st.text(max_size=300))
def test_any_text_gives_a_result(text):
    assert destination(text).url == text


@pytest.mark.parametrize(
    ("url", "before", "domain", "after"),
    [
        ("https://a.b.portal.example/x?y#z", "https://a.b.", "portal.example", "/x?y#z"),
        ("https://portal.example", "https://", "portal.example", ""),
        ("https://www.shop.co.uk/", "https://www.", "shop.co.uk", "/"),
        ("https://www.portal.example./x", "https://www.", "portal.example", "./x"),
        ("https://office.example@evil.example:81/", "https://office.example@", "evil.example", ":81/"),
        ("http://[2001:db8::1]/", "http://", "[2001:db8::1]", "/"),
        ("http://192.0.2.1/", "http://", "192.0.2.1", "/"),
        ("http://intranet/x", "http://", "intranet", "/x"),
        ("https://evil.example/office.example", "https://", "evil.example", "/office.example"),
        ("https://evil.example?@office.example", "https://", "evil.example", "?@office.example"),
        ("https://evil.example#@office.example", "https://", "evil.example", "#@office.example"),
    ],
)
def test_the_registrable_domain_is_picked_out(url, before, domain, after):
    found = destination(url)
    assert (found.before, found.domain, found.after) == (before, domain, after)


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("https://a.example:443/", ""),
        ("http://a.example:80/", ""),
        ("http://a.example:443/", "443"),
        ("https://a.example:8443/", "8443"),
    ],
)
def test_only_unusual_ports_are_pointed_at(url, port):
    assert destination(url).port == port


def test_names_in_other_letters_are_given_in_both_forms():
    found = destination("https://www.xn--e1afmkfd.example/")
    assert (found.host, found.unicode) == ("www.xn--e1afmkfd.example", "www.пример.example")
    assert destination("https://www.a.example/").unicode == ""


def test_the_part_before_an_at_sign_is_given():
    assert destination("https://office.example:x@evil.example/").user == "office.example:x"


def test_a_url_too_long_for_a_response_head_cannot_be_gone_on_to():
    stem = "https://a.example/"
    assert destination(stem + "x" * (LOCATION_BYTES - len(stem))).location
    assert destination(stem + "x" * LOCATION_BYTES).location is None
