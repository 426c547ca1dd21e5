"""training: teams by village, sessions, and who came as the log tells of it

Revision: 0026, after 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("village", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("decision_no", sa.String(length=60), nullable=False),
        sa.Column("decided_on", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["memberships.id"], name=op.f("fk_teams_changed_by_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_teams_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(["village"], ["villages.id"], name=op.f("fk_teams_village_villages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
    )
    op.create_index("teams_organisation", "teams", ["organisation", "village"], unique=False)
    op.create_table(
        "team_members",
        sa.Column("team", sa.String(length=36), nullable=False),
        sa.Column("membership", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership"], ["memberships.id"], name=op.f("fk_team_members_membership_memberships")
        ),
        sa.ForeignKeyConstraint(["team"], ["teams.id"], name=op.f("fk_team_members_team_teams")),
        sa.PrimaryKeyConstraint("team", "membership", name=op.f("pk_team_members")),
    )
    _create_trainings()
    op.create_table(
        "view_attendances",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("training", sa.String(length=36), nullable=False),
        sa.Column("farm", sa.String(length=50), nullable=False),
        sa.Column("membership", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=36), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_view_attendances")),
    )
    op.create_index("view_attendances_training", "view_attendances", ["training"], unique=False)
    op.create_index("view_attendances_farm", "view_attendances", ["farm"], unique=False)


def _create_trainings() -> None:
    op.create_table(
        "trainings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("held_by", sa.String(length=40), nullable=False),
        sa.Column("team", sa.String(length=36), nullable=True),
        sa.Column("village", sa.String(length=36), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=False),
        sa.Column("starts_at", sa.String(length=5), nullable=False),
        sa.Column("ends_at", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("plan_count", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=36), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["memberships.id"], name=op.f("fk_trainings_changed_by_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_trainings_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(["team"], ["teams.id"], name=op.f("fk_trainings_team_teams")),
        sa.ForeignKeyConstraint(["village"], ["villages.id"], name=op.f("fk_trainings_village_villages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
    )
    op.create_index("trainings_organisation", "trainings", ["organisation", "happened_on"], unique=False)


def downgrade() -> None:
    for table in ("view_attendances", "trainings", "team_members", "teams"):
        op.drop_table(table)
