"""What ``doctor`` says about block lists, registries and fetched lists."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import doctor_outside
from gateway.feeds import Last
from gateway.setting_kinds import Address
from gateway.settings import PolicyFile, Settings

ZONE = "dbl.lists.example"


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    def make(policy: str, **identity: Any) -> Settings:
        (tmp_path / "policy.toml").write_text(policy)
        plain = Settings()
        return replace(
            plain,
            policy=PolicyFile(tmp_path / "policy.toml"),
            lists=replace(plain.lists, dir=tmp_path),
            identity=replace(plain.identity, **identity),
        )

    return make


@pytest.mark.parametrize(
    ("records", "state", "words"),
    [
        ({f"test.{ZONE}": "127.0.1.2"}, "ok", "answer"),
        ({}, "ok", "answer"),
        ({f"invalid.{ZONE}": "127.0.1.2"}, "look", "everything"),
        ({f"invalid.{ZONE}": "127.255.255.254"}, "look", "refuses"),
    ],
)
async def test_a_block_list_is_tried_with_the_entries_made_for_it(
    names: Any, settings: Callable[..., Settings], records: dict[str, str], state: str, words: str
) -> None:
    names.records = {(name, "A"): [code] for name, code in records.items()}
    made = settings(f'[[dnsbl]]\nzone = "{ZONE}"\n', dns_servers=(Address(*names.address),))
    found = await asyncio.to_thread(doctor_outside.block_lists, made)
    assert found[0] == state and words in found[1]
    assert {name for name, _ in names.asked} == {f"test.{ZONE}", f"invalid.{ZONE}"} or state != "ok"


async def test_a_list_of_addresses_has_to_name_its_test_entry(
    names: Any, settings: Callable[..., Settings]
) -> None:
    made = settings(f'[[dnsbl]]\nzone = "{ZONE}"\nlists = ["ip"]\n', dns_servers=(Address(*names.address),))
    assert "is the zone right?" in (await asyncio.to_thread(doctor_outside.block_lists, made))[1]
    names.records[f"2.0.0.127.{ZONE}", "A"] = ["127.0.0.2"]
    assert (await asyncio.to_thread(doctor_outside.block_lists, made))[0] == "ok"


def test_registries_need_their_list(settings: Callable[..., Settings], tmp_path: Path) -> None:
    made = settings("")
    assert doctor_outside.registries(made)[0] == "ok"
    made = replace(made, lookups=replace(made.lookups, rdap=True))
    assert "feeds update" in doctor_outside.registries(made)[1]
    (tmp_path / "rdap-bootstrap.json").write_text("{}")
    assert doctor_outside.registries(made)[0] == "wrong"
    (tmp_path / "rdap-bootstrap.json").write_text('{"services": [[["test"], ["https://rdap.example/"]]]}')
    assert doctor_outside.registries(made) == ("ok", f"1 top-level domains in {tmp_path}/rdap-bootstrap.json")
    assert doctor_outside.registries(replace(made, lists=replace(made.lists, dir=None)))[0] == "wrong"


def test_feeds_are_looked_at_by_age(settings: Callable[..., Settings], tmp_path: Path) -> None:
    assert doctor_outside.fetched(settings(""))[0] == "ok"
    made = settings('[[feed]]\nname = "block"\nurl = "https://x.example/l"\nformat = "urls"\n')
    assert "never fetched: block" in doctor_outside.fetched(made)[1]
    for age, state in ((60.0, "ok"), (8 * 86400.0, "look")):
        last = Last("https://x.example/l", "urls", entries=7, at=time.time() - age)
        (tmp_path / "feeds.json").write_text(json.dumps({"block": asdict(last)}))
        assert doctor_outside.fetched(made)[0] == state


def test_a_feed_that_nothing_asks_is_worth_a_look(settings: Callable[..., Settings]) -> None:
    feed = '[[feed]]\nname = "phishing"\nurl = "https://x.example/l"\nformat = "urls"\n'
    state, words = doctor_outside.fetched(settings(feed))
    assert state == "look" and 'blocked = ["block", "phishing"]' in words
    named = settings('[lists]\nblocked = ["block", "phishing"]\n' + feed)
    assert "never fetched: phishing" in doctor_outside.fetched(named)[1]


def test_a_broken_policy_is_told_elsewhere(settings: Callable[..., Settings]) -> None:
    made = settings("odd = 1\n")
    assert doctor_outside.block_lists(made)[0] == doctor_outside.fetched(made)[0] == "look"
