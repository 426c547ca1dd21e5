"""The demo's models of high-tech and circular agriculture: one of two seasons, one that repeats it.

Source: `models.json`; commune-plan, row 9.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import run_write
from server.demo.selling import Market, picture
from server.models.farm_models import FarmModel, ModelResult
from server.models.people import Farm
from server.models.views import PlotView
from server.services.setup import new_id
from server.services.viewing import make_current
from server.store import farm_models

DATA: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("models.json").read_text("utf-8"))
PICTURES: Final = 40  # the first seed of their pictures; others use smaller ones


def model(market: Market, farms: dict[str, str]) -> None:
    """Make the models, where their households are in the story; `farms`: ids by the households' keys."""
    if not farms.keys() >= {one["farm"] for one in DATA["models"]}:
        return
    make_current([f"farm:{farms[one['farm']]}" for one in DATA["models"]])

    shots = [
        [picture(market, 0, scene, PICTURES + 10 * place + at) for at, scene in enumerate(one["scenes"])]
        for place, one in enumerate(DATA["models"])
    ]
    scope = f"org:{market.cooperatives[0]}"

    def work(session: Session) -> None:
        made: list[str] = []
        for one, names in zip(DATA["models"], shots, strict=True):
            made.append(_model(session, market, one, session.get_one(Farm, farms[one["farm"]]), made))
            farm_models.put_pictures(session, made[-1], [(scope, name) for name in names])

    run_write(work)


def _model(session: Session, market: Market, one: dict[str, Any], farm: Farm, before: list[str]) -> str:
    plots = select(PlotView.doc).where(PlotView.scope == f"farm:{farm.id}", PlotView.is_deleted.is_(False))
    kinds = PlotView.kind.in_(("greenhouse", "garden", "field", "pen"))
    row = FarmModel(
        id=new_id(market.time + len(before)), organisation=market.commune, farm=farm.id, village=farm.village,
        plots=" ".join(session.scalars(plots.where(kinds).order_by(PlotView.doc))),
        decided_on=market.ago(one["decided"]) if one["decided"] else "",
        started_on=market.ago(one["started"]) if one["started"] else "", ended_on="",
        replicates=before[one["repeats"]] if "repeats" in one else None, is_shown=one["shown"],
        changed_at=market.time, **one["row"],
    )  # fmt: skip
    session.add(row)
    session.flush()  # its results and the models that repeat it name it
    for said in one["results"]:
        days = {"started_on": market.ago(said["from"]), "ended_on": market.ago(said["to"])}
        rest = {name: value for name, value in said.items() if name not in ("from", "to")}
        session.add(ModelResult(id=new_id(market.time), model=row.id, changed_at=market.time, **days, **rest))
    return row.id
