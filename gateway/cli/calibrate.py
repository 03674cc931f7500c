"""``oddlink calibrate``: what other points and another threshold would do, fitted to an archive.

The archive is replayed with foreign links put beside its own; analysts' rulings in the store are added. What
comes out is a policy fragment to read, to try (``backtest --policy``) and to put into force by hand.

Does not change the live policy, the store or the archive.
"""

from __future__ import annotations

import asyncio
import csv
import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table

from gateway.cli import files, report
from gateway.cli.common import Config, Failure, FromIsGenuine, Json, PolicyPath, StoreUrl, printable
from gateway.cli.learn import Paths
from gateway.cli.progress import bar
from gateway.cli.session import opened, sent_at
from gateway.replay import History, Replay
from gateway.ruled import samples_of
from gateway.store import Store
from policy.calibrate import (
    Options,
    Rate,
    Sample,
    centre,
    fit,
    points_of,
    rates,
    reliability,
    threshold_for,
    with_points,
)
from policy.rules import Policy, Rules

FEWEST = 200
"""Links of each kind below which points fitted to them mean nothing."""
MOVED = 0.1
"""Points by which rulings have to move a signal to be told."""
SHARES = (0.0025, 0.005, 0.01, 0.02)
LARGEST = 64 * 1024 * 1024
"""Bytes of a file of URLs that are read."""

Urls = Annotated[
    Path | None, typer.Option("--urls", metavar="FILE", help="URLs that do not belong: lines, or a CSV file.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Write the policy fragment here.", dir_okay=False)
]


def command(
    paths: Paths,
    urls: Urls = None,
    out: Out = None,
    as_json: Json = False,
    config: Config = None,
    store: StoreUrl = "",
    policy: PolicyPath = None,
    from_is_genuine: FromIsGenuine = False,
) -> None:
    """Fit the points to an archive and to what analysts released and confirmed; print, change nothing."""
    foreign, unread = read_urls(urls) if urls else [], list[str]()
    samples, ruled, live = asyncio.run(
        _samples(paths, foreign, unread, config=config, store=store, policy=policy, genuine=from_is_genuine)
    )
    _enough(samples, urls)
    found = _found(samples, live, ruled)
    if as_json:
        typer.echo(report.line({key: value for key, value in found.items() if key != "rules"}))
    else:
        _show(found, samples, live.rules)
    if out is not None:
        named = [*map(printable, paths), *([printable(str(urls))] if urls else [])]
        out.write_text(fragment(found, live, named, ruled), encoding="utf-8")
        typer.echo(f"written to {printable(str(out))}; nothing else was changed", err=True)
    files.end(unread)


async def _samples(
    paths: list[str],
    foreign: Sequence[str],
    unread: list[str],
    *,
    config: Path | None,
    store: str,
    policy: Path | None,
    genuine: bool,
) -> tuple[list[Sample], int, Policy]:
    """Links with their answers, how many of them are analysts' rulings, and the policy in force."""
    async with opened(config, policy=policy, store=store, from_is_genuine=genuine) as parts:
        samples = samples_of(parts.store)
        ruled = len(samples)
        others = [one for one in parts.pipeline.sources if one is not parts.keeper]
        with Store.open("sqlite://") as memory:
            sources = (History(memory), *others)
            replay = Replay(parts.policy, parts.pipeline.trust, memory, sources, foreign, "archive")
            pieces = files.pieces(paths)
            for number, piece in enumerate(bar(pieces, "replaying")):
                await asyncio.sleep(0)  # lets Ctrl-C through, where nothing else waits
                raw = files.attempt(piece.read, piece.name, unread)
                if raw is None:
                    continue
                inspection = await parts.pipeline.reader.inspect(raw)
                at = sent_at(inspection.message.headers) or time.time()
                # The first half is history: what is judged on nothing says nothing about the points.
                samples += await replay.message(inspection, at, judged=2 * number >= len(pieces))
        return samples, ruled, parts.policy


def read_urls(path: Path) -> list[str]:
    """Every web address in a file of lines or comma-separated values, in order. Raises Failure."""
    if path.stat().st_size > LARGEST:
        raise Failure(f"{path}: is larger than {LARGEST >> 20} MB; give a part of it")
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        try:
            rows = itertools.chain.from_iterable(csv.reader(file))
            found = [cell.strip() for cell in rows if _is_url(cell.strip())]
        except csv.Error as error:
            raise Failure(f"{path}: is neither lines of URLs nor CSV: {error}") from None
    if not found:
        raise Failure(f"{path}: holds no URL that begins with http:// or https://")
    return found


def _is_url(text: str) -> bool:
    try:
        return text.startswith(("http://", "https://")) and "." in (urlsplit(text).hostname or "")
    except ValueError:
        return False


def _enough(samples: Sequence[Sample], urls: Path | None) -> None:
    odd = sum(one.odd for one in samples)
    benign = len(samples) - odd
    if benign < FEWEST or odd < FEWEST:
        words = (
            f"{benign} usual and {odd} odd links are too few to fit points to: {FEWEST} of each are needed"
        )
        hint = "" if urls else "; --urls FILE puts odd ones into the archive's mail"
        raise Failure(
            words + hint + ". Only senders with five earlier messages get odd links put into theirs"
        )


def _found(samples: Sequence[Sample], policy: Policy, ruled: int) -> dict[str, Any]:
    """The fitted points, and what they and the ones in force would do; the first ``ruled`` are rulings."""
    rules = policy.rules
    seen = {name for one in samples for name, strength in one.seen if strength}
    names = [name for name, value in rules.points.items() if value and name in seen]
    points = fit(samples, rules, names)
    alone = fit(samples[ruled:], rules, names) if 0 < ruled < len(samples) else points
    fitted = with_points(rules, points)
    scored = [(points_of(one, fitted), one.odd) for one in samples]
    now = [(points_of(one, rules), one.odd) for one in samples]
    threshold = max(0.25, threshold_for(scored, 0.005))
    return {
        "links": {"benign": sum(not odd for _, odd in now), "odd": sum(odd for _, odd in now)},
        "points": dict(points),
        "moved_by_rulings": {
            name: round(value - alone[name], 2)
            for name, value in sorted(points.items())
            if abs(value - alone[name]) >= MOVED
        },
        "threshold": threshold,
        "now": _rate(rates(now, [rules.threshold])[0]),
        "fitted": [_rate(one) for one in rates(scored, [threshold_for(scored, share) for share in SHARES])],
        "rules": replace(fitted, threshold=threshold),
    }


def _rate(one: Rate) -> dict[str, float]:
    return {"threshold": one.threshold, "benign": round(one.benign, 5), "odd": round(one.odd, 5)}


def _show(found: dict[str, Any], samples: Sequence[Sample], rules: Rules) -> None:
    console = report.console()
    points = Table("signal", "now", "fitted", box=None, padding=(0, 2, 0, 0))
    for name, value in sorted(found["points"].items()):
        points.add_row(name, f"{rules.points[name]:.2f}", f"{value:.2f}")
    console.print(points)
    expected = Table(
        "threshold", "benign links rewritten", "odd links caught", "", box=None, padding=(0, 2, 0, 0)
    )
    for rate, words in ((found["now"], "points in force"), *((one, "fitted") for one in found["fitted"])):
        expected.add_row(f"{rate['threshold']:.2f}", f"{rate['benign']:.2%}", f"{rate['odd']:.1%}", words)
    console.print(expected)
    _show_curve(console, samples, found["rules"])


def _show_curve(console: Console, samples: Sequence[Sample], own: Rules) -> None:
    """The reliability curve of the fitted points, and a word where it is far off."""
    share = Options().odd_share
    curve = Table("score", "links", "odd, as scored", "odd, as found", "", box=None, padding=(0, 2, 0, 0))
    scored = [(points_of(one, own), one.odd) for one in samples]
    steps = reliability(scored, centre(samples, own), odd_share=share)
    for step in steps:
        row = (f"{step.low:.0f}", str(step.links), f"{step.expected:.0%}", f"{step.found:.0%}")
        curve.add_row(*row, "far off" if step.off else "")
    console.print(curve)
    console.print(f"both as if {share:.0%} of all links were odd")
    if any(step.off for step in steps):
        console.print("where it is far off, a point is not the nat of log-odds that it should be")


def _moved(found: dict[str, Any]) -> str:
    """How far the rulings have moved the points."""
    moved = ", ".join(f"{name} by {points:+}" for name, points in found["moved_by_rulings"].items())
    return f"; they moved {moved}" if moved else f"; they moved no signal by {MOVED} points"


def fragment(found: dict[str, Any], live: Policy, sources: Sequence[str], ruled: int) -> str:
    """A policy file with the fitted points and threshold, and where they come from."""
    links, best = found["links"], found["fitted"][SHARES.index(0.005)]
    day = datetime.now(UTC).date().isoformat()
    lines = [
        f"# Made by `oddlink calibrate` on {day} over policy {live.version}, from",
        *(f"#   {one}" for one in sources),
        f"#   {ruled} rulings of analysts{_moved(found) if ruled else ''}",
        f"# {links['benign']} usual links and {links['odd']} odd ones. Expected at this threshold:",
        f"# {best['benign']:.2%} of the usual links rewritten, {best['odd']:.1%} of the odd ones caught.",
        "# Not in force until somebody puts it there.",
        "",
        f"threshold = {found['threshold']}",
        "",
        "[points]",
        *(
            f"{name} = {value}  # was {live.rules.points[name]}"
            for name, value in sorted(found["points"].items())
        ),
        "",
    ]
    return "\n".join(line.replace("\n", " ") for line in lines)
