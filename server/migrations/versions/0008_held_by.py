"""held ops name their writer's membership

Revision: 0008, after 0007
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

HELD = sa.table("held_ops", sa.column("scope"), sa.column("id"), sa.column("by"), sa.column("body"))


def upgrade() -> None:
    with op.batch_alter_table("held_ops") as batch_op:
        batch_op.add_column(sa.Column("by", sa.String(length=36), nullable=True))
    connection = op.get_bind()
    for scope, one, body in connection.execute(sa.select(HELD.c.scope, HELD.c.id, HELD.c.body)).all():
        row = (HELD.c.scope == scope, HELD.c.id == one)
        connection.execute(sa.update(HELD).where(*row).values(by=json.loads(body)["by"]))
    with op.batch_alter_table("held_ops") as batch_op:
        batch_op.alter_column("by", existing_type=sa.String(length=36), nullable=False)
        batch_op.create_index("held_ops_by", ["by", "is_turned_down"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("held_ops") as batch_op:
        batch_op.drop_index("held_ops_by")
        batch_op.drop_column("by")
