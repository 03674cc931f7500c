"""gateway/ruling.py: what an analyst's word does to a recorded message, and to the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from gateway import ruling
from gateway.outcome import Outcome, Ticket
from gateway.ruling import RulingError
from gateway.store import Store
from gateway.store.rows import MessageRow, Ruling
from inspectors.model import Inspection, Link, Message
from policy.lessons import taught
from policy.model import Decision, Envelope, Identity, Judgement, Known, Owner, Seen
from policy.policyfile import load
from policy.questions import confirmed, seen
from policy.sites import site

RULES = load().rules
CLERK = Owner("sender", "clerk@office.example")
ID = "0123456789abcdef"
BY: dict[str, Any] = {"who": "anna", "at": 5000.0}


def decision(url: str, domain: str, verdict: str = "rewrite") -> Decision:
    link = Link("1", url, url, "", "html:a.href", None, url.split("/")[2])
    known_as = "" if "?u=" in url else site(link.host, RULES.lists.known_free_hosts)
    return Decision(link, domain, verdict, 4.0, (), "default-1", "", site=known_as)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store.open("sqlite://") as opened:
        yield opened


def recorded(store: Store, *decisions: Decision, genuine: bool = True) -> MessageRow:
    """A delivered message with these links, and what it teaches, as the gateway keeps it."""
    who = Identity(CLERK.name, "office.example", "office.example", genuine, "dmarc" if genuine else "none")
    judgement = Judgement(who, decisions, "default-1")
    inspection = Inspection(Message(b"", (), ()), tuple(one.link for one in decisions))
    tickets = tuple(
        Ticket(f"T{number}", one.link.url, number)
        for number, one in enumerate(decisions)
        if one.verdict == "rewrite"
    )
    outcome = Outcome(
        ID, 1000.0, "rewritten", Envelope(), "<m@x>", "", inspection, judgement, tickets=tickets
    )
    store.record(outcome)
    now, later = taught(inspection, Envelope(), judgement, RULES, 1000.0, (), ID)
    store.learn([now] if now else [], waiting=[later] if later else [])
    return row(store)


def row(store: Store) -> MessageRow:
    found = store.message(ID)
    assert found is not None
    return found


def known(store: Store, domain: str) -> Seen | None:
    answer = store.answer([seen(CLERK, domain)])[seen(CLERK, domain)]
    assert isinstance(answer, Known)
    assert answer.value is None or isinstance(answer.value, Seen)
    return answer.value


def bad(store: Store, name: str) -> bool:
    return store.answer([confirmed(name)])[confirmed(name)] != Known("")


ODD = decision("https://login.odd.test/x", "odd.test")
OTHER = decision("https://second.test/", "second.test")
USUAL = decision("https://portal.example/", "portal.example", "pass")


def test_a_release_makes_all_odd_domains_known_and_is_shown_with_the_ticket(store: Store) -> None:
    message = recorded(store, USUAL, ODD, OTHER)
    assert known(store, "odd.test") is None
    ruled = ruling.release(store, message, RULES, **BY)
    assert (ruled.links, ruled.domains) == ((1, 2), ("odd.test", "second.test"))
    released = known(store, "odd.test")
    assert released is not None
    assert (released.released, released.first_id) == (5000.0, ID)
    ticket = store.ticket("T1")
    assert ticket is not None
    assert ticket.released
    assert [(one.what, one.who, one.link) for one in row(store).rulings] == [
        ("release", "anna", 1), ("release", "anna", 2),
    ]  # fmt: skip


def test_one_link_or_one_domain_can_be_released_alone(store: Store) -> None:
    message = recorded(store, ODD, OTHER)
    ruling.release(store, message, RULES, link=1, **BY)
    assert (known(store, "odd.test"), known(store, "second.test") is not None) == (None, True)
    ruling.release(store, message, RULES, domain="login.odd.test", **BY)
    assert known(store, "odd.test") is not None


def test_a_release_of_mail_nobody_vouched_for_teaches_nothing_and_is_written_down(store: Store) -> None:
    ruled = ruling.release(store, recorded(store, ODD, genuine=False), RULES, **BY)
    assert "nobody proved" in ruled.words
    assert known(store, "odd.test") is None
    assert row(store).rulings[0].what == "release"


def test_a_confirmed_domain_is_listed_and_what_waits_is_never_learned(store: Store) -> None:
    ruling.confirm(store, recorded(store, ODD), RULES, **BY)
    assert bad(store, "odd.test")
    assert store.sweep(1e12) == 0
    ticket = store.ticket("T0")
    assert ticket is not None
    assert not ticket.released


@pytest.mark.parametrize(
    ("url", "domain", "listed"),
    [
        ("https://bad.web.app/x", "bad.web.app", "bad.web.app"),
        ("https://docs.google.com/x", "google.com", ""),
        ("https://bit.ly/x", "bit.ly", ""),
        ("https://wrapper.test/?u=https://odd.test", "odd.test", "odd.test"),
    ],
)
def test_where_anyone_can_publish_only_the_host_is_listed(
    store: Store, url: str, domain: str, listed: str
) -> None:
    ruled = ruling.confirm(store, recorded(store, decision(url, domain)), RULES, **BY)
    assert [name for name in (domain, url.split("/")[2]) if bad(store, name)] == [listed] * bool(listed) * (
        2 if domain == url.split("/")[2] else 1
    )
    assert ("not listed" in ruled.words) is not bool(listed)


def test_an_analyst_can_list_a_whole_site_by_naming_it(store: Store) -> None:
    message = recorded(store, decision("https://docs.google.com/x", "google.com"))
    ruling.confirm(store, message, RULES, domain="docs.google.com", **BY)
    assert bad(store, "docs.google.com")
    assert not bad(store, "google.com")
    taken = ruling.release(store, message, RULES, domain="docs.google.com", **BY)
    assert taken.words.endswith("; taken off the confirmed list: docs.google.com")
    assert not bad(store, "docs.google.com")


def test_a_release_takes_a_confirmation_back_whoever_sent_it(store: Store) -> None:
    message = replace(recorded(store, ODD), genuine=False)
    ruling.confirm(store, message, RULES, **BY)
    assert bad(store, "odd.test")
    assert "nothing is learned" in ruling.release(store, message, RULES, **BY).words
    assert not bad(store, "odd.test")


def test_the_last_word_counts(store: Store) -> None:
    message = recorded(store, ODD)
    for decide, released in ((ruling.release, True), (ruling.confirm, False), (ruling.release, True)):
        decide(store, message, RULES, **BY)
        ticket = store.ticket("T0")
        assert ticket is not None
        assert ticket.released is released
        assert bad(store, "odd.test") is not released
        found = known(store, "odd.test")
        assert found is not None
        assert bool(found.released) is released


@pytest.mark.parametrize("wish", [{"link": 7}, {"domain": "none.test"}, {}])
def test_what_is_not_there_cannot_be_ruled_on(store: Store, wish: dict[str, Any]) -> None:
    message = recorded(store, USUAL)
    with pytest.raises(RulingError, match=r"no (odd )?link"):
        ruling.release(store, message, RULES, **wish, **BY)


def test_forgetting_takes_addresses_without_their_tags_and_refuses_nonsense(store: Store) -> None:
    message = recorded(store, ODD)
    ruling.release(store, message, RULES, **BY)
    assert ruling.forget(store, " Clerk+tag@Office.example ", **BY)[0] == CLERK.name
    assert known(store, "odd.test") is None
    for wrong in ("", "clerk", "@office.example", "a@", "x" * 400 + ".example"):
        with pytest.raises(RulingError, match="no address and no domain"):
            ruling.forget(store, wrong, **BY)


def test_odd_are_rewritten_links_and_those_that_had_to_stay(store: Store) -> None:
    found = recorded(store, ODD, USUAL).links
    assert [ruling.odd(one) for one in found] == [True, False]
    assert ruling.odd(replace(found[1], not_rewritten="signed"))


def test_a_domain_is_forgotten_with_the_sites_below_it(store: Store) -> None:
    row = recorded(
        store,
        decision("https://docs.google.com/x", "google.com", "pass"),
        decision("https://www.google.com/x", "google.com", "pass"),
        decision("https://notgoogle.com/x", "notgoogle.com", "pass"),
    )
    _, counts = ruling.forget(store, "google.com", who="ann", at=1.0)
    sender = Owner("sender", row.sender)
    names = ("docs.google.com", "google.com", "notgoogle.com")
    left = store.answer([seen(sender, name) for name in names])
    assert [left[seen(sender, name)] == Known(None) for name in names] == [True, True, False]
    assert counts["domains"] == 6, "two sites of the sender, his domain and the organisation"


def test_of_a_public_suffix_only_itself_is_forgotten(store: Store) -> None:
    row = recorded(store, decision("https://me.github.io/x", "me.github.io", "pass"))
    ruling.forget(store, "github.io", who="ann", at=1.0)
    question = seen(Owner("sender", row.sender), "me.github.io")
    assert store.answer([question])[question] != Known(None)


LIST = Identity(
    "talk@lists.example", "lists.example", "lists.example", True, "dmarc", person="jane@home.example"
)
JANE, AS_ANYBODY = Owner("sender", "jane@home.example via talk@lists.example"), Owner("sender", LIST.address)


def from_the_list(store: Store, odd: Decision) -> MessageRow:
    """An odd link in mail that a list sent on in its own name."""
    judgement = Judgement(LIST, (odd,), "default-1")
    inspection = Inspection(Message(b"", (), ()), (odd.link,))
    tickets = (Ticket("T0", odd.link.url, 0),)
    store.record(Outcome(ID, 1000.0, "rewritten", Envelope(), "", "", inspection, judgement, tickets=tickets))
    _, later = taught(inspection, Envelope(), judgement, RULES, 1000.0, (), ID)
    assert later is not None
    store.learn([], waiting=[later])
    return row(store)


def released(store: Store, owner: Owner) -> float:
    found = store.answer([seen(owner, "odd.test")])[seen(owner, "odd.test")]
    assert isinstance(found, Known)
    return found.value.released if isinstance(found.value, Seen) else 0.0


@pytest.mark.parametrize("waits", [True, False], ids=["it waits", "nothing of it is kept"])
def test_a_release_credits_the_person_on_the_list_and_the_lists_address(store: Store, waits: bool) -> None:
    found = from_the_list(store, ODD)
    assert found.person == "jane@home.example"
    if not waits:
        store.confirm([], (), ())
        store.sweep(0.0)
        store.forget("odd.test", Ruling(1.0, "anna", "forget"))
    said = ruling.release(store, found, RULES, **BY)
    assert said.words == "odd.test is known for jane@home.example via talk@lists.example now"
    assert released(store, JANE) == released(store, AS_ANYBODY) == 5000.0
    assert released(store, Owner("sender", "jane@home.example")) == 0.0, "her own mail is another matter"


def test_what_nobody_objected_to_is_learned_for_the_person_on_the_list(store: Store) -> None:
    from_the_list(store, ODD)
    assert store.sweep(1000.0) == 1
    for owner in (JANE, AS_ANYBODY, Owner("domain", LIST.address), Owner("domain", "lists.example")):
        assert isinstance(store.answer([seen(owner, "odd.test")])[seen(owner, "odd.test")].value, Seen)  # type: ignore[union-attr]  # an Unknown fails here


@pytest.mark.parametrize("name", ["jane@home.example", "home.example"])
def test_a_person_is_forgotten_on_lists_too(store: Store, name: str) -> None:
    from_the_list(store, ODD)
    ruling.release(store, row(store), RULES, **BY)
    ruling.forget(store, name, **BY)
    assert released(store, JANE) == 0.0 and released(store, AS_ANYBODY) == 5000.0
