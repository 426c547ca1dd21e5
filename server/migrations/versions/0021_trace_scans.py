"""how often trace codes were opened, by day

Revision: 0021, after 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trace_scans",
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", "serial", "day", name=op.f("pk_trace_scans")),
    )


def downgrade() -> None:
    op.drop_table("trace_scans")
