import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "list_versions",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("mark", sa.String(length=2), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=36), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_by", sa.String(length=36), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisations.id"], name=op.f("fk_list_versions_organisation_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["memberships.id"], name=op.f("fk_list_versions_made_by_memberships")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["memberships.id"], name=op.f("fk_list_versions_settled_by_memberships")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_versions")),
    )
    op.create_index("list_versions_organisation", "list_versions", ["organisation", "state"], unique=False)
    op.create_table(
        "list_rows",
        sa.Column("version", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("plain", sa.String(length=200), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["list_versions.id"], name=op.f("fk_list_rows_version_list_versions")
        ),
        sa.PrimaryKeyConstraint("version", "position", name=op.f("pk_list_rows")),
    )
    op.create_index("list_rows_plain", "list_rows", ["plain", "version"], unique=False)
    op.create_table(
        "list_texts",
        sa.Column("tag", sa.String(length=43), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_list_texts")),
    )


def downgrade() -> None:
    for table in ("list_texts", "list_rows", "list_versions"):
        op.drop_table(table)
