"""Judging with real servers on loopback outside: what they say counts, their silence changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.app import Parts, build
from gateway.outcome import Outcome
from gateway.setting_kinds import Address
from gateway.settings import Settings
from gateway.sources import outside
from policy.lookups.listfolder import ListFolder
from policy.model import Envelope

ZONE = "dbl.lists.example"
POLICY = f"""\
[[dnsbl]]
zone = "{ZONE}"
codes = [{{ code = "127.0.1.4", words = "known for phishing" }}]

[points]
dnsbl = 5.0
"""
RAW = b"From: a@office.example\r\n\r\nSee https://login.odd.test/secret?id=7 and https://fine.test/ .\r\n"


@pytest.fixture
def settings(tmp_path: Path, names: Any, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policy.toml").write_text(POLICY)
    plain = Settings()
    identity = replace(
        plain.identity, verify_dkim=False, dns_servers=(Address(*names.address),), dns_timeout=0.5
    )
    return replace(plain, identity=identity, workers=replace(plain.workers, lookup_deadline=0.3))


@pytest.fixture
def judged(tmp_path: Path) -> Callable[..., Any]:
    async def judged(
        settings: Settings, envelope: Envelope | None = None, raw: bytes = RAW
    ) -> tuple[Outcome, Parts]:
        parts = build(settings, keys_for="trial", store_url="sqlite://", policy_file=tmp_path / "policy.toml")
        try:
            outcome = await parts.pipeline.process(raw, envelope or Envelope(), id="0" * 16, at=1.7e9)
            parts.metrics.observe(outcome)
            return outcome, parts
        finally:
            await parts.close()

    return judged


async def test_a_listed_domain_is_rewritten_and_only_domains_are_asked_about(
    settings: Settings, names: Any, judged: Callable[..., Any]
) -> None:
    names.records[f"odd.test.{ZONE}", "A"] = ["127.0.1.4"]
    outcome, _ = await judged(settings)
    assert [one.verdict for one in outcome.judgement.decisions] == ["rewrite", "pass"]
    words = [one.evidence.words for one in outcome.judgement.decisions[0].weighed]
    assert any("known for phishing (127.0.1.4)" in text for text in words)
    assert {name for name, _ in names.asked} == {
        f"{one}.{ZONE}" for one in ("odd.test", "fine.test", "invalid")
    }
    assert outcome.judgement.unknown == () and outcome.inspection.flags == ()


@pytest.mark.parametrize("how", ["silent", "refusing"])
async def test_without_answers_the_message_goes_on_in_time_and_says_what_is_not_known(
    settings: Settings, names: Any, judged: Callable[..., Any], how: str
) -> None:
    names.silent = how == "silent"
    for one in ("odd.test", "fine.test"):
        names.records[f"{one}.{ZONE}", "A"] = ["127.255.255.254"]
    outcome, parts = await asyncio.wait_for(judged(settings), 10)
    assert outcome.result == "untouched" and outcome.timings["ask"] < 5
    assert not any(one.evidence.signal == "dnsbl" for d in outcome.judgement.decisions for one in d.weighed)
    told = [flag.words for flag in outcome.inspection.flags if flag.flag == "unknown"]
    assert len(told) == 1 and told[0].startswith("Not known: DNS block lists (2 questions): ")
    kind = "late" if how == "silent" else "refused"
    assert f'oddlink_unknown_total{{kind="dnsbl",why="{kind}"}} 2.0' in parts.metrics.text().decode()


async def test_as_shipped_nothing_is_asked_outside(
    settings: Settings, names: Any, judged: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text("")
    outcome, _ = await judged(settings)
    assert names.asked == [] and outcome.inspection.flags == ()


async def test_name_servers_and_registries_are_asked_where_the_settings_say_so(
    settings: Settings, names: Any, site: Any, judged: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "rdap-bootstrap.json").write_text(f'{{"services": [[["test"], ["{site.url}/"]]]}}')
    site.put("/domain/odd.test", b'{"events": [{"eventAction": "registration", "eventDate": "2999-01-01"}]}')
    lookups = replace(settings.lookups, name_servers=True, rdap=True)
    lists = replace(settings.lists, dir=tmp_path / "lists")
    patient = replace(settings.workers, lookup_deadline=20.0)
    outcome, _ = await judged(replace(settings, lookups=lookups, lists=lists, workers=patient))
    assert sorted(site.asked) == ["/domain/fine.test", "/domain/odd.test"]
    assert {name for name, kind in names.asked if kind == "NS"} == {"odd.test", "fine.test"}
    seen = {one.evidence.signal for one in outcome.judgement.decisions[0].weighed}
    assert "unresolved" in seen and "young" not in seen
    assert [gap.why for gap in outcome.judgement.unknown if "future" in gap.why]


async def test_spf_proves_a_sender_whose_client_is_known(
    settings: Settings, names: Any, judged: Callable[..., Any]
) -> None:
    names.records["office.example", "TXT"] = ['"v=spf1 ip4:8.8.4.7 -all"']
    identity = replace(settings.identity, verify_spf=True)

    async def genuine(client: str, sender: str = "bounce@office.example") -> str:
        envelope = Envelope(sender, ("anna@bank.example",), client, "x", forwarded=True)
        outcome, _ = await judged(replace(settings, identity=identity), envelope)
        return str(outcome.judgement.identity.by)

    assert await genuine("8.8.4.7") == "spf"
    assert await genuine("8.8.4.8") == "none"
    assert await genuine("8.8.4.7", "bounce@evil.example") == "none"


def test_an_archive_asks_nothing_about_the_domains_of_links() -> None:
    kinds = {kind for source in outside(Settings(), identity=True, reputation=False) for kind in source.kinds}
    assert kinds == {"dkim-key"}
    assert outside(Settings(), identity=False, reputation=False) == []


async def test_a_list_that_changes_while_we_run_is_taken_up_and_counted(
    settings: Settings, tmp_path: Path
) -> None:
    block = tmp_path / "lists" / "block.txt"
    block.parent.mkdir()
    block.write_text("other.test\n")
    made = replace(settings, lists=replace(settings.lists, dir=block.parent))
    parts = build(made, keys_for="trial", store_url="sqlite://")
    lists = next(one for one in parts.pipeline.sources if isinstance(one, ListFolder))
    block.write_text("odd.test\nother.test\n")
    lists._due = 0.0
    verdicts = []
    for _ in range(2):
        outcome = await parts.pipeline.process(RAW, Envelope(), id="0" * 16, at=1.7e9)
        verdicts.append(outcome.judgement.decisions[0].verdict)
        await lists.close()
    await parts.close()
    assert verdicts == ["pass", "rewrite"]
    assert 'oddlink_lists_read_total{result="taken"} 1.0' in parts.metrics.text().decode()
