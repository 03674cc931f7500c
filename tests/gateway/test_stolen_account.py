"""A known sender's account in strange hands: what his mail usually comes with is kept, read and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from gateway.store import Store
from inspectors.model import Header, Inspection, Link, Message, Span
from policy.judge import ask, judge
from policy.lessons import taught
from policy.model import Envelope, Evidence, Facts, Owner, Trait, Trust
from policy.policyfile import load
from policy.questions import traits

POLICY = load()
TRUST = Trust(from_is_genuine=True)
DAY = 86400.0
CLERK = "clerk@office.example"
EVIL, PORTAL = "https://documents-check.test/x", "https://portal.office.test/in/{}"
OWN = {"x-mailer": "Usual Mail 9", "date": "Tue, 06 May 2025 09:12:00 +0100"}
OTHERS = {
    "x-mailer": "Bulk 1",
    "date": "Tue, 06 May 2025 09:12:00 +0800",
    "reply-to": "clerk.office@free.example",
}


@dataclass
class Desk:
    """The mail path with a real store, and time that passes."""

    store: Store
    day: float = 20_000.0

    def receive(
        self, *urls: str, fields: Mapping[str, str] = OWN, client: str = "8.8.4.9", maker: str = "Printer"
    ) -> tuple[dict[str, Evidence], ...]:
        """Judge, deliver and learn one message; the evidence for each link by its signal."""
        all_fields = {"from": CLERK, **fields}
        headers = tuple(Header(name, Span(0, 0), value.encode()) for name, value in all_fields.items())
        links = tuple(Link("2", url, url, "", "pdf:annotation", None, url.split("/")[2]) for url in urls)
        inspection = Inspection(Message(b"", headers, ()), links, producers=(("2", maker),))
        envelope, at = Envelope("", ("us@bank.example",), client, forwarded=True), self.day * DAY
        facts = Facts(self.store.answer(ask(inspection, envelope, POLICY, TRUST)))
        found = judge(inspection, envelope, facts, POLICY, TRUST, at)
        now, later = taught(inspection, envelope, found, POLICY.rules, at, (), f"m{self.day}")
        self.store.learn([now] if now else [], waiting=[later] if later else [])
        self.day += 1
        return tuple({one.evidence.signal: one.evidence for one in each.weighed} for each in found.decisions)

    def kept(self, kind: str) -> dict[str, int]:
        asked = traits(Owner("sender", CLERK))
        value = self.store.answer([asked])[asked].value  # type: ignore[union-attr]  # an Unknown fails here
        assert isinstance(value, tuple)
        return {one.value: one.messages for one in value if isinstance(one, Trait) and one.kind == kind}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Store.open("sqlite://") as store:
        desk = Desk(store)
        for number in range(40):
            desk.receive(PORTAL.format(number))
        yield desk


def test_all_that_changed_with_the_odd_link_is_told(desk: Desk) -> None:
    (seen,) = desk.receive(EVIL, fields=OTHERS, client="8.8.8.9", maker="Other Printer")
    assert seen["changed_habits"].strength == 1.0
    for words in (
        "answers go to free.example, before only to the sender",
        "written with “Bulk”, before always “Usual Mail”",
        "dated in the time zone “+0800”, before always “+0100”",
        "sent from the network “8.8.8.0/24”, before always “8.8.4.0/24”",
        "a PDF made by “Other Printer”, before always “Printer”",
    ):
        assert words in seen["changed_habits"].words


def test_his_own_portal_is_his_from_a_new_laptop_too(desk: Desk) -> None:
    known, odd = desk.receive(PORTAL.format(99), EVIL, fields={**OWN, "x-mailer": "New Mail"})
    assert "changed_habits" not in known
    assert 0.2 <= odd["changed_habits"].strength <= 0.25


def test_unchanged_mail_with_an_odd_link_says_nothing_of_habits(desk: Desk) -> None:
    (seen,) = desk.receive(EVIL)
    assert "changed_habits" not in seen


def test_the_mail_with_the_odd_link_does_not_teach_what_it_came_with(desk: Desk) -> None:
    before = {kind: desk.kept(kind) for kind in ("mailer", "zone", "network", "reply-to", "producer")}
    assert before["mailer"] == {"Usual Mail": 40} and before["producer"] == {"Printer": 40}
    for _ in range(10):
        desk.receive(PORTAL.format(7), EVIL, fields=OTHERS, client="8.8.8.9", maker="Other Printer")
    assert {kind: desk.kept(kind) for kind in before} == before


def test_another_corner_of_his_own_portal_is_noticed_and_weighs_nothing(desk: Desk) -> None:
    assert desk.kept("host") == {"portal.office.test": 40}
    assert desk.kept("path") == {"office.test/w/n": 40}
    (seen,) = desk.receive("https://old.office.test/wp-content/login.html?x=1")
    assert seen["new_host"].strength > 0 and seen["new_shape"].strength > 0
    for name in ("new_host", "new_shape"):
        assert POLICY.rules.points[name] == 0
    (usual,) = desk.receive(PORTAL.format(5))
    assert not usual.keys() & {"new_host", "new_shape"}


def test_the_first_archive_he_ever_linked_to_counts_more_than_the_second(desk: Desk) -> None:
    def archive() -> Evidence:
        (seen,) = desk.receive("https://portal.office.test/in/files.zip")
        return seen["download"]

    first = archive()
    assert "never linked to one" in first.words
    assert archive().strength < first.strength


def test_the_network_is_the_strangers_and_never_that_of_a_server_of_ours() -> None:
    trust = Trust(our_hosts=("mx.bank.example",), from_is_genuine=True)
    own = Envelope("", ("us@bank.example",), "9.9.9.9")  # the connection's, without XFORWARD
    link = Link("1", PORTAL.format(1), PORTAL.format(1), "", "text", None, "portal.office.test")
    met = b"from mx.office.example (mx.office.example [8.8.4.9]) by mx.bank.example; Mon"
    for hop, network in ((met, {"8.8.4.0/24"}), (b"from x by elsewhere.example; Mon", set[str]())):
        headers = (Header("received", Span(0, 0), hop), Header("from", Span(0, 0), CLERK.encode()))
        inspection = Inspection(Message(b"", headers, ()), (link,))
        found = judge(inspection, own, Facts(), POLICY, trust)
        now, _ = taught(inspection, own, found, POLICY.rules, DAY)
        assert now is not None
        assert {value for kind, value in now.traits if kind == "network"} == network
