"""What a sender usually does beside the domains: where he puts links, and how often he links at all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.model import Answer, Habit, Known, Owner, Question, Seen, Unknown
from policy.questions import habit, places, rank, seen
from policy.signals import first_link, new_place
from policy.signals.case import Case
from policy.signals.first_link import LINKLESS

MakeCase = Callable[..., Case]
CLERK = Owner("sender", "clerk@office.example")
OFFICE = Owner("domain", "office.example")


def _facts(messages: int, used: dict[str, int] | None, owner: Owner = CLERK) -> dict[Question, Answer]:
    facts: dict[Question, Answer] = {
        habit(owner): Known(Habit(messages, messages, 2)), rank("odd.test"): Known(None)
    }  # fmt: skip
    if used is not None:
        facts[places(owner)] = Known(used)
    return facts


def _in(make_case: MakeCase, place: str, facts: dict[Question, Answer], **more: Any) -> Case:
    case = make_case("https://odd.test/x", facts=facts, **more)
    return replace(case, link=replace(case.link, place=place))


def test_the_first_link_in_a_pdf_counts_by_the_messages_that_had_none(make_case: MakeCase) -> None:
    strengths = []
    for messages in (2, 10, 100, 5000):
        found = new_place.signal(_in(make_case, "pdf:annotation", _facts(messages, {"html": messages})))
        assert found is not None
        strengths.append(found.strength)
    assert strengths == sorted(strengths) and strengths[2] == strengths[3] == 1.0
    assert found is not None
    assert found.words == (
        "Of 5000 earlier messages with links from clerk@office.example, none had one in a PDF"
    )


@pytest.mark.parametrize("place", ["text", "html:a.href", "pdf:text"])
def test_the_body_and_places_used_before_are_not_new(make_case: MakeCase, place: str) -> None:
    assert new_place.signal(_in(make_case, place, _facts(50, {"text": 49, "pdf": 1}))) is None


def test_nothing_is_new_where_nothing_is_known(make_case: MakeCase) -> None:
    assert new_place.signal(_in(make_case, "pdf:text", {})) is None
    assert new_place.signal(_in(make_case, "pdf:text", _facts(0, {}))) is None
    assert new_place.signal(_in(make_case, "pdf:text", _facts(1, {"html": 1}))) is None
    facts = _facts(50, None) | {places(CLERK): Unknown("store down")}
    assert new_place.signal(_in(make_case, "pdf:text", facts)) is None


def test_the_domain_stands_in_for_a_new_sender_only(make_case: MakeCase) -> None:
    colleagues = _facts(40, {"html": 40}, OFFICE)
    assert new_place.signal(_in(make_case, "pdf:text", colleagues | _facts(0, {}))) is not None
    own = _facts(9, {"pdf": 2, "html": 9})
    assert new_place.signal(_in(make_case, "pdf:text", colleagues | own)) is None


def test_a_familiar_domain_or_a_participant_may_stand_anywhere(make_case: MakeCase) -> None:
    facts = _facts(50, {"html": 50})
    known = facts | {seen(CLERK, "odd.test"): Known(Seen(3, 1.0, 2.0))}
    assert new_place.signal(_in(make_case, "pdf:text", known)) is None
    assert new_place.signal(_in(make_case, "pdf:text", facts, participants=("odd.test",))) is None
    assert new_place.signal(_in(make_case, "pdf:text", known, genuine=False)) is not None, "claimed only"


def test_the_first_link_of_a_sender_who_writes_a_lot_is_odd(make_case: MakeCase) -> None:
    found = first_link.signal(make_case("https://odd.test/", facts=_facts(0, {LINKLESS: 99})))
    assert found is not None and found.strength == pytest.approx(1.0)
    assert found.words == "Of 99 earlier messages from clerk@office.example, none had a link"


def test_a_first_link_says_nothing_where_nobody_knows_what_is_popular(make_case: MakeCase) -> None:
    facts = _facts(0, {LINKLESS: 99}) | {rank("odd.test"): Unknown("no list")}
    assert first_link.signal(make_case("https://odd.test/", facts=facts)) is None


def test_who_links_in_every_message_has_no_first_link(make_case: MakeCase) -> None:
    rare = first_link.signal(make_case("https://odd.test/", facts=_facts(5, {LINKLESS: 50})))
    often = first_link.signal(make_case("https://odd.test/", facts=_facts(50, {LINKLESS: 5})))
    assert rare is not None and often is not None and rare.strength > 3 * often.strength
    assert first_link.signal(make_case("https://odd.test/", facts=_facts(50, {"html": 50}))) is None
    assert first_link.signal(make_case("https://odd.test/", facts={})) is None
    assert first_link.signal(make_case("http://10.0.0.1/", facts=_facts(0, {LINKLESS: 99}))) is None


def test_a_known_domain_is_no_surprise_however_rarely_one_links(make_case: MakeCase) -> None:
    facts = _facts(1, {LINKLESS: 99}) | {seen(CLERK, "odd.test"): Known(Seen(1, 1.0, 2.0))}
    assert first_link.signal(make_case("https://odd.test/", facts=facts)) is None


@given(without=st.integers(0, 10**6), linked=st.integers(0, 10**6))
def test_more_messages_without_links_never_make_a_link_less_odd(
    make_case: MakeCase, without: int, linked: int
) -> None:
    def strength(number: int) -> float:
        found = first_link.signal(make_case("https://odd.test/", facts=_facts(linked, {LINKLESS: number})))
        return found.strength if found else 0.0

    assert 0 <= strength(without) <= strength(without + 1) <= 1
