"""indexes of one document's ops and photos that hold their order too

Revision: 0007, after 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ops") as batch_op:
        batch_op.drop_index("ops_doc")
        batch_op.create_index("ops_doc", ["scope", "doc", "seq"], unique=False)
    with op.batch_alter_table("view_photos") as batch_op:
        batch_op.drop_index("view_photos_of")
        batch_op.create_index("view_photos_of", ["scope", "of", "doc"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("view_photos") as batch_op:
        batch_op.drop_index("view_photos_of")
        batch_op.create_index("view_photos_of", ["scope", "of"], unique=False)
    with op.batch_alter_table("ops") as batch_op:
        batch_op.drop_index("ops_doc")
        batch_op.create_index("ops_doc", ["scope", "doc"], unique=False)
