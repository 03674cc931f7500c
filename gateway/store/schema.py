"""The tables, as SQLAlchemy Core knows them, and how long their texts may become.

``migrations/`` says how an older store gets here; ``HEAD`` names the last of its steps.

Does not run any SQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0004"
"""The revision a store has that was made from these tables."""

MAX_LINKS = 2000
"""Links of one message that are recorded with their evidence; beyond them only rewritten ones, without."""
MAX_NOTES = 500
"""Skipped entries, and flags, of one message that are recorded."""
MAX_RECIPIENTS = 2000
"""Recipients of one message that are recorded; the relay takes fewer."""

LIMITS = {
    "address": 1000,
    "subject": 500,
    "words": 1000,
    "url": 8192,
    "host": 300,
    "shown": 500,
    "place": 200,
    "leaf": 500,
    "reply": 1000,
    "agent": 300,
    "name": 100,
}
"""Characters kept of each kind of text; what is longer is cut and ends in "…"."""

metadata = MetaData()


def _message() -> Column[str]:
    return Column("message", Text, ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)


def _of_owner(*key: str) -> list[Column[Any]]:
    """Something an owner does, with how often, first and last."""
    return [
        Column("owner", Integer, ForeignKey("owner.id", ondelete="CASCADE"), primary_key=True),
        *(Column(name, Text, primary_key=True) for name in key),
        Column("messages", Integer, nullable=False),
        Column("first", Float, nullable=False),
        Column("last", Float, nullable=False),
    ]


owner = Table(
    "owner",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("level", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("domains", Integer, nullable=False),
    Column("first", Float, nullable=False, server_default="0"),
    Column("last", Float, nullable=False, server_default="0"),
    Column("kept", Integer, nullable=False, server_default="0"),
    UniqueConstraint("level", "name", name="uq_owner"),
)
"""``kept``: rows of ``seen`` there are; fewer than ``domains`` where some fell out."""

seen = Table(
    "seen",
    metadata,
    Column("owner", Integer, ForeignKey("owner.id", ondelete="CASCADE"), primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("messages", Integer, nullable=False),
    Column("first", Float, nullable=False),
    Column("last", Float, nullable=False),
    Column("days", Integer, nullable=False, server_default="0"),
    Column("senders", Integer, nullable=False, server_default="0"),
    Column("teachers", Text, nullable=False, server_default=""),
    Column("first_id", Text, nullable=False, server_default=""),
    Column("released", Float, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

place = Table(
    "place",
    metadata,
    *_of_owner("format"),
    sqlite_with_rowid=False,
)

trait = Table(
    "trait",
    metadata,
    *_of_owner("kind", "value"),
    sqlite_with_rowid=False,
)

pending = Table(
    "pending",
    metadata,
    Column("message", Text, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("sender", Text, nullable=False),
    Column("colleagues", Text, nullable=False),
    Column("own", Text, nullable=False),
    Column("places", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("counted", Boolean, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_pending_at", pending.c.at)
Index("ix_pending_sender", pending.c.sender)

confirmed = Table(
    "confirmed",
    metadata,
    Column("domain", Text, primary_key=True),
    Column("at", Float, nullable=False),
    Column("who", Text, nullable=False),
    Column("message", Text, nullable=False),
    sqlite_with_rowid=False,
)

ruling = Table(
    "ruling",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("link", Integer, nullable=False),
    Column("domain", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("words", Text, nullable=False),
)
Index("ix_ruling_message", ruling.c.message)

thread = Table(
    "thread",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("domain", Text, primary_key=True),
    Column("teacher", Text, nullable=False),
    Column("at", Float, nullable=False),
    sqlite_with_rowid=False,
)
"""What earlier messages of a conversation linked to; ``teacher``: the sender's organisation, or "ours"."""
Index("ix_thread_at", thread.c.at)

learned = Table(
    "learned",
    metadata,
    Column("source", Text, primary_key=True),
    sqlite_with_rowid=False,
)

message = Table(
    "message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Float, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sender_domain", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("genuine", Boolean, nullable=False),
    Column("by", Text, nullable=False),
    Column("identity_words", Text, nullable=False),
    Column("mail_from", Text, nullable=False),
    Column("client_address", Text, nullable=False),
    Column("helo", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("link_count", Integer, nullable=False),
    Column("rewritten_count", Integer, nullable=False),
    Column("timings", Text, nullable=False),
    Column("delivered", Boolean, nullable=True),
    Column("reply", Text, nullable=False),
    Column("settled", Float, nullable=True),
    Column("action", Text, nullable=False, server_default="pass"),
    Column("because", Text, nullable=False, server_default=""),
    Column("scope", Text, nullable=False, server_default=""),
    Column("observed", Text, nullable=False, server_default=""),
    Column("person", Text, nullable=False, server_default=""),
)
"""``observed``: what the outcome would have been where policy only observes, then the keys of ``[actions]``
for it, with spaces between; empty where it acts."""
Index("ix_message_at", message.c.at)
Index("ix_message_scope", message.c.scope, message.c.at)
Index("ix_message_message_id", message.c.message_id)

recipient = Table(
    "recipient",
    metadata,
    _message(),
    Column("number", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    sqlite_with_rowid=False,
)

link = Table(
    "link",
    metadata,
    _message(),
    Column("number", Integer, primary_key=True),
    Column("url", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("leaf", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("shown", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("flip", Text, nullable=False),
    Column("not_rewritten", Text, nullable=False),
    Column("site", Text, nullable=False, server_default=""),
)
Index("ix_link_domain", link.c.domain)

evidence = Table(
    "evidence",
    metadata,
    Column("message", Text, primary_key=True),
    Column("link", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("signal", Text, nullable=False),
    Column("strength", Float, nullable=False),
    Column("points", Float, nullable=False),
    Column("words", Text, nullable=False),
    Column("used", Text, nullable=False),
    ForeignKeyConstraint(["message", "link"], ["link.message", "link.number"], ondelete="CASCADE"),
    sqlite_with_rowid=False,
)

skipped = Table(
    "skipped",
    metadata,
    _message(),
    Column("number", Integer, primary_key=True),
    Column("leaf", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

flag = Table(
    "flag",
    metadata,
    _message(),
    Column("number", Integer, primary_key=True),
    Column("flag", Text, nullable=False),
    Column("leaf", Text, nullable=False),
    Column("words", Text, nullable=False),
    sqlite_with_rowid=False,
)

ticket = Table(
    "ticket",
    metadata,
    Column("id", Text, primary_key=True),
    Column("message", Text, nullable=False),
    Column("link", Integer, nullable=False),
    Column("url", Text, nullable=False),
    ForeignKeyConstraint(["message", "link"], ["link.message", "link.number"], ondelete="CASCADE"),
)
Index("ix_ticket_message", ticket.c.message)

manifest = Table(
    "manifest",
    metadata,
    _message(),
    Column("added", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("rewritten_sha256", Text, nullable=False),
)
Index("ix_manifest_rewritten_sha256", manifest.c.rewritten_sha256)

change = Table(
    "change",
    metadata,
    Column("message", Text, ForeignKey("manifest.message", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("was", LargeBinary, nullable=False),
    Column("now", LargeBinary, nullable=False),
)

click = Table(
    "click",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("agent", Text, nullable=False),
)
Index("ix_click_at", click.c.at)
Index("ix_click_ticket", click.c.ticket)
Index("ix_click_message", click.c.message)
