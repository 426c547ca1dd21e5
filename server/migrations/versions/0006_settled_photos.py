"""photos whose bytes are here are not looked for again

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("named_photos") as batch_op:
        batch_op.add_column(sa.Column("is_settled", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index("named_photos_wanted", ["scope", "is_settled", "seq"], unique=False)
    op.execute(
        "UPDATE named_photos SET is_settled = true WHERE EXISTS (SELECT 1 FROM blobs WHERE "
        "blobs.scope = named_photos.scope AND blobs.sha256 = named_photos.sha256 "
        "AND blobs.state IN ('stored', 'erased'))"
    )


def downgrade() -> None:
    with op.batch_alter_table("named_photos") as batch_op:
        batch_op.drop_index("named_photos_wanted")
        batch_op.drop_column("is_settled")
