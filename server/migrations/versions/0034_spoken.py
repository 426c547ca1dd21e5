"""proposals that were spoken

Revision: 0034, after 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("proposals") as table:
        table.add_column(sa.Column("voice", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("voice_type", sa.String(20), nullable=False, server_default=""))
        table.add_column(sa.Column("voice_seconds", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("proposals") as table:
        table.drop_column("voice_seconds")
        table.drop_column("voice_type")
        table.drop_column("voice")
