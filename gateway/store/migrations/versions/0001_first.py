"""The first tables: history, decisions, manifests, tickets, clicks.

Does not read the tables in schema.py: a step stays as it was when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _message() -> sa.Column[str]:
    return sa.Column("message", sa.Text, sa.ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)


def _number(name: str = "number") -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True)


def _of_link() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["message", "link"], ["link.message", "link.number"], ondelete="CASCADE")


def upgrade() -> None:
    _history()
    _messages()
    _links()
    _rewritings()


def _history() -> None:
    op.create_table(
        "owner",
        _number("id"),
        *_text("level", "name"),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("domains", sa.Integer, nullable=False),
        sa.UniqueConstraint("level", "name", name="uq_owner"),
    )
    op.create_table(
        "seen",
        sa.Column("owner", sa.Integer, sa.ForeignKey("owner.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("domain", sa.Text, primary_key=True),
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("first", sa.Float, nullable=False),
        sa.Column("last", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table("learned", sa.Column("source", sa.Text, primary_key=True), sqlite_with_rowid=False)


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        *_text("message_id", "sender", "sender_domain", "organisation"),
        sa.Column("genuine", sa.Boolean, nullable=False),
        *_text("by", "identity_words", "mail_from", "client_address", "helo", "subject", "outcome"),
        *_text("policy_version"),
        sa.Column("link_count", sa.Integer, nullable=False),
        sa.Column("rewritten_count", sa.Integer, nullable=False),
        *_text("timings"),
        sa.Column("delivered", sa.Boolean, nullable=True),
        *_text("reply"),
        sa.Column("settled", sa.Float, nullable=True),
    )
    op.create_index("ix_message_at", "message", ["at"])
    op.create_index("ix_message_message_id", "message", ["message_id"])
    for name, texts in (("recipient", ["address"]), ("skipped", ["leaf", "reason"])):
        op.create_table(name, _message(), _number(), *_text(*texts), sqlite_with_rowid=False)
    op.create_table("flag", _message(), _number(), *_text("flag", "leaf", "words"), sqlite_with_rowid=False)


def _links() -> None:
    op.create_table(
        "link",
        _message(),
        _number(),
        *_text("url", "written", "host", "domain", "place", "leaf"),
        sa.Column("page", sa.Integer, nullable=False),
        *_text("shown", "verdict"),
        sa.Column("score", sa.Float, nullable=False),
        *_text("flip", "not_rewritten"),
    )
    op.create_index("ix_link_domain", "link", ["domain"])
    op.create_table(
        "evidence",
        sa.Column("message", sa.Text, primary_key=True),
        _number("link"),
        _number(),
        *_text("signal"),
        sa.Column("strength", sa.Float, nullable=False),
        sa.Column("points", sa.Float, nullable=False),
        *_text("words", "used"),
        _of_link(),
        sqlite_with_rowid=False,
    )


def _rewritings() -> None:
    op.create_table(
        "ticket",
        sa.Column("id", sa.Text, primary_key=True),
        *_text("message"),
        sa.Column("link", sa.Integer, nullable=False),
        *_text("url"),
        _of_link(),
    )
    op.create_index("ix_ticket_message", "ticket", ["message"])
    op.create_table(
        "manifest",
        _message(),
        sa.Column("added", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        *_text("sha256", "rewritten_sha256"),
    )
    op.create_index("ix_manifest_rewritten_sha256", "manifest", ["rewritten_sha256"])
    op.create_table(
        "change",
        sa.Column(
            "message", sa.Text, sa.ForeignKey("manifest.message", ondelete="CASCADE"), primary_key=True
        ),
        _number(),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("was", sa.LargeBinary, nullable=False),
        sa.Column("now", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "click",
        _number("id"),
        sa.Column("at", sa.Float, nullable=False),
        *_text("ticket", "message", "step", "client", "agent"),
    )
    op.create_index("ix_click_at", "click", ["at"])
    op.create_index("ix_click_ticket", "click", ["ticket"])
    op.create_index("ix_click_message", "click", ["message"])
