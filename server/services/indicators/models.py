"""Indicator 3: models of high-tech and circular agriculture that the commune decided on."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.farm_models import FarmModel
from server.services.indicators.shape import Ask, Found, Line, Missing, Params, Part, page_of, tallies_of

PLANNED, ENDED = "planned", "ended"


def found(session: Session, ask: Ask, params: Params) -> Found:
    """Count the models."""
    rows = _rows(session, ask)
    missing = (Missing("missing_model_decision", sum(1 for one in rows if not one.decision_no)),)
    return Found(tallies_of([_line(one, ask, params) for one in rows]), missing)


def lines(session: Session, ask: Ask, params: Params, part: Part) -> list[Line]:
    """Return the models, each with its decision."""
    return page_of((_line(one, ask, params) for one in _rows(session, ask)), part)


def _rows(session: Session, ask: Ask) -> list[FarmModel]:
    query = select(FarmModel).where(FarmModel.organisation.in_(ask.organisations), FarmModel.state != PLANNED)
    return list(session.scalars(query.order_by(FarmModel.decided_on, FarmModel.name_vi, FarmModel.id)))


def _line(row: FarmModel, ask: Ask, params: Params) -> Line:
    is_decided = bool(row.decision_no) and row.decided_on <= ask.day
    is_meant = params["models"] == "decided" or row.replicates is not None
    is_there = params["ended"] == "yes" or row.state != ENDED
    note: tuple[str, dict[str, object]] = ("line_no_decision", {})
    if row.decision_no:
        day = {"day": row.decided_on} if row.decided_on else {}
        note = ("line_decision" if day else "line_decision_no_day", {"number": row.decision_no, **day})
    return Line(
        title=row.name_vi,
        is_counted=is_decided and is_meant and is_there,
        village=row.village or "",
        link=f"/htx/mo-hinh/{row.id}",
        notes=(note, (f"line_model_{row.state}", {}), *((("line_replica", {}),) if row.replicates else ())),
    )
