"""policy/traits.py: what else comes with a message, short, bounded and without versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Header, Span
from policy.model import Envelope
from policy.traits import KINDS, LONGEST, traits


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
