"""bulletins, market prices, who read, sources of both, proposals

Revision: 0027, after 0026
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulletins",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.String(length=10), nullable=False),
        sa.Column("ends_on", sa.String(length=10), nullable=False),
        sa.Column("villages", sa.Text(), nullable=False),
        sa.Column("crops", sa.Text(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("question", sa.String(length=100), nullable=True),
        sa.Column("written_by", sa.String(length=36), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_bulletins_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["memberships.id"], name=op.f("fk_bulletins_written_by_memberships")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletins")),
    )
    op.create_index("bulletins_told", "bulletins", ["organisation", "state", "ends_on"])
    op.create_index("bulletins_urgent", "bulletins", ["state", "urgent", "published_at"])
    op.create_index("bulletins_question", "bulletins", ["question"])
    op.create_table(
        "bulletin_reads",
        sa.Column("bulletin", sa.String(length=36), nullable=False),
        sa.Column("membership", sa.String(length=36), nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bulletin"], ["bulletins.id"], name=op.f("fk_bulletin_reads_bulletin_bulletins")
        ),
        sa.ForeignKeyConstraint(
            ["membership"], ["memberships.id"], name=op.f("fk_bulletin_reads_membership_memberships")
        ),
        sa.PrimaryKeyConstraint("bulletin", "membership", name=op.f("pk_bulletin_reads")),
    )
    op.create_table(
        "market_prices",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("market", sa.String(length=80), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("written_by", sa.String(length=36), nullable=True),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_market_prices_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["memberships.id"], name=op.f("fk_market_prices_written_by_memberships")
        ),
        sa.PrimaryKeyConstraint("organisation", "product", "market", "day", name=op.f("pk_market_prices")),
    )
    op.create_index("market_prices_day", "market_prices", ["organisation", "day"])
    op.create_table(
        "news_sources",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.Column("succeeded_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_news_sources")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("commune", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=36), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune"], ["organisations.id"], name=op.f("fk_proposals_commune_organisations")
        ),
        sa.ForeignKeyConstraint(["by"], ["memberships.id"], name=op.f("fk_proposals_by_memberships")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["memberships.id"], name=op.f("fk_proposals_answered_by_memberships")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index("proposals_commune", "proposals", ["commune", "received_at"])
    op.create_index("proposals_by", "proposals", ["by"])
    with op.batch_alter_table("push_subscriptions") as table:
        table.add_column(sa.Column("is_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("push_subscriptions") as table:
        table.drop_column("is_urgent")
    for name in ("proposals", "news_sources", "market_prices", "bulletin_reads", "bulletins"):
        op.drop_table(name)
