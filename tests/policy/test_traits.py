"""policy/traits.py: what else comes with a message, short, bounded and without versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Header, Span
from policy.model import Envelope
from policy.signals import download
from policy.traits import (
    FILES,
    KINDS,
    LONGEST,
    MOST,
    MOST_OF_MESSAGE,
    MOST_VALUES,
    NO_FILE,
    linked,
    traits,
)


def of(address: str = "", **fields: str) -> dict[str, str]:
    headers = [Header(name.replace("_", "-"), Span(0, 0), value.encode()) for name, value in fields.items()]
    return dict(traits(headers, Envelope(client_address=address)))


def test_all_kinds_are_read() -> None:
    found = of(
        "192.0.2.77",
        user_agent="Some Mail/91.2 (X11)",
        date="Tue, 06 May 2025 09:12:00 +0200 (CEST)",
        reply_to="Desk <desk@mail.elsewhere.example>",
    )
    assert found == {
        "mailer": "Some Mail",
        "network": "192.0.2.0/24",
        "reply-to": "elsewhere.example",
        "zone": "+0200",
    }
    assert tuple(sorted(found)) == KINDS


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Some Mail 16.0.1", "Some Mail"),
        ("git-send-email 2.1.0", "git-send-email"),
        ("Mutt/1.5.21 (2010-09-15)", "Mutt"),
        ("Name [en] 4.7", "Name"),
        ("", None),
    ],
)
def test_versions_are_left_out(written: str, name: str | None) -> None:
    assert of(x_mailer=written).get("mailer") == name


def test_networks_are_halves_of_addresses() -> None:
    assert of("IPv6:2001:db8:1:2::3")["network"] == "2001:db8:1::/48"
    assert of("::ffff:192.0.2.1")["network"] == "192.0.2.0/24"
    assert of("unknown") == {}


@given(st.binary(max_size=200), st.binary(max_size=200), st.text(max_size=60))
def test_no_header_and_no_address_makes_it_raise(first: bytes, second: bytes, address: str) -> None:
    headers = [
        Header(name, Span(0, 0), value)
        for name in ("user-agent", "date", "reply-to", "x-mailer")
        for value in (first, second)
    ]
    found = traits(headers, Envelope(client_address=address))
    assert {kind for kind, _ in found} <= set(KINDS)
    assert all(len(value) <= max(LONGEST, 255) for _, value in found)


def test_what_links_look_like_is_told_once_for_each_value() -> None:
    found = linked(
        [
            ("portal.example", "www.portal.example", "https://www.portal.example/in/4711"),
            ("portal.example", "portal.example", "https://portal.example/in/4712"),
            ("portal.example", "files.portal.example", "https://files.portal.example/a/b.PDF?x=1&f=tool.exe"),
        ]
    )
    assert found == (
        ("file", "exe"), ("file", "pdf"),
        ("host", "files.portal.example"), ("host", "portal.example"),
        ("path", "portal.example/w/n"), ("path", "portal.example/w/w.pdf?"),
    )  # fmt: skip


def test_a_message_whose_links_fetch_no_file_is_counted_once() -> None:
    links = [
        ("a.example", "a.example", "https://a.example/x"),
        ("b.example", "b.example", "https://b.example/"),
    ]
    assert [value for kind, value in linked(links) if kind == "file"] == [NO_FILE]
    assert linked([]) == (("file", NO_FILE),)


def test_one_message_never_drives_out_all_that_was_kept() -> None:
    many = [
        (f"s{number}.example", f"h{number}.s.example", f"https://x.example/{'a/' * (number % 4)}f.{kind}")
        for number, kind in enumerate(sorted(FILES) * 2)
    ]
    found = linked(many)
    for kind in ("file", "host", "path"):
        assert 0 < sum(name == kind for name, _ in found) == MOST_OF_MESSAGE < MOST.get(kind, MOST_VALUES)


def test_every_kind_of_file_that_download_knows_is_remembered() -> None:
    assert {ending for _, endings in download.KINDS.values() for ending in endings.split()} <= FILES


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20), st.text(max_size=80)), max_size=30))
def test_no_link_makes_it_raise_and_order_plays_no_part(links: list[tuple[str, str, str]]) -> None:
    assert linked(links) == linked(links[::-1])
