"""A store in memory, and messages from friend and foe, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from gateway.outcome import Ticket
from gateway.store.rows import ClickRow, EvidenceRow, LinkRow, MessageRow, Search, TicketRow
from gateway.tokens import Key, Keyring

NOW = 1_768_210_200.0  # 2026-01-12 09:30:00 UTC
TICKET = "Ab3dEf6hIj9lMn2p"


@dataclass
class MemoryStore:
    """The protocols of gateway.clicks.ports, in dictionaries."""

    rows: dict[str, TicketRow] = field(default_factory=dict)
    messages: list[MessageRow] = field(default_factory=list)
    clicks: list[ClickRow] = field(default_factory=list)
    searches: list[Search] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    broken: Exception | None = None
    unwritable: Exception | None = None

    def ticket(self, ticket_id: str) -> TicketRow | None:
        self.asked.append(ticket_id)
        if self.broken:
            raise self.broken
        return self.rows.get(ticket_id)

    def log_click(self, row: ClickRow) -> None:
        if self.unwritable:
            raise self.unwritable
        self.clicks.append(row)

    def find_decisions(self, search: Search) -> list[MessageRow]:
        self.searches.append(search)
        if self.broken:
            raise self.broken
        return [replace(row, links=(), skipped=(), flags=()) for row in self.messages[: search.limit]]

    def message(self, id: str) -> MessageRow | None:
        if self.broken:
            raise self.broken
        return next((row for row in self.messages if row.id == id), None)

    def find_clicks(self, search: Search) -> list[ClickRow]:
        self.searches.append(search)
        if self.broken:
            raise self.broken
        return self.clicks[: search.limit]


@dataclass
class ListLog:
    """A log that keeps what it is told."""

    lines: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)

    def info(self, event: str, **fields: object) -> None:
        self.lines.append(("info", event, fields))

    def error(self, event: str, **fields: object) -> None:
        self.lines.append(("error", event, fields))


@dataclass
class Hands:
    """A clock set by hand."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


def link_row(url: str, **changes: object) -> LinkRow:
    row = LinkRow(
        number=3,
        url=url,
        written=url,
        host="login.portal-update.example",
        domain="portal-update.example",
        place="pdf:annotation",
        leaf="2",
        shown="Access the portal",
        verdict="rewrite",
        score=7.25,
        flip="3 more messages from this sender linking portal-update.example",
        evidence=(
            EvidenceRow("scheme", 0.5, 0.0, "Observed but not counted."),
            EvidenceRow(
                "dressed", 1.0, 2.25, "The name contains the word “portal”, as the sender’s own does."
            ),
            EvidenceRow(
                "new-to-sender", 1.0, 5.0, "In 41 messages this sender never linked to this website."
            ),
        ),
        ticket=TICKET,
    )
    return replace(row, **changes)


def message_row(**changes: object) -> MessageRow:
    row = MessageRow(
        id="0123456789abcdef",
        at=NOW - 3600,
        message_id="<a1@office.example>",
        sender="clerk@office.example",
        sender_domain="office.example",
        genuine=True,
        by="dmarc",
        identity_words="DMARC passed for office.example.",
        mail_from="bounce@office.example",
        recipients=("treasurer@bank.example",),
        subject="Quarterly figures, SECRET-SUBJECT",
        outcome="rewritten",
        policy_version="p1",
        delivered=True,
        reply="250 2.0.0 Ok: queued",
        links=(),
        skipped=(("3", "The PDF is encrypted.", "encrypted"),),
        flags=(("duplicate-header", "1", "The field Subject stands there twice."),),
        link_count=2,
        rewritten_count=1,
    )
    return replace(row, **changes)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def log() -> ListLog:
    return ListLog()


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def ring() -> Keyring:
    return Keyring((Key("k1", bytes(range(32)), NOW - 9000, retired=False),))


@pytest.fixture
def make_link():
    return link_row


@pytest.fixture
def make_message():
    return message_row


@pytest.fixture
def put(store):
    """Put one ticket for a URL into the store; returns its row."""

    def put_ticket(url: str, link: dict | None = None, message: dict | None = None) -> TicketRow:
        one = link_row(url, **(link or {}))
        row = TicketRow(Ticket(TICKET, url, one.number), one, message_row(**(message or {})))
        store.rows[TICKET] = row
        store.messages.append(replace(row.message, links=(one,)))
        return row

    return put_ticket


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></textarea></style><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "https://evil.example/<a href=//evil.example>x</a>",
    "\u202egnp.exe\u2066\u200b",
    "half \ud800 pair",
    "nul \x00 bell \x07 line\r\nSet-Cookie: a=b",
    "&lt;b&gt; &amp; <!--",
)


@pytest.fixture(params=HOSTILE)
def hostile(request) -> str:
    return request.param
