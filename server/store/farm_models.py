"""Models of agriculture as rows: whose they are, what their seasons brought, their pictures."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.models.farm_models import FarmModel, ModelPicture, ModelResult


def of_commune(session: Session, commune: str) -> list[FarmModel]:
    """Return the models of a commune, the one decided last first."""
    query = select(FarmModel).where(FarmModel.organisation == commune)
    return list(session.scalars(query.order_by(FarmModel.decided_on.desc(), FarmModel.name_vi, FarmModel.id)))


def find(session: Session, commune: str, model: str) -> FarmModel | None:
    """Return one of a commune's models; None for a foreign one, too."""
    row = session.get(FarmModel, model)
    return row if row is not None and row.organisation == commune else None


def results_of(session: Session, models: Collection[str]) -> dict[str, list[ModelResult]]:
    """Return what the seasons of models brought, by model, the oldest first."""
    order = (ModelResult.started_on, ModelResult.season, ModelResult.id)
    found: dict[str, list[ModelResult]] = {}
    for one in session.scalars(select(ModelResult).where(ModelResult.model.in_(models)).order_by(*order)):
        found.setdefault(one.model, []).append(one)
    return found


def pictures_of(session: Session, model: str) -> list[tuple[str, str]]:
    """Return (scope, hash) of a model's pictures, the main one first."""
    order = (ModelPicture.place, ModelPicture.sha256)
    rows = session.scalars(select(ModelPicture).where(ModelPicture.model == model).order_by(*order))
    return [(one.scope, one.sha256) for one in rows]


def main_pictures(session: Session, models: Collection[str]) -> dict[str, str]:
    """Return the hash of the main picture of each of these models that has one."""
    query = select(ModelPicture).where(ModelPicture.model.in_(models)).order_by(ModelPicture.place.desc())
    return {one.model: one.sha256 for one in session.scalars(query)}


def put_pictures(session: Session, model: str, pictures: Sequence[tuple[str, str]]) -> None:
    """Make these the pictures of a model, in this order."""
    session.execute(delete(ModelPicture).where(ModelPicture.model == model))
    for place, (scope, sha256) in enumerate(pictures):
        session.add(ModelPicture(scope=scope, sha256=sha256, model=model, place=place))


def count_replicas(session: Session, models: Collection[str]) -> dict[str, int]:
    """Return how many models repeat each of these."""
    query = select(FarmModel.replicates, func.count()).where(FarmModel.replicates.in_(models))
    return {str(one): int(n) for one, n in session.execute(query.group_by(FarmModel.replicates))}
