"""The strictest scope of all recipients counts, and nobody gets leniency for writing somebody else's name."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.model import Envelope, Identity, Scope
from policy.policyfile import load
from policy.rules import ObserveRules, Rules, ScopeEntry
from policy.scopes import MOST_RECIPIENTS, in_scope, listed, named, observing, scope

RULES = load().rules
NOBODY = Identity("", "", "", False, "none")
CLERK = Identity("clerk@office.example", "office.example", "office.example", True, "dkim")
OWN = Scope("", False, RULES.threshold)
BOARD = ScopeEntry("board", "x", ("ceo@bank.example",), threshold=2.75)
SALES = ScopeEntry("sales", "x", ("sales.bank.example",), observe=True)
REST = ScopeEntry("rest", "x", ("bank.example",), observe=True, threshold=4.0)


def rules(*entries: ScopeEntry, observe: bool = False) -> Rules:
    return replace(RULES, scope=entries, observe=ObserveRules(observe))


def of(own: Rules, *recipients: str, who: Identity = NOBODY, mail_from: str = "") -> Scope:
    return scope(Envelope(mail_from, recipients), who, own)


def test_without_scopes_the_policys_own_values_count() -> None:
    assert of(rules(), "a@bank.example") == OWN
    assert of(rules(observe=True), "a@bank.example") == Scope("", True, RULES.threshold)


def test_the_first_scope_that_matches_a_recipient_counts_for_him() -> None:
    own = rules(BOARD, SALES, REST)
    assert of(own, "ceo@bank.example") == Scope("board", False, 2.75)
    assert of(own, "a@sales.bank.example") == Scope("sales", True, RULES.threshold)
    assert of(own, "a@other.bank.example") == Scope("rest", True, 4.0)
    assert of(own, "a@elsewhere.example") == OWN


def test_what_a_scope_leaves_out_is_the_policys_own() -> None:
    entry = ScopeEntry("all", "x", ("bank.example",))
    assert of(rules(entry, observe=True), "a@bank.example") == Scope("all", True, RULES.threshold)
    assert of(rules(entry), "a@bank.example") == Scope("all", False, RULES.threshold)


@pytest.mark.parametrize(
    ("recipients", "expected"),
    [
        (("a@sales.bank.example", "ceo@bank.example"), "board"),  # acting before observing
        (("a@sales.bank.example", "b@bank.example"), "sales"),  # both observe: the lower threshold
        (("b@bank.example", "x@elsewhere.example"), ""),  # nobody's scope acts
    ],
)
def test_of_several_recipients_the_strictest_counts(recipients: tuple[str, ...], expected: str) -> None:
    own = rules(BOARD, SALES, REST)
    assert of(own, *recipients).name == of(own, *reversed(recipients)).name == expected


def test_an_observed_recipient_copied_in_does_not_switch_the_protection_off() -> None:
    own = rules(SALES)
    assert of(own, "a@sales.bank.example").observe
    assert not of(own, "victim@bank.example", "a@sales.bank.example").observe


def test_an_envelope_without_recipients_falls_under_no_scope_that_names_some() -> None:
    own = rules(REST, ScopeEntry("office", "x", (), ("office.example",), observe=True))
    assert of(own).name == ""
    assert of(own, who=CLERK).name == "office"


@pytest.mark.parametrize(
    "address",
    [
        "ceo@bank.example", "CEO@Bank.Example", "ceo@bank.example.", "ceo+x@bank.example",
        '"ceo"@bank.example',
        '"c\\eo"@bank.example', "@relay.example:ceo@bank.example", '"ceo+x"@BANK.example',
    ],
)  # fmt: skip
def test_an_address_is_the_same_however_it_is_written(address: str) -> None:
    assert of(rules(BOARD), address).name == "board"


@pytest.mark.parametrize(
    "address",
    [
        "ceo@notbank.example",
        "ceo@bank.example.test",
        "xceo@bank.example",
        "ceo@[192.0.2.1]",
        "ceo",
        "@",
        "",
        "a@@",
    ],
)
def test_what_is_another_address_or_none_falls_under_no_scope(address: str) -> None:
    assert of(rules(BOARD, SALES), address) == OWN


def test_names_outside_ascii_are_compared_in_their_ascii_form() -> None:
    own = rules(ScopeEntry("umlaut", "x", ("Bücher.example", "Jörg@haus.example")))
    assert of(own, "a@xn--bcher-kva.example").name == of(own, "a@shop.bücher.example").name == "umlaut"
    assert of(own, "JO\u0308RG@HAUS.example").name == "umlaut"


def test_a_proved_sender_falls_under_his_scope_and_one_who_claims_to_be_does_not() -> None:
    own = rules(ScopeEntry("office", "x", (), ("office.example",), observe=True))
    assert of(own, "a@bank.example", who=CLERK).observe
    assert of(own, "a@bank.example", who=replace(CLERK, genuine=False)) == OWN
    assert of(own, "a@bank.example", mail_from="clerk@office.example") == OWN


def test_a_claim_counts_where_it_is_stricter() -> None:
    strict = ScopeEntry("office", "x", (), ("office.example",), observe=False, threshold=2.75)
    own = rules(strict, observe=True)
    claims = (replace(CLERK, genuine=False), replace(NOBODY, named=("clerk@office.example",)))
    for who in (*claims, replace(CLERK, address="list@lists.example", person="clerk@office.example")):
        assert of(own, "a@bank.example", who=who) == Scope("office", False, 2.75)
    assert of(own, "a@bank.example", mail_from="clerk@office.example").name == "office"
    assert of(own, "a@bank.example").observe


def test_a_scope_may_name_recipients_and_senders_and_then_both_must_match() -> None:
    own = rules(ScopeEntry("pair", "x", ("bank.example",), ("office.example",), observe=True))
    assert of(own, "a@bank.example", who=CLERK).name == "pair"
    assert of(own, "a@elsewhere.example", who=CLERK) == of(own, "a@bank.example") == OWN


def test_nobody_hides_behind_a_crowd() -> None:
    crowd = [f"{number}@sales.bank.example" for number in range(MOST_RECIPIENTS)]
    own = rules(replace(BOARD, observe=False), SALES, observe=True)
    assert of(own, *crowd).observe
    assert of(own, *crowd, "ceo@bank.example") == Scope("board", False, 2.75)


def test_a_scope_changes_nothing_of_the_policy_but_the_threshold() -> None:
    policy = load()
    assert in_scope(policy, OWN) is policy
    changed = in_scope(policy, Scope("board", False, 2.75))
    assert changed == replace(policy, rules=replace(policy.rules, threshold=2.75))


def test_scopes_are_found_by_name_and_listed_where_they_observe() -> None:
    own = rules(BOARD, SALES)
    assert named("board", own) == Scope("board", False, 2.75)
    assert named("", own) == OWN
    assert named("gone", own) is None
    assert observing(own) == ("sales",)
    assert observing(replace(own, observe=ObserveRules(True))) == ("", "board", "sales")


@pytest.mark.parametrize(
    "text", ["", "@", "a@", "@b", "localhost", "a@localhost", "*.a.example", "a b.example"]
)
def test_what_is_no_address_and_no_domain_is_no_entry(text: str) -> None:
    assert listed(text) == ""


ADDRESSES = st.sampled_from(
    [
        "ceo@bank.example",
        "a@sales.bank.example",
        "b@bank.example",
        "x@elsewhere.example",
        "x",
        "c@[192.0.2.1]",
    ]
)
ENTRIES = st.lists(
    st.builds(
        ScopeEntry,
        st.sampled_from("abcdef"),
        st.just("x"),
        st.lists(st.sampled_from(["ceo@bank.example", "bank.example", "sales.bank.example"])).map(tuple),
        st.lists(st.sampled_from(["office.example", "clerk@office.example"])).map(tuple),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, 2.75, 4.0]),
    ),
    max_size=4,
)
SENDERS = st.sampled_from([NOBODY, CLERK, replace(CLERK, genuine=False)])


def strictness(one: Scope) -> tuple[bool, float]:
    return one.observe, one.threshold


@given(ENTRIES, st.booleans(), st.lists(ADDRESSES, min_size=1, max_size=6), SENDERS, st.randoms())
def test_law_the_strictest_recipient_wins_and_their_order_plays_no_part(
    entries: list[ScopeEntry], observe: bool, recipients: list[str], who: Identity, pick: random.Random
) -> None:
    own = rules(*entries, observe=observe)
    together = of(own, *recipients, who=who)
    alone = [of(own, one, who=who) for one in recipients]
    assert strictness(together) == min(map(strictness, alone))
    shuffled = pick.sample(recipients, len(recipients))
    assert of(own, *shuffled, *recipients, who=who) == together


@given(ENTRIES, st.booleans(), ADDRESSES)
def test_law_a_claim_never_makes_anything_laxer(entries: list[ScopeEntry], observe: bool, one: str) -> None:
    own = rules(*entries, observe=observe)
    claimed = of(own, one, who=replace(CLERK, genuine=False), mail_from="clerk@office.example")
    assert strictness(claimed) <= strictness(of(own, one))


@given(st.lists(st.text(max_size=60)), st.text(max_size=60), st.text(max_size=60))
def test_law_no_address_raises(recipients: list[str], sender: str, entry: str) -> None:
    who = Identity(sender, sender, sender, True, "dkim", named=(entry,), person=sender)
    listed(entry)
    of(rules(BOARD, SALES, REST, observe=True), *recipients, who=who, mail_from=entry)
    of(rules(REST), *(f'"{one}\\"@bank.example' for one in recipients), "x" * 100_000 + "@bank.example")
