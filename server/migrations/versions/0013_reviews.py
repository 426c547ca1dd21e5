"""heads and rivals of documents, reviews, and what an entry's reviews come to

The views are emptied: whoever reads them folds the log anew, with what the new columns need.

Revision: 0013, after 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

VIEWS = ("documents", "entries", "entry_plots", "plots", "seasons", "photos", "heads")


def upgrade() -> None:
    _forget()
    with op.batch_alter_table("view_documents") as batch_op:
        batch_op.add_column(sa.Column("rivals", sa.Text(), nullable=False))
        batch_op.add_column(sa.Column("heads", sa.Text(), nullable=False))
        batch_op.add_column(sa.Column("skew", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("view_entries") as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=10), nullable=False))
        batch_op.add_column(sa.Column("is_answered", sa.Boolean(), nullable=False))
        batch_op.add_column(sa.Column("approvals", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("reviewed_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("severity", sa.Integer(), nullable=False))
        batch_op.add_column(sa.Column("queue", sa.String(length=10), nullable=False))
        batch_op.create_index(
            "view_entries_inbox",
            ["scope", "queue", "severity", "received_at", "doc", "state"],
            unique=False,
        )
        batch_op.create_index(
            "view_entries_queue", ["queue", "severity", "received_at", "scope", "doc"], unique=False
        )
    op.create_table(
        "view_reviews",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("of", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("answers", sa.String(length=80), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_view_reviews")),
    )
    with op.batch_alter_table("view_reviews") as batch_op:
        batch_op.create_index("view_reviews_of", ["scope", "of", "seq"], unique=False)


def downgrade() -> None:
    op.drop_table("view_reviews")
    with op.batch_alter_table("view_entries") as batch_op:
        batch_op.drop_index("view_entries_queue")
        batch_op.drop_index("view_entries_inbox")
        for name in ("queue", "severity", "reviewed_at", "approvals", "is_answered", "state"):
            batch_op.drop_column(name)
    with op.batch_alter_table("view_documents") as batch_op:
        for name in ("skew", "heads", "rivals"):
            batch_op.drop_column(name)


def _forget() -> None:
    for name in VIEWS:
        op.execute(sa.delete(sa.table(f"view_{name}")))
