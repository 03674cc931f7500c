import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.addresses import addresses, domain_of


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (b"clerk@office.example", "clerk@office.example"),
        (b"Clerk <Clerk@Office.Example>", "clerk@office.example"),
        (b'"Clerk, A. (Room 5)" <clerk@office.example>', "clerk@office.example"),
        (b"(one (two) three) clerk@office.example (four)", "clerk@office.example"),
        (b"=?utf-8?q?Caf=C3=A9?= <clerk@office.example>", "clerk@office.example"),
        (b'"boss@bank.example" <clerk@office.example>', "clerk@office.example"),
        (b'"clerk"@office.example', "clerk@office.example"),
        (b"Clerk, Ann <clerk@office.example>", "clerk@office.example"),
        ("Café <clerk@bücher.example>".encode(), "clerk@xn--bcher-kva.example"),
        (b"Office: clerk@office.example;", "clerk@office.example"),
    ],
)
def test_plain_fields_give_their_one_address(value: bytes, address: str) -> None:
    found = addresses(value)
    assert found.found == (address,) and found.odd == ""


def test_several_addresses_are_all_given() -> None:
    assert addresses(b"a@one.example, B <b@two.example>").found == ("a@one.example", "b@two.example")
    assert addresses(b"All: a@one.example, b@two.example;").found == ("a@one.example", "b@two.example")


@pytest.mark.parametrize(
    "value",
    [
        b"boss@bank.example <clerk@office.example>",
        b"<boss@bank.example> <clerk@office.example>",
        b"<clerk@office.example> boss",
        b"boss@bank.example: clerk@office.example",
        b"<@relay.example:clerk@office.example>",
        b"<boss@bank.example@office.example>",
        b'"boss <clerk@office.example>',
        b"(boss clerk@office.example",
        b"<clerk@office.example",
        b"clerk@office.example\x00",
        b"boss@bank.example\rclerk@office.example",
        b"<=?utf-8?q?boss=40bank.example?=@office.example>",
        b"cl erk@office.example",
        b"clerk@office..example",
        b"a" * 9000 + b"@office.example",
    ],
)
def test_fields_a_receiver_may_read_differently_are_odd(value: bytes) -> None:
    assert addresses(value).odd


@pytest.mark.parametrize(
    "value", [b"", b"Undisclosed recipients:;", b"nobody", b"<>", b"=?utf-8?q?a=40b.example?="]
)
def test_fields_without_an_address_give_none(value: bytes) -> None:
    assert addresses(value).found == ()


@given(st.binary(max_size=400))
def test_random_bytes_never_raise_and_give_only_whole_addresses(value: bytes) -> None:
    for address in addresses(value).found:
        assert address.count("@") >= 1 and domain_of(address)


@given(st.text('<>()@",;:\\ ab.=?', max_size=60))
def test_specials_in_any_order_never_raise(value: str) -> None:
    addresses(value.encode())


def test_deep_comments_take_linear_time() -> None:
    assert addresses(b"(" * 8000).odd
    assert addresses(b"(" * 4000 + b")" * 4000 + b"a@b.example").found == ("a@b.example",)
