"""What was recorded of messages that policy only observed, counted in SQL.

Written for hundreds of thousands of links: what grows with the mail is added up by the database or handed out
row by row, and never held here.

Does not know what a threshold is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    and_,
    case,
    cast,
    distinct,
    func,
    select,
    tuple_,
)

from gateway.store import schema

ODD = "observe"
"""Verdict of an odd link in an observed message."""
DAY = 86400
MOST_SENDERS = 3
"""Senders named with a domain."""
_AT_ONCE = 2000
"""Rows fetched together."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Messages of one scope, judged by one policy, for which the same would have been done."""

    scope: str
    version: str
    result: str
    """What they would have become, as ``Outcome.observed``."""
    because: tuple[str, ...]
    """The keys of ``[actions]`` for that."""
    messages: int
    with_links: int
    first: float
    """Unix time of the first of them, seconds."""
    last: float


@dataclass(frozen=True, slots=True)
class OddDomain:
    """A registrable domain to which odd links led."""

    domain: str
    messages: int
    senders: int
    named: tuple[str, ...]
    """Those who linked there most often, up to three."""
    points: float
    """The highest score."""
    example: str
    """Our id of the message with that score."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One registrable domain linked in one message, by the link there with the highest score."""

    message: str
    domain: str
    hosts: tuple[str, ...]
    """All hosts of these links."""
    points: float


@dataclass(frozen=True, slots=True)
class Ruled:
    """An analyst's last word on one link of an observed message."""

    message: str
    domain: str
    what: str
    """"release" or "confirm"."""


class Observations:
    """The observed messages since a moment (Unix time, seconds), through an open connection."""

    def __init__(self, connection: Connection, since: float = 0.0) -> None:
        self._connection = connection
        self._since = since

    def tallies(self) -> list[Tally]:
        """All of them, counted by scope, policy version and what would have been done."""
        message = schema.message
        groups = (message.c.scope, message.c.policy_version, message.c.observed)
        with_links = func.sum(case((message.c.link_count > 0, 1), else_=0))
        query = select(*groups, func.count(), with_links, func.min(message.c.at), func.max(message.c.at))
        found = []
        for scope, version, observed, *rest in self._connection.execute(
            query.where(*self._where()).group_by(*groups).order_by(*groups)
        ):
            result, *because = observed.split()
            found.append(Tally(scope, version, result, tuple(because), *rest))
        return found

    def days(self, scope: str) -> list[tuple[str, int]]:
        """(policy version, day since 1970 in UTC) of each day on which observed mail with links came."""
        message = schema.message
        day = cast(message.c.at / DAY, Integer)
        query = select(message.c.policy_version, day).distinct()
        query = query.where(*self._where(scope), message.c.link_count > 0)
        return [(version, number) for version, number in self._connection.execute(query)]

    def domains(self, scope: str, most: int) -> tuple[int, list[OddDomain]]:
        """How many pairs of message and domain have an odd link, and the domains with most of them."""
        link, message = schema.link, schema.message
        # One walk over all odd links: asked for domain by domain, SQLite walks over all mail each time.
        query = (
            select(link.c.domain, message.c.id, message.c.sender, func.max(link.c.score))
            .select_from(_linked())
            .where(*self._odd(scope))
            .group_by(link.c.domain, message.c.id)
            .order_by(link.c.domain, message.c.at, message.c.id)
        )
        pairs = 0
        best: list[OddDomain] = []
        rows = self._connection.execute(query).yield_per(_AT_ONCE)
        for domain, some in groupby(rows, key=lambda row: str(row.domain)):
            found = _odd_domain(
                domain, ((str(id), str(sender), float(points)) for _, id, sender, points in some)
            )
            pairs += found.messages
            best = sorted((*best, found), key=lambda one: (-one.messages, one.domain))[:most]
        return pairs, best

    def signals(self, scope: str) -> list[tuple[str, int]]:
        """(signal, messages in which it counted against an odd link), the most frequent first."""
        evidence, link = schema.evidence, schema.link
        # As a set and not a join: joined, SQLite reads the evidence of every link before its verdict.
        odd = select(link.c.message, link.c.number).select_from(_linked()).where(*self._odd(scope))
        messages = func.count(distinct(evidence.c.message))
        query = (
            select(evidence.c.signal, messages)
            .where(tuple_(evidence.c.message, evidence.c.link).in_(odd), evidence.c.points > 0)
            .group_by(evidence.c.signal)
            .order_by(messages.desc(), evidence.c.signal)
        )
        return [(signal, count) for signal, count in self._connection.execute(query)]

    def rulings(self, scope: str) -> list[Ruled]:
        """The last ruling on each link anybody ruled on."""
        ruling, link = schema.ruling, schema.link
        joined = _linked().join(
            ruling, and_(ruling.c.message == link.c.message, ruling.c.link == link.c.number)
        )
        query = (
            select(link.c.message, link.c.number, link.c.domain, ruling.c.what)
            .select_from(joined)
            .where(*self._where(scope))
            .order_by(ruling.c.id)
        )
        rows = self._connection.execute(query)
        last = {(id, number): Ruled(id, domain, what) for id, number, domain, what in rows}
        return list(last.values())

    def confirmed(self) -> frozenset[str]:
        """Domains and hosts on the confirmed list."""
        return frozenset(self._connection.execute(select(schema.confirmed.c.domain)).scalars())

    def scored(self, scope: str, version: str = "") -> Iterator[Scored]:
        """Every domain linked in every message, or in those judged by one policy version."""
        link, message = schema.link, schema.message
        groups = (link.c.message, link.c.domain, link.c.host)
        query = select(*groups, func.max(link.c.score)).select_from(_linked())
        query = query.where(*self._where(scope), link.c.domain != "").group_by(*groups).order_by(*groups)
        if version:
            query = query.where(message.c.policy_version == version)
        last: Scored | None = None
        for id, domain, host, points in self._connection.execute(query).yield_per(_AT_ONCE):
            if last is not None and (last.message, last.domain) == (id, domain):
                last = Scored(id, domain, (*last.hosts, host), max(last.points, points))
                continue
            if last is not None:
                yield last
            last = Scored(id, domain, (host,), points)
        if last is not None:
            yield last

    def _where(self, scope: str | None = None) -> list[ColumnElement[bool]]:
        message = schema.message
        found = [message.c.observed != "", message.c.at >= self._since]
        return found if scope is None else [message.c.scope == scope, *found]

    def _odd(self, scope: str) -> list[ColumnElement[bool]]:
        return [*self._where(scope), schema.link.c.verdict == ODD]


def _odd_domain(domain: str, rows: Iterable[tuple[str, str, float]]) -> OddDomain:
    """From (message, sender, points), one for each message, oldest first."""
    senders: Counter[str] = Counter()
    example, points = "", -math.inf
    for id, sender, score in rows:
        senders[sender] += 1
        if score >= points:
            example, points = id, score
    named = sorted(senders, key=lambda name: (-senders[name], name))[:MOST_SENDERS]
    return OddDomain(domain, senders.total(), len(senders), tuple(named), points, example)


def _linked() -> FromClause:
    return schema.message.join(schema.link, schema.link.c.message == schema.message.c.id)
