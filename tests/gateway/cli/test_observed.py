"""The report says what would have been done and, after enough days, which threshold that speaks for."""

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
from policy.policyfile import load

Run = Callable[..., Any]
DAY = 86400.0
POLICY = (
    'name = "pilot"\n[observe]\nenabled = true\ndays = 3\nbudget = 0.1\n'
    '[[scope]]\nname = "finance"\nwhy = "first"\nrecipients = ["finance.bank.example"]\n'
)


@pytest.fixture
def here(tmp_path: Path, oddlink: Run, observed_outcome: Callable[..., Outcome]) -> Path:
    """Three days of observed mail, and one day in a scope; one odd link came in each of them."""
    (tmp_path / "oddlink.toml").write_text(
        '[policy]\nfile = "policy.toml"\n[store]\nurl = "sqlite:///odd.db"\n'
    )
    (tmp_path / "policy.toml").write_text(POLICY)
    with Store.open(f"sqlite:///{tmp_path}/odd.db") as store:
        for number in range(3):
            links = (f"a{at}.example 0" for at in range(10))
            store.record(observed_outcome(number, (20_000 + number) * DAY, *links, "odd.test 3.5"))
        made = observed_outcome(
            9, 20_000 * DAY, "odd.test 4", scope="finance", observed="held", observed_because=("qr",)
        )
        store.record(made)
    return tmp_path


def test_people_get_the_figures_the_domains_and_a_fragment(oddlink: Run, here: Path) -> None:
    before = (here / "odd.db").read_bytes()
    ran = oddlink("observed")
    assert (ran.code, ran.err) == (0, "")
    rest, finance = ran.out.decode().split("\nscope finance, ")
    assert rest.startswith("mail of no scope, observed from 2024-10-04 to 2024-10-06\n")
    assert "3 messages, 3 of them with links" in rest
    assert "would have been untouched 0, rewritten 3, held 0, refused 0, tagged 0" in rest
    assert "odd.test  3         1        3.50    0000000000000002  clerk@office.example" in rest
    assert "    3  surprise\n" in rest
    assert "in force 3.00: 3 of 33 links reach it, 9.09%; with 95 % certainty under" in rest
    assert "too few to propose" not in rest
    assert "\nthreshold = 2.60\n" in rest and "bound by our floor" in rest
    assert "before its first [table]" in rest
    assert "because of [actions]: hold: qr 1" in finance
    assert "A threshold is proposed after 3 days with observed links; so far 1" in finance
    assert "threshold = " not in finance
    assert (here / "odd.db").read_bytes() == before
    assert (here / "policy.toml").read_text() == POLICY


def test_the_printed_fragment_is_a_policy(oddlink: Run, here: Path) -> None:
    text = oddlink("observed", "--scope", "-").out.decode()
    (here / "new.toml").write_text(text[text.index("# Proposed") :])
    assert load(here / "new.toml").rules.threshold == 2.6
    assert oddlink("observed", "--policy", "new.toml", "--scope", "-", "--days", "3").code == 0


def test_json_has_one_scope_a_line(oddlink: Run, here: Path) -> None:
    rest, finance = oddlink("observed", "--json").objects
    assert (rest["scope"], finance["scope"]) == ("", "finance")
    assert rest["would"] == {"untouched": 0, "rewritten": 3, "held": 0, "refused": 0, "tagged": 0}
    assert rest["domains"][0]["domain"] == "odd.test"
    assert rest["first"] == "2024-10-04T00:00:00.000Z"
    assert rest["proposal"]["then"]["links"] == 3
    assert rest["proposal"]["then"]["share"] == pytest.approx(1 / 11)
    assert finance["proposal"] is None
    assert finance["because"] == {"hold: qr": 1}


def test_csv_has_one_domain_a_row(oddlink: Run, here: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(oddlink("observed", "--format", "csv").out.decode())))
    assert [(row["scope"], row["domain"], row["messages"]) for row in rows] == [
        ("", "odd.test", "3"),
        ("finance", "odd.test", "1"),
    ]


def test_options_narrow_it_down(oddlink: Run, here: Path) -> None:
    assert [one["scope"] for one in oddlink("observed", "--json", "--scope", "finance").objects] == [
        "finance"
    ]
    (found,) = oddlink("observed", "--json", "--since", "2024-10-05").objects
    assert (found["messages"], found["days"], found["proposal"]) == (2, 2, None)
    (found, _) = oddlink("observed", "--json", "--days", "4").objects
    assert (found["needed"], found["proposal"]) == (4, None)
    (_, found) = oddlink("observed", "--json", "--days", "1", "--all-versions").objects
    assert (found["fragment"], found["proposal"]["few"]) == ("", 30)


def test_of_few_links_no_figure_and_no_fragment_is_shown_to_people(oddlink: Run, here: Path) -> None:
    text = oddlink("observed", "--scope", "finance", "--days", "1").out.decode()
    assert "with fewer than 30 links" in text
    assert "proposed " not in text and "threshold = " not in text
    assert "1 odd link, each" in text and "1 message, 1 of them" in text


def test_a_scope_that_the_policy_does_not_have_is_named_with_those_it_has(oddlink: Run, here: Path) -> None:
    ran = oddlink("observed", "--scope", "nosuch")
    assert (ran.code, ran.out) == (65, b"")
    assert "the policy has no scope 'nosuch'" in ran.err and "its scopes are finance" in ran.err


def test_after_observing_was_switched_off_the_report_says_so(oddlink: Run, here: Path) -> None:
    assert "no longer observes" not in oddlink("observed").out.decode()
    (here / "policy.toml").write_text(POLICY.replace("enabled = true", "enabled = false"))
    text = oddlink("observed").out.decode()
    assert text.count("The policy in force no longer observes this mail") == 2


def test_odd_domains_nobody_ruled_on_stand_above_the_figure_they_decide(
    oddlink: Run, here: Path, observed_outcome: Callable[..., Outcome]
) -> None:
    with Store.open(f"sqlite:///{here}/odd.db") as store:
        links = [f"evil{number}.test {3.4 + number / 10:.1f}" for number in range(4)]
        store.record(observed_outcome(50, 20_001 * DAY, *links))
    text = oddlink("observed", "--scope", "-").out.decode()
    above, _, below = text.partition("in force 3.00")
    assert "5 odd domains have not been ruled on: confirm or release them first" in above
    assert "# unruled: 5 odd domains" in below


def test_without_anything_observed_it_says_what_would_be_right(oddlink: Run, tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/odd.db"):
        pass
    ran = oddlink("observed", "--store", "sqlite:///odd.db")
    assert (ran.code, ran.out) == (65, b"")
    assert "nothing was observed; `[observe] enabled = true` in the policy" in ran.err
    (tmp_path / "policy.toml").write_text(POLICY)
    ran = oddlink("observed", "--store", "sqlite:///odd.db", "--policy", "policy.toml")
    assert (ran.code, ran.err.count("\n")) == (65, 1)
    assert "nothing was observed yet" in ran.err
    ran = oddlink("observed", "--store", "sqlite:///odd.db", "--scope", "-")
    assert (ran.code, "nothing was observed there" in ran.err) == (65, True)


def test_wrong_options_and_policies_are_errors(oddlink: Run, here: Path) -> None:
    assert oddlink("observed", "--format", "xml").code == 64
    assert oddlink("observed", "--days", "-1").code == 64
    (here / "bad.toml").write_text("odd = 1\n")
    ran = oddlink("observed", "--policy", "bad.toml")
    assert (ran.code, "bad.toml:1:" in ran.err) == (78, True)
    assert oddlink("observed", "--store", "sqlite:///none.db").code == 78


def test_what_mail_says_does_not_act_on_the_terminal(
    oddlink: Run, here: Path, observed_outcome: Callable[..., Outcome]
) -> None:
    with Store.open(f"sqlite:///{here}/odd.db") as store:
        made = observed_outcome(77, 20_001 * DAY, "\x1b[31mred\u202e.test 9", version="p\x1b-2")
        store.record(made)
    for words in ([], ["--json"], ["--format", "csv"], ["--all-versions"]):
        out = oddlink("observed", *words).out.decode()
        assert all(character.isprintable() or character in "\r\n" for character in out), words


def test_every_line_of_json_is_json_whatever_the_points(
    oddlink: Run, here: Path, observed_outcome: Callable[..., Outcome]
) -> None:
    for line in oddlink("observed", "--json", "--all-versions").out.decode().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(name))
