"""The packing house of the demo: products, and lots of the vegetable growers: one open, published, recalled.

Played after the story: the reviewer approves what nothing was noticed in, the manager makes lots of approved
harvests. One lot is published, one is recalled, one is still open.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.demo import drawing
from server.demo.phones import DemoPhone
from server.models.own_products import OwnProduct
from server.models.people import Organisation
from server.models.views import EntryView
from server.services.city_planning import plan
from server.services.console_lots import fresh_codes, harvest_forms, quantity_of
from server.services.lot_facts import facts_now
from server.services.photos import PhotoStore
from server.services.viewing import make_current
from server.store import city, inbox, own_products, views
from sync.civil import add_days, ms_to_date
from sync.ids import b64_encode, make_uuid7
from sync.lots.shape import measure_of
from sync.values import Json

APPROVED_BEFORE: Final = 6  # days: what is newer waits in the inbox
ADDRESS: Final = "Thôn Đông, Thuận Thiên, xã Kiến Thụy, thành phố Hải Phòng"
LOTS: Final = 3
RECEIPT: Final = "BN-015 (mẫu)"
BUYER: Final = "Bếp ăn trường mầm non (mẫu)"
NAMES: Final = ("Rau Thuận Thiên", "Thuan Thien vegetables")


@dataclass
class House:
    """Where lots are made: two devices of the cooperative, and the farms whose harvests are taken."""

    app: Flask
    organisation: str
    reviewer: DemoPhone
    manager: DemoPhone
    farms: tuple[str, ...]
    time: int

    @property
    def scope(self) -> str:
        """Return the cooperative's log."""
        return f"org:{self.organisation}"

    @property
    def today(self) -> str:
        """Return the day in Vietnam."""
        return ms_to_date(self.time)

    def uuid(self) -> str:
        """Return a new id."""
        return make_uuid7(self.time, secrets.token_bytes(10))

    def write(self, doc: str, fields: Mapping[str, Json], private: Mapping[str, Json] | None = None) -> None:
        """Let the manager write in the cooperative's log."""
        self.manager.write(self.scope, doc, self.time, fields, private)
        self.manager.sync(self.time)


@dataclass(frozen=True)
class Gathered:
    """An approved harvest as a lot takes it."""

    farm: str
    entry: str
    day: str
    heads: tuple[str, ...]
    amount: Mapping[str, Json]


def pack_lots(house: House) -> None:
    """Approve, make a product, and make lots of the newest approved harvests."""
    _approve(house)
    harvests = _harvests(house)[:LOTS]
    if not harvests:
        return
    product = run_write(lambda session: _product(session, house))
    _picture(house, product)
    made = [_lot(house, product, one) for one in harvests]
    _publish(house, made[0], harvests[0])
    plan(house.time)
    run_write(lambda session: _hand_in(session, house))
    if len(made) > 1:
        _recall(house, made[1], harvests[1])


def _hand_in(session: Session, house: House) -> None:
    """Let the manager have taken the first lot's package to the city's system."""
    for row in city.page(session, [house.scope], "package", city.WAITING, LOTS):
        row.state, row.settled_at, row.settled_by = city.DELIVERED, house.time, house.manager.membership
        row.handed_on, row.receipt = house.today, RECEIPT


def _approve(house: House) -> None:
    """Let the reviewer approve what nothing was noticed in, up to some days ago."""
    make_current(house.farms)
    last = add_days(house.today, -APPROVED_BEFORE)
    for farm in house.farms:
        with reading() as session:
            query = select(EntryView.doc).where(
                EntryView.scope == farm, EntryView.queue == "review", EntryView.severity < 2,
                EntryView.state == "sent", EntryView.has_conflict.is_(False), EntryView.happened_on <= last,
            )  # fmt: skip
            docs = list(session.scalars(query.order_by(EntryView.happened_on, EntryView.doc)))
            heads = inbox.heads_of(session, farm, docs)
        for doc in docs:
            said: dict[str, Json] = {"of": doc, "decision": "approved", "heads": [*sorted(heads[doc][0])]}
            house.reviewer.write(farm, f"review:{house.uuid()}", house.time, said)
        house.reviewer.sync(house.time)


def _harvests(house: House) -> list[Gathered]:
    make_current(house.farms)
    found = []
    with reading() as session:
        query = select(EntryView).where(
            EntryView.scope.in_(house.farms),
            EntryView.form.in_(harvest_forms()),
            EntryView.state == "approved",
        )
        for row in session.scalars(query.order_by(EntryView.happened_on.desc(), EntryView.doc)):
            document = views.document(session, row.scope, row.doc)
            values = json.loads(document.values) if document is not None else {}
            said = next((values[name] for name in quantity_of(row.form) if name in values), None)
            if not isinstance(said, dict) or measure_of(said) is None:
                continue
            named, _ = inbox.heads_of(session, row.scope, [row.doc])[row.doc]
            found.append(Gathered(row.scope, row.doc, row.happened_on, tuple(sorted(named)), said))
    return found


def _product(session: Session, house: House) -> str:
    session.get_one(Organisation, house.organisation).address = ADDRESS
    row = OwnProduct(
        id=house.uuid(), organisation=house.organisation, name_vi=NAMES[0], name_en=NAMES[1],
        product_code="mustard_greens", brand="", gtin=None, standard="VietGAP", certificate_no="MẪU-0001",
        certificate_by="Tổ chức chứng nhận (mẫu)", certificate_from=add_days(house.today, -200),
        certificate_to=add_days(house.today, 500), shelf_life_days=5, ocop_group=0, ocop_stars=0,
        ocop_decision="", ocop_certificate_no="", ocop_signed_on="", story="", is_current=True,
        changed_by=None, changed_at=house.time,
    )  # fmt: skip
    session.add(row)
    return row.id


def _picture(house: House, product: str) -> None:
    data = drawing.draw("basket", 7)
    sha256 = b64_encode(hashlib.sha256(data).digest())
    store = cast(PhotoStore, house.app.extensions["photos"])
    store.begin(house.scope, sha256, len(data), house.manager.key.device, house.time)
    store.append(house.scope, sha256, 0, [data], None, house.time)
    run_write(lambda session: own_products.put_pictures(session, house.scope, product, [sha256]))


def _lot(house: House, product: str, harvest: Gathered) -> str:
    with reading() as session:
        [code] = fresh_codes(session, 1)
    doc = f"lot:{house.uuid()}"
    line: dict[str, Json] = {
        "farm": harvest.farm, "entry": harvest.entry, "heads": [*harvest.heads], "amount": {**harvest.amount},
    }  # fmt: skip
    fields: dict[str, Json] = {"product": product, "code": code, "happened_on": harvest.day}
    house.write(doc, fields | {f"source.aaaaaaaa.{name}": value for name, value in line.items()})
    return doc


def _moved(lot: str, amount: Mapping[str, Json]) -> dict[str, Json]:
    return {"in.aaaaaaaa.lot": lot, "in.aaaaaaaa.amount": {**amount}}


def _publish(house: House, lot: str, harvest: Gathered) -> None:
    measure = measure_of({**harvest.amount})
    packs = 0 if measure is None else measure.size // 500
    said: dict[str, Json] = {"kind": "pack", "happened_on": harvest.day, "packs": packs}
    size: dict[str, Json] = {"amount": "500", "unit": "g"}
    house.write(f"lot_event:{house.uuid()}", {**said, "pack_size": size, **_moved(lot, harvest.amount)})
    house.write(lot, {"state": "ready"})
    facts = facts_now(house.organisation, lot, house.today).facts
    house.write(lot, {"state": "published", "facts": facts})


def _recall(house: House, lot: str, harvest: Gathered) -> None:
    amount: dict[str, Json] = {"amount": "5", "unit": "kg"}
    house.write(
        f"lot_event:{house.uuid()}",
        {"kind": "ship", "happened_on": harvest.day, **_moved(lot, amount)},
        {"buyer": BUYER, "place_detail": "Thuận Thiên (mẫu)"},
    )
    recall: dict[str, Json] = {
        "reason": "Mẫu thử có dư lượng (ví dụ bịa ra)", "decided_on": house.today, "treatment": "destroy",
        "notice_vi": "Không ăn lô rau này. Mang trả nơi mua để được hoàn tiền.",
        "notice_en": "Do not eat this lot. Take it back to where you bought it.",
    }  # fmt: skip
    house.write(lot, {"state": "ready"})
    facts = facts_now(house.organisation, lot, house.today).facts
    house.write(lot, {"state": "published", "facts": facts})
    house.write(lot, {"state": "recalled", "recall": recall})
