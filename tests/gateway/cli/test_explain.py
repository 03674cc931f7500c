"""One decision is explained from what was recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

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
