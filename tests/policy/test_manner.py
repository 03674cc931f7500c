"""policy/manner.py: what a sender's mail usually comes with, and what of it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Header, Inspection, Message, Span
from policy.manner import LEAST, NONE, Change, Manner, manner
from policy.model import Envelope, Facts, Identity, Known, Owner, Trait, Unknown
from policy.policyfile import load
from policy.questions import traits
from policy.traits import MOST_VALUES

HISTORY = load().rules.history
CLERK = Owner("sender", "clerk@office.example")
WHO = Identity("clerk@office.example", "office.example", "office.example", True, "dmarc")
DAY = 86400.0
Past = Mapping[str, Mapping[str, int]]
USUAL: Past = {"mailer": {"Usual Mail": 40}, "zone": {"+0100": 40}}


def facts(past: Past) -> Facts:
    found = tuple(
        Trait(kind, value, count, DAY, 2 * DAY)
        for kind, values in past.items()
        for value, count in values.items()
    )
    return Facts({traits(CLERK): Known(found)})


def found(
    past: Past,
    *,
    who: Identity = WHO,
    own: tuple[str, ...] = (),
    client: str = "",
    producers: tuple[tuple[str, str], ...] = (),
    at: float = 0.0,
    **fields: str,
) -> Manner:
    headers = tuple(
        Header(name.replace("_", "-"), Span(0, 0), value.encode()) for name, value in fields.items()
    )
    inspection = Inspection(Message(b"", headers, ()), (), producers=producers)
    return manner(inspection, Envelope(client_address=client), who, facts(past), HISTORY, own, at)


def kinds(one: Manner) -> list[str]:
    return [change.kind for change in one.changes]


DATE = "Tue, 06 May 2025 09:12:00 {}".format


def test_each_kind_is_told_with_its_old_and_its_new_value() -> None:
    past = {
        "mailer": {"Usual Mail": 40}, "zone": {"+0100": 30, "+0200": 10}, "network": {"192.0.2.0/24": 40},
        "reply-to": {"helpdesk.example": 40}, "producer": {"Printer": 10},
    }  # fmt: skip
    now = found(
        past,
        x_mailer="Other\x1b[31m Mail 7",
        date=DATE("+0800"),
        reply_to="x@free.example",
        client="203.0.113.9",
        producers=(("2", "Maker"), ("3", "Printer")),
    )
    assert {change.kind: (change.words, change.leaf) for change in now.changes} == {
        "mailer": ("written with “Other\ufffd”, before always “Usual Mail”", ""),
        "zone": ("dated in the time zone “+0800”, before mostly “+0100”", ""),
        "network": ("sent from the network “203.0.113.0/24”, before always “192.0.2.0/24”", ""),
        "reply-to": ("answers go to free.example, before mostly helpdesk.example", ""),
        "producer": ("a PDF made by “Maker”, before always “Printer”", "2"),
    }


def test_the_usual_is_no_change() -> None:
    now = found(USUAL, x_mailer="Usual Mail 9.9", date=DATE("+0100"))
    assert now.owner == CLERK and now.changes == ()


def test_absence_is_no_change_now_or_before() -> None:
    assert found(USUAL, subject="x").changes == ()
    assert found({"zone": {"+0100": 40}}, x_mailer="New Mail", date=DATE("+0100")).changes == ()
    assert found({}, x_mailer="New Mail") == NONE


def test_what_was_rarely_there_is_not_said() -> None:
    few = {"mailer": {"Usual Mail": LEAST - 1}}
    assert found(few, x_mailer="New Mail").changes == ()
    assert kinds(found({"mailer": {"Usual Mail": LEAST}}, x_mailer="New Mail")) == ["mailer"]


def nats(past: Past, **fields: str) -> float:
    (change,) = found(past, **fields).changes
    return change.nats


def test_who_was_constant_surprises_more() -> None:
    one = nats({"mailer": {"A": 40}}, x_mailer="New")
    six = nats({"mailer": {"A": 10, **{f"B{number}": 6 for number in range(5)}}}, x_mailer="New")
    short = nats({"mailer": {"A": 5}}, x_mailer="New")
    rare = nats({"mailer": {"A": 5}, "zone": {"+0100": 100}}, x_mailer="New", date=DATE("+0100"))
    assert one > six > 0 and one > short > rare > 0


def test_who_changes_all_the_time_says_nothing() -> None:
    past = {"network": {f"192.0.{number}.0/24": 9 for number in range(MOST_VALUES)}}
    assert found(past, client="203.0.113.9").changes == ()


@pytest.mark.parametrize("zone", ["+0200", "+0000", "-0000", "+0100"])
def test_summer_time_is_no_change(zone: str) -> None:
    assert found({"zone": {"+0100": 40}}, date=DATE(zone)).changes == ()


@pytest.mark.parametrize("zone", ["+0300", "-0100", "+0230", "-0800"])
def test_another_zone_is_one(zone: str) -> None:
    assert kinds(found({"zone": {"+0100": 40}}, date=DATE(zone))) == ["zone"]


def test_unproved_zones_of_the_store_do_not_make_it_raise() -> None:
    assert kinds(found({"zone": {"": 9, "x": 9, "+1é00": 9}}, date=DATE("+0100"))) == ["zone"]


def test_answers_to_elsewhere_are_a_change_even_of_who_never_asked_for_that() -> None:
    (change,) = found(USUAL, reply_to="x@free.example").changes
    assert change.words == "answers go to free.example, before only to the sender"
    few = {"mailer": {"Usual Mail": LEAST - 1}}
    assert found(few, reply_to="x@free.example").changes == ()
    sometimes = {**USUAL, "reply-to": {"helpdesk.example": 20}}
    assert 0 < nats(sometimes, reply_to="x@free.example") < change.nats


def test_answers_to_the_senders_organisation_and_to_people_in_the_conversation_are_none() -> None:
    assert found(USUAL, reply_to="desk@mail.office.example").changes == ()
    assert found(USUAL, reply_to="x@partner.example", own=("partner.example",)).changes == ()


def test_forged_mail_and_unknown_history_have_no_manner() -> None:
    forged = Identity("clerk@office.example", "office.example", "office.example", False, "none")
    assert found(USUAL, who=forged, x_mailer="New Mail") == NONE
    message = Inspection(Message(b"", (Header("x-mailer", Span(0, 0), b"New"),), ()), ())
    for answers in ({}, {traits(CLERK): Unknown("store down")}, {traits(CLERK): Known("rubbish")}):
        assert manner(message, Envelope(), WHO, Facts(answers), HISTORY, ()) == NONE
    nobody = Identity("", "", "", True, "claimed")
    assert manner(message, Envelope(), nobody, Facts(), HISTORY, ()) == NONE


def test_old_habits_fade() -> None:
    year = HISTORY.half_life_days * DAY
    fresh, old = (
        found({"mailer": {"A": 40}}, x_mailer="New", at=at).changes[0].nats for at in (2 * DAY, 5 * year)
    )
    assert 0 < old < fresh


def test_messages_with_links_are_counted_at_least() -> None:
    assert found({"file": {"-": 7, "pdf": 5, "zip": 3}}).linked == 12
    assert found({"file": {"pdf": 5}}).linked == 5
    assert found({"mailer": {"A": 9}}).linked == 0


@given(
    st.dictionaries(
        st.sampled_from(["mailer", "zone", "network", "reply-to", "producer", "odd"]),
        st.dictionaries(st.text(max_size=8), st.integers(1, 10**6), max_size=15),
    ),
    st.text(max_size=30),
    st.text(max_size=30),
)
def test_whatever_is_stored_and_sent_no_change_is_below_nothing(past: Past, name: str, zone: str) -> None:
    for change in found(past, x_mailer=name, date=zone, reply_to=f"x@{name}").changes:
        assert isinstance(change, Change) and change.nats >= 0 and change.words.isprintable()


def test_fields_that_call_it_a_lists_do_not_hide_a_sender_from_his_own_habits() -> None:
    listed = replace(WHO, person="a@b.example")
    plain = found({"mailer": {"A": 40}}, x_mailer="New")
    assert found({"mailer": {"A": 40}}, who=listed, x_mailer="New") == plain
    assert plain.owner == CLERK and kinds(plain) == ["mailer"]


def test_of_two_that_it_may_be_each_is_compared() -> None:
    """What the thief taught of a list of his own making must not stand in front of the owner's habits."""
    listed = replace(WHO, person="a@b.example")
    made = Owner("sender", "a@b.example via clerk@office.example")
    past = {
        traits(CLERK): Known((Trait("mailer", "A", 40, 1.0, 2.0),)),
        traits(made): Known((Trait("mailer", "New", 40, 1.0, 2.0),)),
    }
    message = Inspection(Message(b"", (Header("x-mailer", Span(0, 0), b"New"),), ()), ())
    both = manner(message, Envelope(), listed, Facts(past), HISTORY, ())
    assert [one.owner for one in both.each] == [made, CLERK]
    assert [kinds(one) for one in both.each] == [[], ["mailer"]]
