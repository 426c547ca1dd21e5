"""The demo's products on sale: key products, OCOP with stars that hold, end soon and ended, fronts, listings.

Source: `selling.json`; local.md §11; commerce.md §8.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import run_write
from server.demo import drawing
from server.models.own_products import OwnProduct
from server.models.people import Organisation
from server.models.selling import KeyProduct, Listing, Shop
from server.services.photos import PhotoStore
from server.services.setup import new_id
from server.store import own_products
from sync.civil import add_days, ms_to_date
from sync.ids import b64_encode

DATA: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("selling.json").read_text("utf-8"))
FRONTS: Final = ("htx-thuan-thien-mau", "htx-huu-bang-mau")
VEGETABLES: Final = 1  # the key product of the lots that the packing house makes
_EMPTY: Final = (
    "brand", "standard", "certificate_no", "certificate_by", "certificate_from", "certificate_to",
    "ocop_decision", "ocop_certificate_no", "ocop_signed_on", "story",
)  # fmt: skip


@dataclass(frozen=True)
class Market:
    """Where the demo sells: the commune and two cooperatives. `device`: who sends the pictures."""

    app: Flask
    commune: str
    cooperatives: tuple[str, str]
    device: str
    time: int

    def ago(self, days: int) -> str:
        """Return the day in Vietnam some days ago."""
        return add_days(ms_to_date(self.time), -days)


def sell(market: Market) -> None:
    """Make key products, products with pictures, shop fronts and listings."""
    pictures = [
        [picture(market, one["at"], scene, 20 + place) for place, scene in enumerate(one["scenes"])]
        for one in DATA["wares"]
    ]
    shot = picture(market, 0, "paper", 31, "Trang san pham mau")

    def work(session: Session) -> None:
        keys = [_key(session, market, one) for one in DATA["keys"]]
        session.flush()  # products name them
        wares = [_ware(session, market, one, keys) for one in DATA["wares"]]
        session.flush()
        for row, names in zip(wares, pictures, strict=True):
            own_products.put_pictures(session, f"org:{row.organisation}", row.id, names)
        for one in DATA["listings"]:
            session.add(_listing(market, one, wares[one["ware"]], "" if one["ware"] else shot))
        for slug, organisation in zip(FRONTS, market.cooperatives, strict=True):
            _front(session, market, slug, organisation)
        _show_vegetables(session, market, keys[VEGETABLES])

    run_write(work)


def _key(session: Session, market: Market, one: dict[str, str]) -> str:
    row = KeyProduct(
        id=new_id(market.time), organisation=market.commune, source=DATA["source"], mark="R",
        since=f"{market.ago(0)[:4]}-01-01", changed_at=market.time, **one,
    )  # fmt: skip
    session.add(row)
    return row.id


def _ware(session: Session, market: Market, one: dict[str, Any], keys: list[str]) -> OwnProduct:
    said: dict[str, Any] = dict.fromkeys(_EMPTY, "") | {"ocop_stars": 0, "ocop_group": 0} | one["row"]
    if one["signed"]:
        said |= {"ocop_group": 1, "ocop_signed_on": market.ago(one["signed"])}
        said |= {"ocop_decision": "MẪU-12/QĐ", "ocop_certificate_no": "MẪU-OCOP"}
        said["ocop_checked_on"] = market.ago(20) if one["key"] == 0 else ""
    code = said["product_code"].replace("_", "-")
    row = OwnProduct(
        id=new_id(market.time), organisation=market.cooperatives[one["at"]], is_current=True, is_shown=True,
        key_product=keys[one["key"]], slug=f"mau-{code}", changed_at=market.time, **said,
    )  # fmt: skip
    session.add(row)
    return row


def picture(market: Market, at: int, scene: str, seed: int, text: str = "") -> str:
    """Send a drawing to the scope of one of the cooperatives; return its hash."""
    data, scope = drawing.draw(scene, seed, text), f"org:{market.cooperatives[at]}"
    sha256 = b64_encode(hashlib.sha256(data).digest())
    store = cast(PhotoStore, market.app.extensions["photos"])
    store.begin(scope, sha256, len(data), market.device, market.time)
    store.append(scope, sha256, 0, [data], None, market.time)
    return sha256


def _listing(market: Market, one: dict[str, Any], ware: OwnProduct, shot: str) -> Listing:
    return Listing(
        id=new_id(market.time), organisation=ware.organisation, product=ware.id, state=one["state"],
        marketplace=one["marketplace"], url=one["url"], listed_on=market.ago(one["listed"]),
        checked_on=market.ago(one["looked"]), screenshot=shot or None, changed_at=market.time,
    )  # fmt: skip


def _front(session: Session, market: Market, slug: str, organisation: str) -> None:
    owner = session.get_one(Organisation, organisation)
    owner.address = owner.address or "Hữu Bằng, xã Kiến Thụy, thành phố Hải Phòng"
    front = Shop(
        organisation=organisation, slug=slug, about=DATA["about"], phone="02250000000", is_open=True,
        agreed_on=market.ago(30), changed_at=market.time,
    )  # fmt: skip
    session.add(front)


def _show_vegetables(session: Session, market: Market, key: str) -> None:
    """Show what the packing house makes lots of, too."""
    wanted = (OwnProduct.organisation == market.cooperatives[0], OwnProduct.slug.is_(None))
    for row in session.scalars(select(OwnProduct).where(*wanted)):
        row.slug, row.is_shown, row.key_product = "mau-rau-thuan-thien", True, key
        row.price_dong, row.price_per, row.net_content = 18_000, "túi 500 g", "500 g"
