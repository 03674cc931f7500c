"""What waits is written soon, in batches; what fails is counted and takes nothing else with it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway import keeper as module
from gateway.keeper import Keeper, Settled
from gateway.outcome import Outcome, Ticket
from gateway.store import Store, StoreError
from inspectors.model import Inspection, Link, Message
from policy.model import (
    Answer,
    Decision,
    Envelope,
    Habit,
    Identity,
    Judgement,
    Known,
    Lesson,
    Owner,
    Question,
    Seen,
    Unknown,
)
from policy.questions import seen

LINK = Link("1", "https://odd.example/", "https://odd.example/", "", "text", None, "odd.example")


def outcome(number: int, *, ticket: bool = False) -> Outcome:
    decision = Decision(LINK, "odd.example", "rewrite" if ticket else "pass", 1.0, (), "p", "")
    return Outcome(
        id=f"{number:016x}",
        at=1.0,
        result="rewritten" if ticket else "untouched",
        envelope=Envelope("a@office.example", ("b@bank.example",)),
        message_id="",
        subject="",
        inspection=Inspection(Message(b"", (), ()), (LINK,)),
        judgement=Judgement(Identity("", "", "", False, "none"), (decision,), "p"),
        tickets=(Ticket(f"T{number:015d}", LINK.url, 0),) if ticket else (),
    )


def settled(number: int, *, recorded: bool = False, teaches: bool = False) -> Settled:
    lesson = Lesson((Owner("sender", "a@office.example"),), ("odd.example",), 5.0) if teaches else None
    return Settled(outcome(number), recorded, True, "250 2.0.0 Ok", 2.0, lesson)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path}/odd.db", wait=0.1) as opened:
        yield opened


@pytest.fixture
def failures() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def keeper(store: Store, failures: list[tuple[str, str]]) -> Keeper:
    return Keeper(store, delay=0.02, failed=lambda *words: failures.append(words))


def known(store: Store, count: int) -> list[bool]:
    return [store.message(f"{number:016x}") is not None for number in range(count)]


async def until(condition: Callable[[], object]) -> None:
    for _ in range(300):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("did not happen")


def locked(path: Path) -> sqlite3.Connection:
    """Somebody else who is writing; closing it lets go."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


async def test_what_is_settled_is_written_soon_with_what_it_teaches(keeper: Keeper, store: Store) -> None:
    keeper.settle(settled(0, teaches=True))
    assert known(store, 1) == [False]
    await until(lambda: known(store, 1) == [True])
    row = store.message(f"{0:016x}")
    assert row is not None
    assert (row.delivered, row.reply) == (True, "250 2.0.0 Ok")
    question = Question("habit", ("sender", "a@office.example"))
    assert await keeper.answer([question]) == {question: Known(Habit(1, 1, 1, 5.0, 5.0))}
    await keeper.close()


async def test_many_are_written_in_one_transaction(
    keeper: Keeper, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []
    real = store.record_many
    monkeypatch.setattr(store, "record_many", lambda found: batches.append(len(found)) or real(found))
    for number in range(50):
        keeper.settle(settled(number))
    await keeper.close()
    assert (batches, all(known(store, 50))) == ([50], True)


async def test_what_comes_while_a_batch_is_written_is_written_too(
    keeper: Keeper, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else comes after it, so nobody else would wake the writer."""
    writing, go_on = threading.Event(), threading.Event()
    real = store.record_many

    def slow(found: list[Outcome]) -> None:
        writing.set()
        go_on.wait(5)
        real(found)

    monkeypatch.setattr(store, "record_many", slow)
    keeper.settle(settled(0))
    await until(writing.is_set)
    keeper.settle(settled(1))
    go_on.set()
    await until(lambda: known(store, 2) == [True, True])
    await keeper.close()


async def test_closing_in_the_middle_of_a_batch_loses_nothing(
    keeper: Keeper, store: Store, failures: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch under way fails as a whole; closing must still write its messages one by one."""
    writing, go_on = threading.Event(), threading.Event()
    real = store.record_many

    def slow(found: list[Outcome]) -> None:
        if not writing.is_set():
            writing.set()
            go_on.wait(5)
            raise StoreError("store x: disk I/O error")
        real(found)

    monkeypatch.setattr(store, "record_many", slow)
    keeper.settle(settled(0))
    keeper.settle(settled(1))
    await until(writing.is_set)
    keeper.settle(settled(2))
    closing = asyncio.create_task(keeper.close())
    await asyncio.sleep(0.05)
    go_on.set()
    await closing
    assert (known(store, 3), failures) == ([True, True, True], [])


async def test_closing_does_not_wait_for_the_delay(store: Store) -> None:
    keeper = Keeper(store, delay=60)
    keeper.settle(settled(0))
    await asyncio.sleep(0)
    await asyncio.wait_for(keeper.close(), 2)
    assert known(store, 1) == [True]


@pytest.mark.parametrize(
    "error", [StoreError("store x: odd"), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x")]
)
async def test_one_that_cannot_be_written_takes_no_others_with_it(
    keeper: Keeper,
    store: Store,
    failures: list[tuple[str, str]],
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = store.record_many

    def picky(found: list[Outcome]) -> None:
        if any(one.id == f"{1:016x}" for one in found):
            raise error
        real(found)

    monkeypatch.setattr(store, "record_many", picky)
    for number in range(3):
        keeper.settle(settled(number))
    await keeper.close()
    assert known(store, 3) == [True, False, True]
    assert [operation for operation, _ in failures] == ["settle"]


async def test_a_duplicate_is_counted_and_the_others_are_written(
    keeper: Keeper, store: Store, failures: list[tuple[str, str]]
) -> None:
    store.record(outcome(1))
    for number in range(3):
        keeper.settle(settled(number))
    await keeper.close()
    assert (known(store, 3), len(failures)) == ([True] * 3, 1)


async def test_a_ticket_is_there_once_record_returns_and_settling_adds_the_answer(
    keeper: Keeper, store: Store
) -> None:
    with_ticket = outcome(0, ticket=True)
    await keeper.record(with_ticket)
    assert store.ticket("T000000000000000") is not None
    keeper.settle(Settled(with_ticket, True, False, "451 4.3.0 later", 3.0, None))
    await keeper.close()
    row = store.message(with_ticket.id)
    assert row is not None
    assert (row.delivered, row.reply) == (False, "451 4.3.0 later")


async def test_a_store_that_is_locked_is_an_error_that_is_counted(
    keeper: Keeper, tmp_path: Path, failures: list[tuple[str, str]], store: Store
) -> None:
    other = locked(tmp_path / "odd.db")
    with pytest.raises(StoreError, match="locked"):
        await keeper.record(outcome(0, ticket=True))
    keeper.settle(settled(1))
    keeper.settle(settled(2))
    await keeper.flush()
    assert [operation for operation, _ in failures] == ["record", "settle", "settle"]
    other.close()
    await keeper.record(outcome(3, ticket=True))
    assert known(store, 4) == [False, False, False, True]
    await keeper.close()


async def test_a_history_that_cannot_be_read_is_counted_and_raised(
    keeper: Keeper, store: Store, failures: list[tuple[str, str]]
) -> None:
    store.close()
    with pytest.raises(StoreError, match="closed"):
        await keeper.answer([Question("habit", ("sender", "a"))])
    assert failures[0][0] == "history"
    await keeper.close()


HABIT = Question("habit", ("sender", "a@office.example"))
MANY = (HABIT, *(Question("seen", ("organisation", "", f"d{number}.test")) for number in range(5000)))


async def test_writing_does_not_hold_up_reading(keeper: Keeper, store: Store) -> None:
    writing, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with store.transaction():
            store.learn([Lesson((Owner("sender", "a@office.example"),), ("odd.example",), 5.0)])
            writing.set()
            assert go_on.wait(10)

    thread = threading.Thread(target=write)
    thread.start()
    assert writing.wait(5)
    try:
        found = await asyncio.wait_for(keeper.answer([HABIT]), 5)
    finally:
        go_on.set()
        thread.join()
    assert found == {HABIT: Known(Habit())}  # nothing is seen of what is not committed
    assert await keeper.answer([HABIT]) == {HABIT: Known(Habit(1, 1, 1, 5.0, 5.0))}
    await keeper.close()


async def test_many_questions_are_answered_in_portions_and_few_ones_go_between(
    keeper: Keeper, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    begun, go_on = threading.Event(), threading.Event()
    real = store.answer

    def slow(questions: list[Question]) -> dict[Question, Answer]:
        sizes.append(len(questions))
        begun.set()
        assert go_on.wait(5)
        return real(questions)

    monkeypatch.setattr(store, "answer", slow)
    large = asyncio.create_task(keeper.answer(MANY))
    await asyncio.to_thread(begun.wait, 5)
    few = [asyncio.create_task(keeper.answer([HABIT])) for _ in range(3)]
    await asyncio.sleep(0.01)
    go_on.set()
    found = await large
    assert [await one for one in few] == [{HABIT: Known(Habit())}] * 3
    assert sizes[1:4] == [1, 1, 1] and max(sizes) <= 1000
    assert list(found) == list(MANY) and all(isinstance(one, Known) for one in found.values())
    await keeper.close()


async def test_a_new_message_is_answered_before_the_later_portions_of_others(
    keeper: Keeper, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLICE_LATER", 60.0)
    sizes: list[int] = []
    permits, real = threading.Semaphore(0), store.answer

    def slow(questions: list[Question]) -> dict[Question, Answer]:
        sizes.append(len(questions))
        assert permits.acquire(timeout=5)
        return real(questions)

    monkeypatch.setattr(store, "answer", slow)
    large = [asyncio.create_task(keeper.answer(MANY)) for _ in range(2)]
    await until(lambda: len(sizes) == 1)
    permits.release()
    await until(lambda: len(sizes) == 2)  # the first portion of the other one
    await asyncio.sleep(0.05)
    few = asyncio.create_task(keeper.answer([HABIT]))
    await asyncio.sleep(0.01)
    permits.release(100)
    await asyncio.gather(few, *large)
    assert sizes.index(1) == 2
    await keeper.close()


async def test_what_is_not_answered_in_time_is_unknown_and_counted_and_the_rest_is_known(
    store: Store, failures: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(store, deadline=0.2, failed=lambda *words: failures.append(words))
    go_on = threading.Event()
    real = store.answer

    def late(questions: list[Question]) -> dict[Question, Answer]:
        if HABIT not in questions:
            go_on.wait(5)
        return real(questions)

    monkeypatch.setattr(store, "answer", late)
    found = await asyncio.wait_for(keeper.answer(MANY), 3)
    go_on.set()
    assert set(found) == set(MANY)
    assert found[HABIT] == Known(Habit())
    assert found[MANY[-1]] == Unknown("no answer within 0.2 s")
    assert [operation for operation, _ in failures] == ["history"]
    await keeper.close()


async def test_a_small_record_does_not_stand_in_line_behind_large_ones(
    keeper: Keeper, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def note(found: Outcome, **_: object) -> None:
        order.append(found.id)
        begun.set()
        assert go_on.wait(5)

    monkeypatch.setattr(store, "record", note)
    large = [
        replace(outcome(number), tickets=tuple(Ticket(str(at), LINK.url, 0) for at in range(3000)))
        for number in range(3)
    ]
    tasks = [asyncio.create_task(keeper.record(one)) for one in large]
    await asyncio.to_thread(begun.wait, 5)
    tasks.append(asyncio.create_task(keeper.record(outcome(9, ticket=True))))
    await asyncio.sleep(0.01)
    go_on.set()
    await asyncio.gather(*tasks)
    assert order == [f"{number:016x}" for number in (0, 9, 1, 2)]
    await keeper.close()


async def test_a_changed_message_waits_for_a_locked_store_only_so_long_however_much_waits_beside_it(
    tmp_path: Path, failures: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCKED", 0.3)
    with Store.open(f"sqlite:///{tmp_path}/odd.db", wait=30.0) as store:
        keeper = Keeper(store, delay=0, failed=lambda *words: failures.append(words))
        other = locked(tmp_path / "odd.db")
        for number in range(3):
            keeper.settle(settled(number))
        await asyncio.sleep(0.05)  # the settled ones are waiting for the lock now
        begun = time.monotonic()
        changed = [keeper.record(outcome(number, ticket=True)) for number in range(10, 15)]
        found = await asyncio.gather(*changed, return_exceptions=True)
        assert all(isinstance(one, StoreError) and "locked" in str(one) for one in found)
        assert time.monotonic() - begun < 10  # and not 5 × 30 seconds
        assert [operation for operation, _ in failures] == ["record"] * 5
        other.close()
        await until(lambda: known(store, 3) == [True] * 3)
        assert len(failures) == 5  # what was settled could wait
        await keeper.close()


async def test_a_message_that_has_no_turn_in_time_is_given_up_and_never_written(
    keeper: Keeper, store: Store, failures: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "A_TURN", 0.05)
    begun, go_on = threading.Event(), threading.Event()
    real = store.record_many

    def slow(found: list[Outcome]) -> None:
        begun.set()
        go_on.wait(5)
        real(found)

    monkeypatch.setattr(store, "record_many", slow)
    keeper.settle(settled(0))
    await asyncio.to_thread(begun.wait, 5)
    with pytest.raises(StoreError, match="no turn"):
        await keeper.record(outcome(1, ticket=True))
    go_on.set()
    await keeper.close()
    assert (known(store, 2), [operation for operation, _ in failures]) == ([True, False], ["record"])


async def test_many_links_are_written_in_transactions_of_a_bounded_length(
    keeper: Keeper, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []
    monkeypatch.setattr(store, "record_many", lambda found: batches.append(len(found)))
    large = replace(settled(0).outcome.judgement, decisions=settled(0).outcome.judgement.decisions * 900)
    for number in range(5):
        one = settled(number)
        keeper.settle(replace(one, outcome=replace(one.outcome, judgement=large)))
    await keeper.close()
    assert batches == [2, 2, 1]


async def test_what_waits_is_bounded(
    store: Store, failures: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    keeper = Keeper(store, delay=60, failed=lambda *words: failures.append(words))
    for number in range(5):
        keeper.settle(settled(number))
    await keeper.close()
    assert known(store, 5) == [False, False, True, True, True]
    assert [operation for operation, _ in failures] == ["settle", "settle"]


async def test_the_event_loop_goes_on_while_the_store_hangs(
    keeper: Keeper, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(store, "record_many", lambda found: go_on.wait(5))
    keeper.settle(settled(0))
    ticks = 0
    for _ in range(10):
        await asyncio.sleep(0.01)
        ticks += 1
    assert ticks == 10
    go_on.set()
    await keeper.close()


async def test_what_nobody_objected_to_counts_as_one_day(keeper: Keeper, store: Store) -> None:
    day = 86400.0
    owner = Owner("sender", "a@office.example")
    for number in range(3):
        late = Lesson((owner,), ("odd.example",), number * day + 1, id=f"m{number}")
        keeper.settle(replace(settled(number), waiting=late))
    keeper.settle(replace(settled(3), at=30 * day, unobjected=16 * day))
    await keeper.flush()
    asked = seen(owner, "odd.example")
    found = store.answer([asked])[asked]
    assert isinstance(found, Known) and isinstance(found.value, Seen)
    assert (found.value.messages, found.value.days) == (3, 1)
