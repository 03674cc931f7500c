"""What analysts look for: conditions over messages and clicks, newest first.

A condition on links or recipients is an EXISTS under the message, so that SQLite walks messages from the
newest and stops at the limit.

Does not build pages or tables.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, exists, func, or_, select

from gateway.store import schema
from gateway.store.reading import message_row, recipients
from gateway.store.rows import ClickRow, MessageRow, Search
from gateway.store.strings import clean

_MOST = 100_000
"""Rows of one answer; more is a job for the database's own tools."""


def decisions(connection: Connection, search: Search) -> list[MessageRow]:
    """Messages that match, newest first, without links, skipped and flags."""
    message = schema.message
    query = select(message).order_by(message.c.at.desc(), message.c.id.desc()).limit(_limit(search))
    if search.since:
        query = query.where(message.c.at >= search.since)
    for condition in _of_message(message, search):
        query = query.where(condition)
    link = schema.link
    about_links = _of_link(link, search)
    if about_links:
        query = query.where(exists().where(link.c.message == message.c.id, *about_links))
    rows = connection.execute(query).all()
    known = recipients(connection, [row.id for row in rows])
    return [message_row(row, known.get(row.id, ())) for row in rows]


def clicks(connection: Connection, search: Search) -> list[ClickRow]:
    """Clicks that match, newest first, with destination and sender filled in where the ticket is ours."""
    click, ticket, link, message = schema.click, schema.ticket, schema.link, schema.message
    joined = (
        click.outerjoin(ticket, ticket.c.id == click.c.ticket)
        .outerjoin(link, and_(link.c.message == ticket.c.message, link.c.number == ticket.c.link))
        .outerjoin(message, message.c.id == click.c.message)
    )
    query: Select[Any] = select(
        click, ticket.c.url, link.c.domain.label("link_domain"), message.c.sender.label("message_sender")
    ).select_from(joined)
    query = query.order_by(click.c.at.desc(), click.c.id.desc()).limit(_limit(search))
    if search.since:
        query = query.where(click.c.at >= search.since)
    for condition in (*_of_message(message, search), *_of_link(link, search)):
        query = query.where(condition)
    return [
        ClickRow(
            at=row.at,
            ticket=row.ticket,
            message=row.message,
            step=row.step,
            client=row.client,
            agent=row.agent,
            url=row.url or "",
            domain=row.link_domain or "",
            sender=row.message_sender or "",
        )
        for row in connection.execute(query)
    ]


def _limit(search: Search) -> int:
    return max(1, min(search.limit, _MOST))


def _of_message(message: FromClause, search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.sender:
        conditions.append(_sender(message, _term(search.sender)))
    if search.recipient:
        recipient = schema.recipient
        matches = _address(recipient.c.address, _term(search.recipient))
        conditions.append(exists().where(recipient.c.message == message.c.id, matches))
    if search.message_id:
        bare = clean(search.message_id.strip(), 1000).removeprefix("<").removesuffix(">")
        ids = (bare, f"<{bare}>")
        conditions.append(or_(message.c.id == bare.lower(), message.c.message_id.in_(ids)))
    if search.outcome:
        conditions.append(message.c.outcome == clean(search.outcome, 100))
    if search.action:
        conditions.append(message.c.action == clean(search.action, 100))
    if search.scope:
        conditions.append(message.c.scope == clean(search.scope, 100))
    if search.observed == "any":
        conditions.append(message.c.observed != "")
    elif search.observed:
        # The column goes on with the keys of [actions], see recording.py.
        would = clean(search.observed, 100)
        conditions.append(
            or_(
                message.c.observed == would,
                message.c.observed.startswith(would + " ", autoescape=True),
            )
        )
    return conditions


def _of_link(link: FromClause, search: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.domain:
        domain = _term(search.domain).removeprefix("@").removeprefix(".")
        conditions.append(or_(_within(link.c.domain, domain), _within(link.c.host, domain)))
    if search.url:
        part = clean(search.url.strip(), 8192)
        conditions.append(or_(_contains(link.c.url, part), _contains(link.c.written, part)))
    return conditions


def _term(text: str) -> str:
    return clean(text.strip(), 1000).lower()


def _sender(message: FromClause, wanted: str) -> ColumnElement[bool]:
    """By From, and by reverse-path for messages whose From names nobody or somebody else."""
    if "@" in wanted.removeprefix("@"):
        return or_(message.c.sender == wanted, func.lower(message.c.mail_from) == wanted)
    domain = wanted.removeprefix("@")
    return or_(_within(message.c.sender_domain, domain), _address(message.c.mail_from, wanted))


def _address(column: ColumnElement[Any], wanted: str) -> ColumnElement[bool]:
    if "@" in wanted.removeprefix("@"):
        return func.lower(column) == wanted
    domain = wanted.removeprefix("@")
    lowered = func.lower(column)
    return or_(
        lowered.endswith("@" + domain, autoescape=True),
        and_(lowered.contains("@", autoescape=True), lowered.endswith("." + domain, autoescape=True)),
    )


def _within(column: ColumnElement[Any], domain: str) -> ColumnElement[bool]:
    return or_(column == domain, column.endswith("." + domain, autoescape=True))


def _contains(column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    return func.lower(column).contains(part.lower(), autoescape=True)
