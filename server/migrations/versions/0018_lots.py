"""lots with their balances and what names them; products and their pictures

Revision: 0018, after 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "view_lots",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("product", sa.String(length=36), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("has_conflict", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("came", sa.BigInteger(), nullable=False),
        sa.Column("went", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.Column("remains", sa.BigInteger(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("labels", sa.BigInteger(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_view_lots")),
    )
    with op.batch_alter_table("view_lots") as batch_op:
        batch_op.create_index("view_lots_code", ["code", "received_at"], unique=False)
        batch_op.create_index("view_lots_state", ["scope", "state", "happened_on", "doc"], unique=False)
    op.create_table(
        "view_lot_sources",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("farm", sa.String(length=50), nullable=False),
        sa.Column("entry", sa.String(length=80), nullable=False),
        sa.Column("heads", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", "place", name=op.f("pk_view_lot_sources")),
    )
    with op.batch_alter_table("view_lot_sources") as batch_op:
        batch_op.create_index("view_lot_sources_entry", ["farm", "entry"], unique=False)
    op.create_table(
        "view_lot_edges",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("lot", sa.String(length=80), nullable=False),
        sa.Column("corrects", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", "place", name=op.f("pk_view_lot_edges")),
    )
    with op.batch_alter_table("view_lot_edges") as batch_op:
        batch_op.create_index("view_lot_edges_lot", ["scope", "lot"], unique=False)
        batch_op.create_index("view_lot_edges_corrects", ["scope", "corrects"], unique=False)
    _create_products()


def _create_products() -> None:
    op.create_table(
        "own_products",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("product_code", sa.String(length=40), nullable=False),
        sa.Column("brand", sa.String(length=200), nullable=False),
        sa.Column("gtin", sa.String(length=14), nullable=True),
        sa.Column("standard", sa.String(length=40), nullable=False),
        sa.Column("certificate_no", sa.String(length=60), nullable=False),
        sa.Column("certificate_by", sa.String(length=200), nullable=False),
        sa.Column("certificate_from", sa.String(length=10), nullable=False),
        sa.Column("certificate_to", sa.String(length=10), nullable=False),
        sa.Column("shelf_life_days", sa.Integer(), nullable=True),
        sa.Column("ocop_group", sa.Integer(), nullable=False),
        sa.Column("ocop_stars", sa.Integer(), nullable=False),
        sa.Column("ocop_decision", sa.String(length=60), nullable=False),
        sa.Column("ocop_certificate_no", sa.String(length=60), nullable=False),
        sa.Column("ocop_signed_on", sa.String(length=10), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["memberships.id"], name=op.f("fk_own_products_changed_by_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_own_products_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_products")),
    )
    with op.batch_alter_table("own_products") as batch_op:
        batch_op.create_index("own_products_organisation", ["organisation", "is_current"], unique=False)
    op.create_table(
        "own_pictures",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("sha256", sa.String(length=43), nullable=False),
        sa.Column("product", sa.String(length=36), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product"], ["own_products.id"], name=op.f("fk_own_pictures_product_own_products")
        ),
        sa.PrimaryKeyConstraint("scope", "sha256", "product", name=op.f("pk_own_pictures")),
    )


def downgrade() -> None:
    for table in ("own_pictures", "own_products", "view_lot_edges", "view_lot_sources", "view_lots"):
        op.drop_table(table)
