"""sales: their view, purchase points, bank accounts, banks, the rule about cash

Revision: 0028, after 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# Sales that were folded before have no row: logs of organisations are folded anew when somebody looks.
VIEWS = ("view_documents", "view_photos", "view_reviews", "view_lots", "view_lot_sources", "view_lot_edges")


def upgrade() -> None:
    for name in (*VIEWS, "view_heads"):
        table = sa.table(name, sa.column("scope"))
        op.execute(sa.delete(table).where(table.c.scope.like("org:%")))
    op.create_table(
        "view_sales",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("farm", sa.String(length=50), nullable=False),
        sa.Column("lot", sa.String(length=80), nullable=False),
        sa.Column("point", sa.String(length=36), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("total_dong", sa.BigInteger(), nullable=True),
        sa.Column("pay", sa.String(length=40), nullable=False),
        sa.Column("paid", sa.String(length=40), nullable=False),
        sa.Column("paid_on", sa.String(length=10), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False),
        sa.Column("receipt", sa.String(length=15), nullable=False),
        sa.Column("corrects", sa.String(length=80), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("has_conflict", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_view_sales")),
    )
    op.create_index("view_sales_day", "view_sales", ["scope", "happened_on"], unique=False)
    op.create_index("view_sales_farm", "view_sales", ["farm", "happened_on"], unique=False)
    op.create_table(
        "purchase_points",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("village", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_purchase_points_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["village"], ["villages.id"], name=op.f("fk_purchase_points_village_villages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_points")),
    )
    op.create_index(
        "purchase_points_organisation", "purchase_points", ["organisation", "state"], unique=False
    )
    op.create_table(
        "bank_accounts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("farm", sa.String(length=36), nullable=True),
        sa.Column("bin", sa.String(length=6), nullable=False),
        sa.Column("number", sa.String(length=19), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("text_version", sa.String(length=40), nullable=False),
        sa.Column("entered_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["memberships.id"], name=op.f("fk_bank_accounts_entered_by_memberships")
        ),
        sa.ForeignKeyConstraint(["farm"], ["farms.id"], name=op.f("fk_bank_accounts_farm_farms")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_bank_accounts_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_accounts")),
    )
    op.create_index(
        "bank_accounts_organisation", "bank_accounts", ["organisation", "farm", "state"], unique=False
    )
    op.create_table(
        "banks",
        sa.Column("bin", sa.String(length=6), nullable=False),
        sa.Column("short", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("mark", sa.String(length=5), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("bin", name=op.f("pk_banks")),
    )
    op.create_table(
        "cash_rules",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("dong", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mark", sa.String(length=5), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["memberships.id"], name=op.f("fk_cash_rules_changed_by_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_cash_rules_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_cash_rules")),
    )


def downgrade() -> None:
    for table in ("cash_rules", "banks", "bank_accounts", "purchase_points", "view_sales"):
        op.drop_table(table)
