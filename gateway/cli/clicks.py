"""``oddlink clicks``: who followed rewritten links, and how far.

Does not tell people from scanners: a POST is evidence of a person, not proof.
"""

from __future__ import annotations

from gateway.cli.common import Config, Json, Since, StoreUrl, now, open_store, parse_since
from gateway.cli.decisions import Domain, Limit, MessageId, Recipient, Sender, Url
from gateway.cli.output import Format, chosen, write_csv, write_json, write_table
from gateway.shapes import click_json, moment
from gateway.store.rows import ClickRow, Search

_COLUMNS = ("time", "step", "domain", "sender", "client", "message", "url", "agent")


def command(
    since: Since = "",
    sender: Sender = "",
    recipient: Recipient = "",
    domain: Domain = "",
    url: Url = "",
    message_id: MessageId = "",
    limit: Limit = 200,
    format: Format = "table",
    json: Json = False,
    config: Config = None,
    store: StoreUrl = "",
) -> None:
    """Search the clicks: every step on the pages behind rewritten links."""
    form = chosen(format, json)
    search = Search(
        since=parse_since(since, now()),
        sender=sender,
        recipient=recipient,
        domain=domain,
        url=url,
        message_id=message_id,
        limit=limit,
    )
    with open_store(config, store) as opened:
        rows = opened.find_clicks(search)
    if form == "table":
        write_table(_COLUMNS, map(_cells, rows))
    elif form == "csv":
        write_csv((*_COLUMNS, "ticket"), ((*_cells(row), row.ticket) for row in rows))
    else:
        for row in rows:
            write_json(click_json(row))


def _cells(row: ClickRow) -> tuple[object, ...]:
    return moment(row.at), row.step, row.domain, row.sender, row.client, row.message, row.url, row.agent
