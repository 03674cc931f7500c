"""The recipient's address is found in a link however it is written there."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.model import Envelope
from policy.signals import recipient_in_url
from policy.signals.case import Case

ADDRESS = "Clerk.Name+tag@Bank.example"
MakeCase = Callable[..., Case]


def seen(make_case: MakeCase, tail: str, *rcpt_tos: str) -> str | None:
    case = make_case(f"https://portal.test/{tail}")
    evidence = recipient_in_url.signal(replace(case, envelope=Envelope("", rcpt_tos or (ADDRESS,))))
    return evidence.words if evidence else None


@pytest.mark.parametrize("address", [ADDRESS, ADDRESS.lower()])
@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "/", "x=%3D&", "abcd.", "\u00e9"])
def test_every_way_to_write_it_is_found_wherever_it_begins(
    make_case: MakeCase, address: str, before: str
) -> None:
    data = address.encode()
    for written, how in (
        (address, ""),
        (quote(address, safe=""), ""),
        (quote(quote(address, safe=""), safe=""), ""),
        (data.hex(), ", in hexadecimal"),
        (base64.b64encode(data).decode(), ", in base64"),
        (base64.urlsafe_b64encode(b"id=1&mail=" + data + b"&x=2").decode().rstrip("="), ", in base64"),
        (quote(base64.b64encode(b"?" + data).decode(), safe=""), ", in base64"),
    ):
        words = seen(make_case, before + written, "somebody@else.example", ADDRESS)
        assert words == f"The address of {ADDRESS} stands in the link{how}", (before, written)


def test_an_address_that_is_not_there_is_not_found(make_case: MakeCase) -> None:
    other = base64.b64encode(b"clerk.name+tag@bank.test").decode()
    assert seen(make_case, f"{other}/clerk.name+tag@bank.test/{b'clerk@bank.example'.hex()}") is None


@pytest.mark.parametrize("length", range(9))
def test_a_link_that_is_nearly_nothing_once_decoded_does_not_raise(make_case: MakeCase, length: int) -> None:
    assert seen(make_case, "%41" * length) is None
    assert seen(make_case, "%40" * length) is None


@given(st.text(max_size=80) | st.text("%40a", max_size=30))
def test_no_link_raises(make_case: MakeCase, tail: str) -> None:
    assert seen(make_case, tail + "@") is None
    assert seen(make_case, tail + "@", "", "@", "\ud800@bank.example") is None
