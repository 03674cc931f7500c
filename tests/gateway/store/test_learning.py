"""Rows stay few, and whoever taught what is told apart as far as judging needs it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from gateway.store import Store, learning
from gateway.store.rows import Ruling
from policy.model import Habit, Known, Lesson, Owner, Seen, Trait
from policy.questions import habit, places, seen, traits
from policy.traits import MOST, MOST_VALUES

SENDER = Owner("sender", "clerk@office.example")
OTHER = Owner("sender", "boss@office.example")
DOMAIN = Owner("domain", "office.example")
WORLD = Owner("organisation", "")
DAY = 86400.0


def found(store: Store, owner: Owner, domain: str) -> Seen:
    answer = store.answer([seen(owner, domain)])[seen(owner, domain)]
    assert isinstance(answer, Known)
    assert isinstance(answer.value, Seen)
    return answer.value


def test_many_messages_of_one_day_are_one_day_in_one_batch_or_many(store: Store) -> None:
    burst = [Lesson((SENDER,), ("a.example",), 5 * DAY + number) for number in range(50)]
    store.learn(burst[:20])
    for one in burst[20:]:
        store.learn([one])
    store.learn([Lesson((SENDER,), ("a.example",), 7 * DAY)])
    assert (found(store, SENDER, "a.example").messages, found(store, SENDER, "a.example").days) == (51, 2)


def test_days_between_are_never_counted_twice(store: Store) -> None:
    for day in (1, 9, 5, 5, 9, 1):
        store.learn([Lesson((SENDER,), ("a.example",), day * DAY)])
    assert found(store, SENDER, "a.example").days == 2


def test_a_domain_is_taught_by_its_senders_and_the_organisation_by_domains(store: Store) -> None:
    for number, owner in enumerate((SENDER, OTHER, SENDER)):
        store.learn([Lesson((owner, DOMAIN, WORLD), ("a.example",), number * DAY, "office.example")])
    assert found(store, DOMAIN, "a.example").senders == 2
    assert found(store, WORLD, "a.example").senders == 1
    store.learn([Lesson((OTHER, WORLD), ("a.example",), 9.0, "second.example")])
    assert found(store, WORLD, "a.example").senders == 2
    assert found(store, SENDER, "a.example").senders == 0


def test_senders_are_told_apart_up_to_a_few(store: Store) -> None:
    for number in range(20):
        who = Owner("sender", f"s{number}@office.example")
        store.learn([Lesson((who, DOMAIN), ("a.example",), 1.0, "office.example")])
    assert found(store, DOMAIN, "a.example").senders == learning.MOST_TEACHERS


def test_the_first_message_is_remembered_whichever_is_learned_first(store: Store) -> None:
    store.learn(
        [Lesson((SENDER,), ("a.example",), 9.0, id="late"), Lesson((SENDER,), ("a.example",), 5.0, id="b")]
    )
    store.learn([Lesson((SENDER,), ("a.example",), 2.0, id="early")])
    store.learn([Lesson((SENDER,), ("a.example",), 3.0, id="between")])
    assert found(store, SENDER, "a.example").first_id == "early"


def test_what_was_used_least_and_longest_ago_falls_out(store: Store) -> None:
    for day in range(1, 11):
        store.learn([Lesson((SENDER,), ("portal.example",), day * DAY)])
    for number in range(1200):
        store.learn([Lesson((SENDER,), (f"once{number}.example",), (20 + number / 100) * DAY)])
    most = learning.MOST_DOMAINS["sender"]
    asked = [seen(SENDER, f"once{number}.example") for number in range(1200)]
    kept = [answer.value is not None for answer in store.answer(asked).values()]
    assert most * 0.85 < sum(kept) < most
    assert kept == sorted(kept), "the newest are kept"
    assert found(store, SENDER, "portal.example").days == 10
    answer = store.answer([habit(SENDER)])[habit(SENDER)]
    assert isinstance(answer, Known) and isinstance(answer.value, Habit)
    assert replace(answer.value, domains=0) == Habit(1210, 1210, 0, DAY, (20 + 1199 / 100) * DAY)
    assert 12 * learning.MOST_NEW < answer.value.domains < 200, "a burst of new ones counts little"


def test_places_are_counted_in_messages_for_every_owner(store: Store) -> None:
    store.learn([Lesson((SENDER, WORLD), ("a.example",), 1.0, places=("html", "text"))])
    store.learn([Lesson((SENDER,), ("a.example",), 2.0, places=("text",))])
    asked = [places(SENDER), places(WORLD), places(OTHER)]
    answers = store.answer(asked)
    assert [answers[one] for one in asked] == [
        Known({"html": 1, "text": 2}), Known({"html": 1, "text": 1}), Known({}),
    ]  # fmt: skip


def test_traits_are_counted_for_the_sender_and_bounded_for_each_kind(store: Store) -> None:
    for number in range(40):
        pairs = (("mailer", "Usual"), ("network", f"192.0.{number}.0/24"))
        store.learn([Lesson((SENDER, WORLD), ("a.example",), float(number), traits=pairs)])
    answers = store.answer([traits(SENDER), traits(WORLD)])
    known = answers[traits(SENDER)].value
    assert isinstance(known, tuple)
    assert known[0] == Trait("mailer", "Usual", 40, 0.0, 39.0)
    networks = [one for one in known if one.kind == "network"]
    assert len(networks) == MOST_VALUES
    assert {one.last for one in networks} == {float(number) for number in range(40 - MOST_VALUES, 40)}
    assert answers[traits(WORLD)] == Known(())


def test_a_lesson_of_a_counted_message_adds_a_use_and_no_message(store: Store) -> None:
    store.learn([Lesson((SENDER,), ("a.example",), 1.0)])
    store.learn([Lesson((SENDER,), ("b.example",), 1.0, messages=0)])
    assert store.answer([habit(SENDER)])[habit(SENDER)] == Known(Habit(1, 2, 2, 1.0, 1.0))


def test_kinds_with_more_values_keep_more(store: Store) -> None:
    for number in range(60):
        pairs = (("host", f"h{number}.example"), ("path", f"a.example/{number}"), ("file", f"f{number}"))
        store.learn([Lesson((SENDER,), ("a.example",), float(number), traits=pairs)])
    known = store.answer([traits(SENDER)])[traits(SENDER)].value
    assert isinstance(known, tuple)
    counts = Counter(one.kind for one in known)
    assert counts == {"host": MOST["host"], "path": MOST["path"], "file": MOST_VALUES}
    assert {one.value for one in known if one.kind == "file"} == {f"f{number}" for number in range(48, 60)}


def claimed(name: str) -> Owner:
    return Owner("claimed", f"{name}@club.example")


def test_invented_names_drive_each_other_out_and_not_the_one_who_writes_often(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "MOST_CLAIMED", 100)
    store.learn([Lesson((SENDER, DOMAIN, WORLD), ("a.example",), 1.0, "office.example")])
    for day in range(10):
        store.learn([Lesson((claimed("club"),), ("club.example",), day * DAY)])
    for number in range(500):
        store.learn([Lesson((claimed(f"x{number}"),), ("evil.test",), 20 * DAY + number)])
    asked = [habit(claimed("club")), *(habit(claimed(f"x{number}")) for number in range(500))]
    kept = [isinstance(one.value, Habit) and one.value.messages > 0 for one in store.answer(asked).values()]
    assert kept[0], "who wrote on ten days stays"
    assert 85 < sum(kept) <= 100
    assert kept[1:] == sorted(kept[1:]), "of the invented the newest stay"
    assert found(store, SENDER, "a.example").messages == 1, "nobody else's memory is touched"
    assert found(store, WORLD, "a.example").messages == 1
    with store._database.hot() as connection:
        (left,) = connection.execute(
            "SELECT count(*) FROM seen WHERE owner NOT IN (SELECT id FROM owner)"
        ).fetchone()
    assert left == 0


def test_a_claimed_name_keeps_few_domains_and_a_burst_of_new_ones_counts_little(store: Store) -> None:
    store.learn([Lesson((claimed("club"),), ("club.example",), DAY)])
    for number in range(400):
        store.learn([Lesson((claimed("club"),), (f"s{number}.example",), (30 + number / 200) * DAY)])
    asked = [seen(claimed("club"), f"s{number}.example") for number in range(400)]
    kept = sum(answer.value is not None for answer in store.answer(asked).values())
    assert 0 < kept <= learning.MOST_DOMAINS["claimed"]
    known = store.answer([habit(claimed("club"))])[habit(claimed("club"))].value
    assert isinstance(known, Habit) and known.messages == 401 and known.domains < 20


def test_an_address_is_forgotten_with_what_came_in_its_name(store: Store) -> None:
    store.learn([Lesson((claimed("club"),), ("club.example",), DAY)])
    store.forget("club@club.example", Ruling(1.0, "anna", "forget"))
    assert store.answer([habit(claimed("club"))]) == {habit(claimed("club")): Known(Habit())}
    store.learn([Lesson((claimed("club"),), ("club.example",), DAY)])
    store.forget("club.example", Ruling(1.0, "anna", "forget"))
    assert store.answer([habit(claimed("club"))]) == {habit(claimed("club")): Known(Habit())}
