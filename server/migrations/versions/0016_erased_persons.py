"""when a person was erased stands in a column: until now a name that anybody may have said so

Revision: 0016, after 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("persons") as batch_op:
        batch_op.add_column(sa.Column("erased_at", sa.BigInteger(), nullable=True))
    # When it was done the log says: at the latest op of the document that named them.
    op.execute(
        "UPDATE persons SET erased_at = (SELECT max(ops.received_at) FROM erased_documents JOIN ops"
        " ON ops.scope = erased_documents.scope AND ops.doc = erased_documents.erasure"
        " WHERE erased_documents.scope = 'org:' || persons.organisation"
        " AND erased_documents.doc = 'person:' || persons.id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("persons") as batch_op:
        batch_op.drop_column("erased_at")
