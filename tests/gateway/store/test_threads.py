"""What conversations leave behind: who taught it first keeps it, and there is never too much of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateway.store import Store, threads
from gateway.store.rows import Ruling
from policy.model import Known, Lesson, Mention, Owner
from policy.questions import thread
from policy.threads import MOST_DOMAINS, OURS

OWNERS = (
    Owner("sender", "anna@partner.example"),
    Owner("domain", "partner.example"),
    Owner("organisation", ""),
)
LESSON = Lesson(OWNERS, ("files.example",), 10.0, "partner.example", "m1", message_id="1@partner.example")


def mentions(store: Store, *ids: str) -> tuple[Mention, ...]:
    question = thread(ids)
    found = store.answer([question])[question]
    assert isinstance(found, Known) and isinstance(found.value, tuple)
    return found.value


def test_a_message_leaves_its_domains_and_who_wrote_it_with_what_is_known_of_him(store: Store) -> None:
    store.learn([replace(LESSON, at=1.0, message_id="0@partner.example"), LESSON])
    assert mentions(store, "1@partner.example", "unheard-of@x.example") == (
        Mention("files.example", "partner.example", 10.0, "1@partner.example", 2, 1.0),
        Mention("partner.example", "partner.example", 10.0, "1@partner.example", 2, 1.0),
    )
    assert mentions(store) == ()


def test_a_lesson_without_an_id_leaves_nothing(store: Store) -> None:
    store.learn([replace(LESSON, message_id="")])
    assert mentions(store, "") == ()


def test_our_own_mail_is_ours(store: Store) -> None:
    own = Lesson(
        OWNERS[2:], ("files.example",), 10.0, "bank.example", teacher="us@bank.example", message_id="1@b"
    )
    store.learn([own])
    assert mentions(store, "1@b") == (Mention("files.example", OURS, 10.0, "1@b"),)


@pytest.mark.parametrize("batches", [True, False], ids=["one batch", "two batches"])
def test_who_uses_the_id_of_somebody_else_adds_nothing(store: Store, batches: bool) -> None:
    stolen = replace(LESSON, domains=("evil.test",), own="attacker.test", at=11.0)
    for some in [[LESSON, stolen]] if batches else [[LESSON], [stolen]]:
        store.learn(some)
    assert {one.domain for one in mentions(store, "1@partner.example")} == {
        "files.example",
        "partner.example",
    }


def test_a_message_keeps_a_bounded_number_of_domains_however_often_it_comes(store: Store) -> None:
    for start in (0, 100):
        names = tuple(f"d{number}.example" for number in range(start, start + 50))
        store.learn([replace(LESSON, domains=names)])
    assert len(mentions(store, "1@partner.example")) == MOST_DOMAINS


def test_the_oldest_fall_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "MOST", 10)
    monkeypatch.setattr(threads, "TRIM_EVERY", 1)
    for number in range(20):
        store.learn([replace(LESSON, at=float(number), message_id=f"{number}@x")])
    kept = {one.message_id for one in mentions(store, *(f"{number}@x" for number in range(20)))}
    assert kept == {f"{number}@x" for number in range(15, 20)}


@pytest.mark.parametrize("id", ["a'b\"c@x", "%_@x", "\ud800@x", "x" * 5000, "\0@x"])
def test_ids_of_any_characters_come_back_by_the_same_name(store: Store, id: str) -> None:
    lesson: Any = replace(LESSON, message_id=id)
    store.learn([lesson])
    assert len(mentions(store, id)) == 2


def test_a_forgotten_domain_is_forgotten_in_conversations_too(store: Store) -> None:
    store.learn([LESSON, replace(LESSON, own="other.example", message_id="2@other.example")])
    store.forget("files.example", Ruling(1.0, "anna", "forget"))
    assert {one.domain for one in mentions(store, "1@partner.example")} == {"partner.example"}
    store.forget("other.example", Ruling(2.0, "anna", "forget"))
    assert mentions(store, "2@other.example") == ()
