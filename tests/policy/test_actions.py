"""The strongest action a message's trouble asks for counts, and nothing unchangeable goes without a key."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Flag, Leaf, Link, Span
from policy import actions
from policy.policyfile import load
from policy.rules import ActionRules, PdfRules, Rules

RULES = load().rules
KEYS = tuple(field.name for field in fields(ActionRules))
NOWHERE = Span(0, 0)


def _with(**changes: str) -> Rules:
    return replace(RULES, actions=replace(RULES.actions, **changes))


def _link(place: str = "text", leaf: str = "1", *, ambiguous: bool = False) -> Link:
    return Link(leaf, "https://a.test/", "https://a.test/", "", place, None, "a.test", ambiguous=ambiguous)


def _leaf(sealed: str) -> Leaf:
    return Leaf("1", "text/plain", "", "7bit", "", "", NOWHERE, NOWHERE, sealed)


def test_every_reason_for_leaving_a_link_has_a_key_and_words() -> None:
    assert set(actions.LEFT) < set(KEYS)
    assert set(actions.STAYS) - set(actions.LEFT) == {actions.OBSERVED}
    assert all(words.strip() for words in actions.LEFT.values())


def test_the_shipped_policy_tells_of_odd_links_and_lets_the_rest_flow() -> None:
    for key in KEYS:
        told = key in (*actions.LEFT, actions.UNKNOWN_HISTORY, actions.SCREEN_FAILURE)
        usual = "hold" if key == "header_limit" else "tag" if told else "pass"
        assert getattr(RULES.actions, key) == usual, key
    assert actions.unread("header_limit") == "header_limit"


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(actions.STRENGTH)))
def test_law_the_strongest_action_counts_and_names_all_who_ask_for_it(asked: dict[str, str]) -> None:
    action, because = actions.strongest(asked, _with(**asked))
    ranks = [actions.STRENGTH.index(one) for one in asked.values()]
    assert actions.STRENGTH.index(action) == max(ranks, default=0)
    assert because == tuple(sorted(key for key, one in asked.items() if one == action != "pass"))


def test_a_link_in_an_ordinary_place_of_an_ordinary_part_can_be_rewritten() -> None:
    for place in ("text", "html:a.href", "pdf:annotation"):
        assert actions.obstacle(_link(place), _leaf(""), RULES) == ""
        assert actions.obstacle(_link(place), None, RULES) == ""


def test_all_within_a_signed_leaf_is_signed() -> None:
    signed = actions.signed_leaves((Flag("signed", "2", ""), Flag("pdf-signed", "3", "")))
    rules = _with(signed="hold")
    for leaf, wanted in (("1", ""), ("2", "signed"), ("2/1.2", "signed"), ("2.1", ""), ("3", "")):
        assert actions.obstacle(_link(leaf=leaf), None, rules, signed) == wanted


def test_of_several_obstacles_the_one_with_the_strongest_action_counts() -> None:
    link = _link("pdf:qr", "1/a.pdf", ambiguous=True)
    for key in ("ambiguous", "inside", "qr", "attached"):
        assert actions.obstacle(link, _leaf("attached"), _with(**{key: "refuse"})) == key


@pytest.mark.parametrize("flag", ["pdf-signed", "signed"])
def test_what_could_not_be_changed_in_a_signed_leaf_is_left_because_of_the_signature(flag: str) -> None:
    key = {"pdf-signed": "signed_pdf", "signed": "signed"}[flag]
    flags = (Flag("limit", "1", ""), Flag(flag, "2", ""))
    assert [actions.refused(leaf, flags) for leaf in ("1", "2", "3")] == ["other", key, "other"]


def test_unknown_kinds_of_what_was_not_read_count_as_formats() -> None:
    assert [actions.unread(kind) for kind in ("encrypted", "limit", "broken", "screen_failure")] == [
        "encrypted", "limit", "broken", "screen_failure"
    ]  # fmt: skip
    assert {actions.unread(kind) for kind in ("", "format", "signed", "hold", "__class__")} == {"format"}


def test_holding_signed_pdfs_is_at_least_holding() -> None:
    for action, wanted in (("pass", "hold"), ("tag", "hold"), ("hold", "hold"), ("refuse", "refuse")):
        rules = replace(_with(signed_pdf=action), pdf=PdfRules("hold"))
        assert actions.strongest(("signed_pdf",), rules)[0] == wanted
    assert actions.strongest(("signed",), replace(RULES, pdf=PdfRules("hold")))[0] == "tag"


def test_only_flags_about_another_reading_are_ambiguity() -> None:
    assert actions.ambiguity((Flag("ambiguous-boundary", "", ""),))
    assert not actions.ambiguity((Flag("pdf-signed", "1", ""), Flag("limit", "", "")))


@pytest.mark.parametrize(
    ("result", "keys", "action", "words"),
    [
        ("untouched", (), "pass", "untouched"),
        ("rewritten", (), "pass", "rewritten"),
        ("rewritten", ("qr",), "tag", "rewritten and tagged, because of qr"),
        ("untouched", ("limit", "qr"), "tag", "untouched and tagged, because of limit, qr"),
        ("held", ("qr",), "hold", "held, because of qr"),
        ("refused", ("qr",), "refuse", "refused, because of qr"),
    ],
)
def test_what_would_have_become_of_a_message_is_said_in_words(
    result: str, keys: tuple[str, ...], action: str, words: str
) -> None:
    assert actions.action_of(result, keys) == action
    assert actions.would(result, keys) == words
