"""Each field of a search restricts, alone and together; newest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.outcome import Outcome
from gateway.store import Store
from gateway.store.rows import ClickRow, Search
from policy.model import Envelope, Identity, Scope

Make = Callable[..., Outcome]


@pytest.fixture
def filled(store: Store, outcome: Make) -> Store:
    base = outcome().judgement
    other = replace(base, identity=Identity("news@shop.test", "shop.test", "shop.test", False, "none"))
    plain = replace(other, decisions=base.decisions[:1])
    store.record_many(
        [
            outcome("a" * 16, at=100.0),
            outcome("b" * 16, at=200.0, judgement=plain, tickets=(), manifest=None, result="untouched"),
            outcome(
                "c" * 16,
                at=300.0,
                judgement=replace(plain, identity=Identity("", "", "", False, "none")),
                tickets=(),
                manifest=None,
                result="untouched",
                message_id="<other@x.test>",
                envelope=Envelope("Real@Sub.Shop.test", ("carol@desk.bank.example",)),
            ),
        ]
    )
    return store


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(), "cba"),
        (Search(limit=2), "cb"),
        (Search(limit=0), "c"),
        (Search(since=200.0), "cb"),
        (Search(sender="Clerk@Office.example"), "a"),
        (Search(sender="office.example"), "a"),
        (Search(sender="@office.example"), "a"),
        (Search(sender="ffice.example"), ""),
        (Search(sender="shop.test"), "cb"),
        (Search(sender="real@sub.shop.test"), "c"),
        (Search(recipient="bob@bank.example"), "ba"),
        (Search(recipient="@bank.example"), "cba"),
        (Search(recipient="desk.bank.example"), "c"),
        (Search(recipient="ank.example"), ""),
        (Search(domain="odd.test"), "a"),
        (Search(domain="LOGIN.odd.test"), "a"),
        (Search(domain="dd.test"), ""),
        (Search(url="X?Y=1"), "a"),
        (Search(url="%"), ""),
        (Search(url="_"), ""),
        (Search(message_id="other@x.test"), "c"),
        (Search(message_id="<other@x.test>"), "c"),
        (Search(message_id="A" * 16), "a"),
        (Search(outcome="untouched"), "cb"),
        (Search(outcome="untouched", sender="shop.test", since=250.0), "c"),
        (Search(sender="nobody@x.test"), ""),
        (Search(sender="\ud800\0"), ""),
    ],
)
def test_decisions_are_found(filled: Store, search: Search, found: str) -> None:
    assert "".join(row.id[0] for row in filled.find_decisions(search)) == found


def test_found_decisions_carry_counts_and_recipients_but_no_links(filled: Store) -> None:
    row = filled.find_decisions(Search(message_id="a" * 16))[0]
    assert (row.links, row.link_count, row.rewritten_count) == ((), 3, 1)
    assert row.recipients == ("anna@bank.example", "Bob@Bank.example")


def test_clicks_are_found_with_destination_and_sender(filled: Store) -> None:
    known = ClickRow(500.0, "T" + "a" * 16, "a" * 16, "shown", "192.0.2.9", "Browser/1")
    filled.log_click(known)
    filled.log_click(ClickRow(501.0, "", "", "unknown", "192.0.2.9", "\ud800" + "x" * 1000))
    full = replace(
        known, url="https://login.odd.test/x?y=1", domain="odd.test", sender="clerk@office.example"
    )
    newest, oldest = filled.find_clicks(Search())
    assert oldest == full
    assert (newest.step, newest.url, newest.domain, newest.sender, len(newest.agent)) == (
        "unknown",
        "",
        "",
        "",
        300,
    )
    assert filled.find_clicks(Search(since=501.0)) == [newest]
    for search in (
        Search(sender="office.example"),
        Search(recipient="anna@bank.example"),
        Search(domain="odd.test"),
        Search(url="x?y"),
        Search(message_id="<m1@office.example>"),
    ):
        assert filled.find_clicks(search) == [full]
    assert filled.find_clicks(Search(domain="portal.example")) == []
    assert filled.find_clicks(Search(sender="shop.test")) == []


def test_observed_messages_are_found_by_scope_and_by_what_would_have_been(
    store: Store, outcome: Make
) -> None:
    plain = outcome(tickets=(), manifest=None, result="untouched")
    for id, scope, observed, because in (
        ("a", "finance", "held", ("qr",)),
        ("b", "finance", "rewritten", ()),
        ("c", "", "untouched", ()),
        ("d", "finance", "", ()),
    ):
        judgement = replace(plain.judgement, scope=Scope(scope, bool(observed), 3.0))
        made = replace(plain, id=id * 16, judgement=judgement, observed=observed, observed_because=because)
        store.record(made)

    def found(**fields: str) -> str:
        return "".join(sorted(row.id[0] for row in store.find_decisions(Search(**fields))))

    assert found() == "abcd"
    assert found(scope="finance") == "abd"
    assert found(observed="any") == "abc"
    assert [found(observed=word) for word in ("held", "rewritten", "untouched", "hel")] == ["a", "b", "c", ""]
    assert found(scope="finance", observed="any") == "ab"
