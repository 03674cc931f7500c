"""One message as the JSON object of the contract, and as a few lines for people.

Does not read or judge anything.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli.common import printable
from gateway.outcome import Outcome
from inspectors.model import Inspection, Link, Skipped
from policy.actions import action_of, would
from policy.domains import registrable
from policy.model import Decision, Identity
from policy.signals.case import target as destination


def whole(file: str, outcome: Outcome) -> dict[str, Any]:
    """The object ``scan`` and ``backtest`` print."""
    judgement = outcome.judgement
    links = [_judged(link, one) for link, one in _paired(outcome)]
    return {
        "file": file,
        "id": outcome.id,
        "message_id": outcome.message_id,
        "sender": _sender(judgement.identity),
        "outcome": outcome.result,
        "action": outcome.action,
        "because": list(outcome.because),
        **_scope(outcome),
        "links": links,
        **_beside(outcome.inspection),
        "not_rewritten": [_noted(one) for one in outcome.left],
        "policy": judgement.policy_version,
    }


def _scope(outcome: Outcome) -> dict[str, Any]:
    """The scope and, where policy only observes, what would have become of the message."""
    name = outcome.judgement.scope.name
    found: dict[str, Any] = {"scope": name} if name else {}
    if outcome.observed:
        found["observed"] = outcome.observed
        found["observed_action"] = action_of(outcome.observed, outcome.observed_because)
        found["observed_because"] = list(outcome.observed_because)
    return found


def inventory(file: str, inspection: Inspection, message_id: str) -> dict[str, Any]:
    """The object ``links`` prints: nothing judged."""
    links = [_link(link) for link in inspection.links]
    return {"file": file, "message_id": message_id, "links": links, **_beside(inspection)}


def _paired(outcome: Outcome) -> list[tuple[Link, Decision]]:
    return list(zip(outcome.inspection.links, outcome.judgement.decisions, strict=True))


def _sender(identity: Identity) -> Mapping[str, Any]:
    return {
        "address": identity.address,
        "domain": identity.domain,
        "genuine": identity.genuine,
        "by": identity.by,
        "words": identity.words,
    }


def _beside(inspection: Inspection) -> dict[str, Any]:
    return {
        "skipped": [_noted(one) for one in inspection.skipped],
        "flags": [{"flag": one.flag, "leaf": one.leaf, "words": one.words} for one in inspection.flags],
    }


def _noted(one: Skipped) -> dict[str, str]:
    return {"leaf": one.leaf, "reason": one.reason} | ({"kind": one.kind} if one.kind else {})


def _link(link: Link) -> dict[str, Any]:
    found: dict[str, Any] = {
        "url": link.url,
        "host": link.host,
        "domain": registrable(link.host),
        "place": link.place,
        "leaf": link.leaf,
        "shown": link.shown,
    }
    if link.written != link.url:
        found["written"] = link.written
    if link.page:
        found["page"] = link.page
    if link.box:
        found["box"] = [round(side, 2) for side in link.box]
    if link.target:
        found["target"] = link.target
        found["target_domain"] = registrable(destination(link).host)
    if link.wrapped:
        found["wrapped_by"] = [layer.by for layer in link.wrapped]
    return found


def _judged(link: Link, decision: Decision) -> dict[str, Any]:
    evidence = [
        {"signal": one.evidence.signal, "points": round(one.points, 3), "words": one.evidence.words}
        for one in decision.weighed
    ]
    return (
        _link(link)
        | {
            "verdict": decision.verdict,
            "score": round(decision.score, 3),
            "evidence": evidence,
            "flip": decision.flip,
        }
        | ({"left": decision.left} if decision.left else {})
    )


NOBODY_GENUINE = (
    "oddlink: no sender is proved genuine, so nothing is learned but what mail in such names linked to, "
    "which speaks for nobody; set identity.authserv_ids, "
    "or use --from-is-genuine for archives whose authentication results are gone"
)


def line(found: Mapping[str, Any]) -> str:
    """One JSON line; what cannot be UTF-8 is escaped."""
    return json.dumps(found, ensure_ascii=True, separators=(", ", ": "))


def console() -> Console:
    """Rich on standard output; as wide as the terminal, and where there is none wide enough for any URL."""
    width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 20_000
    return Console(width=width, markup=False, emoji=False, highlight=False)


def show(console: Console, found: Mapping[str, Any]) -> None:
    """The same object for a person. All text is escaped for the terminal first."""
    sender = found.get("sender")
    head = Text(printable(str(found["file"])), style="bold")
    if sender:
        proved = f"genuine by {sender['by']}" if sender["genuine"] else "not proved genuine"
        head.append(f"  {printable(sender['address'] or 'no sender')} ({proved})  {found['outcome']}")
        if found["because"]:
            head.append(f"  {found['action']}, because of {', '.join(found['because'])}", style="red")
        if "observed" in found:
            head.append(
                f"  only observed: would have been {would(found['observed'], found['observed_because'])}",
                "red",
            )
    console.print(head)
    table = Table(box=None, padding=(0, 2, 0, 2), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")  # a URL is never cut
    for link in found["links"]:
        odd = link.get("verdict", "pass") != "pass" or "left" in link
        mark = Text(
            f"{link['verdict']} {link['score']:.1f}" if "verdict" in link else "", "red" if odd else "dim"
        )
        where = f"{link['leaf']} {link['place']}" + (f" p.{link['page']}" if link.get("page") else "")
        table.add_row(mark, Text(printable(where), "dim"), Text(printable(link["url"])))
        if "wrapped_by" in link:
            by = printable(", ".join(link["wrapped_by"]))
            leads = printable(link.get("target") or "(not said)")
            table.add_row("", "", Text(f"  wrapped by {by}, leads to {leads}", "dim"))
        if odd:
            for one in link["evidence"]:
                table.add_row("", "", Text(f"  {one['points']:+.1f} {printable(one['words'])}", "yellow"))
    if found["links"]:
        console.print(table)
    for one in found["skipped"]:
        console.print(
            Text(f"  not looked into: {printable(one['leaf'])} {printable(one['reason'])}", "yellow")
        )
    for one in found["flags"]:
        console.print(
            Text(f"  {printable(one['flag'])} {printable(one['leaf'])}: {printable(one['words'])}", "dim")
        )
