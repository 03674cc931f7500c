"""Which address is the stranger's, and for which domains SPF may be asked."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Header, Span
from policy.client import client, spf_question
from policy.model import Envelope, Trust
from policy.questions import spf

Make = Callable[..., tuple[Header, ...]]
TRUST = Trust(("mx.our.example",), ("inner.our.example",), verify_spf=True)
BORDER = (
    "Received",
    "from out.office.example (out.office.example [8.8.4.7]) by mx.our.example (Postfix); Mon",
)
INNER = ("Received", "from mx.our.example (mx.our.example [10.0.0.3]) by inner.our.example with LMTP; Mon")
FORGED = ("Received", "from x (x [8.8.8.8]) by mx.our.example; Mon")
THEIRS = ("Received", "from a (a [8.8.8.9]) by relay.office.example; Mon")
FROM_OFFICE = Envelope("clerk@office.example", ("anna@bank.example",))


def test_the_first_public_address_one_of_ours_saw_is_the_clients(make_headers: Make) -> None:
    assert client(make_headers(INNER, BORDER, FORGED, THEIRS), Envelope(), TRUST) == "8.8.4.7"
    assert client(make_headers(BORDER), Envelope(), TRUST) == "8.8.4.7"


@pytest.mark.parametrize(
    "fields",
    [
        [THEIRS, BORDER],
        [INNER],
        [INNER, THEIRS],
        [],
        [("Received", "by mx.our.example with LMTP; Mon"), BORDER],
        [("Received", "from x (x [8.8.8.8]) by mx.our.example.evil.test; Mon")],
        [("Received", "from x ([999.1.1.1]) by mx.our.example; Mon")],
    ],
)
def test_otherwise_it_is_unknown(make_headers: Make, fields: list[tuple[str, str]]) -> None:
    assert client(make_headers(*fields), Envelope(), TRUST) == ""
    assert client(make_headers(BORDER), Envelope(), Trust()) == ""


def test_xforward_is_believed_and_a_connection_is_not(make_headers: Make) -> None:
    assert client((), Envelope(client_address="8.8.4.7", forwarded=True), TRUST) == "8.8.4.7"
    for example in ("192.0.2.9", "203.0.113.9", "2001:db8::9"):
        assert client((), Envelope(client_address=example, forwarded=True), TRUST) == example
    assert client((), Envelope(client_address="8.8.4.7"), TRUST) == ""
    for address in ("10.0.0.3", "127.0.0.1", "::1", "rubbish", "[UNAVAILABLE]"):
        assert client(make_headers(BORDER), Envelope(client_address=address, forwarded=True), TRUST) == ""


def test_the_question_names_the_reverse_path_or_else_helo(make_headers: Make) -> None:
    headers = make_headers(BORDER)
    assert spf_question(headers, FROM_OFFICE, TRUST) == spf("8.8.4.7", "office.example", "")
    bounce = Envelope("", ("anna@bank.example",), helo="Out.Office.example")
    assert spf_question(headers, bounce, TRUST) == spf("8.8.4.7", "out.office.example", "out.office.example")
    for odd in ("clerk", "clerk@[192.0.2.1]", "@", "clerk@localhost"):
        assert spf_question(headers, Envelope(odd), TRUST) is None


def test_our_own_domains_are_never_asked_about(make_headers: Make) -> None:
    headers = make_headers(BORDER)
    assert spf_question(headers, Envelope("boss@mail.bank.example", ("anna@bank.example",)), TRUST) is None
    assert spf_question(headers, Envelope("boss@our.example"), TRUST) is None


@given(st.lists(st.tuples(st.sampled_from(["received", "x"]), st.binary(max_size=200)), max_size=5))
def test_no_fields_raise(fields: list[tuple[str, bytes]]) -> None:
    headers = tuple(Header(name, Span(0, 0), value) for name, value in fields)
    assert client(headers, Envelope(), TRUST) == ""
