"""Nobody makes a domain familiar to others, nor quickly to himself, after however much harmless mail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from gateway.store import Store
from gateway.store.rows import Ruling
from inspectors.model import Header, Inspection, Link, Message, Span
from policy.history import ORGANISATION
from policy.judge import ask, judge
from policy.lessons import taught
from policy.model import Decision, Envelope, Facts, Known, Lesson, Owner, Seen, Trust
from policy.policyfile import load
from policy.questions import seen
from policy.signals.surprise import SCALE

POLICY = load()
HISTORY = POLICY.rules.history
TRUST = Trust(from_is_genuine=True)
TO_US = Envelope("", ("us@bank.example",))
DAY = 86400.0
EVIL = "https://documents-check.test/x"
CLERK, COLLEAGUE, PARTNER = "clerk@office.example", "boss@office.example", "anna@partner.example"
ATTACKER, ACCOMPLICE = "me@attacker.test", "you@attacker.test"
LESS_UNHEARD_OF = HISTORY.heard_of * HISTORY.organisation_most * POLICY.rules.points["surprise"] / SCALE
"""Points at most that a domain loses once somebody here was sent a link to it, per level."""
USUAL = {
    CLERK: ("https://portal.office.example/", "https://forms.example/"),
    COLLEAGUE: ("https://portal.office.example/",),
    PARTNER: ("https://partner.example/", "https://shop.example/"),
}


def mail(sender: str, *urls: str) -> Inspection:
    value = sender.encode()
    links = tuple(Link("1", url, url, "", "text", None, url.split("/")[2]) for url in urls)
    return Inspection(Message(b"", (Header("from", Span(0, 0), value),), ()), links)


@dataclass
class Desk:
    """The mail path with a real store, and time that passes."""

    store: Store
    day: float = 20_000.0
    sent: int = 0
    rewritten: list[str] = field(default_factory=list)

    def judged(self, inspection: Inspection) -> tuple[Decision, ...]:
        facts = Facts(self.store.answer(ask(inspection, TO_US, POLICY, TRUST)))
        return judge(inspection, TO_US, facts, POLICY, TRUST, self.day * DAY).decisions

    def score(self, sender: str, url: str = EVIL) -> float:
        return self.judged(mail(sender, url))[0].score

    def receive(self, sender: str, *urls: str, hour: float = 9.0) -> tuple[Decision, ...]:
        """Judge, deliver and learn one message, as the gateway does."""
        inspection, at = mail(sender, *urls), self.day * DAY + hour * 3600
        facts = Facts(self.store.answer(ask(inspection, TO_US, POLICY, TRUST)))
        found = judge(inspection, TO_US, facts, POLICY, TRUST, at)
        self.sent += 1
        now, later = taught(inspection, TO_US, found, POLICY.rules, at, (), f"m{self.sent}")
        self.store.learn([now] if now else [], waiting=[later] if later else [])
        self.store.sweep(at - HISTORY.unobjected_days * DAY, HISTORY.unobjected_days * DAY)
        return found.decisions


@pytest.fixture(scope="module")
def benign() -> list[Lesson]:
    """1,000 harmless messages of three correspondents over half a year."""
    with Store.open("sqlite://") as store:
        desk, lessons = Desk(store), list[Lesson]()
        for number in range(1000):
            sender = (CLERK, COLLEAGUE, PARTNER)[number % 3]
            desk.day = 20_000 + number * 0.18
            inspection = mail(sender, USUAL[sender][number % len(USUAL[sender])])
            found = judge(inspection, TO_US, Facts(), POLICY, TRUST)
            now, _ = taught(inspection, TO_US, found, POLICY.rules, desk.day * DAY, (), f"b{number}")
            assert now is not None
            lessons.append(now)
        return lessons


@pytest.fixture
def desk(benign: list[Lesson]) -> Iterator[Desk]:
    with Store.open("sqlite://") as store:
        store.learn(benign)
        yield Desk(store, day=20_181.0)


def test_a_foreign_sender_who_links_there_every_day_makes_it_familiar_to_nobody_else(desk: Desk) -> None:
    before = {who: desk.score(who) for who in USUAL}
    assert desk.judged(mail(CLERK, EVIL))[0].verdict == "rewrite"
    for _ in range(120):
        for attacker in (ATTACKER, ACCOMPLICE):
            desk.receive(attacker, EVIL, "https://shop.example/")
        desk.day += 1
    still = desk.store.answer([seen(ORGANISATION, "documents-check.test")])
    assert all(answer.value is None or answer.value.senders == 1 for answer in still.values())
    desk.day -= 120  # so that nothing has faded
    for who, score in before.items():
        assert desk.score(who) >= score - LESS_UNHEARD_OF - 1e-6
    assert desk.judged(mail(CLERK, EVIL))[0].verdict == "rewrite"


def test_the_stolen_account_itself_is_not_believed_for_weeks(desk: Desk) -> None:
    odd_for = 0
    for _ in range(60):
        (decision, _) = desk.receive(CLERK, EVIL, USUAL[CLERK][0])
        if decision.verdict != "rewrite":
            break
        odd_for += 1
        desk.day += 1
    assert odd_for >= 2 * HISTORY.unobjected_days
    assert desk.score(COLLEAGUE) >= POLICY.rules.threshold, "and his colleagues gain nothing by it"
    assert desk.score(PARTNER) >= POLICY.rules.threshold


def test_three_odd_mails_and_a_silence_do_not_make_a_domain_familiar(desk: Desk) -> None:
    for _ in range(3):
        assert desk.receive(CLERK, EVIL)[0].verdict == "rewrite"
        desk.day += 1
    desk.day += HISTORY.unobjected_days + 1
    desk.receive(CLERK, USUAL[CLERK][0])  # so that what nobody objected to is learned
    asked = seen(Owner("sender", CLERK), "documents-check.test")
    (answer,) = desk.store.answer([asked]).values()
    assert isinstance(answer, Known) and isinstance(answer.value, Seen)
    assert (answer.value.messages, answer.value.days) == (3, 1)
    assert desk.judged(mail(CLERK, EVIL))[0].verdict == "rewrite"


def test_a_mailing_of_hundreds_on_the_first_day_is_one_occasion(desk: Desk) -> None:
    """Below the line of surprise stand messages, above it days: they must not come apart."""
    for number in range(200):
        found = desk.receive("survey@hr.invalid", "https://survey.invalid/x", hour=number / 10)
        assert found[0].verdict == "pass"
    for _ in range(4):
        desk.day += 1
        for number in range(10):
            found = desk.receive("survey@hr.invalid", f"https://survey.invalid/{number}")
            assert found[0].verdict == "pass"


def test_a_confirmation_ends_it_for_good(desk: Desk) -> None:
    desk.receive(CLERK, EVIL)
    name = "documents-check.test"
    desk.store.confirm([Ruling(1.0, "anna", "confirm", "m1", 0, name, CLERK)], [name], [name])
    for _ in range(60):
        assert desk.receive(CLERK, EVIL)[0].verdict == "rewrite"
        desk.day += 1
    asked = seen(Owner("sender", CLERK), name)
    assert desk.store.answer([asked])[asked].value is None


def test_a_burst_on_one_day_buys_no_more_than_one_message(desk: Desk) -> None:
    name = "documents-check.test"
    owners = (Owner("sender", CLERK), Owner("domain", "office.example"), ORGANISATION)
    lesson = Lesson(owners, (name,), desk.day * DAY, "office.example", "m")
    desk.store.learn([lesson])
    once = desk.score(CLERK)
    desk.store.learn([replace(lesson, at=lesson.at + number) for number in range(500)])
    assert desk.score(CLERK) >= once - 1e-6


def test_a_burst_of_harmless_new_domains_does_not_buy_a_name_for_bringing_new_ones(desk: Desk) -> None:
    before = desk.score(CLERK)
    owners = (Owner("sender", CLERK), Owner("domain", "office.example"), ORGANISATION)
    for number in range(100):
        names = (f"popular{number}.example",)
        desk.store.learn([Lesson(owners, names, desk.day * DAY + number, "office.example", f"p{number}")])
    assert desk.score(CLERK) >= max(POLICY.rules.threshold, before - 1)


def test_a_release_makes_it_known_to_this_sender_at_once_and_to_nobody_else(desk: Desk) -> None:
    before = {who: desk.score(who) for who in USUAL}
    name = "documents-check.test"
    desk.receive(CLERK, EVIL)
    owners = (Owner("sender", CLERK), Owner("domain", "office.example"), ORGANISATION)
    lesson = Lesson(owners, (name,), desk.day * DAY, "office.example", "m1")
    desk.store.release([Ruling(1.0, "anna", "release", "m1", 0, name, CLERK)], lesson, desk.day * DAY)
    assert desk.judged(mail(CLERK, EVIL))[0].verdict == "pass"
    for who in (COLLEAGUE, PARTNER):
        assert desk.score(who) >= before[who] - 2 * LESS_UNHEARD_OF - 1e-6
        assert desk.judged(mail(who, EVIL))[0].verdict == "rewrite"
