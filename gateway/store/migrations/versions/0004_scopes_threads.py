"""Scopes of the policy, the person behind a list's From, what stood in threads, and sites of links.

Of older messages nothing of it is known: they have no scope, were not only observed, and name no person.
Links of older messages are known by their registrable domains.

Does not read the tables in schema.py: a step stays as it was when it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("scope", "observed", "person"):
        op.add_column("message", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("link", sa.Column("site", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_message_scope", "message", ["scope", "at"])
    op.create_table(
        "thread",
        sa.Column("message_id", sa.Text, primary_key=True),
        sa.Column("domain", sa.Text, primary_key=True),
        sa.Column("teacher", sa.Text, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_thread_at", "thread", ["at"])
