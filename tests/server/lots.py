"""A packing house for tests: a household whose harvest is approved, a product, a manager who makes lots."""

from __future__ import annotations

from typing import Any

from flask import Flask

from server.config import now_ms
from server.db import run_write
from server.models.own_products import OwnPicture, OwnProduct
from server.models.people import Organisation
from server.services.lot_facts import facts_now
from tests.server.diaries import Diary, Sent, diary_of, new_uuid
from tests.server.phones import enrolled

A = "line.aaaaaaaa."
PICTURE = "P" * 43
CODE = "7K3M9QXA"
SECOND = "7K3M9QXB"
SPRAY: dict[str, Any] = {
    A + "product": "Emamectin 5WG",
    A + "active_ingredient": "emamectin benzoate",
    A + "phi_kind": "days",
    A + "phi_days": 7,
    A + "total_used": {"amount": "30", "unit": "ml"},
}


def kg(amount: str) -> dict[str, str]:
    return {"amount": amount, "unit": "kg"}


def staff(app: Flask, name: str, role: str, **options: Any) -> Diary:
    """Return a staff member's device, writing in the cooperative's own log."""
    phone = enrolled(app.test_client(), name, None, role, **options)
    return Diary(phone, phone.shown["scope"], {phone.shown["scope"]: 1})  # the join was the first


def product_of(organisation: str, **more: Any) -> str:
    """Make a product of an organisation, with a picture, and return its id."""
    said = {
        "name_vi": "Cải ngọt Tân Trào", "name_en": "Choy sum", "product_code": "mustard_greens", "brand": "",
        "gtin": None, "standard": "VietGAP", "certificate_no": "VG-01", "certificate_by": "Trung tâm",
        "certificate_from": "2026-01-01", "certificate_to": "2027-12-31", "shelf_life_days": 5,
        "ocop_group": 0, "ocop_stars": 0, "ocop_decision": "", "ocop_certificate_no": "",
        "ocop_signed_on": "", "story": "", "is_current": True, **more,
    }  # fmt: skip
    product = OwnProduct(
        id=new_uuid(), organisation=organisation, changed_by=None, changed_at=now_ms(), **said
    )

    def work(session: Any) -> str:
        session.get(Organisation, organisation).address = "Thôn Đông, xã Kiến Thụy, Hải Phòng"
        session.add(product)
        session.flush()
        picture = OwnPicture(scope=f"org:{organisation}", sha256=PICTURE, product=product.id, place=0)
        session.add(picture)
        return product.id

    return run_write(work)


class House:
    """A household, its reviewer, and the manager's device; `start()` was called before."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.lua = diary_of(app.test_client(), "Phạm Thị Lụa", "Nhà Lụa")
        self.reviewer = staff(app, "Chị Hoa", "reviewer")
        self.manager = staff(app, "Trần Văn Cường", "manager")
        self.scope = self.manager.scope
        self.organisation = self.scope.removeprefix("org:")
        self.product = product_of(self.organisation)
        self.plot = self.lua.plot("Đồng Cửa Đình")
        self.season = self.lua.season("Cải ngọt", self.plot)

    def entry(self, form: str, day: str, **fields: Any) -> Sent:
        """Record an entry on the plot in the season."""
        return self.lua.entry(
            form, day, {"note": "ghi chú riêng"}, plots=[self.plot], season=self.season, **fields
        )

    def approve(self, *entries: Sent) -> None:
        """Approve entries as they were made."""
        for one in entries:
            fields = {"of": one.doc, "decision": "approved", "heads": [one.id]}
            self.reviewer.record(f"review:{new_uuid()}", fields, scope=self.lua.scope)

    def harvest(self, day: str = "2026-11-20", amount: str = "100") -> Sent:
        """Record and approve a harvest."""
        made = self.entry("CT-12", day, quantity=kg(amount))
        self.approve(made)
        return made

    def lot(self, harvest: Sent, amount: str = "100", code: str = CODE, **more: Any) -> Sent:
        """Make a lot of a harvest."""
        line = {"farm": self.lua.scope, "entry": harvest.doc, "heads": [harvest.id], "amount": kg(amount)}
        fields = {"product": self.product, "code": code, "happened_on": "2026-11-21", **more}
        fields |= {f"source.aaaaaaaa.{name}": value for name, value in line.items()}
        return self.manager.record(f"lot:{new_uuid()}", fields)

    def event(self, kind: str, ins: dict[str, str], outs: dict[str, str] | None = None, **more: Any) -> Sent:
        """Record an event of lots, amounts in kg."""
        private = more.pop("private", None)
        fields: dict[str, Any] = {"kind": kind, "happened_on": "2026-11-22", **more}
        for side, parts in (("in", ins), ("out", outs or {})):
            for letter, (lot, amount) in zip("abcdefgh", parts.items(), strict=False):
                fields |= {f"{side}.aaaaaaa{letter}.lot": lot, f"{side}.aaaaaaa{letter}.amount": kg(amount)}
        return self.manager.record(f"lot_event:{new_uuid()}", fields, private)


def publish(house: House, code: str = CODE, day: str = "2026-11-20") -> Sent:
    """Make a lot of a sprayed field's harvest and publish it; return the publication."""
    spray = house.entry("CT-10", "2026-11-01", **SPRAY)
    house.approve(spray)
    return release(house, house.lot(house.harvest(day), code=code))


def release(house: House, lot: Sent) -> Sent:
    """Publish a lot as it is; return the publication."""
    ready = house.manager.record(lot.doc, {"state": "ready"}, after=[lot.id])
    facts = facts_now(house.organisation, lot.doc, "2026-11-28").facts
    return house.manager.record(lot.doc, {"state": "published", "facts": facts}, after=[ready.id])
