"""The report counts what would have been done, and proposes only from what can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway.observed import Report, Wish, report
from gateway.outcome import Outcome
from gateway.store import Store
from gateway.store.rows import Ruling
from policy.policyfile import load
from policy.rules import Entry, ObserveRules, Policy, ScopeEntry

DAY = 86400.0
START = 20_000 * DAY
SCOPE = ScopeEntry("finance", "x", ("bank.example",), threshold=4.0)
POLICY = load()
POLICY = replace(POLICY, rules=replace(POLICY.rules, observe=ObserveRules(True, 3, 0.1), scope=(SCOPE,)))
Make = Callable[..., Outcome]


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open("sqlite://") as opened:
        yield opened


@pytest.fixture
def put(store: Store, observed_outcome: Make) -> Callable[..., str]:
    count = 0

    def put(day: float, *links: str, **fields: Any) -> str:
        nonlocal count
        count += 1
        made = observed_outcome(count, START + day * DAY, *links, **fields)
        store.record(made)
        return made.id

    return put


def reports(store: Store, policy: Policy = POLICY, scope: str | None = None, **wish: Any) -> list[Report]:
    with store.observations() as seen:
        return report(seen, policy, Wish(at=START, **wish), scope)


def usual(put: Callable[..., str], days: int = 3, links: int = 10, **fields: Any) -> None:
    for number in range(days):
        put(number, *(f"a{at}.example 0" for at in range(links)), **fields)


def test_nothing_observed_gives_no_report(store: Store, put: Callable[..., str]) -> None:
    put(0, "a.example 1", observed="")
    assert reports(store) == []
    assert reports(store, scope="finance") == []


def test_each_scope_has_a_report_of_its_own(store: Store, put: Callable[..., str]) -> None:
    put(0, "a.example 1", scope="finance")
    put(1, "odd.test 4", "b.odd.test 5", "usual.example 0")
    put(2, "odd.test 4", observed="held", observed_because=("qr", "signed"))
    put(2.5, "odd.test 4", observed="rewritten", observed_because=("qr",))
    rest, finance = reports(store)
    assert (rest.scope, finance.scope) == ("", "finance")
    assert dict(rest.would) == {"untouched": 0, "rewritten": 2, "held": 1, "refused": 0, "tagged": 1}
    assert rest.because == (("hold: qr", 1), ("hold: signed", 1), ("tag: qr", 1))
    assert (rest.messages, rest.with_links, rest.odd) == (3, 3, 3)
    assert [(one.domain, one.messages) for one in rest.domains] == [("odd.test", 3)]
    assert rest.signals == (("surprise", 3),)
    assert (rest.first, rest.last) == (START + DAY, START + 2.5 * DAY)
    assert (rest.threshold, finance.threshold) == (3.0, 4.0)
    assert reports(store, scope="finance") == [finance]


def test_before_there_were_enough_days_nothing_is_proposed(store: Store, put: Callable[..., str]) -> None:
    usual(put, days=2)
    put(2)  # without links, so that the day says nothing about them
    (found,) = reports(store)
    assert (found.days, found.needed, found.proposal, found.fragment) == (2, 3, None, "")
    (found,) = reports(store, days=2)
    assert (found.days, found.needed) == (2, 2)
    assert found.proposal is not None


def test_the_proposed_threshold_keeps_the_budget_of_the_policy(store: Store, put: Callable[..., str]) -> None:
    usual(put)  # 30 links, of which a tenth may be rewritten: with 4 more, three
    put(0, "odd.test 4.5")
    put(0, "odd.test 3.8")
    put(0, "odd.test 3.2")
    put(0, "odd.test 2.9")
    (found,) = reports(store)
    assert found.proposal is not None
    assert (found.proposal.threshold, found.proposal.bound) == (2.91, "")
    assert (found.proposal.now.links, found.proposal.then.links, found.proposal.then.of) == (3, 3, 34)
    assert "\nthreshold = 2.91\n" in found.fragment
    assert "2024-10-04 to 2024-10-06, mail with links on 3 days" in found.fragment
    assert "# policy: p-1\n" in found.fragment


def test_what_analysts_confirmed_is_left_out_and_what_they_released_counts(
    store: Store, put: Callable[..., str]
) -> None:
    usual(put)
    bad = put(0, "evil.test 9")
    put(1, "www.evil.test 9", "login.host.example 9")
    good = put(1, "evil.test 9", "fine.test 8")
    store.confirm([Ruling(1.0, "ann", "confirm", bad, 0, "evil.test")], ["evil.test"], [])
    store.confirm([Ruling(1.0, "ann", "confirm", bad, 0, "evil.test")], ["login.host.example"], [])
    notes = [Ruling(2.0, "ann", "release", good, number, "x") for number in (0, 1)]
    store.release(notes, None, 2.0)
    (found,) = reports(store)
    assert (found.confirmed, found.released) == (1, 2)
    assert found.proposal is not None
    assert (found.proposal.now.links, found.proposal.now.of) == (2, 32)


def test_what_the_policy_allows_is_never_rewritten_and_counts_as_harmless(
    store: Store, put: Callable[..., str]
) -> None:
    usual(put)
    put(0, "www.portal.example 9")
    put(0, "portal.example 9", "wrapper.test 9")
    allowed = (Entry("portal.example", "x"),)
    policy = replace(POLICY, rules=replace(POLICY.rules, allow=allowed))
    (found,) = reports(store, policy)
    assert found.proposal is not None
    assert (found.proposal.now.links, found.proposal.now.of) == (1, 33)


def test_only_links_judged_under_the_newest_policy_count_unless_all_are_wanted(
    store: Store, put: Callable[..., str]
) -> None:
    usual(put, days=3, version="old")
    put(5, "odd.test 4", version="new")
    (found,) = reports(store)
    assert (found.version, found.elsewhere, found.days, found.proposal) == ("new", 3, 1, None)
    assert (found.messages, found.odd) == (4, 1), "what would have been done is told of all"
    (found,) = reports(store, all_versions=True)
    assert (found.version, found.elsewhere, found.days) == ("", 0, 4)
    assert found.proposal is not None
    assert found.proposal.now.of == 31
    assert "# policy: new, old\n" in found.fragment


def test_one_unruled_attack_does_not_move_the_figure_in_silence(
    store: Store, put: Callable[..., str]
) -> None:
    usual(put)
    evil = put(0, *(f"evil{number}.test {4 + number / 10}" for number in range(5)))
    (found,) = reports(store)
    assert found.proposal is not None
    assert (found.undecided, found.proposal.threshold) == (5, 4.11)
    notes = [Ruling(1.0, "ann", "confirm", evil, number, "x") for number in range(5)]
    store.confirm(notes, [f"evil{number}.test" for number in range(5)], [])
    (found,) = reports(store)
    assert found.proposal is not None
    assert (found.undecided, found.proposal.threshold) == (0, 2.6)


def test_unruled_odd_links_that_change_nothing_are_not_held_against_the_figure(
    store: Store, put: Callable[..., str]
) -> None:
    usual(put)
    put(0, "odd.test 4.5")
    (found,) = reports(store)
    assert (found.undecided, bool(found.fragment)) == (0, True)


def test_too_few_links_give_no_fragment(store: Store, put: Callable[..., str]) -> None:
    usual(put, links=5)
    (found,) = reports(store)
    assert found.proposal is not None
    assert (found.proposal.few, found.fragment) == (30, "")


def test_a_scope_that_is_gone_gets_a_report_and_no_proposal(store: Store, put: Callable[..., str]) -> None:
    usual(put, scope="gone")
    (found,) = reports(store)
    assert (found.scope, found.threshold, found.proposal, found.fragment) == ("gone", None, None, "")


def test_the_fragment_of_a_scope_is_its_entry_with_the_new_threshold(
    store: Store, put: Callable[..., str]
) -> None:
    usual(put, scope="finance")
    put(0, *(f"odd{number}.test 4.5" for number in range(4)), scope="finance")
    (found,) = reports(store)
    assert found.proposal is not None
    assert (found.proposal.now.links, found.proposal.threshold) == (4, 4.51)
    assert 'name = "finance"' in found.fragment and "threshold = 4.51" in found.fragment
