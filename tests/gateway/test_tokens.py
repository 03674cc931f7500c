"""gateway/tokens.py: tickets that we signed are read, and nothing else is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.tokens import (
    ALPHABET,
    HOST_LENGTH,
    Key,
    Keyring,
    TokenError,
    is_ours,
    mint,
    new_ticket_id,
    read,
    shown_host,
)

BASE = "https://click.bank.example"
OLD = Key("a1", b"o" * 32, 1.0, retired=True)
NEW = Key("b2", b"n" * 32, 2.0, retired=False)
RING = Keyring((NEW, OLD))

hosts = st.one_of(
    st.from_regex(r"[a-z0-9-]{1,30}(\.[a-z0-9-]{1,30}){0,6}", fullmatch=True),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
    st.text(max_size=80),
)
ids = st.binary(min_size=16, max_size=16).map(new_ticket_id)


def parts(url: str) -> tuple[str, str]:
    host, _, ticket = url.removeprefix(BASE + "/").partition("/")
    return host, ticket


@given(hosts, ids)
def test_what_we_mint_we_read_in_all_three_spellings(host, ticket_id):
    urls = mint(BASE, host, ticket_id, RING)
    assert sorted(len(url) % 3 for url in urls) == [0, 1, 2]
    for url in urls:
        assert read(*parts(url), RING) == ticket_id
        assert is_ours(url, BASE)


@given(hosts, ids)
def test_a_rewritten_link_is_short_ascii_and_ends_in_a_letter_or_digit(host, ticket_id):
    for url in mint(BASE, host, ticket_id, RING):
        shown, ticket = parts(url)
        assert len(url) < 120 and len(ticket) <= 40 and len(shown) <= HOST_LENGTH
        assert re.fullmatch(r"[0-9A-Za-z]+", ticket) and ticket.isascii()
        assert re.fullmatch(r"[a-z0-9._-]+", shown) and shown.strip(".") == shown


@given(hosts, ids, st.integers(0, 10**6), st.characters())
def test_a_ticket_with_one_character_changed_is_not_read(host, ticket_id, at, char):
    for url in mint(BASE, host, ticket_id, RING):
        shown, ticket = parts(url)
        place = at % len(ticket)
        forged = ticket[:place] + char + ticket[place + 1 :]
        assert forged == ticket or read(shown, forged, RING) is None


@given(hosts, hosts, ids)
def test_a_ticket_does_not_go_with_another_host(host, other, ticket_id):
    _, ticket = parts(mint(BASE, host, ticket_id, RING)[0])
    if shown_host(other) != shown_host(host):
        assert read(shown_host(other), ticket, RING) is None


def test_neither_shorter_nor_longer_macs_are_read():
    shown, ticket = parts(mint(BASE, "portal.example", "t" * 16, RING)[0])
    lengths = [n for n in range(len(ticket) + 1) if read(shown, ticket[:n], RING)]
    assert lengths == [36, 37, 38]
    assert all(read(shown, ticket + char, RING) is None for char in ALPHABET)


@given(st.text(max_size=60), st.text(max_size=60))
def test_anything_else_is_none(host, ticket):
    assert read(host, ticket, RING) is None


@pytest.mark.parametrize("tail", ["\n", " ", "/", "%0a", "\0"])
def test_a_ticket_with_something_behind_it_is_not_read(tail):
    shown, ticket = parts(mint(BASE, "portal.example", "t" * 16, RING)[2])
    assert read(shown, ticket + tail, RING) is None
    assert read(shown + tail, ticket, RING) is None


def test_the_newest_key_not_retired_signs_and_retired_ones_are_still_accepted():
    by_old = parts(mint(BASE, "portal.example", "t" * 16, Keyring((Key("a1", b"o" * 32, 1.0, False),)))[0])
    assert read(*by_old, RING) == "t" * 16
    assert parts(mint(BASE, "portal.example", "t" * 16, RING)[0])[1].startswith("b2")
    newer_but_retired = Keyring((NEW, Key("c3", b"c" * 32, 9.0, retired=True)))
    assert newer_but_retired.signing == NEW


def test_a_deleted_key_is_no_longer_accepted():
    made = parts(mint(BASE, "portal.example", "t" * 16, RING)[0])
    assert read(*made, Keyring((OLD,))) is None
    assert read(*made, Keyring(())) is None


def test_a_key_of_the_same_id_with_another_secret_does_not_read():
    made = parts(mint(BASE, "portal.example", "t" * 16, RING)[0])
    assert read(*made, Keyring((Key("b2", b"x" * 32, 2.0, False),))) is None


def test_the_known_zero_secret_that_stands_for_a_missing_key_opens_nothing():
    zero = Key("zz", bytes(32), 1.0, retired=False)
    made = parts(mint(BASE, "portal.example", "t" * 16, Keyring((zero,)))[0])
    assert read(*made, RING) is None


def test_no_key_to_sign_with_is_said():
    with pytest.raises(TokenError, match="retired"):
        mint(BASE, "portal.example", "t" * 16, Keyring((OLD,)))


@pytest.mark.parametrize("bad", ["", "t" * 15, "t" * 17, "t" * 15 + "-", "t" * 15 + "/", "ä" * 16])
def test_only_ticket_ids_of_the_right_shape_are_minted(bad):
    with pytest.raises(ValueError, match="16"):
        mint(BASE, "portal.example", bad, RING)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Key("a", b"x" * 32, 0, False),
        lambda: Key("a-", b"x" * 32, 0, False),
        lambda: Key("a1", b"x" * 31, 0, False),
        lambda: Keyring((OLD, OLD)),
    ],
)
def test_keys_that_make_no_sense_are_refused(make):
    with pytest.raises(ValueError):
        make()


def test_a_secret_is_not_printed():
    assert "ooo" not in repr(OLD) + str(RING)


def test_ticket_ids_differ_with_every_byte_and_need_sixteen():
    assert len({new_ticket_id(bytes(n) + b"\1" + bytes(15 - n)) for n in range(5, 16)}) == 11
    assert len(new_ticket_id(bytes(16))) == 16
    with pytest.raises(ValueError):
        new_ticket_id(bytes(15))


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("Portal.Example", "portal.example"),
        ("portal.example.", "portal.example"),
        ("[2001:db8::1]", "ipv6-2001-db8--1"),
        ("192.0.2.1", "192.0.2.1"),
        ("", "link"),
        ("..", "link"),
        ("../../etc", "-..-etc"),
        ("a" * 40 + ".login.portal.example", "login.portal.example"),
        ("a" * 30 + "." + "b" * 36 + ".example.com", "b" * 36 + ".example.com"),
        ("a" * 30 + "." + "b" * 38 + ".example.com", "b" * 38 + ".example.com"),
        ("b" * 39 + ".example.com", "example.com"),
        ("x" * 30 + "good-bank-" + "y" * 30 + ".com", "-" + "x" * 5 + "good-bank-" + "y" * 30 + ".com"),
        ("z" * 63, "-" + "z" * 49),
    ],
)
def test_hosts_are_shown_with_their_right_end(host, shown):
    assert shown_host(host) == shown  # a "-" in front marks a cut through a label


@given(hosts)
def test_showing_a_shown_host_changes_nothing(host):
    assert shown_host(shown_host(host)) == shown_host(host)


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://click.bank.example/portal.example/" + "a" * 38, True),
        ("HTTPS://Click.Bank.Example/portal.example/" + "a" * 36, True),
        ("https://click.bank.example/portal.example/" + "a" * 37 + "?utm=1#x", True),
        ("https://click.bank.example/portal.example/" + "a" * 35, False),
        ("https://click.bank.example/portal.example/" + "a" * 39, False),
        ("https://click.bank.example/about/us", False),
        ("https://click.bank.example.evil.example/portal.example/" + "a" * 38, False),
        ("https://click.bank.example@evil.example/portal.example/" + "a" * 38, False),
        ("https://click.bank.example:8443/portal.example/" + "a" * 38, False),
        ("https://evil.example/?https://click.bank.example/portal.example/" + "a" * 38, False),
        ("https://clickxbank.example/portal.example/" + "a" * 38, False),
    ],
)
@pytest.mark.parametrize("base", [BASE, BASE + "/", "https://CLICK.bank.example:443"])
def test_our_own_links_are_known_by_their_shape(url, ours, base):
    assert is_ours(url, base) is ours


def test_a_base_with_a_path_and_port_works_too():
    base = "http://127.0.0.1:8080/go/"
    url = mint(base, "portal.example", "t" * 16, RING)[0]
    assert url.startswith("http://127.0.0.1:8080/go/portal.example/b2")
    assert is_ours(url, base) and not is_ours(url, "http://127.0.0.1:8080")
