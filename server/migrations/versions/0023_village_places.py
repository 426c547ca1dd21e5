"""where a village lies, in hundredths of a degree

Revision: 0023, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("villages") as table:
        table.add_column(sa.Column("near_lat", sa.Integer(), nullable=True))
        table.add_column(sa.Column("near_lng", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("villages") as table:
        table.drop_column("near_lng")
        table.drop_column("near_lat")
