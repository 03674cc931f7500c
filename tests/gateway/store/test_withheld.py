"""What was odd is learned when somebody says so, or nobody said otherwise in time; never before."""

from __future__ import annotations

from gateway.store import Store, withheld
from gateway.store.rows import Ruling
from policy.model import Habit, Known, Lesson, Owner, Seen
from policy.questions import confirmed, habit, places, seen

SENDER, DOMAIN = Owner("sender", "clerk@office.example"), Owner("domain", "office.example")
WORLD = Owner("organisation", "")
WHO = (SENDER, DOMAIN, WORLD)
NOTE = Ruling(100.0, "anna", "confirm", "m1", 0, "odd.example", SENDER.name)


def odd(id: str = "m1", at: float = 10.0, domain: str = "odd.example", messages: int = 1) -> Lesson:
    return Lesson(WHO, (domain,), at, "office.example", id, ("html",), messages=messages)


def known(store: Store, domain: str = "odd.example") -> Seen | None:
    answer = store.answer([seen(SENDER, domain)])[seen(SENDER, domain)]
    assert isinstance(answer, Known)
    assert answer.value is None or isinstance(answer.value, Seen)
    return answer.value


def messages(store: Store) -> int:
    value = store.answer([habit(SENDER)])[habit(SENDER)].value
    assert isinstance(value, Habit)
    return value.messages


def test_what_waits_is_learned_after_its_time_as_of_its_own_day(store: Store) -> None:
    store.learn([], waiting=[odd()])
    assert (store.sweep(9.9), known(store)) == (0, None)
    assert store.sweep(10.0) == 1
    found = known(store)
    assert found is not None
    assert (found.messages, found.last, found.first_id, found.released) == (1, 10.0, "m1", 0.0)
    assert store.answer([places(SENDER)])[places(SENDER)] == Known({"html": 1})
    assert store.sweep(10.0) == 0


def test_a_message_is_counted_once_however_many_of_its_domains_wait(store: Store) -> None:
    store.learn([], waiting=[Lesson(WHO, ("a.example", "b.example"), 1.0, "office.example", "m1")])
    store.learn([odd("m2", domain="c.example")], waiting=[odd("m2", domain="d.example", messages=0)])
    store.sweep(100.0)
    assert messages(store) == 2


def test_a_release_learns_at_once_and_the_rest_of_the_message_counts_no_second_time(store: Store) -> None:
    store.learn([], waiting=[Lesson(WHO, ("odd.example", "b.example"), 1.0, "office.example", "m1")])
    store.release([NOTE], odd("m1", 1.0), 50.0)
    found = known(store)
    assert found is not None
    assert (found.messages, found.released) == (1, 50.0)
    assert known(store, "b.example") is None
    store.sweep(100.0)
    assert known(store, "b.example") is not None
    assert messages(store) == 1


def test_a_release_of_what_does_not_wait_makes_it_known_too(store: Store) -> None:
    store.release([NOTE], odd(), 50.0)
    store.release([NOTE], odd(), 60.0)
    found = known(store)
    assert found is not None
    assert (found.messages, found.released) == (1, 60.0)
    assert messages(store) == 0


def test_a_release_without_a_lesson_only_is_written_down(store: Store) -> None:
    store.release([NOTE], None, 50.0)
    assert known(store) is None


def test_a_confirmation_cancels_what_waits_and_lists_the_domain_with_all_below_it(store: Store) -> None:
    store.learn([], waiting=[odd("m1"), odd("m2"), odd("m3", domain="other.example")])
    assert store.confirm([NOTE], ["odd.example"], ["odd.example"]) == 2
    assert store.sweep(1000.0) == 1
    assert known(store) is None
    asked = [confirmed("odd.example"), confirmed("www.odd.example"), confirmed("notodd.example")]
    assert [answer.value for answer in store.answer(asked).values()] == ["odd.example", "odd.example", ""]


def test_a_release_takes_a_confirmation_back(store: Store) -> None:
    store.confirm([NOTE], ["odd.example"], ["odd.example"])
    store.release([NOTE], odd(), 50.0)
    assert store.answer([confirmed("odd.example")])[confirmed("odd.example")] == Known("")


def test_few_wait_for_one_sender_and_the_oldest_fall_out_unlearned(store: Store) -> None:
    for number in range(withheld.MOST_OF_SENDER + 20):
        store.learn([], waiting=[odd(f"m{number}", float(number), f"d{number}.example")])
    assert store.sweep(1e9) == withheld.MOST_OF_SENDER
    assert known(store, "d19.example") is None
    assert known(store, "d20.example") is not None


def test_forgetting_a_domain_takes_it_out_everywhere(store: Store) -> None:
    store.learn(
        [
            Lesson(WHO, ("a.example", "b.example"), 1.0, "office.example", "m1"),
            Lesson((Owner("sender", "x@sub.a.example"), WORLD), ("b.example",), 1.0, "a.example", "m2"),
            Lesson((Owner("sender", "x@nota.example"), WORLD), ("b.example",), 1.0, "nota.example", "m3"),
        ],
        waiting=[odd("m4", domain="a.example")],
    )
    store.confirm([NOTE], ["a.example"], [])
    note = Ruling(1.0, "anna", "forget", domain="a.example")
    assert store.forget("a.example", note) == {"owners": 1, "domains": 3, "waiting": 1, "confirmed": 1}
    assert known(store, "a.example") is None
    assert known(store, "b.example") is not None
    whole = store.answer([habit(SENDER), habit(Owner("sender", "x@sub.a.example"))])
    assert [(one.value.uses, one.value.domains) for one in whole.values()] == [(1, 1), (0, 0)]
    other = Owner("sender", "x@nota.example")
    assert store.answer([habit(other)])[habit(other)].value.messages == 1


def test_forgetting_an_address_leaves_its_colleagues(store: Store) -> None:
    other = Owner("sender", "boss@office.example")
    store.learn([Lesson((SENDER, DOMAIN), ("a.example",), 1.0), Lesson((other, DOMAIN), ("a.example",), 1.0)])
    store.learn([], waiting=[odd()])
    note = Ruling(1.0, "anna", "forget", sender=SENDER.name)
    assert store.forget(SENDER.name, note)["owners"] == 1
    assert known(store, "a.example") is None
    assert store.answer([habit(other)])[habit(other)].value.messages == 1
    assert store.sweep(1e9) == 0


def test_what_was_confirmed_before_it_began_to_wait_is_never_learned(store: Store) -> None:
    store.confirm([NOTE], ["odd.example"], ["odd.example"])
    store.learn([], waiting=[odd("m2", 20.0), odd("m3", 20.0, "other.example")])
    assert store.sweep(30.0) == 1
    assert (known(store), known(store, "other.example") is not None) == (None, True)
    store.release([NOTE], None, 40.0, ["odd.example"])
    assert store.sweep(50.0) == 0, "it was dropped, not kept for later"


def test_what_came_within_one_silence_counts_as_one_day(store: Store) -> None:
    day = 86400.0
    store.learn([], waiting=[odd(f"m{number}", number * day) for number in (1, 2, 13, 15, 16, 30)])
    store.sweep(40 * day, 14 * day)
    found = known(store)
    assert found is not None
    assert (found.messages, found.days, found.last) == (6, 3, 30 * day), "days 1, 15 and 30"


def test_silence_is_counted_from_the_last_use_that_is_known(store: Store) -> None:
    day = 86400.0
    store.learn([odd("m0", 10 * day)], waiting=[odd("m1", 12 * day)])
    store.sweep(40 * day, 14 * day)
    found = known(store)
    assert found is not None and (found.messages, found.days) == (2, 1)
