"""A reply in a stolen account's name gains nothing from messages the attacker wrote himself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from gateway.store import Store
from inspectors.model import Header, Inspection, Link, Message, Span
from policy.judge import ask, judge
from policy.lessons import outbound, taught
from policy.model import Decision, Envelope, Facts, Trust
from policy.policyfile import load

POLICY = load()
HISTORY = POLICY.rules.history
CLAIMED, UNPROVED = Trust(from_is_genuine=True), Trust()
TO_US = Envelope("", ("us@bank.example",))
DAY = 86400.0
CLERK, PARTNER, ATTACKER = "clerk@office.example", "anna@partner.example", "me@attacker.test"
EVIL, LINKED = "https://evil.test/x", "https://reports.example/2026"


def mail(sender: str, *urls: str, id: str = "", answers: str = "", **more: str) -> Inspection:
    values = {"from": sender, "message-id": f"<{id}>", "in-reply-to": f"<{answers}>"} | more
    headers = tuple(
        Header(name, Span(0, 0), value.encode()) for name, value in values.items() if value not in ("", "<>")
    )
    links = tuple(Link("1", url, url, "", "text", None, url.split("/")[2]) for url in urls)
    return Inspection(Message(b"", headers, ()), links)


@dataclass
class Desk:
    """The mail path with a real store, and time that passes."""

    store: Store
    day: float = 20_000.0

    def judged(self, inspection: Inspection, trust: Trust = CLAIMED) -> tuple[Decision, ...]:
        facts = Facts(self.store.answer(ask(inspection, TO_US, POLICY, trust)))
        return judge(inspection, TO_US, facts, POLICY, trust, self.day * DAY).decisions

    def receive(self, inspection: Inspection, trust: Trust = CLAIMED) -> None:
        facts = Facts(self.store.answer(ask(inspection, TO_US, POLICY, trust)))
        found = judge(inspection, TO_US, facts, POLICY, trust, self.day * DAY)
        now, later = taught(inspection, TO_US, found, POLICY.rules, self.day * DAY, (), "ours")
        self.store.learn([now] if now else [], waiting=[later] if later else [])

    def send(self, inspection: Inspection) -> None:
        envelope = Envelope("us@bank.example", ("them@office.example",))
        lesson = outbound(inspection, envelope, POLICY.rules, self.day * DAY)
        self.store.learn([lesson] if lesson else [])

    def answered(self, url: str, *ids: str, trust: Trust = CLAIMED) -> Decision:
        """The clerk's answer with a link, to messages of these ids."""
        return self.judged(mail(CLERK, url, references=" ".join(f"<{id}>" for id in ids)), trust)[0]

    def usual(self, sender: str, *urls: str, times: int = 20, every: float = 3.0) -> None:
        for number in range(times):
            self.receive(mail(sender, *urls, id=f"{number}.{sender}"))
            self.day += every


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A clerk with a plain habit, and a partner we have known for weeks who links to this and that."""
    with Store.open("sqlite://") as store:
        made = Desk(store)
        for number in range(20):
            made.usual(PARTNER, f"https://site{number}.example/", times=1)
        made.usual(CLERK, "https://portal.office.example/", times=60)
        yield made


def relief(desk: Desk, url: str, id: str, **how: Trust) -> float:
    """Points by which naming that message makes the link less odd."""
    return desk.answered(url, "other@x", **how).score - desk.answered(url, id, **how).score


def test_what_a_partner_linked_to_may_be_quoted(desk: Desk) -> None:
    desk.receive(mail(PARTNER, LINKED, id="p@partner.example"))
    desk.receive(mail(CLERK, LINKED, id="c@office.example", answers="p@partner.example"))
    assert relief(desk, LINKED, "p@partner.example") == pytest.approx(1.2)
    (thread,) = (
        w.evidence
        for w in desk.answered(LINKED, "p@partner.example").weighed
        if w.evidence.signal == "thread"
    )
    assert "partner.example, <p@partner.example>" in thread.words


def test_who_wrote_earlier_takes_part_in_the_conversation(desk: Desk) -> None:
    desk.receive(mail(PARTNER, id="p@partner.example"))
    found = desk.answered("https://partner.example/offer", "p@partner.example")
    (part,) = (one for one in found.weighed if one.evidence.signal == "participant")
    assert part.evidence.strength == 1 / 3
    assert (
        part.evidence.words
        == "partner.example is the domain of somebody who wrote earlier in this conversation"
    )


def test_what_the_conversation_excused_is_no_habit_and_vouches_for_nothing_itself(desk: Desk) -> None:
    desk.receive(mail(PARTNER, LINKED, id="p@partner.example"))
    before = desk.answered(LINKED, "other@x").score
    for number in range(5):
        desk.receive(mail(CLERK, LINKED, id=f"c{number}@office.example", answers="p@partner.example"))
        desk.day += 1
    assert desk.answered(LINKED, "other@x").score >= before - 0.2, "only time has passed"
    assert relief(desk, LINKED, "c0@office.example") == 0


def test_a_first_message_of_the_attacker_does_not_vouch(desk: Desk) -> None:
    desk.receive(mail(ATTACKER, EVIL, id="m1@attacker.test"))
    assert relief(desk, EVIL, "m1@attacker.test") == 0
    assert relief(desk, "https://attacker.test/", "m1@attacker.test") == 0


def test_a_hundred_messages_in_a_week_do_not_make_him_somebody(desk: Desk) -> None:
    desk.usual(ATTACKER, EVIL, times=100, every=0.07)
    assert relief(desk, EVIL, f"5.{ATTACKER}") == 0
    assert desk.answered(EVIL, f"5.{ATTACKER}").verdict == "rewrite"


def test_weeks_of_harmless_mail_gain_him_no_more_than_a_fifth_of_a_quotation(desk: Desk) -> None:
    desk.usual(ATTACKER, EVIL, times=40, every=2.0)
    assert 0 < relief(desk, EVIL, f"5.{ATTACKER}") <= 1.2 + 1e-6
    assert desk.answered(EVIL, f"5.{ATTACKER}").verdict == "rewrite"


def test_all_he_can_do_from_his_own_domains_does_not_get_his_link_through(desk: Desk) -> None:
    """Weeks of his own mail, two more domains of his that link there too, himself in Cc and in References."""
    own = "https://attacker.test/offer"
    for _ in range(20):
        for sender in (ATTACKER, "news@one.invalid", "info@two.invalid"):
            desk.receive(mail(sender, own, id=f"{desk.day}.{sender}"))
        desk.day += 1
    desk.usual(ATTACKER, own, times=12, every=1.5)
    found = desk.judged(mail(CLERK, own, id="last@office.example", answers=f"5.{ATTACKER}", cc=ATTACKER))[0]
    assert found.verdict == "rewrite", found


def test_a_page_among_strangers_is_not_excused_by_its_neighbour(desk: Desk) -> None:
    desk.receive(mail(PARTNER, "https://docs.google.com/report", id="p@partner.example"))
    assert relief(desk, "https://docs.google.com/evil", "p@partner.example") == 0


def test_the_stolen_account_cannot_vouch_for_itself_nor_can_its_colleagues(desk: Desk) -> None:
    desk.usual("boss@office.example", EVIL, times=20)
    assert relief(desk, EVIL, "5.boss@office.example") == 0


def test_the_id_of_a_partner_used_again_adds_nothing(desk: Desk) -> None:
    desk.receive(mail(PARTNER, LINKED, id="p@partner.example"))
    desk.receive(mail(ATTACKER, EVIL, id="p@partner.example"))
    assert relief(desk, EVIL, "p@partner.example") == 0


def test_odd_links_of_a_partner_vouch_for_nothing(desk: Desk) -> None:
    boss = "boss@second.example"
    desk.usual(boss, "https://second.example/", times=60)
    odd = mail(boss, EVIL, id="p@second.example")
    assert desk.judged(odd)[0].verdict == "rewrite"
    desk.receive(odd)
    assert relief(desk, EVIL, "p@second.example") == 0


def test_a_forged_answer_names_any_id_and_gains_nothing(desk: Desk) -> None:
    desk.receive(mail(PARTNER, LINKED, id="p@partner.example"))
    assert relief(desk, LINKED, "p@partner.example", trust=UNPROVED) == 0


def test_mail_in_the_partners_name_that_nobody_proved_vouches_for_nothing(desk: Desk) -> None:
    desk.receive(mail(PARTNER, EVIL, id="p@partner.example"), UNPROVED)
    assert relief(desk, EVIL, "p@partner.example") == 0


def test_our_own_user_vouches_for_what_he_sent_first(desk: Desk) -> None:
    desk.send(mail("us@bank.example", LINKED, id="o@bank.example"))
    assert desk.answered(LINKED, "other@x").verdict == "rewrite"
    assert desk.answered(LINKED, "o@bank.example").verdict == "pass"


@pytest.mark.parametrize(
    "more",
    [{"answers": "m1@attacker.test"}, {"auto-submitted": "auto-replied"}, {"precedence": "auto_reply"}],
    ids=["an answer", "a program", "a ticket system"],
)
def test_an_answer_of_ours_quotes_the_attacker_and_does_not_vouch_for_him(
    desk: Desk, more: dict[str, str]
) -> None:
    desk.receive(mail(ATTACKER, EVIL, id="m1@attacker.test"))
    desk.send(mail("us@bank.example", EVIL, id="o@bank.example", **more))
    assert relief(desk, EVIL, "o@bank.example") == 0
