"""Recorded messages, tickets and manifests read back as the values of ``rows.py``.

Does not search; ``searches.py`` does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from gateway.outcome import Manifest, Restored, Ticket
from gateway.store import schema
from gateway.store.rows import EvidenceRow, LinkRow, MessageRow, Ruling, TicketRow

_AT_ONCE = 500
"""Ids in one IN list."""


def message(connection: Connection, id: str) -> MessageRow | None:
    """The message with all its links, or None."""
    found = connection.execute(select(schema.message).where(schema.message.c.id == id)).first()
    if found is None:
        return None
    return message_row(
        found,
        recipients(connection, [id]).get(id, ()),
        links=tuple(_links(connection, id)),
        skipped=tuple((row.leaf, row.reason, row.kind) for row in _numbered(connection, schema.skipped, id)),
        flags=tuple((row.flag, row.leaf, row.words) for row in _numbered(connection, schema.flag, id)),
        rulings=rulings(connection, id),
    )


def ticket(connection: Connection, ticket_id: str) -> TicketRow | None:
    """The ticket with its link and its message (without the other links), or None."""
    found = connection.execute(select(schema.ticket).where(schema.ticket.c.id == ticket_id)).first()
    if found is None:
        return None
    whole = connection.execute(select(schema.message).where(schema.message.c.id == found.message)).one()
    (link,) = _links(connection, found.message, found.link)
    known = recipients(connection, [found.message]).get(found.message, ())
    row = message_row(whole, known, rulings=rulings(connection, found.message))
    return TicketRow(Ticket(found.id, found.url, found.link), link, row)


def manifest(connection: Connection, *, id: str = "", rewritten_sha256: str = "") -> Manifest | None:
    """The manifest of a message, by its id or by the digest of what left; the newest where several match."""
    query = select(schema.manifest).join(schema.message, schema.message.c.id == schema.manifest.c.message)
    if id:
        query = query.where(schema.manifest.c.message == id)
    else:
        query = query.where(schema.manifest.c.rewritten_sha256 == rewritten_sha256.lower())
    found = connection.execute(query.order_by(schema.message.c.at.desc())).first()
    if found is None:
        return None
    changes = tuple(
        Restored(row.at, row.was, row.now) for row in _numbered(connection, schema.change, found.message)
    )
    return Manifest(found.message, found.added, found.size, found.sha256, found.rewritten_sha256, changes)


def message_row(
    row: Row[Any],
    recipients: tuple[str, ...],
    *,
    links: tuple[LinkRow, ...] = (),
    skipped: tuple[tuple[str, str, str], ...] = (),
    flags: tuple[tuple[str, str, str], ...] = (),
    rulings: tuple[Ruling, ...] = (),
) -> MessageRow:
    """A row of the message table as a value."""
    return MessageRow(
        id=row.id,
        at=row.at,
        message_id=row.message_id,
        sender=row.sender,
        sender_domain=row.sender_domain,
        genuine=row.genuine,
        by=row.by,
        identity_words=row.identity_words,
        mail_from=row.mail_from,
        recipients=recipients,
        subject=row.subject,
        outcome=row.outcome,
        policy_version=row.policy_version,
        delivered=row.delivered,
        reply=row.reply,
        links=links,
        skipped=skipped,
        flags=flags,
        link_count=row.link_count,
        rewritten_count=row.rewritten_count,
        action=row.action,
        because=tuple(row.because.split()),
        rulings=rulings,
        person=row.person,
        scope=row.scope,
        observed=row.observed.partition(" ")[0],
        observed_because=tuple(row.observed.split()[1:]),
    )


def rulings(connection: Connection, id: str = "", since: float = 0.0) -> tuple[Ruling, ...]:
    """What analysts decided about a message, or about all where none is named, oldest first."""
    table = schema.ruling
    wanted = table.c.message == id if id else table.c.at >= since
    rows = connection.execute(select(table).where(wanted).order_by(table.c.id))
    return tuple(
        Ruling(row.at, row.who, row.what, row.message, row.link, row.domain, row.sender, row.words)
        for row in rows
    )


def recipients(connection: Connection, ids: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Envelope recipients of each of these messages, in the order the client named them."""
    found: dict[str, tuple[str, ...]] = {}
    wanted, table = list(ids), schema.recipient
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        query = select(table).where(table.c.message.in_(some)).order_by(table.c.message, table.c.number)
        for row in connection.execute(query):
            found[row.message] = (*found.get(row.message, ()), row.address)
    return found


def _numbered(connection: Connection, table: Any, id: str) -> Iterable[Row[Any]]:
    return connection.execute(select(table).where(table.c.message == id).order_by(table.c.number))


def _links(connection: Connection, id: str, number: int | None = None) -> list[LinkRow]:
    link, evidence, ticket = schema.link, schema.evidence, schema.ticket
    wanted: Select[Any] = select(link).where(link.c.message == id).order_by(link.c.number)
    weighed = select(evidence).where(evidence.c.message == id).order_by(evidence.c.link, evidence.c.number)
    if number is not None:
        wanted = wanted.where(link.c.number == number)
        weighed = weighed.where(evidence.c.link == number)
    pieces: dict[int, list[EvidenceRow]] = {}
    for row in connection.execute(weighed):
        used = tuple(tuple(question) for question in json.loads(row.used))
        piece = EvidenceRow(row.signal, row.strength, row.points, row.words, used)
        pieces.setdefault(row.link, []).append(piece)
    tickets = {row.link: row.id for row in connection.execute(select(ticket).where(ticket.c.message == id))}
    return [_link(row, pieces.get(row.number, []), tickets) for row in connection.execute(wanted)]


def _link(row: Row[Any], pieces: Iterable[EvidenceRow], tickets: Mapping[int, str]) -> LinkRow:
    return LinkRow(
        number=row.number,
        url=row.url,
        written=row.written,
        host=row.host,
        domain=row.domain,
        place=row.place,
        leaf=row.leaf,
        shown=row.shown,
        verdict=row.verdict,
        score=row.score,
        flip=row.flip,
        evidence=tuple(pieces),
        ticket=tickets.get(row.number, ""),
        not_rewritten=row.not_rewritten,
        page=row.page,
        site=row.site,
    )
