"""What visitors may see of a model: as precise as a village, and nobody's name who has not agreed to it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.farm_models import FarmModel, ModelResult
from server.models.people import Farm, Membership, Organisation, Village
from server.services.console_models import plots_of
from server.services.shop_pictures import Shot, shots_of
from server.services.viewing import make_current
from server.store import consents, farm_models, people
from sync.rights import HOUSEHOLD


@dataclass(frozen=True)
class ModelShown:
    """A model's page for visitors. `people`: who runs it, of those who agreed that their name is shown.

    Shape:  `plots`, `area_m2`: of the plots chosen, None where no area is known; `of`, `repeated_by`: models
            that are open to visitors, too.
    """

    row: FarmModel
    cooperative: str
    village: str
    near: tuple[int, int] | None
    people: tuple[str, ...]
    plots: int
    area_m2: int | None
    results: tuple[ModelResult, ...]
    shots: tuple[Shot, ...]
    of: FarmModel | None
    repeated_by: tuple[FarmModel, ...]


def model_shown(uuid: str, now: int) -> ModelShown | None:
    """Return a model that is open to visitors; None for any other. Raises: DatabaseTrouble."""
    with reading() as session:
        row = session.get(FarmModel, uuid)
        if row is None or not row.is_shown:
            return None
        farm = row.farm
    if farm is not None:
        make_current([f"farm:{farm}"])
    with reading() as session:
        row = session.get_one(FarmModel, uuid)
        owner = None if row.farm is None else session.get_one(Farm, row.farm)
        village = session.get(Village, row.village) if row.village else None
        plots = plots_of(session, row)
        areas = [one.area_m2 for one in plots if one.area_m2 is not None]
        known = [one for one in farm_models.of_commune(session, row.organisation) if one.is_shown]
        return ModelShown(
            row=row,
            cooperative="" if owner is None else session.get_one(Organisation, owner.organisation).name,
            village="" if village is None else village.name,
            near=_near(village),
            people=() if owner is None else tuple(_agreed(session, owner.id, now)),
            plots=len(plots),
            area_m2=sum(areas) if areas else None,
            results=tuple(farm_models.results_of(session, [uuid]).get(uuid, ())),
            shots=tuple(shot for _, shot in _shots(session, uuid)),
            of=next((one for one in known if one.id == row.replicates), None),
            repeated_by=tuple(one for one in known if one.replicates == row.id),
        )


def models_shown() -> tuple[tuple[FarmModel, Shot | None], ...]:
    """Return the models that are open to visitors, each with its main picture."""
    with reading() as session:
        rows = session.scalars(select(FarmModel).where(FarmModel.is_shown).order_by(FarmModel.name_vi))
        return tuple((one, next((shot for _, shot in _shots(session, one.id)), None)) for one in rows)


def picture_of(uuid: str, place: int) -> tuple[str, str] | None:
    """Return scope and hash of a picture of a model that is open to visitors; None where there is none."""
    with reading() as session:
        row = session.get(FarmModel, uuid)
        found = [] if row is None or not row.is_shown else _shots(session, uuid)
        return (found[place][0], found[place][1].sha256) if place < len(found) else None


def _near(village: Village | None) -> tuple[int, int] | None:
    if village is None or village.near_lat is None or village.near_lng is None:
        return None
    return village.near_lat, village.near_lng


def _agreed(session: Session, farm: str, now: int) -> list[str]:
    """Return the names of a farm's people who agree today that their name is shown."""
    members = people.members_where(session, Membership.farm == farm, Membership.role.in_(HOUSEHOLD))
    return [
        one.person.name
        for one in members
        if people.holds(one.membership, now)
        and one.person.erased_at is None
        and consents.is_given(session, one.person.id, "public_name")
    ]


def _shots(session: Session, uuid: str) -> list[tuple[str, Shot]]:
    """Return (scope, picture) of those of a model's pictures whose bytes are here, in their order."""
    pictures = farm_models.pictures_of(session, uuid)
    return [(scope, shot) for scope, name in pictures for shot in shots_of(session, scope, [name])]
