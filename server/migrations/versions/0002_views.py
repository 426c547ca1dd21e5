"""the folded views

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "view_documents",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("private", sa.Text(), nullable=True),
        sa.Column("conflicts", sa.Text(), nullable=False),
        sa.Column("tips", sa.Text(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("is_missing", sa.Boolean(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_view_documents")),
    )
    with op.batch_alter_table("view_documents", schema=None) as batch_op:
        batch_op.create_index("view_documents_type", ["scope", "type"], unique=False)

    op.create_table(
        "view_entries",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("form", sa.String(length=40), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=False),
        sa.Column("season", sa.String(length=80), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("has_conflict", sa.Boolean(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("photos", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_view_entries")),
    )
    with op.batch_alter_table("view_entries", schema=None) as batch_op:
        batch_op.create_index(
            "view_entries_day", ["happened_on", "received_at", "scope", "doc"], unique=False
        )
        batch_op.create_index(
            "view_entries_scope_day", ["scope", "happened_on", "received_at", "doc"], unique=False
        )
        batch_op.create_index("view_entries_season", ["scope", "season", "happened_on"], unique=False)

    op.create_table(
        "view_entry_plots",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("plot", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", "plot", name=op.f("pk_view_entry_plots")),
    )
    with op.batch_alter_table("view_entry_plots", schema=None) as batch_op:
        batch_op.create_index("view_entry_plots_plot", ["scope", "plot"], unique=False)

    op.create_table(
        "view_heads",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_view_heads")),
    )
    op.create_table(
        "view_photos",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("of", sa.String(length=80), nullable=False),
        sa.Column("sha256", sa.String(length=43), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_view_photos")),
    )
    with op.batch_alter_table("view_photos", schema=None) as batch_op:
        batch_op.create_index("view_photos_of", ["scope", "of"], unique=False)

    op.create_table(
        "view_plots",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("area_m2", sa.BigInteger(), nullable=True),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("has_conflict", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_view_plots")),
    )
    op.create_table(
        "view_seasons",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("standard", sa.String(length=40), nullable=False),
        sa.Column("started_on", sa.String(length=10), nullable=False),
        sa.Column("ended_on", sa.String(length=10), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("has_conflict", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_view_seasons")),
    )


def downgrade() -> None:
    op.drop_table("view_seasons")
    op.drop_table("view_plots")
    with op.batch_alter_table("view_photos", schema=None) as batch_op:
        batch_op.drop_index("view_photos_of")

    op.drop_table("view_photos")
    op.drop_table("view_heads")
    with op.batch_alter_table("view_entry_plots", schema=None) as batch_op:
        batch_op.drop_index("view_entry_plots_plot")

    op.drop_table("view_entry_plots")
    with op.batch_alter_table("view_entries", schema=None) as batch_op:
        batch_op.drop_index("view_entries_season")
        batch_op.drop_index("view_entries_scope_day")
        batch_op.drop_index("view_entries_day")

    op.drop_table("view_entries")
    with op.batch_alter_table("view_documents", schema=None) as batch_op:
        batch_op.drop_index("view_documents_type")

    op.drop_table("view_documents")
