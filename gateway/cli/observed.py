"""``oddlink observed``: what policy would have done where it only observed, and which threshold to set then.

Does not change the policy: what it proposes is a fragment to read and to paste.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer

from gateway.cli.common import (
    DATA,
    Config,
    Failure,
    Json,
    PolicyPath,
    Since,
    StoreUrl,
    counted,
    now,
    parse_since,
    printable,
)
from gateway.cli.output import Format, chosen, write_csv, write_json, write_table
from gateway.observed import Report, Wish, report
from gateway.settings import Settings
from gateway.shapes import moment
from gateway.store import Store
from policy.history import day
from policy.policyfile import load as load_policy
from policy.proposal import CAP, FLOOR, Proposal, Share
from policy.rules import Policy
from policy.scopes import named

NO_SCOPE = "-"
"""Stands for mail of no scope on the command line; no scope can have this name."""

Days = Annotated[
    int,
    typer.Option(
        "--days", min=0, max=3650, help="Days a proposal takes; 0: as observe.days of the policy says."
    ),
]
Scope = Annotated[
    str, typer.Option("--scope", metavar="NAME", help='Only this scope; "-" for mail of no scope.')
]
AllVersions = Annotated[
    bool,
    typer.Option(
        "--all-versions",
        help="Propose from links judged under any policy version, not only the newest; right where the "
        "points stayed the same.",
    ),
]

_COLUMNS = ("domain", "messages", "senders", "points", "example", "who")
_CSV = ("scope", *_COLUMNS)


def command(
    days: Days = 0,
    since: Since = "",
    scope: Scope = "",
    all_versions: AllVersions = False,
    format: Format = "table",
    json: Json = False,
    policy: PolicyPath = None,
    config: Config = None,
    store: StoreUrl = "",
) -> None:
    """Report on mail that was only observed: what would have been done, and a threshold to propose."""
    form = chosen(format, json)
    settings = Settings.load(config)
    in_force = load_policy(policy or settings.policy.file)
    wanted = None if not scope else "" if scope == NO_SCOPE else scope
    wish = Wish(days, all_versions, now())
    with (
        Store.open(store or settings.store.url, create=False, wait=settings.store.wait) as opened,
        opened.observations(parse_since(since, now())) as seen,
    ):
        found = report(seen, in_force, wish, wanted)
    if not found:
        raise Failure(_nothing(in_force, wanted, since), DATA)
    if form == "json":
        for one in found:
            write_json(_json(one))
    elif form == "csv":
        write_csv(_CSV, ((one.scope, *row) for one in found for row in _rows(one)))
    else:
        for number, one in enumerate(found):
            if number:
                typer.echo("")
            _show(one, in_force)


def _nothing(policy: Policy, scope: str | None, since: str) -> str:
    if scope and named(scope, policy.rules) is None:
        known = ", ".join(entry.name for entry in policy.rules.scope)
        has = f"its scopes are {known}" if known else "it has no [[scope]] at all"
        return f"the policy has no scope {scope[:60]!r}, and nothing was observed under that name; {has}"
    if scope is not None or since:
        return "nothing was observed there; without --scope and --since the report is about everything"
    if policy.rules.observe.enabled or any(entry.observe for entry in policy.rules.scope):
        return "nothing was observed yet; the policy observes, so the first mail will show"
    return "nothing was observed; `[observe] enabled = true` in the policy judges mail without changing it"


def _json(one: Report) -> dict[str, Any]:
    found = asdict(one) | {
        "first": moment(one.first),
        "last": moment(one.last),
        "would": dict(one.would),
        "because": dict(one.because),
        "signals": dict(one.signals),
        "domains": [asdict(domain) for domain in one.domains],
    }
    if one.proposal is not None:
        found["proposal"] |= {"now": _share(one.proposal.now), "then": _share(one.proposal.then)}
    return found


def _share(share: Share) -> dict[str, float]:
    return {"links": share.links, "of": share.of, "share": share.found, "at_most": share.most}


def _rows(one: Report) -> Iterator[tuple[object, ...]]:
    for found in one.domains:
        more = found.senders - len(found.named)
        who = ", ".join(name or "(no single sender)" for name in found.named)
        who += f" and {more} more" if more > 0 else ""
        yield found.domain, found.messages, found.senders, f"{found.points:.2f}", found.example, who


def _show(one: Report, policy: Policy) -> None:
    for line in _head(one):
        typer.echo(printable(line))
    if one.domains:
        typer.echo("")
        write_table(_COLUMNS, _rows(one))
        typer.echo("\nsignals that counted against these links, and in how many messages")
        for signal, number in one.signals:
            typer.echo(f"  {number:5}  {printable(signal)}")
    typer.echo("")
    for line in _about_threshold(one, policy):
        typer.echo(printable(line))
    if one.fragment:
        # A comment or name in it comes from the administrator's own policy file.
        typer.echo("\n" + "\n".join(map(printable, one.fragment.splitlines())))


def _head(one: Report) -> Iterator[str]:
    name = f"scope {one.scope}" if one.scope else "mail of no scope"
    yield f"{name}, observed from {day(one.first)} to {day(one.last)}"
    yield f"  {counted(one.messages, 'message')}, {one.with_links} of them with links"
    yield "  would have been " + ", ".join(f"{name} {number}" for name, number in one.would)
    if one.because:
        yield "  because of [actions]: " + ", ".join(f"{key} {number}" for key, number in one.because)
    yield f"  {counted(one.odd, 'odd link')}, each counted once per message and domain"
    yield f"  analysts confirmed {counted(one.confirmed, 'link')} and released {one.released}"
    if one.threshold is not None and not one.observes:
        yield "  The policy in force no longer observes this mail: it acts on it."


def _about_threshold(one: Report, policy: Policy) -> Iterator[str]:
    judged = f"judged under {one.version}" if one.version else "judged under any policy version"
    if one.elsewhere:
        yield (
            f"Judged under other policy versions and not counted here: {counted(one.elsewhere, 'message')}; "
            "--all-versions counts them, which is right where the points are the same."
        )
    if one.threshold is None:
        yield "The policy has no such scope any more, so no threshold is proposed."
        return
    if one.proposal is None:
        yield (
            f"Threshold {one.threshold:.2f} in force. A threshold is proposed after "
            f"{counted(one.needed, 'day')} with observed links; so far {one.days}, {judged}."
        )
        return
    if one.undecided:
        what = "1 odd domain has" if one.undecided == 1 else f"{one.undecided} odd domains have"
        them = "it" if one.undecided == 1 else "them"
        yield (
            f"{what} not been ruled on: confirm or release {them} first (`oddlink confirm`, `oddlink "
            f"release`). The proposed figure would be another without {them}."
        )
    yield f"{counted(one.days, 'day')} with links, {judged}, counting once per message and domain:"
    yield from _sure(one.proposal, one.threshold, policy.rules.observe.budget)


def _sure(found: Proposal, threshold: float, budget: float) -> Iterator[str]:
    figures = [("in force", threshold, found.now), ("proposed", found.threshold, found.then)]
    for name, at, share in figures[:1] if found.few else figures:
        yield (
            f"  {name} {at:.2f}: {share.links} of {counted(share.of, 'link')} reach it, {share.found:.2%}; "
            f"with 95 % certainty under {share.most:.2%} of all such mail"
        )
    yield (
        "  Links nobody confirmed as odd are taken for harmless. They come in groups, a newsletter at a "
        "time, so the certainty is less than it looks."
    )
    if found.few:
        yield (
            f"  These are too few to propose a threshold: with fewer than {found.few} links even none above "
            f"it would not show that it rewrites under {budget:.2%}. Observe on."
        )
        return
    if found.bound == "floor":
        yield (
            f"  The budget of {budget:.2%} alone would allow less than {FLOOR}; below that, signs that are "
            "never to be enough alone would be."
        )
    if found.bound == "cap":
        yield (
            f"  The budget of {budget:.2%} alone would ask for more than {CAP}, where foreign links begin to "
            "get through. Look at the domains above instead: [[allow]] what belongs, and see that history "
            "was learned (`oddlink learn`) and lists.dir has a popularity list."
        )
