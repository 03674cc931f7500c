"""The facts of a recorded message, as the console, the API and the commands tell them."""

from __future__ import annotations

from dataclasses import replace

from gateway.facts import facts_of
from gateway.shapes import message_json
from gateway.store.rows import EvidenceRow, LinkRow, MessageRow, Ruling


def link(number: int, domain: str, *evidence: EvidenceRow, ticket: str = "", why: str = "") -> LinkRow:
    verdict = "rewrite" if ticket or why else "pass"
    url = f"https://{domain}/"
    return LinkRow(
        number, url, url, domain, domain, "text", "1", "", verdict, 4.0, "", evidence, ticket, why
    )  # fmt: skip


def row(*links: LinkRow, person: str = "", skipped: tuple[tuple[str, str, str], ...] = ()) -> MessageRow:
    return MessageRow(
        "0123456789abcdef", 1.0, "<m@x>", "clerk@office.example", "office.example", True, "dmarc",
        "DMARC passed for office.example", "", (), "", "rewritten", "p", True, "", links, skipped, (),
        person=person,
    )  # fmt: skip


USUAL = link(0, "portal.example", EvidenceRow("familiar", 1.0, -4.5, "clerk linked there in 3 messages"))
ODD = link(1, "files.test", EvidenceRow("surprise", 0.9, 5.0, "Never to files.test"), ticket="T1")


def test_a_recorded_message_has_its_four_facts() -> None:
    assert [(one.about, one.good) for one in facts_of(row(USUAL, ODD))] == [
        ("sender", True), ("pattern", True), ("content", True), ("link", False),
    ]  # fmt: skip
    assert facts_of(row(USUAL, ODD))[3].words == "Link out of place: files.test (text): never to files.test"


def test_an_odd_link_that_stayed_is_a_fact_too_and_what_was_not_read() -> None:
    stayed = link(1, "files.test", *ODD.evidence, why="it is signed")
    told = facts_of(row(stayed, skipped=(("2", "it is encrypted", "encrypted"),)))
    assert [one.good for one in told] == [True, False, False, False]


def test_mail_of_a_list_names_the_person_behind_it() -> None:
    told = facts_of(row(USUAL, person="jane@home.example"))
    assert told[0].words.startswith("Sender trusted: jane@home.example via clerk@office.example;")


def test_mail_of_our_own_users_has_none() -> None:
    assert facts_of(replace(row(), by="outbound", genuine=False)) == ()


def test_links_are_counted_from_one_for_people_and_programs() -> None:
    said = Ruling(1.0, "ann", "confirm", "0123456789abcdef", 1)
    found = message_json(replace(row(USUAL, ODD), rulings=(said,)))
    assert [one["number"] for one in found["links"]] == [1, 2]
    assert found["rulings"][0]["link"] == 2


def test_the_api_tells_them_and_the_person_only_where_there_is_one() -> None:
    found = message_json(row(USUAL, ODD, person="jane@home.example"))
    assert [one["about"] for one in found["facts"]] == ["sender", "pattern", "content", "link"]
    assert found["sender"]["person"] == "jane@home.example"
    assert "person" not in message_json(row(USUAL))["sender"]
