"""What policy did about a message, why, and the kind of what was skipped.

Does not guess at older messages: they have no action but "pass" and no kinds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, name, default in (
        ("message", "action", "pass"),
        ("message", "because", ""),
        ("skipped", "kind", ""),
    ):
        op.add_column(table, sa.Column(name, sa.Text, nullable=False, server_default=default))
