"""Whoever keeps the store busy neither passes for usual nor becomes so, and nobody is harmed beside him."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway import acting
from gateway.outcome import Outcome
from gateway.store import Store
from inspectors.model import Header, Inspection, Link, Message, Span
from policy.judge import ask, judge
from policy.lessons import taught
from policy.model import Envelope, Facts, Judgement, Trust, Unknown
from policy.policyfile import load

POLICY = load()
HISTORY = POLICY.rules.history
TRUST = Trust(from_is_genuine=True)
TO_US = Envelope("", ("us@bank.example",))
DAY = 86400.0
CLERK = "clerk@office.example"
PORTALS = ("https://portal.office.example/", "https://forms.ministry.example/", "https://data.example/")
EVIL = "https://documents-check.test/x"
HELD = frozenset(("habit", "seen", "places", "traits", "usual", "thread", "confirmed"))


def mail(*urls: str, sender: str = CLERK) -> Inspection:
    fields = {"from": sender, "message-id": f"<{len(urls)}@office.example>"}
    headers = tuple(Header(name, Span(0, 0), value.encode()) for name, value in fields.items())
    links = tuple(Link("1", url, url, "", "text", None, url.split("/")[2]) for url in urls)
    return Inspection(Message(b"", headers, ()), links)


class Desk:
    """The mail path with a real store that may be late, and time that passes."""

    def __init__(self, store: Store) -> None:
        self.store, self.day, self.sent = store, 20_000.0, 0

    def judged(
        self, found: Inspection, late: frozenset[str] = frozenset(), trust: Trust = TRUST
    ) -> Judgement:
        asked = ask(found, TO_US, POLICY, trust)
        answers = self.store.answer(asked) | {
            one: Unknown("no answer within 5 s") for one in asked if one.kind in late
        }
        return judge(found, TO_US, Facts(answers), POLICY, trust, self.day * DAY)

    def receive(
        self, found: Inspection, late: frozenset[str] = frozenset(), trust: Trust = TRUST
    ) -> Judgement:
        """Judge, deliver and learn one message, as the gateway does."""
        made = self.judged(found, late, trust)
        self.sent += 1
        at = self.day * DAY
        now, later = taught(found, TO_US, made, POLICY.rules, at, (), f"m{self.sent}")
        self.store.learn([now] if now else [], waiting=[later] if later else [])
        wait = HISTORY.unobjected_days * DAY
        self.store.sweep(at - wait, wait)
        return made

    def score(self) -> float:
        return self.judged(mail(EVIL)).decisions[0].score


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Store.open("sqlite://") as store:
        made = Desk(store)
        for number in range(40):
            made.receive(mail(PORTALS[number % 3]))
            made.day += 1.5
        yield made


@pytest.mark.parametrize("late", [HELD, *(frozenset((kind,)) for kind in sorted(HELD - {"usual", "thread"}))])
def test_what_passed_while_the_history_was_unknown_is_not_learned(desk: Desk, late: frozenset[str]) -> None:
    before = desk.score()
    assert before >= POLICY.rules.threshold
    for _ in range(3):
        desk.receive(mail(EVIL), late)
        desk.day += 1
    assert desk.score() > before - 0.2  # only by what little fades in three days


def test_it_waits_with_the_usual_links_beside_it_and_leaves_nothing_for_its_conversation(desk: Desk) -> None:
    found = mail(PORTALS[0], EVIL)
    now, later = taught(found, TO_US, desk.judged(found, HELD), POLICY.rules, 5.0, (), "m")
    assert now is None and later is not None
    assert later.domains == ("documents-check.test", "office.example")
    assert (later.messages, later.message_id, later.traits) == (1, "", ())
    before = desk.judged(mail(PORTALS[0])).decisions
    desk.receive(found, HELD)
    assert desk.judged(mail(PORTALS[0])).decisions == before


def test_of_mail_that_nobody_proved_nothing_is_learned_then(desk: Desk) -> None:
    found = mail(EVIL, sender="x@stranger.test")
    made = desk.judged(found, HELD, Trust())
    assert taught(found, TO_US, made, POLICY.rules, 5.0) == (None, None)
    usual = desk.judged(found, frozenset(), Trust())
    assert taught(found, TO_US, usual, POLICY.rules, 5.0) != (None, None)


def test_a_usual_link_does_not_look_new_where_only_it_was_not_answered(desk: Desk) -> None:
    """Answers come in portions: the habit may be known, and how often he linked here not."""
    found = mail(PORTALS[1])
    (usual,) = desk.judged(found).decisions
    (late,) = desk.judged(found, frozenset(("seen",))).decisions
    (odd,) = desk.judged(mail(EVIL)).decisions
    assert usual.verdict == late.verdict == "pass" and odd.verdict == "rewrite"
    assert "surprise" not in {one.evidence.signal for one in late.weighed if one.points > 0}


def test_nor_does_one_of_a_sender_nobody_proved() -> None:
    nobody, shop, desk = Trust(), "https://shop.example/", Desk(Store.open("sqlite://"))
    for _ in range(10):
        desk.receive(mail("https://portal.example/", sender="a@club.example"), trust=nobody)
        desk.day += 2
    found = mail(shop, sender="a@club.example")
    (new,) = desk.judged(found, trust=nobody).decisions
    (late,) = desk.judged(found, frozenset(("seen",)), nobody).decisions
    (unheard,) = desk.judged(mail(shop, sender="b@other.example"), trust=nobody).decisions
    assert late.score <= unheard.score + 0.01 < new.score


def outcome(made: Judgement, found: Inspection) -> Outcome:
    return Outcome("0" * 16, 1.0, "untouched", TO_US, "", "", found, made)


def test_policy_is_asked_what_to_do_about_a_proved_sender_without_his_history(desk: Desk) -> None:
    found = mail(EVIL)
    done = acting.acted(outcome(desk.judged(found, HELD), found), POLICY.rules)
    assert (done.action, done.because, done.result) == ("tag", ("unknown_history",), "untouched")
    for known in (outcome(desk.judged(found), found), outcome(desk.judged(found, HELD, Trust()), found)):
        assert acting.acted(known, POLICY.rules).because == ()
    plain = mail()
    assert acting.acted(outcome(desk.judged(plain, HELD), plain), POLICY.rules).because == ()


def test_refusing_for_that_alone_is_our_fault_and_so_for_a_while(desk: Desk) -> None:
    found = mail(EVIL)
    made = outcome(desk.judged(found, HELD), found)
    ours = [("unknown_history",), ("screen_failure", "unknown_history")]
    others: list[tuple[str, ...]] = [(), ("qr", "unknown_history"), ("qr",)]
    assert all(acting.our_fault(replace(made, because=because)) for because in ours)
    assert not any(acting.our_fault(replace(made, because=because)) for because in others)
