"""Indicator 4: households and cooperatives that were trained, each counted once, of all there are.

A household is trained when somebody of it came to a session that was held; two sessions, or two people of one
household, count once. The whole is what is registered, or the number that the commune states.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.models.people import Farm, Organisation
from server.models.training import AttendanceView, Training
from server.services.indicators.shape import Ask, Found, Line, Missing, Params, Part, Tally

KINDS = {"digital": ("digital", "ecommerce"), "services": ("digital", "ecommerce", "public_services")}
HELD = "held"


def found(session: Session, ask: Ask, params: Params) -> Found:
    """Count the households and cooperatives."""
    all_of = _all(ask, params).subquery()
    columns = (all_of.c.village, all_of.c.organisation)
    query = select(*columns, func.sum(all_of.c.is_counted), func.count()).group_by(*columns)
    tallies = tuple(Tally(row[0], row[1], int(row[2]), int(row[3])) for row in session.execute(query))
    stated, registered = int(params["households"]), sum(one.whole for one in tallies)
    firms = session.scalar(select(func.count()).where(Organisation.id.in_(_firms(ask)))) or 0
    whole = stated + firms if stated else None
    unknown = stated + firms - registered if stated else 0
    missing = (
        Missing("missing_not_registered", max(0, unknown)),
        Missing("missing_denominator", 0 if stated else 1),
        Missing("missing_attendee", _nobody(session, ask, params)),
    )
    return Found(tallies, missing, whole=None if whole is None else max(whole, registered))


def lines(session: Session, ask: Ask, params: Params, part: Part) -> list[Line]:
    """Return the households and cooperatives, by name."""
    all_of = _all(ask, params).subquery()
    query = select(all_of)
    if part.is_counted is not None:
        query = query.where(all_of.c.is_counted == int(part.is_counted))
    if part.village:
        query = query.where(all_of.c.village == part.village)
    if part.organisation:
        query = query.where(all_of.c.organisation == part.organisation)
    query = query.order_by(all_of.c.name, all_of.c.id).offset(part.start).limit(part.most)
    rows = session.execute(query).all()
    came = _sessions(session, ask, params, [row.id for row in rows])
    return [
        Line(
            title=row.name,
            is_counted=bool(row.is_counted),
            village=row.village,
            organisation=row.organisation,
            link=f"/htx/tap-huan/{came[row.id][0].id}" if row.id in came else "",
            notes=tuple(
                ("line_training", {"topic": one.topic, "day": one.happened_on})
                for one in came.get(row.id, [])
            )
            or (("line_not_trained", {}),),
        )
        for row in rows
    ]


def _all(ask: Ask, params: Params) -> Any:
    """Return every household and cooperative: id, name, village, organisation, is_counted (0 or 1)."""
    farms = _came(ask, params, AttendanceView.farm)
    firms = _came(ask, params, AttendanceView.organisation)
    household = select(
        Farm.id.label("id"), Farm.name.label("name"), func.coalesce(Farm.village, "").label("village"),
        Farm.organisation.label("organisation"), _flag(("farm:" + Farm.id).in_(farms)),
    ).where(Farm.organisation.in_(ask.organisations))  # fmt: skip
    firm = select(
        Organisation.id, Organisation.name, literal(""), Organisation.id, _flag(Organisation.id.in_(firms))
    ).where(Organisation.id.in_(_firms(ask)))
    both = union_all(household, firm).subquery()
    return select(both)


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0).label("is_counted")


def _firms(ask: Ask) -> list[str]:
    return [one for one in ask.organisations if one != ask.commune]


def _came(ask: Ask, params: Params, who: InstrumentedAttribute[str]) -> Select[str]:
    """Return who came to a session that counts."""
    return (
        select(who)
        .select_from(AttendanceView)
        .join(Training, _is_theirs())
        .where(who != "", *_counts(ask, params))
    )


def _is_theirs() -> ColumnElement[bool]:
    return Training.id == AttendanceView.training


def _counts(ask: Ask, params: Params) -> tuple[ColumnElement[bool], ...]:
    first = ask.first if params["since"] == "year" else ""
    return (
        AttendanceView.scope.in_(ask.logs),
        AttendanceView.is_deleted.is_(False),
        Training.organisation.in_(ask.organisations),
        Training.state == HELD,
        Training.kind.in_(KINDS[str(params["kinds"])]),
        Training.happened_on >= first,
        Training.happened_on <= ask.day,
    )


def _nobody(session: Session, ask: Ask, params: Params) -> int:
    """Return how many attendances name neither a household nor a cooperative."""
    query = select(func.count()).select_from(AttendanceView).join(Training, _is_theirs())
    is_nobody = (AttendanceView.farm == "", AttendanceView.organisation == "")
    return session.scalar(query.where(*is_nobody, *_counts(ask, params))) or 0


def _sessions(session: Session, ask: Ask, params: Params, ids: Sequence[str]) -> dict[str, list[Training]]:
    """Return the sessions that each of these came to, the newest first, each once."""
    named = [*ids, *(f"farm:{one}" for one in ids)]
    is_one = or_(AttendanceView.farm.in_(named), AttendanceView.organisation.in_(named))
    query = (
        select(AttendanceView.farm, AttendanceView.organisation, Training)
        .join(Training, _is_theirs())
        .where(is_one, *_counts(ask, params))
        .order_by(Training.happened_on.desc(), Training.id)
    )
    made: dict[str, list[Training]] = {}
    for farm, organisation, training in session.execute(query):
        for one in {farm.removeprefix("farm:"), organisation} - {""}:
            mine = made.setdefault(one, [])
            if training not in mine:
                mine.append(training)
    return made
