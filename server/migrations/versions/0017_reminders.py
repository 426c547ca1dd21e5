"""where phones are reminded, and what waits to be sent to them

Revision: 0017, after 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_subscriptions",
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("place", sa.String(length=43), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("wanted_at", sa.BigInteger(), nullable=True),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_push_subscriptions")),
    )
    op.create_index("push_subscriptions_place", "push_subscriptions", ["place"], unique=False)
    op.create_index(
        "push_subscriptions_due", "push_subscriptions", ["wanted_at", "next_try_at"], unique=False
    )


def downgrade() -> None:
    op.drop_table("push_subscriptions")
