"""Whoever sends mail in somebody's name for weeks gains nothing by it over one who never did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from gateway.store import Store
from inspectors.model import Header, Inspection, Link, Message, Span
from policy.explain import explained
from policy.judge import ask, judge
from policy.lessons import taught
from policy.model import Decision, Envelope, Facts, Judgement, Known, Owner, Trust
from policy.policyfile import load
from policy.questions import habit, seen, traits
from policy.signals.surprise import SCALE

POLICY = load()
HISTORY = POLICY.rules.history
RELIEF = HISTORY.claimed_relief * POLICY.rules.points["surprise"] / SCALE
"""Points."""
TRUST = Trust(authserv_ids=("mx.bank.example",))
TO_US = Envelope("", ("us@bank.example",))
DAY = 86400.0
EVIL = "https://documents-check.test/x"
CLERK, SMALL, STRANGER = "clerk@office.example", "club@club.example", "x@nobody.example"
PORTAL, CLUB = "https://portal.office.example/", "https://club.example/news"


def mail(sender: str, *urls: str, genuine: bool = False) -> Inspection:
    links = tuple(Link("1", url, url, "", "text", None, url.split("/")[2]) for url in urls)
    proof = f"mx.bank.example; dmarc=pass header.from={sender.partition('@')[2]}".encode()
    nowhere = Span(0, 0)
    headers = (
        *((Header("authentication-results", nowhere, proof),) if genuine else ()),
        Header("from", nowhere, sender.encode()),
    )
    return Inspection(Message(b"", headers, ()), links)


@dataclass
class Desk:
    """The mail path with a real store, and time that passes."""

    store: Store
    day: float = 20_000.0
    sent: int = 0

    def judgement(self, inspection: Inspection) -> Judgement:
        facts = Facts(self.store.answer(ask(inspection, TO_US, POLICY, TRUST)))
        return judge(inspection, TO_US, facts, POLICY, TRUST, self.day * DAY)

    def judged(self, inspection: Inspection) -> tuple[Decision, ...]:
        return self.judgement(inspection).decisions

    def score(self, sender: str, url: str = EVIL, *, genuine: bool = False) -> float:
        return self.judged(mail(sender, url, genuine=genuine))[0].score

    def receive(self, sender: str, *urls: str, genuine: bool = False, days: int = 1) -> None:
        """Judge, deliver and learn one message a day."""
        for _ in range(days):
            inspection, at = mail(sender, *urls, genuine=genuine), self.day * DAY + 9 * 3600
            facts = Facts(self.store.answer(ask(inspection, TO_US, POLICY, TRUST)))
            found = judge(inspection, TO_US, facts, POLICY, TRUST, at)
            self.sent += 1
            now, later = taught(inspection, TO_US, found, POLICY.rules, at, (), f"m{self.sent}")
            self.store.learn([now] if now else [], waiting=[later] if later else [])
            self.store.sweep(at - HISTORY.unobjected_days * DAY, HISTORY.unobjected_days * DAY)
            self.day += 1


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Store.open("sqlite://") as store:
        desk = Desk(store)
        for _ in range(40):
            desk.receive(CLERK, PORTAL, genuine=True)
            desk.receive("anna@partner.example", "https://shop.example/", genuine=True)
        yield desk


@pytest.mark.parametrize("victim", [CLERK, SMALL])
def test_weeks_of_mail_in_a_name_gain_nothing_over_an_address_nobody_heard_of(
    desk: Desk, victim: str
) -> None:
    before, stranger = desk.score(victim), desk.score(STRANGER)
    genuine = {who: desk.score(who, genuine=True) for who in (CLERK, SMALL, "anna@partner.example")}
    desk.receive(victim, EVIL, days=60)
    desk.day -= 60  # so that nothing has faded
    assert desk.score(victim) >= stranger
    assert desk.score(victim) >= before - RELIEF - 1e-6
    assert desk.score(STRANGER) == stranger
    for who, score in genuine.items():
        assert desk.score(who, genuine=True) == score, "mail that was proved is judged as if none had come"


def test_what_a_regular_correspondent_never_sent_stays_odd_in_forged_mail_and_is_never_learned(
    desk: Desk,
) -> None:
    desk.receive(CLERK, EVIL, days=60)
    assert desk.judged(mail(CLERK, EVIL))[0].verdict == "rewrite"
    asked = seen(Owner("claimed", CLERK), "documents-check.test")
    assert desk.store.answer([asked]) == {asked: Known(None)}


def test_forging_gains_less_than_the_same_mail_under_the_attackers_own_name(desk: Desk) -> None:
    desk.receive(SMALL, EVIL, days=60)
    desk.day -= 60
    desk.receive("me@attacker.test", EVIL, genuine=True, days=60)
    assert desk.score(SMALL) > desk.score("me@attacker.test", genuine=True) + 1


def test_a_name_for_bringing_new_domains_cannot_be_made_below_a_strangers(desk: Desk) -> None:
    for number in range(200):
        desk.receive(SMALL, f"https://site{number}.example/", days=1)
    assert desk.score(SMALL) >= desk.score(STRANGER)


def test_unproved_mail_teaches_its_name_and_nobody_else(desk: Desk) -> None:
    owners = [Owner("sender", SMALL), Owner("domain", "club.example"), Owner("organisation", "")]
    asked = [
        question
        for owner in owners
        for question in (habit(owner), seen(owner, "club.example"), traits(owner))
    ]
    before = desk.store.answer(asked)
    desk.receive(SMALL, CLUB, days=30)
    assert desk.store.answer(asked) == before
    own = habit(Owner("claimed", SMALL))
    assert getattr(desk.store.answer([own])[own].value, "messages", 0) == 30


def test_a_foreign_link_stands_out_from_an_established_unproved_habit_and_the_usual_one_does_not(
    desk: Desk,
) -> None:
    usual, odd = desk.score(SMALL, "https://club-shop.example/"), desk.score(SMALL)
    desk.receive(SMALL, CLUB, "https://club-shop.example/", days=30)
    assert desk.score(SMALL) > odd + 0.5
    assert desk.score(SMALL, "https://club-shop.example/") <= usual
    (evidence,) = (
        one.evidence for one in desk.judged(mail(SMALL, EVIL))[0].weighed if one.evidence.signal == "surprise"
    )
    assert "30 earlier messages in the name of club@club.example that nobody proved" in evidence.words
    assert "never to documents-check.test" in evidence.words
    told = explained(desk.judgement(mail(SMALL, "https://203.0.113.7:8081/x")))
    (odd_one,) = (fact for fact in told if fact.about == "link")
    assert "that nobody proved" in odd_one.words and not odd_one.good


def test_habits_in_unproved_mail_excuse_nothing_in_proved_mail(desk: Desk) -> None:
    before = desk.score(SMALL, CLUB, genuine=True), desk.score(SMALL, genuine=True)
    desk.receive(SMALL, CLUB, EVIL, days=30)
    desk.day -= 30
    assert (desk.score(SMALL, CLUB, genuine=True), desk.score(SMALL, genuine=True)) == before
    names = {one.evidence.signal for one in desk.judged(mail(SMALL, EVIL))[0].weighed}
    assert not names & {"familiar", "participant"}
