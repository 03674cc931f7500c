"""Which earlier messages a message names, and which of them vouch for a domain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Header, Span
from policy.model import Identity, Lesson, Mention, Owner
from policy.rules import Rules
from policy.threads import (
    LONGEST_ID,
    MOST_DOMAINS,
    MOST_IDS,
    OURS,
    begins,
    by_program,
    conversation,
    message_id,
    taught,
    vouched,
)

DAY = 86400.0
NOW = 20_000 * DAY
CLERK = Identity("clerk@office.example", "office.example", "office.example", True, "dmarc")
PARTNER = Mention("files.example", "partner.example", NOW - DAY, "m1@partner.example", 50, NOW - 400 * DAY)

Headers = Callable[..., tuple[Header, ...]]


def test_the_newest_ids_come_first_and_each_once(make_headers: Headers) -> None:
    fields = make_headers(
        ("Message-ID", "<d@x.example>"),
        ("In-Reply-To", "<c@x.example>"),
        ("References", "<a@x.example>\t<b@x.example> <c@x.example>"),
    )
    assert conversation(fields) == ("c@x.example", "b@x.example", "a@x.example")


def test_of_a_long_conversation_the_newest_messages_are_asked_about(make_headers: Headers) -> None:
    everything = " ".join(f"<{number}@x.example>" for number in range(5000))
    assert len(everything) > 80_000
    found = conversation(make_headers(("References", everything)))
    assert found == tuple(f"{number}@x.example" for number in range(4999, 4999 - MOST_IDS, -1))


def test_comments_are_no_ids_and_one_that_never_closes_hides_none(make_headers: Headers) -> None:
    fields = make_headers(("In-Reply-To", "Your message (of (today) <no@x.example>) <yes@x.example>"))
    assert conversation(fields) == ("yes@x.example",)
    assert conversation(make_headers(("References", ":-( <yes@x.example>"))) == ("yes@x.example",)


@pytest.mark.parametrize(
    "value", ["", "<>", "< a@x.example >", "a@x.example", f"<{'a' * (LONGEST_ID + 1)}>", "<<"]
)
def test_what_is_no_id_names_nothing(make_headers: Headers, value: str) -> None:
    assert conversation(make_headers(("References", value), ("In-Reply-To", value))) == ()
    assert message_id(make_headers(("Message-ID", value))) == ""


def test_a_message_does_not_answer_itself(make_headers: Headers) -> None:
    fields = make_headers(("Message-ID", "<a@x.example>"), ("References", "<a@x.example>"))
    assert conversation(fields) == ()


def test_two_ids_of_its_own_are_none(make_headers: Headers) -> None:
    assert message_id(make_headers(("Message-ID", "<a@x.example>"))) == "a@x.example"
    assert message_id(make_headers(("Message-ID", "<a@x.example> <b@x.example>"))) == ""
    assert message_id(make_headers(*[("Message-ID", "<a@x.example>")] * 2)) == ""


@pytest.mark.parametrize("piece", ["(", "<", ")(", "<a@b", "\\("])
def test_only_the_end_of_references_is_looked_at_so_its_length_costs_nothing(
    make_headers: Headers, piece: str
) -> None:
    fields = make_headers(("References", "<old@x.example> " + piece * 100_000 + " <new@x.example>"))
    assert conversation(fields) == ("new@x.example",)


@given(st.binary(max_size=500), st.binary(max_size=500))
def test_any_bytes_give_bounded_clean_ids(references: bytes, answered: bytes) -> None:
    fields = (Header("references", Span(0, 0), references), Header("in-reply-to", Span(0, 0), answered))
    found = conversation(fields)
    assert len(found) <= MOST_IDS and len(set(found)) == len(found)
    assert all(0 < len(one) <= LONGEST_ID and not set(one) & set("<> \t\r\n") for one in found)


def test_only_what_a_person_starts_begins_a_conversation(make_headers: Headers) -> None:
    assert begins(make_headers(("Subject", "Hello"), ("Auto-Submitted", "no")))
    for name in ("In-Reply-To", "References", "Precedence"):
        assert not begins(make_headers((name, "")))
    assert not begins(make_headers(("Auto-Submitted", "auto-replied")))


def test_a_program_says_that_it_is_one(make_headers: Headers) -> None:
    for fields in ([], [("Auto-Submitted", "No")], [("Auto-Submitted", "no (a person) ; x=1")]):
        assert not by_program(make_headers(*fields))
    for value in ("auto-replied", "auto-generated; owner-email=x", "", "none"):
        assert by_program(make_headers(("Auto-Submitted", value)))
        assert by_program(make_headers(("Auto-Submitted", "no"), ("Auto-Submitted", value)))
    assert by_program(make_headers(("Precedence", "bulk")))


def test_a_lesson_leaves_its_domains_and_its_own_one_last() -> None:
    lesson = Lesson(
        (Owner("sender", "a@b.example"),), ("x.example",), NOW, "b.example", message_id="1@b.example"
    )
    assert taught(lesson) == ("b.example", ("x.example", "b.example"))
    many = replace(lesson, domains=tuple(f"d{number}.example" for number in range(50)))
    assert len(taught(many)[1]) == MOST_DOMAINS and taught(many)[1][-1] == "b.example"
    assert taught(replace(lesson, message_id="")) == ("", ())


def test_mail_of_our_users_is_ours_and_nobody_else_can_be() -> None:
    lesson = Lesson(
        (), ("x.example",), NOW, "bank.example", teacher="us@bank.example", message_id="1@b.example"
    )
    assert taught(lesson) == (OURS, ("x.example",))
    assert taught(replace(lesson, own=OURS, teacher="")) == ("", ())


def test_somebody_long_known_vouches(rules: Rules) -> None:
    assert vouched([PARTNER], CLERK, rules.history, NOW) == {"files.example": PARTNER}


@pytest.mark.parametrize(
    "change",
    [
        {"messages": 9},
        {"messages": 0, "first": 0.0},
        {"first": NOW - 13 * DAY},
        {"at": NOW - 91 * DAY},
        {"teacher": "office.example"},
        {"teacher": "gmail.com"},
    ],
    ids=["seldom", "never", "new", "long ago", "the sender's own", "a provider"],
)
def test_others_do_not(rules: Rules, change: dict[str, object]) -> None:
    assert vouched([replace(PARTNER, **change)], CLERK, rules.history, NOW) == {}  # type: ignore[arg-type]  # fields by name


def test_our_own_user_vouches_before_others_and_only_while_it_lasts(rules: Rules) -> None:
    ours = Mention("files.example", OURS, NOW - 5 * DAY, "m0@bank.example")
    assert vouched([PARTNER, ours], CLERK, rules.history, NOW)["files.example"] is ours
    assert vouched([replace(ours, at=NOW - 91 * DAY)], CLERK, rules.history, NOW) == {}


def test_nobody_vouches_in_mail_that_is_not_proved(rules: Rules) -> None:
    forged = replace(CLERK, genuine=False)
    assert vouched([PARTNER, replace(PARTNER, teacher=OURS)], forged, rules.history, NOW) == {}
