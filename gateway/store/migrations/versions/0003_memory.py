"""What memory needs to fade and to resist: days, senders, places, traits, pending lessons, analysts' rulings.

Of older rows, days are at most the messages and the days between first and last; their senders were not
written down, and two messages count as two senders.

Does not read the tables in schema.py: a step stays as it was when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in names]


def _owner() -> sa.Column[int]:
    return sa.Column("owner", sa.Integer, sa.ForeignKey("owner.id", ondelete="CASCADE"), primary_key=True)


def _counted() -> list[sa.Column[float]]:
    return [
        sa.Column("messages", sa.Integer, nullable=False),
        sa.Column("first", sa.Float, nullable=False),
        sa.Column("last", sa.Float, nullable=False),
    ]


def upgrade() -> None:
    _history()
    _analysts()


def _history() -> None:
    for table, name, kind, default in (
        ("owner", "first", sa.Float, "0"),
        ("owner", "last", sa.Float, "0"),
        ("owner", "kept", sa.Integer, "0"),
        ("seen", "days", sa.Integer, "0"),
        ("seen", "senders", sa.Integer, "0"),
        ("seen", "teachers", sa.Text, ""),
        ("seen", "first_id", sa.Text, ""),
        ("seen", "released", sa.Float, "0"),
    ):
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=default))
    op.execute(
        "UPDATE seen SET days = min(messages,"
        " CAST(last / 86400 AS INTEGER) - CAST(first / 86400 AS INTEGER) + 1),"
        " senders = min(messages, 2)"
    )
    op.execute(
        "UPDATE owner SET kept = (SELECT count(*) FROM seen WHERE seen.owner = owner.id),"
        " first = coalesce((SELECT min(first) FROM seen WHERE seen.owner = owner.id), 0),"
        " last = coalesce((SELECT max(last) FROM seen WHERE seen.owner = owner.id), 0)"
    )
    op.create_table("place", _owner(), *_key("format"), *_counted(), sqlite_with_rowid=False)
    op.create_table("trait", _owner(), *_key("kind", "value"), *_counted(), sqlite_with_rowid=False)


def _analysts() -> None:
    op.create_table(
        "pending",
        *_key("message", "domain"),
        *_texts("sender", "colleagues", "own", "places"),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_pending_at", "pending", ["at"])
    op.create_index("ix_pending_sender", "pending", ["sender"])
    op.create_table(
        "confirmed",
        *_key("domain"),
        sa.Column("at", sa.Float, nullable=False),
        *_texts("who", "message"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        *_texts("who", "what", "message"),
        sa.Column("link", sa.Integer, nullable=False),
        *_texts("domain", "sender", "words"),
    )
    op.create_index("ix_ruling_message", "ruling", ["message"])
