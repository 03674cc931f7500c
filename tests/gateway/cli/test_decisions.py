"""The search shows what was recorded, in three formats, none of which a mail can misuse."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.outcome import Outcome
from gateway.store import Store

Run = Callable[..., Any]
ID, PLAIN = "0123456789abcdef", "fedcba9876543210"


def test_the_table_has_the_newest_first_and_names_rewritten_hosts(run: Run) -> None:
    ran = run("decisions")
    lines = [line.split() for line in ran.out.splitlines()]
    assert (ran.code, ran.err) == (0, "")
    assert lines[0][:3] == ["time", "id", "sender"]
    assert lines[1] == [
        "2023-11-14T22:15:00Z",
        PLAIN,
        "a@office.example",
        "anna@bank.example",
        "untouched",
        "1",
        "?",
    ]
    assert lines[2][4:] == ["rewritten", "2", "odd.test", "yes"]


@pytest.mark.parametrize("option", ["--outcome", "--action", "--observed"])
def test_a_word_that_cannot_be_is_an_error_and_no_empty_table(run: Run, option: str) -> None:
    ran = run("decisions", option, "rewriten")
    assert (ran.code, ran.out) == (64, "")
    assert f"{option} 'rewriten': has to be one of " in ran.err


def test_usage_errors_lead_to_the_help_of_the_command(run: Run) -> None:
    assert run("decisions", "--nosuch").err.endswith("; see `oddlink decisions --help`\n")


def test_json_has_one_whole_message_a_line(run: Run) -> None:
    ran = run("decisions", "--json", "--outcome", "rewritten")
    (line,) = ran.out.splitlines()
    entry = json.loads(line)
    assert entry["id"] == ID
    assert entry["time"] == "2023-11-14T22:13:20.000Z"
    assert entry["sender"]["domain"] == "office.example"
    assert entry["links"][1]["evidence"][0]["signal"] == "surprise"
    assert entry["skipped"] == [{"leaf": "3", "reason": "encrypted PDF", "kind": "encrypted"}]
    assert (entry["action"], entry["because"]) == ("tag", ["encrypted"])
    assert run("decisions", "--json", "--action", "tag").out == ran.out
    assert run("decisions", "--json", "--action", "hold").out == ""
    assert run("decisions", "--format", "json", "--outcome", "rewritten").out == ran.out


def test_csv_runs_no_formula_and_keeps_its_rows(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("decisions", "--format", "csv").out)))
    assert [row["id"] for row in rows] == [PLAIN, ID]
    assert rows[0]["subject"].startswith("'=HYPERLINK(")
    assert rows[1]["rewritten_urls"] == "https://login.odd.test/x?y=1"


def test_no_format_lets_a_mail_act_on_the_terminal(run: Run) -> None:
    for format in ("table", "json", "csv"):
        out = run("decisions", "--format", format).out
        assert all(character.isprintable() or character in "\r\n" for character in out), format


def test_fields_restrict(run: Run) -> None:
    def ids(*words: str) -> list[str]:
        return [json.loads(line)["id"] for line in run("decisions", "--json", *words).out.splitlines()]

    assert ids("--domain", "odd.test") == [ID]
    assert ids("--url", "x?y", "--sender", "office.example", "--recipient", "anna@bank.example") == [ID]
    assert ids("--message-id", f"<{PLAIN}@office.example>") == [PLAIN]
    assert ids("--since", "2023-11-14T22:14:00Z") == [PLAIN]
    assert ids("--since", "1h") == []
    assert ids("--limit", "1") == [PLAIN]


def test_wrong_options_are_usage_errors(run: Run) -> None:
    for words in (
        ["--format", "xml"],
        ["--json", "--format", "csv"],
        ["--since", "x"],
        ["--limit", "0"],
        ["--odd"],
    ):
        ran = run("decisions", *words)
        assert (ran.code, ran.out) == (64, "")
        assert ran.err.startswith("oddlink: ")
        assert ran.err.count("\n") == 1


def test_a_missing_store_or_wrong_settings_are_configuration_errors(run: Run, tmp_path: Path) -> None:
    ran = run("decisions", "--store", f"sqlite:///{tmp_path}/none.db")
    assert (ran.code, ran.out) == (78, "")
    assert "there is no such file" in ran.err
    (tmp_path / "odd.toml").write_text("[relay]\nodd = 1\n")
    ran = run("decisions", "--config", str(tmp_path / "odd.toml"))
    assert ran.code == 78
    assert "odd.toml:2: relay.odd is not a setting" in ran.err


def test_the_store_of_the_settings_is_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "oddlink.toml").write_text('[store]\nurl = "sqlite:///odd.db"\n')
    ran = run("decisions", "--json", "--config", str(tmp_path / "oddlink.toml"), "--store", "")
    assert len(ran.out.splitlines()) == 2


def test_what_was_only_observed_is_marked_and_can_be_searched_for(
    run: Run, store_url: str, observed_outcome: Callable[..., Outcome]
) -> None:
    with Store.open(store_url) as store:
        store.record(observed_outcome(7, 5.0, "odd.test 4", scope="finance", observed_because=("qr",)))
    (_, line) = run("decisions", "--observed", "any").out.splitlines()
    assert " observed: rewritten " in line
    for words in (["--scope", "finance"], ["--observed", "rewritten"], ["--observed", "any"]):
        (line,) = run("decisions", "--json", *words).out.splitlines()
        assert json.loads(line)["observed"] == "rewritten"
    assert run("decisions", "--json", "--observed", "held").out == ""
    (row,) = csv.DictReader(io.StringIO(run("decisions", "--format", "csv", "--scope", "finance").out))
    assert (row["outcome"], row["scope"]) == ("untouched", "finance")
    assert row["observed"] == "rewritten and tagged, because of qr"
