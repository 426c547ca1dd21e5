"""how indicators are counted, what they were, reports, and the plots whose diary is followed

Revision: 0030, after 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator_definitions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["memberships.id"], name=op.f("fk_indicator_definitions_changed_by_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"],
            ["organisations.id"],
            name=op.f("fk_indicator_definitions_organisation_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_definitions")),
    )
    op.create_index(
        "indicator_definitions_number", "indicator_definitions", ["organisation", "number", "changed_at"]
    )
    op.create_table(
        "indicator_days",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.BigInteger(), nullable=True),
        sa.Column("dong", sa.BigInteger(), nullable=False),
        sa.Column("whole_dong", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_indicator_days_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation", "number", "day", name=op.f("pk_indicator_days")),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("signer", sa.String(length=200), nullable=False),
        sa.Column("counted_on", sa.String(length=10), nullable=False),
        sa.Column("issued_by", sa.String(length=36), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=43), nullable=False),
        sa.Column("xlsx", sa.LargeBinary(), nullable=False),
        sa.Column("xlsx_sha256", sa.String(length=43), nullable=False),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["memberships.id"], name=op.f("fk_reports_issued_by_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_reports_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index("reports_organisation", "reports", ["organisation", "issued_at"])
    op.create_table(
        "view_monitored_plots",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("season", sa.String(length=80), nullable=False),
        sa.Column("plot", sa.String(length=80), nullable=False),
        sa.Column("standard", sa.String(length=40), nullable=False),
        sa.Column("area_m2", sa.BigInteger(), nullable=True),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=True),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("gap", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "season", "plot", name=op.f("pk_view_monitored_plots")),
    )
    op.create_index("view_monitored_plots_started", "view_monitored_plots", ["started", "scope"])
    op.create_table(
        "view_monitored_heads",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_view_monitored_heads")),
    )


def downgrade() -> None:
    op.drop_table("view_monitored_heads")
    op.drop_index("view_monitored_plots_started", table_name="view_monitored_plots")
    op.drop_table("view_monitored_plots")
    op.drop_index("reports_organisation", table_name="reports")
    op.drop_table("reports")
    op.drop_table("indicator_days")
    op.drop_index("indicator_definitions_number", table_name="indicator_definitions")
    op.drop_table("indicator_definitions")
