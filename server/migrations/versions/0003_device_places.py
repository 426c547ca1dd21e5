"""several devices of one device document

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("devices", recreate="auto") as batch_op:
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
        batch_op.drop_constraint(op.f("pk_devices"), type_="primary")
        batch_op.create_primary_key(op.f("pk_devices"), ["scope", "doc", "place"])


def downgrade() -> None:
    op.execute("DELETE FROM devices WHERE place > 0")
    with op.batch_alter_table("devices", recreate="auto") as batch_op:
        batch_op.drop_constraint(op.f("pk_devices"), type_="primary")
        batch_op.create_primary_key(op.f("pk_devices"), ["scope", "doc"])
        batch_op.drop_column("place")
