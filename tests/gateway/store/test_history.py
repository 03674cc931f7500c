"""Habits are counted as ``policy.model.Habit`` says, whatever the order and size of the batches."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.store import Store
from gateway.store.history import SLICE, slices
from gateway.store.rows import Ruling
from policy.model import Habit, Known, Lesson, Owner, Question, Seen, Unknown
from policy.questions import usual

SENDER = Owner("sender", "clerk@office.example")
DOMAIN = Owner("domain", "office.example")
WORLD = Owner("organisation", "")


def habit(owner: Owner) -> Question:
    return Question("habit", (owner.level, owner.name))


def seen(owner: Owner, domain: str) -> Question:
    return Question("seen", (owner.level, owner.name, domain))


def test_an_owner_nobody_heard_of_has_the_empty_habit_and_has_seen_nothing(store: Store) -> None:
    questions = [habit(SENDER), seen(SENDER, "a.example")]
    assert store.answer(questions) == {questions[0]: Known(Habit()), questions[1]: Known(None)}


def test_lessons_add_up_for_each_owner(store: Store) -> None:
    store.learn([Lesson((SENDER, WORLD), ("a.example", "b.example"), 10.0)])
    store.learn([Lesson((SENDER,), ("b.example",), 5.0), Lesson((WORLD,), ("c.example",), 30.0)])
    questions = [habit(SENDER), habit(WORLD), seen(SENDER, "b.example"), seen(WORLD, "b.example")]
    assert list(store.answer(questions).values()) == [
        Known(Habit(2, 3, 2, 5.0, 10.0)),
        Known(Habit(2, 3, 3, 10.0, 30.0)),
        Known(Seen(2, 5.0, 10.0, days=1)),
        Known(Seen(1, 10.0, 10.0, days=1, senders=1)),
    ]
    assert store.answer([seen(SENDER, "c.example")]) == {seen(SENDER, "c.example"): Known(None)}


def test_a_message_without_links_teaches_nothing(store: Store) -> None:
    store.learn([Lesson((SENDER,), (), 1.0)])
    assert store.answer([habit(SENDER)])[habit(SENDER)] == Known(Habit())


def test_questions_of_another_kind_or_shape_are_unknown(store: Store) -> None:
    others = [Question("rank", ("a.example",)), Question("habit", ("sender",)), Question("seen", ())]
    assert all(isinstance(answer, Unknown) for answer in store.answer(others).values())
    assert store.answer([]) == {}


def test_more_domains_than_fit_one_statement_are_answered(store: Store) -> None:
    domains = tuple(f"d{number}.example" for number in range(1000))
    store.learn([Lesson((WORLD,), domains, 1.0)])
    store.learn([Lesson((WORLD,), (*domains, "new.example"), 2.0)])
    answers = store.answer([habit(WORLD), *(seen(WORLD, domain) for domain in domains)])
    assert answers[habit(WORLD)] == Known(Habit(2, 2001, 1001, 1.0, 2.0))
    assert all(answers[seen(WORLD, domain)] == Known(Seen(2, 1.0, 2.0, days=1)) for domain in domains)


def test_many_owners_are_answered(store: Store) -> None:
    owners = [Owner("sender", f"s{number}@office.example") for number in range(600)]
    store.learn([Lesson((owner,), ("a.example",), 1.0) for owner in owners])
    answers = store.answer([seen(owner, "a.example") for owner in owners])
    assert set(answers.values()) == {Known(Seen(1, 1.0, 1.0, days=1))}


def test_overlong_and_unstorable_names_are_kept_apart(store: Store) -> None:
    first, second = Owner("sender", "x" * 5000 + "1"), Owner("sender", "x" * 5000 + "2")
    odd = Owner("sender", "a\0b\ud800c@office.example")
    store.learn([Lesson((first,), ("a.example",), 1.0), Lesson((odd,), ("\udcff.example",), 1.0)])
    answers = store.answer([habit(first), habit(second), seen(odd, "\udcff.example")])
    assert list(answers.values()) == [
        Known(Habit(1, 1, 1, 1.0, 1.0)),
        Known(Habit()),
        Known(Seen(1, 1.0, 1.0, days=1)),
    ]


def test_a_marked_source_is_learned_and_another_is_not(store: Store) -> None:
    store.learn([Lesson((SENDER,), ("a.example",), 1.0)], sources=["/a:10:0"])
    store.mark_learned(["/a:10:0", "/b:10:0"])
    assert [store.learned(name) for name in ("/a:10:0", "/b:10:0", "/c:10:0")] == [True, True, False]


def test_lesson_and_mark_are_kept_or_lost_together(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        store.learn([Lesson((SENDER,), ("a.example",), 1.0)], sources=["/a"])
        assert store.learned("/a")
        raise RuntimeError
    assert not store.learned("/a")
    assert store.answer([habit(SENDER)])[habit(SENDER)] == Known(Habit())


_lessons = st.lists(
    st.builds(
        Lesson,
        st.lists(st.sampled_from([SENDER, DOMAIN, WORLD]), max_size=3, unique=True).map(tuple),
        st.lists(st.sampled_from(["a.example", "b.example", "c.example"]), max_size=3, unique=True).map(
            tuple
        ),
        st.integers(1, 500_000).map(float),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(_lessons, st.integers(0, 12))
def test_law_any_order_and_any_batches_give_the_counted_habit(lessons: list[Lesson], cut: int) -> None:
    with Store.open("sqlite://") as store:
        store.learn(lessons[cut:])
        store.learn(lessons[:cut])
        times: dict[tuple[Owner, str], list[float]] = defaultdict(list)
        messages: dict[Owner, int] = defaultdict(int)
        for lesson in lessons:
            for owner in lesson.owners if lesson.domains else ():
                messages[owner] += 1
                for domain in lesson.domains:
                    times[owner, domain].append(lesson.at)
        for owner in (SENDER, DOMAIN, WORLD):
            own = {domain: at for (whose, domain), at in times.items() if whose == owner}
            whole = [at for one in own.values() for at in one] or [0.0]
            expected = Habit(messages[owner], sum(map(len, own.values())), len(own), min(whole), max(whole))
            assert store.answer([habit(owner)])[habit(owner)] == Known(expected)
            for domain, at in own.items():
                question = seen(owner, domain)
                found = store.answer([question])[question].value
                assert (found.messages, found.first, found.last) == (len(at), min(at), max(at))
                days = {int(one // 86400) for one in at}
                # Between the first and the last day of an earlier batch, days are not told apart.
                assert min(2, len(days)) <= found.days <= len(days)
                assert cut > 0 or found.days == len(days)


def test_a_senders_own_domain_does_not_become_familiar_to_the_organisation_by_his_word() -> None:
    """Three mails from a stranger that link to himself must not vouch for him with everybody."""
    sender, world = Owner("sender", "me@stranger.example"), Owner("organisation", "")
    with Store.open("sqlite://") as store:
        store.learn([Lesson((sender, world), ("other.example", "stranger.example"), 1.0, "stranger.example")])
        asked = [seen(owner, "stranger.example") for owner in (sender, world)]
        asked.append(seen(world, "other.example"))
        answers = store.answer(asked)
    assert [answers[one].value is not None for one in asked] == [True, False, True]


def test_what_an_owner_links_to_most_comes_first_with_the_message_that_taught_it(store: Store) -> None:
    for number, names in enumerate(
        [("a.example", "b.example"), ("b.example", "c.example"), ("d.example", "c.example")]
    ):
        store.learn([Lesson((SENDER,), names, 1.0 + number, id=f"m{number}")])
    found = store.answer([usual(SENDER), usual(WORLD)])
    top = found[usual(SENDER)]
    assert isinstance(top, Known) and isinstance(top.value, tuple)
    assert [(name, one.messages, one.first_id) for name, one in top.value] == [
        ("c.example", 2, "m1"),
        ("b.example", 2, "m0"),
        ("d.example", 1, "m2"),
    ]
    assert found[usual(WORLD)] == Known(())


def confirmed(host: str) -> Question:
    return Question("confirmed", (host,))


def test_portions_hold_every_question_once_with_the_habits_first_and_a_domain_never_torn() -> None:
    names = [f"d{number}.test" for number in range(2500)]
    asked = [one for name in names for one in (seen(SENDER, name), confirmed(name), seen(WORLD, name))]
    # An odd number, so that one portion would end between the two questions about a domain.
    asked += [habit(SENDER), habit(WORLD), Question("places", ("sender", SENDER.name))]
    portions = list(slices(asked))
    assert sorted(map(repr, (one for some in portions for one in some))) == sorted(map(repr, asked))
    assert {one.kind for one in portions[0][:3]} == {"habit", "places"}
    assert all(len(some) <= SLICE + 1 for some in portions)
    where = {one: at for at, some in enumerate(portions) for one in some}
    assert all(where[seen(SENDER, name)] == where[seen(WORLD, name)] for name in names)


@pytest.mark.parametrize("count", [20, 3000])
def test_a_confirmed_domain_is_found_above_hosts_of_any_length(store: Store, count: int) -> None:
    """Of few hosts and of many, which are looked up in another way."""
    listed = ["bad.test", "site.host.example", "a.b.c.d.e.f.g.h.i.j.k.l.bad-host.test"]
    store.confirm([Ruling(1.0, "anna", "confirm", domain=listed[0])], listed, ())
    deep = ".".join("abcdefghijklmnopqrstuvwxyz")
    bad = ["bad.test", f"{deep}.bad.test", "x.site.host.example", listed[2], f"{'a.' * 120}bad.test"]
    good = [
        "notbad.test",
        "other.host.example",
        "bad.test.example",
        f"l.{listed[2][2:]}",
        "test",
        "192.0.2.1",
    ]
    good += [f"h{number}.{deep}.test" for number in range(count)]
    answers = store.answer(map(confirmed, (*bad, *good)))
    assert all(answers[confirmed(host)].value for host in bad)  # type: ignore[union-attr]  # an Unknown fails here
    assert not any(answers[confirmed(host)].value for host in good)  # type: ignore[union-attr]  # an Unknown fails here


def test_asking_in_portions_gives_the_same_answers(store: Store) -> None:
    store.learn([Lesson((SENDER, WORLD), tuple(f"d{number}.test" for number in range(0, 1500, 3)), 5.0)])
    names = [f"d{number}.test" for number in range(1500)]
    asked = [habit(SENDER), *(seen(owner, name) for name in names for owner in (SENDER, WORLD))]
    apart: dict[Question, object] = {}
    for some in slices(asked):
        apart |= store.answer(some)
    assert apart == store.answer(asked)
