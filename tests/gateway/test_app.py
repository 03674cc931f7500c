"""The parts are joined as the settings say, and what cannot be used stops the start with words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.app import build, local_lists, version, worker_limits
from gateway.keys import KeysError
from gateway.settings import Settings
from gateway.store import StoreError
from policy.lookups.locallists import ListError
from policy.model import Known, Question
from policy.policyfile import PolicyError


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return Settings()


async def test_work_keeps_its_key_and_trial_keeps_none(settings: Settings, tmp_path: Path) -> None:
    trial = build(settings, keys_for="trial", store_url="sqlite://")
    assert not (tmp_path / "var" / "keys").exists()
    await trial.close()
    first = build(settings, keys_for="work")
    second = build(settings, keys_for="work")
    assert first.ring == second.ring
    assert first.ring.signing is not None
    for parts in (first, second):
        await parts.close()


async def test_closing_writes_what_waits_and_closes_the_store(settings: Settings) -> None:
    parts = build(settings, keys_for="trial")
    await parts.close()
    with pytest.raises(StoreError, match="closed"):
        parts.store.check()


async def test_the_click_host_is_our_own(settings: Settings) -> None:
    clicks = replace(settings.clicks, url="https://Links.bank.example")
    parts = build(replace(settings, clicks=clicks), keys_for="trial", store_url="sqlite://")
    assert parts.own_hosts == {"links.bank.example"}
    await parts.close()


async def test_dns_is_asked_only_where_signatures_are_checked(settings: Settings) -> None:
    def kinds(parts: object) -> set[str]:
        return {kind for source in parts.pipeline.sources for kind in source.kinds}

    off = replace(settings, identity=replace(settings.identity, verify_dkim=False))
    for given, genuine, asked in ((settings, False, True), (settings, True, False), (off, False, False)):
        parts = build(given, keys_for="trial", store_url="sqlite://", from_is_genuine=genuine)
        assert ("dkim-key" in kinds(parts)) is asked
        await parts.close()


async def test_a_store_that_fails_is_counted_and_told(settings: Settings) -> None:
    told: list[str] = []
    parts = build(settings, keys_for="trial", failed=lambda operation, words: told.append(operation))
    parts.store.close()
    with pytest.raises(StoreError):
        await parts.keeper.answer([Question("habit", ("sender", "a"))])
    assert told == ["history"]
    assert b'oddlink_store_errors_total{operation="history"} 1.0' in parts.metrics.text()
    await parts.close()


def test_lists_come_from_the_folder_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "popular-a.csv").write_text("1,usual.example\n")
    (tmp_path / "blocked.txt").write_text("bad.example\n")
    (tmp_path / "README.md").write_text("no list")
    found = local_lists(tmp_path)
    assert found.sizes() == {"ranks": 1, "blocked": 1}
    assert found._one(Question("listed", ("blocked", "x.bad.example"))) == Known(True)
    assert local_lists(None).sizes() == {}


def test_a_folder_of_lists_that_is_not_there_is_an_error_and_not_no_lists(tmp_path: Path) -> None:
    with pytest.raises(ListError, match=r"lists\.dir: .*gone is no folder"):
        local_lists(tmp_path / "gone")


def test_what_cannot_be_used_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("odd = 1\n")
    with pytest.raises(PolicyError, match=r"policy\.toml:1"):
        build(settings, keys_for="trial", policy_file=policy)
    with pytest.raises(StoreError):
        build(settings, keys_for="trial", store_url=f"sqlite:///{policy}")
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "a1.key").write_text("rubbish")
    with pytest.raises(KeysError):
        build(replace(settings, keys=replace(settings.keys, dir=tmp_path / "keys")), keys_for="work")


def test_workers_have_the_bounds_of_the_settings(settings: Settings) -> None:
    own = replace(settings.workers, processes=3, deadline=0.5, memory=60_000_000, messages=7)
    limits = worker_limits(replace(settings, workers=own))
    assert (limits.processes, limits.cpu_seconds, limits.memory, limits.tasks) == (3, 0.5, 60_000_000, 7)
    assert limits.seconds > limits.cpu_seconds


def test_the_version_is_that_of_the_distribution() -> None:
    assert version()[0].isdigit()
