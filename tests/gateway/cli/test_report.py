"""The JSON of the contract is one ASCII line, and what people see holds nothing a terminal acts on."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from gateway.cli import report
from gateway.outcome import Outcome
from inspectors.model import Flag, Inspection, Link, Message, Skipped
from inspectors.wrappers import unwrapped
from policy.actions import LEFT
from policy.model import Decision, Envelope, Evidence, Identity, Judgement, Weighed

HOSTILE = "\x1b]0;owned\x07\r\n[bold red]x[/]\u202e :smile: \udc80"
LINK = Link("1.2", "https://odd.example/a", "HTTPS://odd.example/a", HOSTILE, "pdf:annotation", 3,
            "www.odd.co.uk", 7)  # fmt: skip
PLAIN = Link("1.1", "https://b.example/", "https://b.example/", "b", "text", None, "b.example")


@pytest.fixture
def outcome() -> Outcome:
    evidence = Weighed(Evidence("surprise", 0.5, f"Never linked. {HOSTILE}"), 3.14159)
    decisions = (
        Decision(LINK, "odd.co.uk", "rewrite", 3.14159, (evidence,), "p-1", "0.1 points fewer"),
        Decision(PLAIN, "b.example", "pass", 0.0, (), "p-1", "3 points more"),
    )
    identity = Identity(f"{HOSTILE}@office.example", "office.example", "office.example", True, "dkim", "w")
    return Outcome(
        "0123456789abcdef",
        1.0,
        "rewritten",
        Envelope(),
        "<x@office.example>",
        "secret subject",
        Inspection(
            Message(b"", (), ()), (LINK, PLAIN), (Skipped("3", HOSTILE),), (Flag("pdf-signed", "2", HOSTILE),)
        ),
        Judgement(identity, decisions, "p-1"),
        not_rewritten=(Skipped("1.2", "the line would be too long"),),
    )


def test_the_object_of_scan_has_the_promised_names(outcome: Outcome) -> None:
    found = report.whole("a.eml", outcome)
    assert {"file", "message_id", "sender", "outcome", "links", "skipped", "flags"} <= set(found)
    assert found["sender"]["by"] == "dkim"
    link = found["links"][0]
    assert link["url"] == "https://odd.example/a"
    assert link["written"] == "HTTPS://odd.example/a"
    assert (link["domain"], link["page"], link["score"]) == ("odd.co.uk", 7, 3.142)
    assert link["evidence"][0]["signal"] == "surprise"
    assert link["evidence"][0]["points"] == 3.142
    assert "written" not in found["links"][1]
    assert "page" not in found["links"][1]
    assert found["not_rewritten"] == [{"leaf": "1.2", "reason": "the line would be too long"}]


def test_what_policy_does_and_why_a_link_stays_is_in_the_object_and_seen(outcome: Outcome) -> None:
    odd = replace(outcome.judgement.decisions[0], verdict="hold", left="qr")
    made = replace(
        outcome,
        result="held",
        action="hold",
        because=("qr",),
        judgement=replace(outcome.judgement, decisions=(odd, outcome.judgement.decisions[1])),
        inspection=replace(outcome.inspection, skipped=(Skipped("3", "no key", "encrypted"),)),
        not_rewritten=(),
    )
    found = report.whole("a.eml", made)
    assert (found["outcome"], found["action"], found["because"]) == ("held", "hold", ["qr"])
    assert (found["links"][0]["verdict"], found["links"][0]["left"]) == ("hold", "qr")
    assert "left" not in found["links"][1]
    assert found["skipped"] == [{"leaf": "3", "reason": "no key", "kind": "encrypted"}]
    assert found["not_rewritten"] == [{"leaf": "1.2", "reason": LEFT["qr"], "kind": "qr"}]
    out = io.StringIO()
    report.show(Console(file=out, width=500), found)
    assert "held  hold, because of qr" in out.getvalue()
    assert "hold 3.1" in out.getvalue() and "Never linked." in out.getvalue()


def test_a_line_is_one_ascii_line_that_reads_back(outcome: Outcome) -> None:
    found = report.whole("a\n.eml", outcome)
    line = report.line(found)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == found
    assert "secret subject" not in line


def test_an_inventory_judges_nothing(outcome: Outcome) -> None:
    found = report.inventory("a.eml", outcome.inspection, "<x>")
    assert set(found) == {"file", "message_id", "links", "skipped", "flags"}
    assert "verdict" not in found["links"][0]


def test_what_people_see_does_nothing_to_their_terminal(outcome: Outcome) -> None:
    out = io.StringIO()
    report.show(Console(file=out, width=300, markup=False, emoji=False), report.whole(HOSTILE, outcome))
    text = out.getvalue()
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "[bold red]" in text
    assert "rewrite 3.1" in text
    assert "p.7" in text
    assert "not looked into: 3" in text


def test_a_narrow_terminal_folds_urls_and_never_cuts_them() -> None:
    url = "https://odd.example/" + "".join(f"{number:04}" for number in range(200))
    inspection = Inspection(Message(b"", (), ()), (Link("1", url, url, "", "text", None, "odd.example"),))
    out = io.StringIO()
    report.show(Console(file=out, width=60), report.inventory("a.eml", inspection, ""))
    assert url in "".join(line[14:].strip() for line in out.getvalue().splitlines()[1:])


def test_output_that_is_no_terminal_is_wide_enough_for_any_url() -> None:
    assert report.console().width > 8192


def test_a_wrapped_link_names_its_wrapper_and_where_it_leads() -> None:
    url = "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.odd.co.uk%2F%1B%5D0"
    link = unwrapped(Link("1", url, url, "", "text", None, "eur01.safelinks.protection.outlook.com"))
    opaque = unwrapped(Link("1", "https://x.mimecast.com/s/1", "", "", "text", None, "x.mimecast.com"))
    found = report.inventory("a.eml", Inspection(Message(b"", (), ()), (link, opaque, PLAIN)), "")
    first, second, third = found["links"]
    assert (first["target"], first["target_domain"]) == ("https://www.odd.co.uk/%1B]0", "odd.co.uk")
    assert (first["domain"], first["wrapped_by"]) == ("outlook.com", ["Microsoft Safe Links"])
    assert second["wrapped_by"] == ["Mimecast"] and "target" not in second
    assert "target" not in third and "wrapped_by" not in third
    out = io.StringIO()
    report.show(Console(file=out, width=20_000), found)
    shown = out.getvalue()
    assert "wrapped by Microsoft Safe Links, leads to https://www.odd.co.uk/" in shown
    assert "wrapped by Mimecast, leads to (not said)" in shown and "\x1b]0" not in shown
