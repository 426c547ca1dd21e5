"""villages of helpers, farms that move, duplicates that became one

Revision: 0009, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "helper_villages",
        sa.Column("membership", sa.String(length=36), nullable=False),
        sa.Column("village", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership"], ["memberships.id"], name=op.f("fk_helper_villages_membership")
        ),
        sa.ForeignKeyConstraint(["village"], ["villages.id"], name=op.f("fk_helper_villages_village")),
        sa.PrimaryKeyConstraint("membership", "village", name=op.f("pk_helper_villages")),
    )
    columns = {
        "farm": "farms",
        "from_organisation": "organisations",
        "to_organisation": "organisations",
        "offered_by": "memberships",
        "decided_by": "memberships",
    }
    op.create_table(
        "farm_moves",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("farm", sa.String(length=36), nullable=False),
        sa.Column("from_organisation", sa.String(length=36), nullable=False),
        sa.Column("to_organisation", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("offered_by", sa.String(length=36), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_farm_moves_{column}"))
            for column, table in columns.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farm_moves")),
    )
    with op.batch_alter_table("farm_moves") as batch_op:
        batch_op.create_index("farm_moves_farm", ["farm", "state"], unique=False)
        batch_op.create_index("farm_moves_from", ["from_organisation", "state"], unique=False)
        batch_op.create_index("farm_moves_to", ["to_organisation", "state"], unique=False)
    for table in ("persons", "memberships"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("merged_into", sa.String(length=36), nullable=True))
            batch_op.create_foreign_key(op.f(f"fk_{table}_merged_into"), table, ["merged_into"], ["id"])
    with op.batch_alter_table("books") as batch_op:
        batch_op.add_column(sa.Column("moved_to", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("before", sa.String(length=80), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("books") as batch_op:
        batch_op.drop_column("before")
        batch_op.drop_column("moved_to")
    for table in ("memberships", "persons"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(op.f(f"fk_{table}_merged_into"), type_="foreignkey")
            batch_op.drop_column("merged_into")
    op.drop_table("farm_moves")
    op.drop_table("helper_villages")
