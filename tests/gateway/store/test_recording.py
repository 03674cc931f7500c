"""What is recorded comes back; hostile strings do no harm; nothing is half recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.outcome import Outcome, Ticket
from gateway.store import DuplicateError, Store, StoreError, schema, unfit
from gateway.store.recording import why_not
from gateway.store.rows import EvidenceRow, Search
from inspectors.model import Skipped
from policy.actions import LEFT
from policy.model import Decision, Envelope, Scope

Make = Callable[..., Outcome]
ID = "0123456789abcdef"


def test_a_message_comes_back_with_all_that_was_decided(store: Store, outcome: Make) -> None:
    store.record(outcome())
    row = store.message(ID)
    assert row is not None
    assert (row.sender, row.sender_domain, row.genuine, row.by, row.identity_words) == (
        "clerk@office.example",
        "mail.office.example",
        True,
        "dmarc",
        "aligned",
    )
    assert (row.at, row.message_id, row.subject, row.outcome) == (
        1000.5,
        "<m1@office.example>",
        "Réport",
        "rewritten",
    )
    assert (row.mail_from, row.recipients) == (
        "bounce@mailer.example",
        ("anna@bank.example", "Bob@Bank.example"),
    )
    assert (row.delivered, row.reply) == (None, "")
    assert row.skipped == (("2", "encrypted PDF", "encrypted"),)
    assert (row.action, row.because) == ("hold", ("encrypted", "limit"))
    assert row.flags == (("duplicate-header", "", "Two From fields."),)
    assert (row.link_count, row.rewritten_count, len(row.links)) == (3, 1, 3)
    link = row.links[1]
    assert (link.url, link.written, link.host, link.domain) == (
        "https://login.odd.test/x?y=1",
        "HTTPS://LOGIN.ODD.TEST/X?Y=1",
        "login.odd.test",
        "odd.test",
    )
    assert (link.place, link.leaf, link.shown, link.page) == ("html:a.href", "1", "Words shown", 3)
    assert (link.verdict, link.score, link.flip, link.ticket) == (
        "rewrite",
        4.5,
        "0.5 points fewer",
        "T" + ID,
    )
    used = (("seen", "sender", "clerk@office.example", "login.odd.test"),)
    assert link.evidence == (EvidenceRow("surprise", 0.75, 4.5, "Never linked by this sender.", used),)


def test_a_link_that_stayed_has_its_reason_and_no_ticket(store: Store, outcome: Make) -> None:
    store.record(outcome())
    row = store.message(ID)
    assert row is not None
    assert [link.not_rewritten for link in row.links] == ["", "", "the charset cannot say it"]
    assert [link.ticket for link in row.links] == ["", "T" + ID, ""]


def test_reasons_go_to_the_links_of_their_leaf_in_order(
    outcome: Make, decision: Callable[..., Decision]
) -> None:
    decisions = tuple(decision("https://a.odd.test/", "rewrite", leaf) for leaf in ("1", "1", "1", "2", "3"))
    judgement = replace(outcome().judgement, decisions=decisions)
    made = outcome(
        tickets=(),
        judgement=judgement,
        not_rewritten=(Skipped("1", "A"), Skipped("1", "B"), Skipped("3", "C")),
    )
    assert why_not(made) == {0: "A", 1: "B", 2: "B", 3: "no reason was recorded", 4: "C"}
    whole = replace(made, not_rewritten=(Skipped("", "store down"),))
    assert set(why_not(whole).values()) == {"store down"}


def test_a_link_known_to_stay_has_its_own_reason_and_takes_nobody_elses(
    outcome: Make, decision: Callable[..., Decision]
) -> None:
    decisions = (
        replace(decision("https://a.odd.test/", "hold"), left="signed"),
        decision("https://b.odd.test/", "rewrite"),
        replace(decision("https://c.odd.test/", "pass"), left="listed"),
    )
    judgement = replace(outcome().judgement, decisions=decisions)
    made = outcome(tickets=(), judgement=judgement, not_rewritten=(Skipped("1", "A"),))
    assert why_not(made) == {0: LEFT["signed"], 1: "A", 2: LEFT["listed"]}
    assert [one.reason for one in made.left] == [LEFT["signed"], LEFT["listed"], "A"]


def test_what_programs_fetch_is_not_recorded(store: Store, outcome: Make) -> None:
    made = outcome()
    decisions = made.judgement.decisions
    rewritten = {ticket.link for ticket in made.tickets}
    number = next(number for number in range(len(decisions)) if number not in rewritten)
    picture = replace(decisions[number], link=replace(decisions[number].link, fetched=True))
    others = (*decisions[:number], *decisions[number + 1 :])
    changed = (*decisions[:number], picture, *decisions[number + 1 :])
    store.record(replace(made, judgement=replace(made.judgement, decisions=changed)))
    row = store.message(ID)
    assert row is not None
    assert (row.link_count, len(row.links)) == (2, 2)
    assert [link.url for link in row.links] == [one.link.url for one in others]


def test_the_manifest_comes_back_by_id_and_by_digest(store: Store, outcome: Make) -> None:
    made = outcome()
    store.record(made)
    assert store.manifest(ID) == made.manifest
    assert store.manifest_by_digest(ID.upper() + "B" * 48) == made.manifest
    assert store.manifest("") is None
    assert store.manifest("nobody") is None
    assert store.manifest_by_digest("") is None


def test_a_ticket_comes_back_with_its_link_and_without_the_others(store: Store, outcome: Make) -> None:
    store.record(outcome())
    row = store.ticket("T" + ID)
    assert row is not None
    assert row.ticket == Ticket("T" + ID, "https://login.odd.test/x?y=1", 1)
    assert (row.link.number, row.link.ticket, len(row.link.evidence)) == (1, "T" + ID, 1)
    assert (row.message.id, row.message.links) == (ID, ())
    assert store.ticket("nobody") is None


def test_the_next_hops_answer_is_added(store: Store, outcome: Make) -> None:
    store.record(outcome())
    store.settle(ID, delivered=True, reply="250 2.0.0 Ok: queued", at=1001.0)
    store.settle("nobody", delivered=False, reply="451", at=1001.0)
    row = store.message(ID)
    assert row is not None
    assert (row.delivered, row.reply) == (True, "250 2.0.0 Ok: queued")


def test_an_id_is_recorded_once(store: Store, outcome: Make) -> None:
    store.record(outcome())
    with pytest.raises(DuplicateError):
        store.record(outcome(tickets=()))
    assert store.message(ID) is not None


def test_many_outcomes_are_recorded_together_or_not_at_all(store: Store, outcome: Make) -> None:
    store.record_many([outcome(f"{n:016x}", at=float(n)) for n in range(50)])
    assert len(store.find_decisions(Search())) == 50
    with pytest.raises(DuplicateError):
        store.record_many([outcome("f" * 16), outcome(f"{1:016x}")])
    assert store.message("f" * 16) is None
    store.record_many([])


def test_a_failed_part_undoes_the_whole_transaction_even_if_caught(store: Store, outcome: Make) -> None:
    store.record(outcome())
    with pytest.raises(StoreError, match="a part of the transaction failed"), store.transaction():
        store.record(outcome("f" * 16))
        with pytest.raises(DuplicateError):
            store.record(outcome())
    assert store.message("f" * 16) is None
    store.check()


HOSTILE = "\ud800\0\x1b[31m\u202e'; DROP TABLE message; --" + "x" * 20_000


def test_hostile_strings_are_made_storable_and_cut(
    store: Store, outcome: Make, decision: Callable[..., Decision]
) -> None:
    base = outcome()
    odd = replace(base.judgement.decisions[0].link, url=HOSTILE, written=HOSTILE, shown=HOSTILE, host=HOSTILE)
    decisions = (replace(base.judgement.decisions[0], link=odd, domain=HOSTILE, flip=HOSTILE),)
    identity = replace(base.judgement.identity, address=HOSTILE, domain=HOSTILE, words=HOSTILE)
    made = outcome(
        subject=HOSTILE,
        message_id=HOSTILE,
        envelope=Envelope(HOSTILE, (HOSTILE,), HOSTILE, HOSTILE),
        inspection=replace(base.inspection, skipped=(Skipped(HOSTILE, HOSTILE),)),
        judgement=replace(base.judgement, identity=identity, decisions=decisions),
        tickets=(),
        manifest=None,
    )
    store.record(made)
    row = store.message(ID)
    assert row is not None
    link = row.links[0]
    assert len(link.url) == schema.LIMITS["url"]
    assert len(link.shown) == schema.LIMITS["shown"]
    assert link.shown.startswith("\ufffd\ufffd\x1b[31m\u202e'; DROP TABLE")
    assert link.shown.endswith("…")
    assert max(map(len, (row.subject, row.message_id, row.sender, row.mail_from, *row.recipients))) <= 1000
    for search in (Search(url="drop table"), Search(sender=HOSTILE), Search(message_id=HOSTILE)):
        assert store.find_decisions(search) is not None


def test_a_tickets_url_is_exact_or_refused(store: Store, outcome: Make) -> None:
    long = "https://login.odd.test/" + "a" * 60_000
    store.record(outcome(tickets=(Ticket("T1", long, 1),)))
    row = store.ticket("T1")
    assert row is not None
    assert row.ticket.url == long
    assert row.link.url == "https://login.odd.test/x?y=1"
    for url in (long * 2, "https://ex\u00e4mple.test/", "https://odd.test/\ud800", "https://odd.test/\0"):
        assert unfit(url)
        with pytest.raises(StoreError, match="ticket for link 1"):
            store.record(outcome("e" * 16, tickets=(Ticket("T2", url, 1),)))
    assert store.message("e" * 16) is None


def test_what_is_over_the_limits_is_said_and_rewritten_links_are_kept(
    store: Store, outcome: Make, decision: Callable[..., Decision]
) -> None:
    count = schema.MAX_LINKS + 100
    decisions = tuple(decision(f"https://h{number}.odd.test/") for number in range(count))
    judgement = replace(outcome().judgement, decisions=decisions)
    store.record(outcome(judgement=judgement, tickets=(Ticket("T1", "https://x.test/", count - 1),)))
    row = store.message(ID)
    assert row is not None
    assert row.link_count == count
    last, rewritten = row.links[-2:]
    assert (last.number, rewritten.number, rewritten.ticket) == (schema.MAX_LINKS - 1, count - 1, "T1")
    assert (len(last.evidence), rewritten.evidence) == (1, ())
    assert store.ticket("T1") is not None
    assert (row.flags[-1][0], row.flags[-1][2]) == (
        "store-limit",
        f"Of {count} links, the first {schema.MAX_LINKS} were recorded."
        " Of the others, only the rewritten ones, without their evidence.",
    )


def test_the_scope_and_what_would_have_been_come_back(store: Store, outcome: Make) -> None:
    made = outcome()
    under = replace(made.judgement, scope=Scope("finance", True, 3.0))
    store.record(replace(made, judgement=under, observed="held", observed_because=("qr", "signed")))
    row = store.message(ID)
    assert row is not None
    assert (row.scope, row.observed, row.observed_because) == ("finance", "held", ("qr", "signed"))
    assert row.would == "held, because of qr, signed"


def test_where_policy_acts_nothing_would_have_been(store: Store, outcome: Make) -> None:
    store.record(outcome())
    row = store.message(ID)
    assert row is not None
    assert (row.scope, row.observed, row.observed_because, row.would) == ("", "", (), "")


def test_the_reason_of_an_observed_link_is_that_it_was_only_observed(outcome: Make) -> None:
    made = outcome(tickets=(), manifest=None)
    decisions = tuple(
        replace(one, verdict="observe", left="observed") if one.verdict == "rewrite" else one
        for one in made.judgement.decisions
    )
    seen = replace(made, judgement=replace(made.judgement, decisions=decisions))
    assert why_not(seen) == dict.fromkeys((1, 2), "policy only observes here; nothing is changed")
