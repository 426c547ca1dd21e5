"""findings and the groups of documents that they come from; whether a cooperative wants two reviewers

Revision: 0014, after 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "view_record_keys",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", "key", name=op.f("pk_view_record_keys")),
    )
    with op.batch_alter_table("view_record_keys") as batch_op:
        batch_op.create_index("view_record_keys_key", ["scope", "key", "doc"], unique=False)
    op.create_table(
        "view_findings",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("behind", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", "place", name=op.f("pk_view_findings")),
    )
    with op.batch_alter_table("view_findings") as batch_op:
        batch_op.create_index("view_findings_about", ["scope", "about", "severity"], unique=False)
    op.create_table(
        "view_judged",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("lists", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_view_judged")),
    )
    with op.batch_alter_table("organisations") as batch_op:
        batch_op.add_column(sa.Column("four_eyes", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("organisations") as batch_op:
        batch_op.drop_column("four_eyes")
    op.drop_table("view_judged")
    op.drop_table("view_findings")
    op.drop_table("view_record_keys")
