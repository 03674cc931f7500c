"""Clicks are listed with destination and sender."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

Run = Callable[..., Any]


def test_clicks_are_listed_newest_first(run: Run) -> None:
    entries = [json.loads(line) for line in run("clicks", "--json").out.splitlines()]
    assert [entry["step"] for entry in entries] == ["unknown", "shown"]
    assert entries[1] == {
        "at": 1_700_000_200.0,
        "time": "2023-11-14T22:16:40.000Z",
        "step": "shown",
        "url": "https://login.odd.test/x?y=1",
        "domain": "odd.test",
        "sender": "a@office.example",
        "client": "192.0.2.1",
        "agent": "Browser",
        "ticket": "Tick1",
        "id": "0123456789abcdef",
    }


def test_table_and_csv_are_safe(run: Run) -> None:
    assert "\\u202e=cmd()" in run("clicks").out
    rows = list(csv.DictReader(io.StringIO(run("clicks", "--format", "csv").out)))
    assert rows[0]["agent"] == "\\u202e=cmd()"
    assert rows[1]["url"] == "https://login.odd.test/x?y=1"


def test_fields_restrict(run: Run) -> None:
    for words in (["--domain", "odd.test"], ["--sender", "office.example"], ["--recipient", "bank.example"]):
        assert len(run("clicks", "--json", *words).out.splitlines()) == 1
    assert run("clicks", "--json", "--since", "1h").out == ""
