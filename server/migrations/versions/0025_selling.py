"""key products, shop fronts, listings; what a product's own page and a marketplace ask of it

Revision: 0025, after 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TEXTS = {
    "ocop_subgroup": 200, "ocop_checked_on": 10, "net_content": 60, "ingredients": None, "storage": 200,
    "warning": 200, "standard_no": 60, "self_declaration_no": 60, "test_reports": None, "trademark_no": 60,
    "price_per": 60, "capacity": 60, "package_cm": 60,
}  # fmt: skip


def upgrade() -> None:
    _create_tables()
    with op.batch_alter_table("own_products") as batch_op:
        batch_op.add_column(sa.Column("key_product", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("ocop_checked_by", sa.String(length=36), nullable=True))
        for name, chars in _TEXTS.items():
            batch_op.add_column(_text(name, chars))
        batch_op.add_column(sa.Column("price_dong", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("package_g", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("slug", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("is_shown", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_foreign_key(
            op.f("fk_own_products_key_product_key_products"), "key_products", ["key_product"], ["id"]
        )
        batch_op.create_foreign_key(
            op.f("fk_own_products_ocop_checked_by_memberships"), "memberships", ["ocop_checked_by"], ["id"]
        )
        batch_op.create_index("own_products_key", ["key_product"], unique=False)
        batch_op.create_index("own_products_slug", ["slug"], unique=True)


def _text(name: str, chars: int | None) -> sa.Column[str]:
    kind = sa.Text() if chars is None else sa.String(length=chars)
    return sa.Column(name, kind, server_default="", nullable=False)


def _changed(table: str) -> list[sa.Column[object] | sa.ForeignKeyConstraint]:
    """Return who changed a row and when, and whose it is."""
    return [
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["memberships.id"], name=op.f(f"fk_{table}_changed_by_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f(f"fk_{table}_organisation_organisations")
        ),
    ]


def _create_tables() -> None:
    op.create_table(
        "key_products",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        _text("name_en", 200),
        _text("product_codes", None),
        _text("source", 200),
        sa.Column("mark", sa.String(length=2), server_default="R", nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        _text("until", 10),
        *_changed("key_products"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_products")),
    )
    op.create_index("key_products_organisation", "key_products", ["organisation", "until"], unique=False)
    op.create_table(
        "shops",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        _text("about", None),
        _text("phone", 30),
        _text("zalo", 30),
        _text("agreed_on", 10),
        sa.Column("is_open", sa.Boolean(), server_default=sa.false(), nullable=False),
        *_changed("shops"),
        sa.PrimaryKeyConstraint("organisation", name=op.f("pk_shops")),
    )
    op.create_index("shops_slug", "shops", ["slug"], unique=True)
    op.create_table(
        "listings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("product", sa.String(length=36), nullable=False),
        sa.Column("marketplace", sa.String(length=40), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("listed_on", sa.String(length=10), nullable=False),
        sa.Column("screenshot", sa.String(length=43), nullable=True),
        _text("checked_on", 10),
        sa.Column("state", sa.String(length=10), nullable=False),
        *_changed("listings"),
        sa.ForeignKeyConstraint(
            ["product"], ["own_products.id"], name=op.f("fk_listings_product_own_products")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
    )
    op.create_index("listings_product", "listings", ["product", "state"], unique=False)
    op.create_index("listings_organisation", "listings", ["organisation", "checked_on"], unique=False)
    op.create_index("listings_screenshot", "listings", ["screenshot"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("own_products") as batch_op:
        batch_op.drop_index("own_products_slug")
        batch_op.drop_index("own_products_key")
        batch_op.drop_constraint(op.f("fk_own_products_ocop_checked_by_memberships"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_own_products_key_product_key_products"), type_="foreignkey")
        for name in (
            "key_product",
            "ocop_checked_by",
            "price_dong",
            "package_g",
            "slug",
            "is_shown",
            *_TEXTS,
        ):
            batch_op.drop_column(name)
    for table in ("listings", "shops", "key_products"):
        op.drop_table(table)
