"""the bundles of published lots

Revision: 0022, after 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lot_bundles",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("lot", sa.String(length=80), nullable=False),
        sa.Column("published", sa.String(length=43), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "lot", name=op.f("pk_lot_bundles")),
    )


def downgrade() -> None:
    op.drop_table("lot_bundles")
