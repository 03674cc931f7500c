"""``oddlink backtest``: replay an archive in delivery order and report what would have been rewritten.

Each message is judged on what was known before it, then learned. The store is a throw-away one unless named.

Does not change the archive and does not keep tickets.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from gateway.acting import teaches
from gateway.app import Parts
from gateway.cli import files, report
from gateway.cli.common import Config, FromIsGenuine, Json, PolicyPath, Recipients, StoreUrl, printable
from gateway.cli.learn import Paths
from gateway.cli.progress import bar
from gateway.cli.session import addressed, dated, opened, process
from gateway.outcome import Outcome
from policy.actions import OBSERVED, action_of
from policy.lessons import taught
from policy.model import Decision, Envelope

_PATIENCE = 60.0
"""Seconds for the answers about one message: a busy machine must not change what comes out."""


def command(
    paths: Paths,
    as_json: Json = False,
    config: Config = None,
    store: StoreUrl = "",
    policy: PolicyPath = None,
    from_is_genuine: FromIsGenuine = False,
    recipients: Recipients = None,
) -> None:
    """Replay an archive: judge each message on what was known before it, then learn it, and report."""
    envelope = addressed(recipients)
    asyncio.run(_backtest(paths, as_json, config, store, policy, from_is_genuine, envelope))


@dataclass(slots=True)
class _Tally:
    """What came of the messages so far."""

    messages: int = 0
    with_links: int = 0
    genuine: int = 0
    links: int = 0
    rewritten_messages: int = 0
    rewritten_links: int = 0
    skipped: int = 0
    flagged: int = 0
    left: int = 0
    observed: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    because: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Outcome) -> None:
        self.messages += 1
        self.with_links += bool(outcome.inspection.followed)
        self.genuine += outcome.judgement.identity.genuine
        self.links += outcome.inspection.followed
        self.rewritten_messages += bool(outcome.tickets)
        self.rewritten_links += len(outcome.tickets)
        self.skipped += bool(outcome.inspection.skipped)
        self.flagged += bool(outcome.inspection.flags)
        self.left += len(outcome.left)
        self.actions[outcome.action] += 1
        self.because.update(f"{outcome.action}: {key}" for key in outcome.because)
        for ticket in outcome.tickets:
            self._odd(outcome.judgement.decisions[ticket.link])
        if outcome.observed:
            self._observed(outcome)

    def _odd(self, decision: Decision) -> None:
        self.domains[decision.domain] += 1
        self.signals.update(one.evidence.signal for one in decision.weighed if one.points > 0)

    def _observed(self, outcome: Outcome) -> None:
        """What would have become of a message that is only observed."""
        action = action_of(outcome.observed, outcome.observed_because)
        self.observed.update(("messages", f"messages {outcome.observed}", f"messages {action}"))
        self.because.update(f"would {action}: {key}" for key in outcome.observed_because)
        for one in outcome.judgement.decisions:
            if one.left == OBSERVED:
                self.observed["links"] += 1
                self._odd(one)

    def summary(self) -> dict[str, object]:
        return {
            "messages": self.messages,
            "messages_with_links": self.with_links,
            "genuine": self.genuine,
            "links": self.links,
            "messages_rewritten": self.rewritten_messages,
            "links_rewritten": self.rewritten_links,
            "messages_with_something_skipped": self.skipped,
            "messages_flagged": self.flagged,
            "odd_links_left": self.left,
            "messages_tagged": self.actions["tag"],
            "messages_held": self.actions["hold"],
            "messages_refused": self.actions["refuse"],
            **self._would(),
        }

    def _would(self) -> dict[str, object]:
        """Only where something was observed."""
        if not self.observed:
            return {}
        return {
            "messages_observed": self.observed["messages"],
            "messages_that_would_be_rewritten": self.observed["messages rewritten"],
            "messages_that_would_be_tagged": self.observed["messages tag"],
            "messages_that_would_be_held": self.observed["messages hold"],
            "messages_that_would_be_refused": self.observed["messages refuse"],
            "odd_links_only_observed": self.observed["links"],
        }


async def _backtest(
    paths: list[str], as_json: bool, config: Path | None, store: str, policy: Path | None, genuine: bool,
    envelope: Envelope,
) -> None:  # fmt: skip
    tally, unread = _Tally(), list[str]()
    async with opened(
        config, policy=policy, store=store or "sqlite://", from_is_genuine=genuine, reputation=False
    ) as made:
        parts = replace(made, pipeline=replace(made.pipeline, deadline=_PATIENCE))
        for piece in bar(files.pieces(paths), "replaying"):
            await asyncio.sleep(0)  # lets Ctrl-C through, where nothing else waits
            raw = files.attempt(piece.read, piece.name, unread)
            if raw is None:
                continue
            outcome = await _one(parts, raw, envelope)
            tally.add(outcome)
            if as_json:
                typer.echo(report.line(report.whole(piece.name, outcome)))
    if as_json:
        typer.echo(report.line({"summary": tally.summary()}), err=True)
    else:
        _show(tally)
    files.end(unread)


async def _one(parts: Parts, raw: bytes, envelope: Envelope) -> Outcome:
    at, rules = dated(raw, time.time()), parts.policy.rules
    # As on the mail path: before each message, what nobody objected to in time.
    patience = rules.history.unobjected_days * 86400
    parts.store.sweep(at - patience, patience)
    outcome = await process(parts, raw, at=at, envelope=envelope)
    found = (outcome.inspection, outcome.envelope, outcome.judgement)
    now, later = taught(*found, rules, at, parts.own_hosts, outcome.message_id)
    if (now or later) and teaches(outcome):
        parts.store.learn([now] if now else [], waiting=[later] if later else [])
    return outcome


def _show(tally: _Tally) -> None:
    if tally.messages and not tally.genuine:
        typer.echo(report.NOBODY_GENUINE, err=True)
    console = report.console()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, number in tally.summary().items():
        table.add_row(name.replace("_", " "), Text(str(number), "bold"))
    console.print(table)
    share = tally.rewritten_messages / tally.with_links if tally.with_links else 0.0
    console.print(
        f"would have rewritten {tally.rewritten_links} of {tally.links} links, "
        f"in {share:.2%} of the messages with links"
    )
    if tally.because:
        console.print("\nactions, and the policy's keys for them")
        for key, number in tally.because.most_common(15):
            console.print(Text(f"  {number:5}  {key}"))
    if tally.domains:
        console.print("\nmost rewritten domains")
        for domain, number in tally.domains.most_common(15):
            console.print(Text(f"  {number:5}  {printable(domain)}"))
        console.print("\nsignals that counted")
        for signal, number in tally.signals.most_common(15):
            console.print(Text(f"  {number:5}  {signal}"))
