"""sensors, their limits, and the view of what they measured

Revision: 0029, after 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sensors",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("farm", sa.String(length=36), nullable=False),
        sa.Column("plot", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("every_minutes", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["farm"], ["farms.id"], name=op.f("fk_sensors_farm_farms")),
        sa.ForeignKeyConstraint(["id"], ["memberships.id"], name=op.f("fk_sensors_id_memberships")),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_sensors_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sensors")),
    )
    op.create_index("sensors_farm", "sensors", ["farm"])
    op.create_index("sensors_organisation", "sensors", ["organisation"])
    op.create_table(
        "sensor_limits",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("sensor", sa.String(length=36), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["memberships.id"], name=op.f("fk_sensor_limits_changed_by_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_sensor_limits_organisation_organisations")
        ),
        sa.PrimaryKeyConstraint(
            "organisation", "sensor", "product", "measure", name=op.f("pk_sensor_limits")
        ),
    )
    op.create_table(
        "view_sensor_days",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("sensor", sa.String(length=36), nullable=False),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("odd", sa.Integer(), nullable=False),
        sa.Column("doubles", sa.Integer(), nullable=False),
        sa.Column("clocks", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "sensor", "measure", "day", name=op.f("pk_view_sensor_days")),
    )


def downgrade() -> None:
    op.drop_table("view_sensor_days")
    op.drop_table("sensor_limits")
    op.drop_index("sensors_organisation", table_name="sensors")
    op.drop_index("sensors_farm", table_name="sensors")
    op.drop_table("sensors")
