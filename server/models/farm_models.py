"""Models of high-tech and circular agriculture (mô hình): what the commune decided to try, what came of it.

Rows, not ops: the diary of the farm that runs a model stands in its own log. Who changed what stands in the
register of who did what.
Source: reference commune-plan, row 9 and indicator 3; local.md §12.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base
from server.models.log import SCOPE_CHARS
from server.models.own_products import CODE_CHARS, DATE_CHARS, NAME_CHARS, NUMBER_CHARS
from server.models.people import UUID_CHARS

AMOUNT_CHARS = 20


class FarmModel(Base):
    """One model. Texts are "" where nobody said, days civil or "".

    Shape:  `organisation`: the commune; `kind`: high_tech, circular or both; `decision_no`, `decided_on`: of
            the paper that set it up, "" before there is one; `farm`: who runs it, None before it is known;
            `plots`: documents of that farm apart by spaces, chosen by whoever may see them; `village`: how
            precisely anybody is told where it is; `state`: planned, running or ended; `replicates`: the model
            that this one repeats; `is_shown`: has a page for visitors.
    """

    __tablename__ = "models"
    __table_args__ = (
        Index("models_organisation", "organisation", "state"),
        Index("models_farm", "farm"),
        Index("models_replicates", "replicates"),
    )

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    organisation: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    name_vi: Mapped[str] = mapped_column(String(NAME_CHARS))
    name_en: Mapped[str] = mapped_column(String(NAME_CHARS))
    kind: Mapped[str] = mapped_column(String(CODE_CHARS))
    decision_no: Mapped[str] = mapped_column(String(NUMBER_CHARS))
    decided_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    decided_by: Mapped[str] = mapped_column(String(NAME_CHARS))
    farm: Mapped[str | None] = mapped_column(ForeignKey("farms.id"))
    plots: Mapped[str] = mapped_column(Text)
    village: Mapped[str | None] = mapped_column(ForeignKey("villages.id"))
    technique: Mapped[str] = mapped_column(Text)
    partners: Mapped[str] = mapped_column(Text)
    story: Mapped[str] = mapped_column(Text)
    started_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    ended_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    state: Mapped[str] = mapped_column(String(10))
    replicates: Mapped[str | None] = mapped_column(ForeignKey("models.id"))
    is_shown: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class ModelResult(Base):
    """What one season of a model cost and brought; a number that nobody wrote down is None, never 0.

    Shape:  `yield_amount`: decimal text with `yield_unit`, both or neither; `ended_on`: "" while it runs.
    Units:  đồng for the whole season, m².
    """

    __tablename__ = "model_results"
    __table_args__ = (Index("model_results_model", "model", "started_on"),)

    id: Mapped[str] = mapped_column(String(UUID_CHARS), primary_key=True)
    model: Mapped[str] = mapped_column(ForeignKey("models.id"))
    season: Mapped[str] = mapped_column(String(NAME_CHARS))
    started_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    ended_on: Mapped[str] = mapped_column(String(DATE_CHARS))
    area_m2: Mapped[int | None] = mapped_column(Integer)
    cost_dong: Mapped[int | None] = mapped_column(BigInteger)
    yield_amount: Mapped[str] = mapped_column(String(AMOUNT_CHARS))
    yield_unit: Mapped[str] = mapped_column(String(CODE_CHARS))
    revenue_dong: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("memberships.id"))
    changed_at: Mapped[int] = mapped_column(BigInteger)


class ModelPicture(Base):
    """A picture of a model, bytes in the log's scope of who added it. `place`: 0 is the main one."""

    __tablename__ = "model_pictures"

    scope: Mapped[str] = mapped_column(String(SCOPE_CHARS), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(43), primary_key=True)
    model: Mapped[str] = mapped_column(ForeignKey("models.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer)
