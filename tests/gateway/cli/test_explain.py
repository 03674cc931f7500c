"""One decision is explained from what was recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gateway.outcome import Outcome
from gateway.store import Store
from policy.model import Identity

Run = Callable[..., Any]
ID, PLAIN = "0123456789abcdef", "fedcba9876543210"


def test_a_rewritten_link_comes_first_with_evidence_facts_and_what_would_turn_it(run: Run) -> None:
    ran = run("explain", ID)
    assert ran.code == 0
    assert ran.out.startswith(f"message {ID}: rewritten\n")
    for words in (
        "sender     a@office.example: genuine by dkim",
        "policy     default-1",
        "delivered  yes: 250 2.0.0 Ok",
        "skipped    3: encrypted PDF",
        "flag       pdf-signed (2): Signed.",
        "link 2: rewritten, +5.50 points\n    https://login.odd.test/x?y=1",
        "where      pdf:annotation, part 2",
        "written    HTTPS://login.odd.test/x?y=1",
        "+5.50     surprise (strength 0.75): Never linked.",
        "from seen: sender a@office.example odd.test",
        "would turn 0.5 points fewer",
        "ticket     Tick1",
    ):
        assert words in ran.out
    assert ran.out.index("link 2: rewritten") < ran.out.index("link 1: pass")
    assert "6 points more" not in ran.out
    assert "6 points more" in run("explain", ID, "--all").out


def test_a_message_is_found_by_its_message_id(run: Run) -> None:
    assert (
        run("explain", f"<{ID}@office.example>").out
        == run("explain", ID).out
        == run("explain", ID.upper()).out
    )


def test_json_is_the_whole_record(run: Run) -> None:
    entry = json.loads(run("explain", ID, "--json").out)
    assert entry["links"][1]["evidence"] == [
        {
            "signal": "surprise",
            "points": 5.5,
            "strength": 0.75,
            "words": "Never linked.",
            "used": [["seen", "sender", "a@office.example", "odd.test"]],
        }
    ]


def test_hostile_subjects_stay_on_their_line(run: Run) -> None:
    out = run("explain", PLAIN).out
    assert "\\x1b]0;owned\\x07\\x0d\\x0a[bold]\\u202e" in out
    assert out.isprintable() or all(character.isprintable() or character == "\n" for character in out)


def test_an_unknown_id_is_bad_data(run: Run) -> None:
    for id in ("nobody", "", "\x1b"):
        ran = run("explain", id)
        assert (ran.code, ran.out) == (65, "")
        assert "is not in the store" in ran.err


def test_what_policy_did_and_the_kind_of_what_was_skipped_are_told(run: Run) -> None:
    lines = run("explain", ID).out.splitlines()
    assert "  action     tag, because of [actions] encrypted" in lines
    assert "  skipped    3: encrypted PDF (encrypted)" in lines


def test_of_a_message_that_was_only_observed_it_says_what_would_have_been(
    run: Run, store_url: str, observed_outcome: Callable[..., Outcome]
) -> None:
    with Store.open(store_url) as store:
        made = observed_outcome(7, 5.0, "odd.test 4", scope="finance", observed_because=("qr",))
        store.record(made)
    text = run("explain", made.id).out
    assert "  scope      finance\n" in text
    first = "untouched (only observed; would have been rewritten and tagged, because of qr)"
    assert text.startswith(f"message {made.id}: {first}\n")
    assert "link 1: observe, +4.00 points" in text
    assert "left as it came, because: policy only observes here; nothing is changed" in text
    assert "Link out of place: odd.test" in text
    entry = json.loads(run("explain", made.id, "--json").out)
    assert (entry["scope"], entry["observed"], entry["observed_action"]) == ("finance", "rewritten", "tag")
    entry = json.loads(run("explain", ID, "--json").out)
    assert not {"scope", "observed"} & set(entry)


def test_mail_of_a_list_names_the_person_behind_it(
    run: Run, store_url: str, observed_outcome: Callable[..., Outcome]
) -> None:
    made = observed_outcome(8, 5.0, "odd.test 4")
    identity = replace(made.judgement.identity, person="jane@home.example")
    with Store.open(store_url) as store:
        store.record(replace(made, judgement=replace(made.judgement, identity=identity)))
    text = run("explain", made.id).out
    assert f"  person     jane@home.example, whose mail {identity.address} sent on\n" in text
    assert f": jane@home.example via {identity.address}" in text
    assert json.loads(run("explain", made.id, "--json").out)["sender"]["person"] == "jane@home.example"


def test_mail_of_our_own_users_is_said_to_be_and_nothing_is_made_up_about_it(
    run: Run, store_url: str, observed_outcome: Callable[..., Outcome]
) -> None:
    own = Identity("me@bank.example", "bank.example", "bank.example", False, "outbound", "not judged")
    made = observed_outcome(8, 5.0, "odd.test 4", observed="")
    with Store.open(store_url) as store:
        store.record(replace(made, judgement=replace(made.judgement, identity=own, decisions=())))
    text = run("explain", made.id).out
    assert "  sender     me@bank.example\n  outbound   not judged\n" in text
    assert "rewritten" not in text and "Sender" not in text and "not proved" not in text
    assert json.loads(run("explain", made.id, "--json").out)["facts"] == []


def test_questions_are_named_without_gaps(run: Run) -> None:
    asked = [line for line in run("explain", ID, "--all").out.splitlines() if " from " in line]
    assert asked
    assert not [line for line in asked if "  " in line.partition("from ")[2] or line != line.rstrip()]
