"""The proposed threshold keeps the budget, is the lowest that does, and says how sure that is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.policyfile import load
from policy.proposal import CAP, FLOOR, Scores, fragment, proposal, share
from policy.rules import ScopeEntry


def scores(*points: float) -> Scores:
    made = Scores()
    for one in points:
        made.add(one)
    return made


def many(above: dict[float, int], links: int) -> Scores:
    """``above``: points → links; all others have none."""
    made = Scores()
    for points, count in above.items():
        made.add(points, count)
    made.add(0.0, links - made.links)
    return made


def test_the_lowest_threshold_within_the_budget_is_proposed() -> None:
    found = proposal(many({4.0: 3, 3.5: 2, 3.2: 2, 2.8: 10}, 1000), 3.0, 0.005)
    assert (found.threshold, found.bound, found.few) == (3.21, "", 0)
    assert (found.now.links, found.then.links, found.then.of) == (7, 5, 1000)


def test_a_threshold_is_reached_by_a_link_with_just_as_many_points() -> None:
    made = scores(2.95, 3.0, 3.004)
    assert [made.reach(at) for at in (2.95, 2.96, 3.0, 3.01)] == [3, 2, 2, 0]


def test_hundredths_that_binary_numbers_miss_are_counted_right() -> None:
    for step in range(1000):
        points = step / 100
        assert scores(points).reach(points) == 1
        assert scores(points).reach(round(points + 0.01, 2)) == 0


def test_no_proposal_goes_below_the_floor_or_above_the_cap() -> None:
    low = proposal(many({}, 10_000), 3.0, 0.005)
    assert (low.threshold, low.bound) == (FLOOR, "floor")
    high = proposal(many({9.0: 100}, 1000), 3.0, 0.005)
    assert (high.threshold, high.bound, high.then.links) == (CAP, "cap", 100)


def test_the_floor_keeps_what_is_never_enough_alone_from_being_enough() -> None:
    rules = load().rules
    assert max(caps.most for caps in rules.caps.values() if caps.most < rules.threshold) < FLOOR
    assert FLOOR < rules.threshold < CAP


def test_few_links_are_said_to_be_few() -> None:
    assert proposal(many({}, 599), 3.0, 0.005).few == 600
    assert proposal(many({}, 600), 3.0, 0.005).few == 0


def test_the_certainty_follows_the_rule_of_three_and_wilson() -> None:
    assert share(0, 300).most == pytest.approx(0.01)
    assert share(0, 2).most == 1.0
    assert share(0, 0).found == 0.0 and share(0, 0).most == 1.0
    # Newcombe 1998, table I, method 3: 81 of 263, and 15 of 148.
    assert share(81, 263).most == pytest.approx(0.3662, abs=5e-5)
    assert share(15, 148).most == pytest.approx(0.1605, abs=5e-5)


@given(st.lists(st.integers(-500, 900), min_size=1, max_size=60), st.sampled_from([0.005, 0.05, 0.2, 0.5]))
def test_law_the_budget_is_kept_and_a_hundredth_less_would_break_it(steps: list[int], budget: float) -> None:
    made = scores(*(step / 100 for step in steps))
    found = proposal(made, 3.0, budget)
    assert FLOOR <= found.threshold <= CAP
    if found.bound != "cap":
        assert found.then.links <= budget * len(steps)
    if found.bound != "floor":
        assert made.reach(round(found.threshold - 0.01, 2)) > budget * len(steps) or found.bound == "cap"
    assert found.then.found <= found.then.most <= 1


@given(st.integers(0, 1000), st.integers(1, 100_000))
def test_law_more_links_make_the_same_share_surer(links: int, of: int) -> None:
    links = min(links, of)
    assert share(links, of).found <= share(links, of).most
    assert share(links * 10, of * 10).most <= share(links, of).most + 1e-12


def test_a_fragment_is_a_policy_and_changes_only_the_threshold(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(fragment(3.21, None, {"made": "2026-01-15", "odd\nname": "two\nlines \x07"}))
    assert load(path).rules.threshold == 3.21
    assert all(line.startswith("#") or "=" in line or not line for line in path.read_text().splitlines())


ENTRY = ScopeEntry("Köln 2", 'why "so"\\ \x7f\n', ("a@b.example", "c.example"), (), False, 9.0)


def test_the_fragment_for_a_scope_repeats_its_entry_with_the_new_threshold(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(fragment(2.75, ENTRY, {}), encoding="utf-8")
    (entry,) = load(path).rules.scope
    assert entry == ScopeEntry(ENTRY.name, ENTRY.why, ENTRY.recipients, (), False, 2.75)
    assert load(path).rules.threshold == load().rules.threshold


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_law_whatever_a_scope_says_the_fragment_is_toml_and_says_the_same(words: str) -> None:
    text = fragment(3.0, ScopeEntry("a", words, (words,), (words,)), {"a": words})
    assert tomllib.loads(text)["scope"] == [
        {"name": "a", "why": words, "recipients": [words], "senders": [words], "threshold": 3.0}
    ]
