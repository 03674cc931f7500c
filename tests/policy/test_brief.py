"""Evidence in a few words: what a reader needs, and nothing that could be somebody else's."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.brief import LEAST, brief, reasons
from policy.signals import surprise

LONG = (
    "34 earlier messages from clerk@office.example since 2025-03-01 linked to 3 domains, always to its own "
    "office.example (in 30, first on 2025-03-01 in 0123456789abcdef), b.example (in 2) and c.example (in 2), "
    "never to files.test; 40 earlier messages from office.example as a whole since 2025-03-01 linked to 4 "
    "domains, never to it; nobody here has ever received a link to it"
)


def test_surprise_says_how_often_the_sender_did_not_and_whether_others_did() -> None:
    assert brief("surprise", LONG, "files.test") == (
        "In 34 earlier messages this sender never linked to files.test. "
        "Nobody here has received a link to it before"
    )


@pytest.mark.parametrize(
    ("words", "short"),
    [
        (
            "b@x.test has sent us no links before; 1 message to others here linked to it, all from one",
            "This sender has sent us no links before. Others here received a link to files.test in 1 message",
        ),
        (
            "1 earlier message in the name of a@b.example that nobody proved linked to 1 domain, never to it",
            "1 earlier message in the sender's name that nobody proved never linked to files.test",
        ),
        (
            "7 earlier messages from office.example as a whole linked to 2 domains, never to files.test",
            "In 7 earlier messages the sender's organisation never linked to files.test",
        ),
        (
            "Nobody here has ever received a link to x.test",
            "Nobody here has received a link to files.test before",
        ),
    ],
)
def test_each_form_has_its_short_one(words: str, short: str) -> None:
    assert brief("surprise", words, "files.test") == short


def test_other_words_stay_but_for_ids() -> None:
    words = "a@b.example linked to x.test in 3 messages, first on 2025-03-01 in <id$1@x>; nothing else"
    assert brief("thread", words, "x.test") == "a@b.example linked to x.test in 3 messages; nothing else"
    assert brief("surprise", words, "x.test") == brief("thread", words, "x.test")
    assert brief("unlisted", "x.test is on no list", "x.test") == "x.test is on no list"


def test_the_most_telling_comes_first_and_trifles_not_at_all() -> None:
    found = [("a", LEAST - 0.01, "trifle"), ("b", 1.0, "one"), ("c", 2.0, "two"), ("d", -3.0, "for it")]
    assert reasons(found, "x.test") == ["two", "one"]
    assert reasons(found[:1], "x.test") == ["trifle"], "better than no reason"
    assert reasons([], "x.test") == []


@given(st.text(max_size=200), st.sampled_from(["surprise", "other"]))
def test_law_any_words_give_some_words(words: str, signal: str) -> None:
    assert isinstance(brief(signal, words, "x.test"), str)


def test_the_forms_are_those_that_surprise_writes() -> None:
    """The words of the signal and their short forms are in two files; this is where they meet."""
    source = inspect.getsource(surprise)
    forms = (
        "earlier message",
        "never to {domain}",
        "has sent us no links before",
        " as a whole",
        "nobody here has ever received a link to",
        "to others here linked to",
        "in the name of",
    )
    assert [form for form in forms if form not in source] == []
