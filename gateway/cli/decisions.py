"""``oddlink decisions``: search what was decided.

Does not explain; ``oddlink explain ID`` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, get_args

import typer

from gateway.cli.common import Config, Json, Since, StoreUrl, now, one_of, open_store, parse_since
from gateway.cli.output import Format, chosen, write_csv, write_json, write_table
from gateway.observed import RESULTS
from gateway.shapes import message_json, moment
from gateway.store import Store
from gateway.store.rows import MessageRow, Search
from policy.rules import Action

Sender = Annotated[str, typer.Option("--sender", help="Address, or domain with its subdomains.")]
Recipient = Annotated[str, typer.Option("--recipient", help="Address, or domain with its subdomains.")]
Domain = Annotated[str, typer.Option("--domain", help="Domain or host of a link, subdomains included.")]
Url = Annotated[str, typer.Option("--url", help="Part of a link's URL.")]
MessageId = Annotated[str, typer.Option("--message-id", help="Message-ID, or our own id.")]
Outcome = Annotated[str, typer.Option("--outcome", help='"untouched", "rewritten", "held" or "refused".')]
ActionTaken = Annotated[str, typer.Option("--action", help='"pass", "tag", "hold" or "refuse".')]
Scope = Annotated[str, typer.Option("--scope", help="Name of a scope of the policy.")]
Observed = Annotated[
    str,
    typer.Option("--observed", help='Only observed: an outcome it would have had, or "any".'),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Most rows, newest first.")]

ACTIONS: tuple[str, ...] = get_args(Action)
_COLUMNS = ("time", "id", "sender", "genuine", "recipients", "outcome", "links", "rewritten", "delivered")
_TABLE = tuple(name for name in _COLUMNS if name != "genuine")
_CSV = (
    *_COLUMNS, "message_id", "subject", "policy", "rewritten_urls", "reply", "action", "because", "scope",
    "observed",
)  # fmt: skip


def command(
    since: Since = "",
    sender: Sender = "",
    recipient: Recipient = "",
    domain: Domain = "",
    url: Url = "",
    message_id: MessageId = "",
    outcome: Outcome = "",
    action: ActionTaken = "",
    scope: Scope = "",
    observed: Observed = "",
    limit: Limit = 200,
    format: Format = "table",
    json: Json = False,
    config: Config = None,
    store: StoreUrl = "",
) -> None:
    """Search the decisions: which messages came, which links were rewritten."""
    form = chosen(format, json)
    search = Search(
        since=parse_since(since, now()),
        sender=sender,
        recipient=recipient,
        domain=domain,
        url=url,
        message_id=message_id,
        outcome=one_of("--outcome", outcome, RESULTS),
        action=one_of("--action", action, ACTIONS),
        scope=scope,
        observed=one_of("--observed", observed, ("any", *RESULTS)),
        limit=limit,
    )
    with open_store(config, store) as opened:
        if form == "table":
            write_table(_TABLE, map(_narrow, _whole(opened, search)))
        elif form == "csv":
            write_csv(_CSV, ((*_cells(row), *_more(row)) for row in _whole(opened, search)))
        else:
            for row in _whole(opened, search):
                write_json(message_json(row))


def _whole(store: Store, search: Search) -> Iterator[MessageRow]:
    """The messages found, each with its links."""
    for found in store.find_decisions(search):
        yield store.message(found.id) or found


def _cells(row: MessageRow) -> tuple[object, ...]:
    rewritten = [link.host or link.domain for link in row.links if link.ticket]
    more = row.rewritten_count - len(rewritten[:3])
    hosts = ", ".join(rewritten[:3]) + (f" and {more} more" if more > 0 else "")
    return (
        moment(row.at),
        row.id,
        row.sender or row.mail_from or "<>",
        row.by if row.genuine or row.outbound else "no",
        ", ".join(row.recipients[:3]) + (" …" if len(row.recipients) > 3 else ""),
        row.outcome,
        row.link_count,
        hosts,
        {True: "yes", False: "no", None: "?"}[row.delivered],
    )


def _narrow(row: MessageRow) -> tuple[object, ...]:
    """For the width of a terminal: time without fractions, and not who vouched for the sender; of a message
    that was only observed what it would have been."""
    time, id, sender, _genuine, recipients, outcome, *rest = _cells(row)
    outcome = f"observed: {row.observed}" if row.observed else outcome
    return (f"{str(time)[:19]}Z", id, sender, recipients, outcome, *rest)


def _more(row: MessageRow) -> tuple[object, ...]:
    urls = " ".join(link.url for link in row.links if link.ticket)
    return (
        row.message_id, row.subject, row.policy_version, urls, row.reply, row.action, " ".join(row.because),
        row.scope, row.would,
    )  # fmt: skip
