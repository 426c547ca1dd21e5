"""The land of a cooperative or of the commune: plots, ponds, pens with what grows there, summed by village.

Whoever reads a farm's book sees its plots and where they lie; the commune's staff see sums by village alone:
nobody has agreed that others see a plot's place, and there is no right for it.
Source: reference commune-plan, row 12; security.md §8 "GPS"; reference rights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.findings import RecordKey
from server.models.people import Farm, Organisation, Village
from server.models.views import DocumentView, PlotView, SeasonView
from server.services.console import Staff
from server.services.console_lookups import members
from server.services.cooperative import runs_on, season_last_day
from server.services.seasons import boundary_points
from server.services.viewing import make_current
from server.services.waits import waits_of
from server.store import people, selling
from sync.civil import days_between
from sync.rights import reads_of
from sync.rules import silence_max
from sync.units import UnitError, to_base
from sync.values import Json

STORE: Final = "store"  # holds inputs, grows nothing
WAITS: Final = ("waiting", "free")
USES: Final = ("running", "resting")
WRITTEN: Final = ("active", "silent")
_GRAVER: Final = ("free", "not_defined", "days", "unknown")


@dataclass(frozen=True)
class Running:
    """A season that runs on a plot. `heads`: animals that were put in, None where nobody said."""

    doc: str
    name: str
    product: str
    sector: str
    standard: str
    heads: int | None
    is_silent: bool


@dataclass(frozen=True)
class Plot:
    """A plot, pond or pen. `points`: its boundary as (lat, lng) in 10⁻⁷ degree, none where it is not known.

    Shape:  `village`: an id, "" where nobody said; `wait`: free, days, unknown, not_defined, "" where nobody
            asked; `until`: first safe day, "".
    """

    farm: str
    code: str
    farm_name: str
    organisation: str
    village: str
    doc: str
    name: str
    kind: str
    area_m2: int | None
    points: tuple[tuple[int, int], ...]
    seasons: tuple[Running, ...]
    wait: str = ""
    until: str = ""

    @property
    def is_silent(self) -> bool:
        """Return whether a season here was not written of for longer than its sector allows."""
        return any(one.is_silent for one in self.seasons)


@dataclass(frozen=True)
class Wanted:
    """What a map is narrowed to, "" for nothing.

    Shape:  `product`: a code, or the name where a season names no code; `use`: running or resting; `wait`:
            waiting or free; `written`: active or silent; `village`: an id.
    """

    product: str = ""
    standard: str = ""
    use: str = ""
    wait: str = ""
    written: str = ""
    village: str = ""

    def fits(self, plot: Plot) -> bool:
        """Return whether a plot is asked for."""
        seasons = plot.seasons
        asked = (
            (self.product, any(self.product in (one.product, one.name) for one in seasons)),
            (self.standard, any(one.standard == self.standard for one in seasons)),
            (self.use, bool(seasons) == (self.use == "running")),
            (self.wait, (plot.wait != "free") == (self.wait == "waiting")),
            (self.written, bool(seasons) and plot.is_silent == (self.written == "silent")),
            (self.village, plot.village == self.village),
        )
        return all(holds for said, holds in asked if said)


@dataclass(frozen=True)
class Place:
    """A village. `near`: (lat, lng) in hundredths of a degree, None where nobody said."""

    id: str
    name: str
    near: tuple[int, int] | None


@dataclass(frozen=True)
class Land:
    """What a map shows. `is_exact`: with plots and where they lie, not sums alone.

    Shape:  `plots`: those that fit; `farms`: how many there are, `bare`: those without any plot; `crops`:
            (code or name, name) of what runs, `standards`: of what runs; both before narrowing.
    """

    plots: tuple[Plot, ...]
    villages: tuple[Place, ...]
    is_exact: bool
    farms: int
    bare: int
    crops: tuple[tuple[str, str], ...]
    standards: tuple[str, ...]


def land_of(staff: Staff, wanted: Wanted, today: str) -> Land:
    """Return the land that the staff member may see, narrowed; what a plot waits for only where asked."""
    is_exact = reads_of(staff.role).farms != "none"
    with reading() as session:
        farms, villages = _farms(session, staff, is_exact), _villages(session, staff)
    make_current([f"farm:{one.id}" for one, _ in farms])
    with reading() as session:
        plots = _plots(session, farms, today, is_exact)
        if wanted.wait:
            plots = _with_waits(session, plots, today)
    seasons = [one for plot in plots for one in plot.seasons]
    crops = sorted({(one.product or one.name, one.name) for one in seasons}, key=lambda one: one[::-1])
    known = {plot.farm for plot in plots}
    return Land(
        plots=tuple(one for one in plots if wanted.fits(one)),
        villages=villages,
        is_exact=is_exact,
        farms=len(farms),
        bare=sum(1 for one, _ in farms if one.id not in known),
        crops=tuple({code: (code, name) for code, name in crops}.values()),
        standards=tuple(sorted({one.standard for one in seasons if one.standard})),
    )


def _farms(session: Session, staff: Staff, is_exact: bool) -> list[tuple[Farm, str]]:
    """Return the farms with the names of their organisations: the staff's own, else all of the commune."""
    owners = [staff.organisation]
    if not is_exact:
        commune = selling.commune_of(session, staff.organisation)
        owners = [one.id for one in selling.members_of(session, commune)]
    query = select(Farm, Organisation.name).join(Organisation, Organisation.id == Farm.organisation)
    rows = session.execute(query.where(Farm.organisation.in_(owners)).order_by(Farm.code, Farm.id))
    return [(farm, name) for farm, name in rows if not is_exact or f"farm:{farm.id}" in staff.farms]


def _villages(session: Session, staff: Staff) -> tuple[Place, ...]:
    commune = selling.commune_of(session, staff.organisation)
    query = select(Village).where(Village.commune == commune).order_by(Village.name)
    return tuple(
        Place(one.id, one.name, near_of(one.near_lat, one.near_lng)) for one in session.scalars(query)
    )


def near_of(lat: int | None, lng: int | None) -> tuple[int, int] | None:
    """Return where a village lies, None where nobody said."""
    return None if lat is None or lng is None else (lat, lng)


def _plots(session: Session, farms: Sequence[tuple[Farm, str]], today: str, is_exact: bool) -> list[Plot]:
    by_scope = {f"farm:{farm.id}": (farm, owner) for farm, owner in farms}
    scopes = list(by_scope)
    running = _running(session, scopes, today)
    drawn = _boundaries(session, scopes) if is_exact else {}
    query = select(PlotView.scope, PlotView.doc, PlotView.name, PlotView.kind, PlotView.area_m2).where(
        PlotView.scope.in_(scopes), PlotView.is_deleted.is_(False), PlotView.kind != STORE
    )
    found = []
    for scope, doc, name, kind, area in session.execute(query.order_by(PlotView.scope, PlotView.doc)):
        farm, owner = by_scope[scope]
        seasons = tuple(running.get((scope, doc), ()))
        points = drawn.get((scope, doc), ())
        found.append(
            Plot(
                farm.id,
                farm.code,
                farm.name,
                owner,
                farm.village or "",
                doc,
                name,
                kind,
                area,
                points,
                seasons,
            )
        )
    return found


def _running(session: Session, scopes: Sequence[str], today: str) -> dict[tuple[str, str], list[Running]]:
    """Return the seasons that run, by (scope, plot)."""
    columns = (
        SeasonView.scope, SeasonView.doc, SeasonView.name, SeasonView.product, SeasonView.sector,
        SeasonView.standard, SeasonView.started_on, DocumentView.values.label("said"),
        season_last_day(today).label("last_day"),
    )  # fmt: skip
    query = (
        select(*columns)  # rows of texts, for there may be ten thousand
        .join(DocumentView, (DocumentView.scope == SeasonView.scope) & (DocumentView.doc == SeasonView.doc))
        .where(SeasonView.scope.in_(scopes), runs_on(today))
        .order_by(SeasonView.scope, SeasonView.doc)
    )
    found: dict[tuple[str, str], list[Running]] = {}
    for row in session.execute(query):
        said = members(row.said)
        most, since = silence_max(row.sector), max(row.last_day or "", row.started_on)
        season = Running(
            doc=row.doc,
            name=row.name,
            product=row.product,
            sector=row.sector,
            standard=row.standard,
            heads=_heads(said.get("head_count")),
            is_silent=most is not None and days_between(since, today) > most,
        )
        named = said.get("plots")
        for plot in (
            dict.fromkeys(one for one in named if isinstance(one, str)) if isinstance(named, list) else ()
        ):
            found.setdefault((row.scope, plot), []).append(season)
    return found


def _heads(value: Json) -> int | None:
    amount = value.get("amount") if isinstance(value, dict) else None
    unit = value.get("unit") if isinstance(value, dict) else None
    try:
        return to_base(amount, unit) if isinstance(amount, str) and unit == "con" else None
    except UnitError:
        return None


def _boundaries(
    session: Session, scopes: Sequence[str]
) -> dict[tuple[str, str], tuple[tuple[int, int], ...]]:
    """Return the corners of the plots that have them; what an erased person drew is gone."""
    query = select(DocumentView.scope, DocumentView.doc, DocumentView.by, DocumentView.private).where(
        DocumentView.scope.in_(scopes), DocumentView.type == "plot", DocumentView.private.is_not(None)
    )
    rows = session.execute(query).all()
    gone = people.erased_among(session, {by for _, _, by, _ in rows})
    return {
        (scope, doc): boundary_points(members(private).get("boundary"))
        for scope, doc, by, private in rows
        if by not in gone
    }


def _with_waits(session: Session, plots: Sequence[Plot], today: str) -> list[Plot]:
    """Return the plots with what they wait for; only those that something was used on are looked at."""
    scopes = sorted({f"farm:{one.farm}" for one in plots})
    query = select(RecordKey.scope, RecordKey.key).where(
        RecordKey.scope.in_(scopes), RecordKey.key.like("plot:%")
    )
    used = {(str(scope), str(key)) for scope, key in session.execute(query.distinct())}
    return [
        Plot(**{**one.__dict__, **_wait(session, one, today)})
        if (f"farm:{one.farm}", one.doc) in used
        else Plot(**{**one.__dict__, "wait": "free"})
        for one in plots
    ]


def _wait(session: Session, plot: Plot, today: str) -> Mapping[str, str]:
    told = [
        ("free" if one.state == "days" and one.until <= today else one.state, one.until)
        for season in [one.doc for one in plot.seasons] or [""]
        for one in waits_of(session, f"farm:{plot.farm}", [plot.doc], season)
    ]
    state, until = max(told, key=lambda one: (_GRAVER.index(one[0]), one[1]), default=("free", ""))
    return {"wait": state, "until": "" if state == "free" else until}


def farms_drawn(plots: Iterable[Plot]) -> dict[str, list[Plot]]:
    """Return the plots that have a boundary, by farm."""
    found: dict[str, list[Plot]] = {}
    for one in plots:
        if one.points:
            found.setdefault(one.farm, []).append(one)
    return found
