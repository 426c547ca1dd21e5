"""models of high-tech and circular agriculture, what each season of them brought, their pictures

Revision: 0031, after 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def _text(name: str, chars: int | None) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if chars is None else sa.String(length=chars), nullable=False)


def _link(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    op.create_table(
        "models",
        _text("id", 36),
        _text("organisation", 36),
        _text("name_vi", 200),
        _text("name_en", 200),
        _text("kind", 40),
        _text("decision_no", 60),
        _text("decided_on", 10),
        _text("decided_by", 200),
        sa.Column("farm", sa.String(length=36), nullable=True),
        _text("plots", None),
        sa.Column("village", sa.String(length=36), nullable=True),
        _text("technique", None),
        _text("partners", None),
        _text("story", None),
        _text("started_on", 10),
        _text("ended_on", 10),
        _text("state", 10),
        sa.Column("replicates", sa.String(length=36), nullable=True),
        sa.Column("is_shown", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        _link("models", "organisation", "organisations"),
        _link("models", "farm", "farms"),
        _link("models", "village", "villages"),
        _link("models", "replicates", "models"),
        _link("models", "changed_by", "memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
    )
    op.create_index("models_organisation", "models", ["organisation", "state"], unique=False)
    op.create_index("models_farm", "models", ["farm"], unique=False)
    op.create_index("models_replicates", "models", ["replicates"], unique=False)
    op.create_table(
        "model_results",
        _text("id", 36),
        _text("model", 36),
        _text("season", 200),
        _text("started_on", 10),
        _text("ended_on", 10),
        sa.Column("area_m2", sa.Integer(), nullable=True),
        sa.Column("cost_dong", sa.BigInteger(), nullable=True),
        _text("yield_amount", 20),
        _text("yield_unit", 40),
        sa.Column("revenue_dong", sa.BigInteger(), nullable=True),
        _text("note", None),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        _link("model_results", "model", "models"),
        _link("model_results", "changed_by", "memberships"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_results")),
    )
    op.create_index("model_results_model", "model_results", ["model", "started_on"], unique=False)
    op.create_table(
        "model_pictures",
        _text("scope", 50),
        _text("sha256", 43),
        _text("model", 36),
        sa.Column("place", sa.Integer(), nullable=False),
        _link("model_pictures", "model", "models"),
        sa.PrimaryKeyConstraint("scope", "sha256", "model", name=op.f("pk_model_pictures")),
    )


def downgrade() -> None:
    for table in ("model_pictures", "model_results", "models"):
        op.drop_table(table)
