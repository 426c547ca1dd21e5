"""documents that were erased

Revision: 0010, after 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_documents",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("erasure", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_erased_documents")),
    )
    with op.batch_alter_table("heads") as batch_op:
        batch_op.add_column(
            sa.Column("has_erasures", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("heads") as batch_op:
        batch_op.drop_column("has_erasures")
    op.drop_table("erased_documents")
