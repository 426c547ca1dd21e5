"""Models of high-tech and circular agriculture on the console: the commune writes, whoever runs one reports.

The commune's staff see every model of theirs, without any farm's diary; staff of a cooperative see those of
the farms that they may see, choose their plots and add what a season brought.
Source: reference commune-plan, row 9 and indicator 3.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.farm_models import FarmModel, ModelResult
from server.models.people import Farm, Organisation, Village
from server.models.sensors import Sensor
from server.models.views import PlotView
from server.services.console import Staff
from server.services.console_model_values import read_model, read_result
from server.services.console_pictures import keep_picture
from server.services.console_reach import NotDone, allow, clean, village_of, write_rows
from server.services.photos import PhotoStore
from server.services.viewing import make_current
from server.store import farm_models, selling, views
from sync import ids

PICTURES_MAX: Final = 9  # our choice
PLOTS_MAX: Final = 60


@dataclass(frozen=True)
class Runner:
    """Whose farm a model is at. `name` is "" for staff who may not see that farm."""

    id: str
    code: str
    organisation: str
    organisation_name: str
    name: str


@dataclass(frozen=True)
class ModelLine:
    """A model in the list. `picture`: hash of the main one, ""; `replicas`: how many models repeat it."""

    row: FarmModel
    runner: Runner | None
    village: str
    picture: str
    results: tuple[ModelResult, ...]
    replicas: int


@dataclass(frozen=True)
class ModelPage:
    """A model. `ground`: the farm's plots for who may see them, else none; `area_m2`: of those that count.

    Shape:  `plots`: how many count; `unmeasured`: those among them without a known area; `of`: the model it
            repeats; `others`: models that it may repeat.
    """

    line: ModelLine
    pictures: tuple[str, ...]
    ground: tuple[PlotView, ...]
    plots: int
    area_m2: int
    unmeasured: int
    sensors: int
    of: FarmModel | None
    repeated_by: tuple[FarmModel, ...]
    others: tuple[FarmModel, ...]
    may_report: bool


def models(staff: Staff) -> tuple[ModelLine, ...]:
    """Return the models that the staff member may see, the one decided last first."""
    with reading() as session:
        return _lines(session, staff, _rows(session, staff))


def model(staff: Staff, uuid: str) -> ModelPage:
    """Return one of them. Raises: ServiceError(not_found)."""
    with reading() as session:
        row = _find(session, staff, uuid)
    if row.farm is not None:
        make_current([f"farm:{row.farm}"])
    with reading() as session:
        rows = farm_models.of_commune(session, row.organisation)
        seen = {one.id for one in _rows(session, staff)}
        plots = plots_of(session, row)
        whole = [] if row.farm is None else views.plots_of(session, [f"farm:{row.farm}"])
        is_ours = f"farm:{row.farm}" in staff.farms
        sensors = select(func.count()).where(Sensor.farm == row.farm, Sensor.state == "active")
        return ModelPage(
            line=_lines(session, staff, [row])[0],
            pictures=tuple(sha256 for _, sha256 in farm_models.pictures_of(session, uuid)),
            ground=tuple(one for one in whole if not one.is_deleted) if is_ours else (),
            plots=len(plots),
            area_m2=sum(one.area_m2 or 0 for one in plots),
            unmeasured=sum(1 for one in plots if one.area_m2 is None),
            sensors=(session.scalar(sensors) or 0) if row.farm else 0,
            of=next((one for one in rows if one.id == row.replicates), None),
            repeated_by=tuple(one for one in rows if one.replicates == row.id),
            others=tuple(one for one in rows if one.id != row.id and one.id in seen),
            may_report=staff.may_act("report_models") and (is_ours or staff.may_act("edit_models")),
        )


def plots_of(session: Session, row: FarmModel) -> list[PlotView]:
    """Return the plots of a model that stand, by name; the views were made current before."""
    if row.farm is None or not row.plots:
        return []
    query = select(PlotView).where(
        PlotView.scope == f"farm:{row.farm}", PlotView.doc.in_(row.plots.split()),
        PlotView.is_deleted.is_(False),
    )  # fmt: skip
    return list(session.scalars(query.order_by(PlotView.name, PlotView.doc)))


def places(staff: Staff) -> tuple[tuple[Organisation, ...], tuple[Village, ...], tuple[FarmModel, ...]]:
    """Return what a model's form offers: organisations, villages and models of the commune."""
    with reading() as session:
        commune = selling.commune_of(session, staff.organisation)
        villages = select(Village).where(Village.commune == commune).order_by(Village.name)
        return (
            tuple(selling.members_of(session, commune)),
            tuple(session.scalars(villages)),
            tuple(_rows(session, staff)),
        )


def keep_model(staff: Staff, uuid: str, said: Mapping[str, str]) -> str:
    """Make or change a model and return its id.

    Shape:  `uuid`: "" for a new one; `said`: texts by column, days civil; `htx` and `ma_ho` name the farm, by
            its organisation and code: the commune has no list of other people's farms to choose from.
    Raises: ServiceError: no_right, not_found; NotDone says which field is wrong.
    """
    allow(staff, "edit_models")
    values = read_model(said)

    def work(session: Session) -> str:
        commune = selling.commune_of(session, staff.organisation)
        row = _find(session, staff, uuid) if uuid else None
        farm = _farm_said(session, commune, said)
        repeats = said.get("replicates", "")
        village = village_of(session, said.get("village", ""))
        if repeats and (repeats == uuid or farm_models.find(session, commune, repeats) is None):
            raise NotDone("not_model_repeats")
        if row is None:
            made = ids.make_uuid7(now_ms(), secrets.token_bytes(10))
            row = FarmModel(id=made, organisation=commune, plots="", is_shown=False)
            session.add(row)
        elif row.farm != farm:
            row.plots = ""  # of the farm before
        for name, value in values.items():
            setattr(row, name, value)
        row.farm, row.village, row.replicates = farm, village, repeats or None
        _stamp(row, staff)
        return row.id

    return write_rows(work)


def show_model(staff: Staff, uuid: str, *, is_shown: bool) -> None:
    """Give a model a page for visitors, or take it down. Raises: ServiceError: no_right, not_found."""
    allow(staff, "edit_models")

    def work(session: Session) -> None:
        row = _find(session, staff, uuid)
        row.is_shown = is_shown
        _stamp(row, staff)

    write_rows(work)


def choose_plots(staff: Staff, uuid: str, plots: Sequence[str]) -> None:
    """Say on which plots of its farm a model runs. Raises: ServiceError: no_right, not_found; NotDone."""
    allow(staff, "report_models")

    def work(session: Session) -> None:
        row = _find(session, staff, uuid)
        if f"farm:{row.farm}" not in staff.farms:
            raise ServiceError("no_right")
        known = {one.doc for one in views.plots_of(session, [f"farm:{row.farm}"]) if not one.is_deleted}
        if not known.issuperset(plots) or len(plots) > PLOTS_MAX:
            raise NotDone("not_model_plots")
        row.plots = " ".join(sorted(set(plots)))
        _stamp(row, staff)

    write_rows(work)


def keep_result(staff: Staff, uuid: str, result: str, said: Mapping[str, str]) -> None:
    """Keep what a season of a model cost and brought; `result`: "" for a new one.

    Raises: ServiceError: no_right, not_found; NotDone says which field is wrong.
    """
    values = read_result(said)

    def work(session: Session) -> None:
        _reported(session, staff, uuid)
        row = _result(session, uuid, result) if result else None
        if row is None:
            row = ModelResult(id=ids.make_uuid7(now_ms(), secrets.token_bytes(10)), model=uuid)
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        _stamp(row, staff)

    write_rows(work)


def drop_result(staff: Staff, uuid: str, result: str) -> None:
    """Take a season's result away. Raises: ServiceError: no_right, not_found."""

    def work(session: Session) -> None:
        _reported(session, staff, uuid)
        session.delete(_result(session, uuid, result))

    write_rows(work)


def add_picture(staff: Staff, uuid: str, photos: PhotoStore, data: bytes) -> None:
    """Keep a picture of a model, re-encoded, behind the others.

    Raises: ServiceError: no_right, not_found; NotDone for what is no picture, too large or one too many.
    """
    with reading() as session:
        _reported(session, staff, uuid)
        if len(farm_models.pictures_of(session, uuid)) >= PICTURES_MAX:
            raise NotDone("not_picture_more", n=PICTURES_MAX)
    sha256 = keep_picture(staff, photos, data)

    def work(session: Session) -> None:
        found = farm_models.pictures_of(session, uuid)
        if sha256 not in {name for _, name in found}:
            farm_models.put_pictures(session, uuid, [*found, (staff.org_scope, sha256)])

    write_rows(work)


def move_picture(staff: Staff, uuid: str, sha256: str, *, is_off: bool) -> None:
    """Make a picture the main one, or take it off. Raises: ServiceError: no_right, not_found."""

    def work(session: Session) -> None:
        _reported(session, staff, uuid)
        found = farm_models.pictures_of(session, uuid)
        mine = next((one for one in found if one[1] == sha256), None)
        if mine is None:
            raise ServiceError("not_found")
        rest = [one for one in found if one != mine]
        farm_models.put_pictures(session, uuid, rest if is_off else [mine, *rest])

    write_rows(work)


def picture_scope(staff: Staff, uuid: str, sha256: str) -> str:
    """Return in whose scope a picture of a model lies. Raises: ServiceError(not_found)."""
    with reading() as session:
        _find(session, staff, uuid)
        found = farm_models.pictures_of(session, uuid)
    scope = next((scope for scope, name in found if name == sha256), None)
    if scope is None:
        raise ServiceError("not_found")
    return scope


def _rows(session: Session, staff: Staff) -> list[FarmModel]:
    """Return the models that a staff member may see: all of the commune's own, else those at their farms."""
    commune = selling.commune_of(session, staff.organisation)
    rows = farm_models.of_commune(session, commune)
    if staff.may_act("edit_models"):
        return rows
    return [one for one in rows if f"farm:{one.farm}" in staff.farms]


def _find(session: Session, staff: Staff, uuid: str) -> FarmModel:
    found = next((one for one in _rows(session, staff) if one.id == uuid), None)
    if found is None:
        raise ServiceError("not_found")
    return found


def _reported(session: Session, staff: Staff, uuid: str) -> None:
    """Raises: ServiceError: not_found; no_right for who may not report on this model."""
    _find(session, staff, uuid)
    allow(staff, "report_models")


def _result(session: Session, model: str, result: str) -> ModelResult:
    found = session.get(ModelResult, result)
    if found is None or found.model != model:
        raise ServiceError("not_found")
    return found


def _farm_said(session: Session, commune: str, said: Mapping[str, str]) -> str | None:
    code = clean(said.get("ma_ho", ""), 40)
    if not code:
        return None
    owners = {one.id for one in selling.members_of(session, commune)}
    owner = said.get("htx", "")
    query = select(Farm.id).where(Farm.organisation == owner, func.upper(Farm.code) == code.upper())
    found = session.scalar(query) if owner in owners else None
    if found is None:
        raise NotDone("not_model_farm")
    return str(found)


def _stamp(row: FarmModel | ModelResult, staff: Staff) -> None:
    row.changed_by, row.changed_at = staff.membership, now_ms()


def _lines(session: Session, staff: Staff, rows: Sequence[FarmModel]) -> tuple[ModelLine, ...]:
    uuids = [one.id for one in rows]
    results, pictures = farm_models.results_of(session, uuids), farm_models.main_pictures(session, uuids)
    replicas = farm_models.count_replicas(session, uuids)
    villages = {one.id: one.name for one in session.scalars(select(Village))}
    query = select(Farm, Organisation.name).join(Organisation, Organisation.id == Farm.organisation)
    query = query.where(Farm.id.in_([one.farm for one in rows if one.farm]))
    runners = {
        farm.id: Runner(
            farm.id,
            farm.code,
            farm.organisation,
            owner,
            farm.name if f"farm:{farm.id}" in staff.farms else "",
        )
        for farm, owner in session.execute(query)
    }
    return tuple(
        ModelLine(
            row=one,
            runner=runners.get(one.farm or ""),
            village=villages.get(one.village or "", ""),
            picture=pictures.get(one.id, ""),
            results=tuple(results.get(one.id, ())),
            replicas=replicas.get(one.id, 0),
        )
        for one in rows
    )
