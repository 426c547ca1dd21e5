"""passkeys, their challenges and assertions, sessions of the console

Revision: 0012, after 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("doc", sa.String(length=80), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("membership", sa.String(length=36), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_seq", sa.BigInteger(), nullable=False),
        sa.Column("ended_seq", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("scope", "doc", name=op.f("pk_passkeys")),
    )
    op.create_index("passkeys_credential", "passkeys", ["credential"], unique=False)
    op.create_index("passkeys_made_by", "passkeys", ["made_by"], unique=False)
    op.create_index("passkeys_membership", "passkeys", ["membership"], unique=False)
    op.create_table(
        "passkeys_seen",
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("last_used", sa.BigInteger(), nullable=False),
        sa.Column("suspended", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("credential", name=op.f("pk_passkeys_seen")),
    )
    op.create_table(
        "passkey_challenges",
        sa.Column("challenge_hash", sa.String(length=43), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("membership", sa.String(length=36), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_passkey_challenges")),
    )
    op.create_index(op.f("ix_passkey_challenges_expires_at"), "passkey_challenges", ["expires_at"])
    op.create_table(
        "console_sessions",
        sa.Column("token_hash", sa.String(length=43), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("person", sa.String(length=36), nullable=False),
        sa.Column("membership", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=True),
        sa.Column("passkey", sa.String(length=80), nullable=True),
        sa.Column("made", sa.String(length=1400), nullable=True),
        sa.Column("skipped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_console_sessions")),
    )
    op.create_index("console_sessions_person", "console_sessions", ["person"], unique=False)
    op.create_index(op.f("ix_console_sessions_id"), "console_sessions", ["id"])
    op.create_index(op.f("ix_console_sessions_expires_at"), "console_sessions", ["expires_at"])
    op.create_table(
        "assertions",
        sa.Column("scope", sa.String(length=50), nullable=False),
        sa.Column("op", sa.String(length=43), nullable=False),
        sa.Column("credential", sa.String(length=1400), nullable=False),
        sa.Column("assertion", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "op", name=op.f("pk_assertions")),
    )
    with op.batch_alter_table("devices") as batch_op:
        batch_op.add_column(sa.Column("passkey", sa.String(length=80), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("devices") as batch_op:
        batch_op.drop_column("passkey")
    for table in ("assertions", "console_sessions", "passkey_challenges", "passkeys_seen", "passkeys"):
        op.drop_table(table)
