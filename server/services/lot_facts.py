"""The facts of a lot: what the publishing op signs, and what its bundle and trace page show.

Built from the views alone, which the caller has made current (`ready`). No names of persons, no exact
positions, no notes, no prices. A body holds at most 32 kB: steps beyond are counted in `steps_left_out`.

Shape of the facts (all texts as people wrote them; days civil; times in ms; what is not known is left out):
    v 1, product {name_vi, name_en, brand?, gtin?, pictures}, producer {name, address, org},
    farms [{code, village, commune, near?}], produced {from, to}, harvested {from, to}, packed_on?,
    expires_on?, amount {amount, unit}, standards [{name, certificate_no?, by?, valid_to?, mark}], ocop?,
    code, steps [{kind, name_vi, name_en, on, recorded_at, received_at, reviewed_at, reviewed_role, farm,
    entry, late_days?, amended?, inputs?, photos?}], steps_left_out?, waiting, findings, not_proven, story?
    `near` is the village's (lat, lng) in hundredths of a degree, where somebody said it.
    `mark` of a standard: certified (its certificate held on the day), expired, or declared (none, or
    nobody said until when it holds).
    A step of the packing house has the event's kind, `entry` its document, `farm` "".
Source: PROTOCOL §36; reference traceability §7.2 (Circular 02/2024, ten data items; Decree 37/2026 art. 32).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.lots import LotView
from server.models.own_products import OwnProduct
from server.models.people import Farm, Organisation, Village
from server.models.views import DocumentView
from server.services.findings import Noticed
from server.services.lot_steps import Facts, Told, told_of
from server.services.person_data import add_months
from server.services.viewing import make_current
from server.store import lots, own_products
from sync.civil import add_days
from sync.lots import balance, reach
from sync.lots.shape import DOMESTIC, Event
from sync.values import write_text

FACTS_BYTES_MAX: Final = 24_000  # our choice: the rest of a body's 32,768 bytes is for names and signatures
OCOP_MONTHS: Final = 36  # of a certificate's life
_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "handle": ("Sơ chế", "Handling"),
    "grade": ("Phân loại", "Grading"),
    "split": ("Chia lô", "Splitting"),
    "merge": ("Gộp lô", "Merging"),
    "pack": ("Đóng gói", "Packing"),
    "store": ("Cất kho", "Storing"),
}
_UNIT: Final = {"g": ("kg", 1000), "ml": ("l", 1000)}


@dataclass(frozen=True)
class LotFacts:
    """The facts of a lot as of now. `stopping`: findings that stop it; `problems`: of the balance.

    Shape:  `missing`: data items that the law asks for and nobody has entered yet: product, address, picture.
    """

    facts: Facts
    stopping: tuple[Noticed, ...]
    problems: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def stops(self) -> tuple[str, ...]:
        """Return the rules of the findings that stop it, each once, sorted."""
        return tuple(sorted({one.rule for one in self.stopping}))


def ready(session: Session, scope: str, doc: str) -> list[str]:
    """Return the farms whose diaries a lot's facts are read from: to be made current first."""
    family = lots.family(session, scope, [doc], is_ahead=False)
    found = reach.backward(reach.make_graph(family.lots, family.events), [doc])
    return sorted({farm for farm, _ in found.harvests})


def facts_now(organisation: str, doc: str, today: str) -> LotFacts:
    """Return the facts of a lot of an organisation as of now, everything made current before.

    Raises: ServiceError(not_found) for a lot that is not there.
    """
    scope = f"org:{organisation}"
    make_current([scope])
    with reading() as session:
        farms = ready(session, scope, doc)
    make_current(farms)
    with reading() as session:
        return facts_of(session, organisation, doc, today)


def facts_of(session: Session, organisation: str, doc: str, today: str) -> LotFacts:
    """Return the facts of a lot from views that are current. Raises: ServiceError(not_found)."""
    scope = f"org:{organisation}"
    lot = lots.find(session, scope, doc)
    if lot is None or lot.is_deleted:
        raise ServiceError("not_found")
    family = lots.family(session, scope, [doc], is_ahead=False)
    behind = reach.backward(reach.make_graph(family.lots, family.events), [doc])
    farms = _farms(session, organisation, sorted({farm for farm, _ in behind.harvests}))
    told = told_of(session, behind.harvests, {farm: one["code"] for farm, one in farms.items()})
    product = own_products.find(session, organisation, lot.product)
    owner = session.get_one(Organisation, organisation)
    events = [one for one in balance.standing(family.events) if _touches(one, behind.lots)]
    steps = told.steps + _own_steps(session, scope, events)
    packed_on = max((one.happened_on for one in events if one.kind == "pack" and one.happened_on), default="")
    pictures = own_products.pictures_of(session, lot.product) if product else []
    facts: Facts = {
        "v": 1,
        "code": lot.code,
        "product": _product(product, pictures),
        "producer": {"name": owner.name, "address": owner.address or "", "org": organisation},
        "farms": [farms[one] for one in sorted(farms, key=lambda one: str(farms[one]["code"]))],
        **_days(lot, told, packed_on, product),
        "amount": amount_said(lot.unit, lot.came),
        "standards": _standards(product, today),
        **_ocop(product),
        "waiting": told.waiting or {"state": "unknown"},
        "findings": told.findings,
        "not_proven": _not_proven(told, lot, product, today),
        "steps": [],
    }
    _fill(facts, sorted(steps, key=lambda one: (one["on"], one["received_at"], one["entry"])))
    missing = [
        name
        for name, is_there in (("product", product), ("address", owner.address), ("picture", pictures))
        if not is_there
    ]
    problems = sorted({str(code) for code, _ in json.loads(lot.problems)})
    return LotFacts(facts, tuple(told.stopping), tuple(problems), tuple(missing))


def amount_said(unit: str, size: int) -> Facts:
    """Return a size in base units as decimal text and the unit that people say: kg, litres, pieces."""
    said, one = _UNIT.get(unit, ("cai", 1))
    whole, rest = divmod(max(size, 0), one)
    text = f"{whole}.{rest:03}".rstrip("0").rstrip(".") if one > 1 else str(whole)
    return {"amount": text, "unit": said}


def _farms(session: Session, organisation: str, farms: Sequence[str]) -> dict[str, Facts]:
    """Return code, village and commune of those of the farms that are the organisation's."""
    query = (
        select(Farm.id, Farm.code, Village.name, Organisation.name, Village.near_lat, Village.near_lng)
        .outerjoin(Village, Village.id == Farm.village)
        .outerjoin(Organisation, Organisation.id == Village.commune)
        .where(Farm.organisation == organisation, Farm.id.in_([one.removeprefix("farm:") for one in farms]))
    )
    return {
        f"farm:{id_}": {
            "code": code,
            "village": village or "",
            "commune": commune or "",
            **({} if lat is None or lng is None else {"near": [lat, lng]}),
        }
        for id_, code, village, commune, lat, lng in session.execute(query)
    }


def _product(product: OwnProduct | None, pictures: Sequence[str]) -> Facts:
    if product is None:
        return {"name_vi": "", "name_en": "", "pictures": []}
    found: Facts = {"name_vi": product.name_vi, "name_en": product.name_en, "pictures": list(pictures)}
    optional = {"brand": product.brand, "gtin": product.gtin, "story": product.story}
    return found | {name: value for name, value in optional.items() if value}


def _days(lot: LotView, told: Told, packed_on: str, product: OwnProduct | None) -> Facts:
    harvested = sorted(told.harvested) or [lot.happened_on]
    first, last = harvested[0], harvested[-1]
    found: Facts = {
        "produced": {"from": min([first, *told.began]), "to": max(last, packed_on)},
        "harvested": {"from": first, "to": last},
    }
    if packed_on:
        found["packed_on"] = packed_on
    since = packed_on or last
    if product is not None and product.shelf_life_days and since:
        found["expires_on"] = add_days(since, product.shelf_life_days)
    return found


def _standards(product: OwnProduct | None, today: str) -> list[Facts]:
    if product is None or not product.standard:
        return []
    found: Facts = {"name": product.standard, "mark": mark_of(product, today)}
    optional = {
        "certificate_no": product.certificate_no,
        "by": product.certificate_by,
        "valid_to": product.certificate_to,
    }
    return [found | {name: value for name, value in optional.items() if value}]


def mark_of(product: OwnProduct, today: str) -> str:
    """Return what stands behind a standard today: certified, expired (or not begun), declared."""
    if not product.certificate_no or not product.certificate_to:
        return "declared"
    return "certified" if product.certificate_from <= today <= product.certificate_to else "expired"


def _ocop(product: OwnProduct | None) -> Facts:
    if product is None or not product.ocop_stars:
        return {}
    return {
        "ocop": {
            "group": product.ocop_group,
            "stars": product.ocop_stars,
            "decision": product.ocop_decision,
            "certificate_no": product.ocop_certificate_no,
            "signed_on": product.ocop_signed_on,
            "expires_on": ocop_ends(product),
        }
    }


def ocop_ends(product: OwnProduct) -> str:
    """Return the day on which a product's OCOP certificate ends; "" where nobody said when it was signed."""
    return add_months(product.ocop_signed_on, OCOP_MONTHS) if product.ocop_signed_on else ""


def _not_proven(told: Told, lot: LotView, product: OwnProduct | None, today: str) -> list[str]:
    codes = set(told.not_proven)
    if json.loads(lot.problems):
        codes.add("balance")
    if product is not None and product.standard and (mark := mark_of(product, today)) != "certified":
        codes.add(f"standard_{mark}")
    if product is not None and product.ocop_stars and ocop_ends(product) < today:
        codes.add("ocop_expired")
    return sorted(codes)


def _touches(event: Event, behind: Sequence[str]) -> bool:
    """Say whether an event made one of the lots, or was done with one of them."""
    named = event.outs or event.ins
    return event.kind in DOMESTIC and any(part.lot in behind for part in named)


def _own_steps(session: Session, scope: str, events: Sequence[Event]) -> list[Facts]:
    """Return what the packing house did to the lots, as steps."""
    found = []
    for event in events:
        row = session.get_one(DocumentView, (scope, event.doc))
        name_vi, name_en = _NAMES[event.kind]
        found.append(
            {
                "kind": event.kind,
                "name_vi": name_vi,
                "name_en": name_en,
                "on": event.happened_on,
                "recorded_at": row.recorded_at,
                "received_at": row.received_at,
                "reviewed_at": None,
                "reviewed_role": "",
                "farm": "",
                "entry": event.doc,
            }
        )
    return found


def _fill(facts: Facts, steps: Sequence[Facts]) -> None:
    """Put in as many steps as fit: those with inputs and the latest before the others."""
    room = FACTS_BYTES_MAX - _bytes(facts)
    order = sorted(range(len(steps)), key=lambda at: ("inputs" in steps[at], at), reverse=True)
    kept: set[int] = set()
    for at in order:
        size = _bytes(steps[at]) + 1
        if size > room:
            break
        room -= size
        kept.add(at)
    facts["steps"] = [step for at, step in enumerate(steps) if at in kept]
    if len(kept) < len(steps):
        facts["steps_left_out"] = len(steps) - len(kept)


def _bytes(value: Any) -> int:
    return len(write_text(value).encode("utf-8"))
