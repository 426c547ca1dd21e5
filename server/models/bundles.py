"""The bundle of a published lot, as it was made once the tree covered everything in it. Can be made again."""

from sqlalchemy import BigInteger, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS


class LotBundle(Base):
    """`published`: the id of the op that it proves; `bytes`: the text, zlib."""

    __tablename__ = "lot_bundles"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    lot: Mapped[str] = mapped_column(String(80), primary_key=True)
    published: Mapped[str] = mapped_column(String(43))
    made_at: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[bytes] = mapped_column(LargeBinary)
