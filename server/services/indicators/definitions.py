"""By which rule an indicator is counted: the seed's, until the commune changes it; every change is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.indicators import IndicatorDefinition
from server.models.people import Membership, Person
from server.services.console import Staff
from server.services.console_reach import NotDone, allow, clean
from server.services.indicators.shape import COUNTS, MILESTONES, NUMBERS, Params
from server.services.setup import new_id

SEED: Final = Path(__file__).parents[2] / "data" / "indicators.json"
COUNT_MAX: Final = 1000  # our choice
WHY_CHARS_MAX: Final = 500  # our choice


@dataclass(frozen=True)
class Param:
    """One thing that can be set: a choice, or a whole number within bounds."""

    name: str
    default: int | str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0


@dataclass(frozen=True)
class Change:
    """One definition as it was set: when, by whom, why, and to what."""

    at: int
    by: str
    why: str
    params: Params


@cache
def params_of(number: int) -> tuple[Param, ...]:
    """Return what can be set of an indicator, the targets last. Raises: ServiceError(not_found)."""
    if number not in NUMBERS:
        raise ServiceError("not_found")
    said = _seed()[str(number)]
    most = COUNT_MAX if number in COUNTS else 100
    own = [
        Param(name, one["default"], tuple(one.get("choices", ())), one.get("min", 0), one.get("max", 0))
        for name, one in said["params"].items()
    ]
    targets = zip(MILESTONES, said["targets"], strict=True)
    return (*own, *(Param(f"target_{year}", value, (), 0, most) for year, value in targets))


def params_in(session: Session, commune: str) -> dict[int, Params]:
    """Return by which rule a commune counts each indicator today."""
    query = select(IndicatorDefinition.number, IndicatorDefinition.params).where(
        IndicatorDefinition.organisation == commune
    )
    rows = session.execute(query.order_by(IndicatorDefinition.changed_at, IndicatorDefinition.id))
    said = {number: json.loads(params) for number, params in rows}
    return {one: _whole(one, said.get(one, {})) for one in NUMBERS}


def changes_of(staff: Staff, number: int) -> list[Change]:
    """Return every change of an indicator's rule, the newest first."""
    query = (
        select(IndicatorDefinition, Person.name)
        .join(Membership, Membership.id == IndicatorDefinition.changed_by)
        .join(Person, Person.id == Membership.person)
        .where(IndicatorDefinition.organisation == staff.organisation, IndicatorDefinition.number == number)
        .order_by(IndicatorDefinition.changed_at.desc(), IndicatorDefinition.id.desc())
    )
    with reading() as session:
        return [
            Change(row.changed_at, name, row.why, _whole(number, json.loads(row.params)))
            for row, name in session.execute(query)
        ]


def current_of(staff: Staff, number: int) -> Params:
    """Return by which rule the staff's commune counts an indicator."""
    with reading() as session:
        return params_in(session, staff.organisation)[number]


def change(staff: Staff, number: int, said: Mapping[str, str], why: str) -> None:
    """Count an indicator by another rule from now on. Raises: ServiceError(no_right, not_found); NotDone."""
    allow(staff, "edit_indicators")
    params = {one.name: _read(one, said.get(one.name, "")) for one in params_of(number)}
    reason = clean(why, WHY_CHARS_MAX)
    if not reason:
        raise NotDone("not_why")
    if params == current_of(staff, number):
        raise NotDone("not_changed_rule")
    now = now_ms()
    row = IndicatorDefinition(
        id=new_id(now), organisation=staff.organisation, number=number, params=json.dumps(params),
        why=reason, changed_by=staff.membership, changed_at=now,
    )  # fmt: skip
    run_write(lambda session: session.add(row))


def _read(param: Param, text: str) -> int | str:
    if param.choices:
        if text not in param.choices:
            raise NotDone("not_rule_choice")
        return text
    plain = text.strip()
    is_number = plain.isascii() and plain.isdigit() and len(plain) < 8
    if not is_number or not param.least <= int(plain) <= param.most:
        raise NotDone("not_rule_number", least=param.least, most=param.most)
    return int(plain)


def _whole(number: int, said: Mapping[str, int | str]) -> Params:
    return {one.name: said.get(one.name, one.default) for one in params_of(number)}


@cache
def _seed() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(SEED.read_text("utf-8"))
    return found
