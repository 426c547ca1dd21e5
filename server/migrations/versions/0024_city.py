"""what the city's traceability system is told of lots

Revision: 0024, after 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "city_marks",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("adapter", sa.String(length=20), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "adapter", name=op.f("pk_city_marks")),
    )
    op.create_table(
        "city_deliveries",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("adapter", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.String(length=36), nullable=False),
        sa.Column("handed_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("scope", "id", name=op.f("pk_city_deliveries")),
    )
    op.create_index("city_deliveries_lot", "city_deliveries", ["scope", "adapter", "lot", "number"])
    op.create_index("city_deliveries_due", "city_deliveries", ["adapter", "state", "next_try_at"])
    op.create_table(
        "city_told",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("adapter", sa.String(length=20), nullable=False),
        sa.Column("lot", sa.String(length=80), nullable=False),
        sa.Column("event", sa.String(length=200), nullable=False),
        sa.Column("as_error", sa.Integer(), nullable=False),
        sa.Column("delivery", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("scope", "adapter", "lot", "event", "as_error", name=op.f("pk_city_told")),
    )


def downgrade() -> None:
    op.drop_table("city_told")
    op.drop_index("city_deliveries_due", table_name="city_deliveries")
    op.drop_index("city_deliveries_lot", table_name="city_deliveries")
    op.drop_table("city_deliveries")
    op.drop_table("city_marks")
