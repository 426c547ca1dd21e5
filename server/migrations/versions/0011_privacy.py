"""requests about personal data, and who saw what

Revision: 0011, after 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("membership", sa.String(length=36), nullable=False),
        sa.Column("act", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    with op.batch_alter_table("audit_events") as batch_op:
        batch_op.create_index("audit_events_age", ["at"], unique=False)
        batch_op.create_index("audit_events_at", ["organisation", "at", "id"], unique=False)
    op.create_table(
        "data_requests",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("means", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_by", sa.String(length=36), nullable=False),
        sa.Column("answer_due", sa.String(length=10), nullable=False),
        sa.Column("done_due", sa.String(length=10), nullable=False),
        sa.Column("extended_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("done_by", sa.String(length=36), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_data_requests_organisation")
        ),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name=op.f("fk_data_requests_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_requests")),
    )
    with op.batch_alter_table("data_requests") as batch_op:
        batch_op.create_index("data_requests_organisation", ["organisation", "received_at"], unique=False)
        batch_op.create_index("data_requests_person", ["person"], unique=False)


def downgrade() -> None:
    op.drop_table("data_requests")
    op.drop_table("audit_events")
