"""The seven indicators counted a second way: from the ops of the log and the rows, day by day, with no view.

It folds nothing concurrent: the histories that it is asked about change each document one op after another.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models.log import OpRow
from server.models.people import Farm, Organisation
from server.models.sales import PurchasePoint
from server.models.training import Training

Doc = dict[str, Any]
TENTHS_M2 = {"m2": 1, "sao": 360, "ha": 10_000}


def documents(session: Session, kind: str) -> Iterator[tuple[str, str, Doc]]:
    """Give (scope, document, what it says) of every document of a type that nobody took back."""
    found: dict[tuple[str, str], Doc] = defaultdict(dict)
    for row in session.scalars(select(OpRow).order_by(OpRow.scope, OpRow.seq)):
        if row.doc.startswith(f"{kind}:"):
            said = found[row.scope, row.doc]
            said["heads"] = {*said.get("heads", ()), row.id} - set(json.loads(row.body).get("after", ()))
            said |= json.loads(row.body)["set"]
            said |= json.loads(row.private)["set"] if row.private else {}
    for (scope, doc), said in found.items():
        if not said.get("_deleted"):
            yield scope, doc, said


def trained(session: Session, day: str) -> tuple[int, int]:
    """Count households and cooperatives that came to a digital or e-commerce session that was held."""
    sessions = {one.id: one for one in session.scalars(select(Training))}
    everybody = {f"farm:{one.id}" for one in session.scalars(select(Farm))}
    everybody |= {one.id for one in session.scalars(select(Organisation)) if one.parent is not None}
    came = set()
    for _, _, said in documents(session, "attendance"):
        one = sessions.get(said["training"])
        if one and one.state == "held" and one.kind in ("digital", "ecommerce") and one.happened_on <= day:
            came.add(said.get("farm") or said.get("organisation"))
    return len(came & everybody), len(everybody)


def monitored(session: Session, day: str, days: int) -> tuple[int, int]:
    """Count m² of certified plots whose diary runs: no `days` and one in a row lack an approved entry."""
    areas = {(scope, doc): _m2(said) for scope, doc, said in documents(session, "plot")}
    approved = _approved(session)
    kept: dict[tuple[str, str], bool] = {}
    for scope, doc, said in documents(session, "season"):
        if said["standard"] not in ("vietgap", "organic") or said["started_on"] > day:
            continue
        if said.get("ended_on") and said["ended_on"] < f"{day[:4]}-01-01":
            continue
        for plot in said["plots"]:
            if (scope, plot) in areas:
                mine = approved[scope, doc, plot] | approved[scope, doc, ""]
                runs = _runs(said["started_on"], said.get("ended_on") or "9999-12-31", day, mine, days)
                kept[scope, plot] = kept.get((scope, plot), False) or runs
    return sum(areas[one] for one, runs in kept.items() if runs), sum(areas[one] for one in kept)


def cashless(session: Session, day: str) -> tuple[int, int, int, int]:
    """Count the year's paid sales without cash and all, then both in đồng."""
    sales = [(doc, said) for _, doc, said in documents(session, "sale")]
    replaced = {said.get("corrects") for _, said in sales}
    counts = [0, 0, 0, 0]
    for doc, said in sales:
        in_year = f"{day[:4]}-01-01" <= said["happened_on"] <= day
        if doc in replaced or not in_year or said["paid"] != "confirmed":
            continue
        is_cashless = said["pay"] in ("transfer", "vietqr", "wallet")
        dong = said.get("total") or 0
        for place, more in enumerate((int(is_cashless), 1, dong * is_cashless, dong)):
            counts[place] += more
    return counts[0], counts[1], counts[2], counts[3]


def points(session: Session) -> list[str]:
    """Return the open purchase points of which no sale of the log tells."""
    told = {said.get("point") for _, _, said in documents(session, "sale")}
    return [one.id for one in session.scalars(select(PurchasePoint)) if one.id not in told]


def _approved(session: Session) -> dict[tuple[str, str, str], set[str]]:
    """Return the days of approved entries by farm, season and plot ("" for one that names none)."""
    entries = {(scope, doc): said for scope, doc, said in documents(session, "entry")}
    days: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for scope, _, said in documents(session, "review"):
        entry = entries.get((scope, said["of"]))
        if entry is None or said["decision"] != "approved" or set(said["heads"]) != entry["heads"]:
            continue
        for plot in entry.get("plots") or [""]:
            days[scope, entry["season"], plot].add(entry["happened_on"])
    return days


def _runs(first: str, last: str, today: str, approved: set[str], days: int) -> bool:
    """Return whether some approved entry stands in every `days` days in a row of a season that are over."""
    mine = {one for one in approved if first <= one <= last}
    if not mine:
        return False
    quiet, at = 0, date.fromisoformat(first)
    for _ in range((date.fromisoformat(min(last, today)) - at).days):
        quiet = 0 if at.isoformat() in mine else quiet
        at += timedelta(days=1)
        quiet += 1
        if quiet > days:
            return False
    return True


def _m2(said: Doc) -> int:
    area = said.get("area")
    return 0 if area is None else round(float(area["amount"]) * TENTHS_M2[area["unit"]])
