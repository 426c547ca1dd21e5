"""What is held at the cooperative: durable, outside the log, until a person admits or turns it down.

Source: DESIGN §3 "Sync"; PROTOCOL §10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from server.db import reading
from server.models.devices import DeviceRow
from server.models.log import HeldOp
from server.services.console import FarmName, Staff, Who, labels_of, names_of
from server.services.console_document import form_of
from server.services.console_lookups import Names, lookups
from server.services.viewing import make_current
from server.store import log
from sync import limits
from sync.forms import Form
from sync.merge import Placed, fold
from sync.ops import parse_op
from sync.values import Json

PAGE_OPS = limits.ADMISSION_IDS_MAX
_MARK = "~"


@dataclass(frozen=True)
class Held:
    """One held op. `farm` is None in the organisation's own log; `base`: what its document says today.

    Units: times in ms.
    """

    id: str
    scope: str
    farm: FarmName | None
    doc: str
    type: str
    form: Form | None
    fields: Mapping[str, Json]
    base: Mapping[str, Json]
    is_new: bool
    reason: str
    who: Who | None
    label: str
    device: str
    device_doc: str
    recorded_at: int
    received_at: int


@dataclass(frozen=True)
class HeldList:
    """A page of held ops, the oldest first: at most as many as one admission may name."""

    items: tuple[Held, ...]
    next: str | None
    turned_down: int
    names: Names


def held_list(staff: Staff, after: str | None, *, turned_down: bool) -> HeldList:
    """Return what waits in the staff's logs, or what was turned down there."""
    make_current(staff.scopes)
    with reading() as session:
        query = select(HeldOp).where(HeldOp.scope.in_(staff.scopes), HeldOp.is_turned_down.is_(turned_down))
        key = (HeldOp.received_at, HeldOp.scope, HeldOp.device, HeldOp.n, HeldOp.id)
        place = None if after is None else _parse_place(after)
        if place is not None:
            query = query.where(tuple_(*key) > tuple_(*place))
        rows = list(session.scalars(query.order_by(*key).limit(PAGE_OPS + 1)))
        shown, more = rows[:PAGE_OPS], len(rows) > PAGE_OPS
        down = select(func.count()).where(HeldOp.scope.in_(staff.scopes), HeldOp.is_turned_down.is_(True))
        return HeldList(
            items=tuple(_items(session, staff, shown)),
            next=_place_of(shown[-1]) if more else None,
            turned_down=session.scalar(down) or 0,
            names=lookups(session, {row.scope for row in shown}),
        )


def _items(session: Session, staff: Staff, rows: list[HeldOp]) -> list[Held]:
    origin = log.origin(session)
    ops = {row.id: parse_op(origin, row.body, row.private) for row in rows}
    known = _devices(session, staff, {row.device for row in rows})
    # Whoever holds the key wrote it; what an op says of its writer is a claim until the key is known.
    writers = {row.id: known[row.device][1] if row.device in known else ops[row.id].by for row in rows}
    who = names_of(session, staff, writers.values())
    labels = labels_of(session, staff, {row.device for row in rows})
    bases: dict[tuple[str, str], list[Placed]] = {}
    for row in rows:
        if (row.scope, row.doc) not in bases:
            bases[row.scope, row.doc] = log.document_ops(session, row.scope, row.doc)
    items = []
    for row in rows:
        op, placed = ops[row.id], bases[row.scope, row.doc]
        base = fold(placed).values if placed else {}
        fields = {**(op.private_fields or {}), **op.fields}
        items.append(
            Held(
                id=row.id,
                scope=row.scope,
                farm=staff.farms.get(row.scope),
                doc=row.doc,
                type=op.doc_type,
                form=form_of(op.doc_type, {**base, **fields}),
                fields=fields,
                base=base,
                is_new=not placed,
                reason=row.reason,
                who=who.get(writers[row.id]),
                label=labels.get(row.device, ""),
                device=row.device,
                device_doc=known[row.device][0] if row.device in known else "",
                recorded_at=op.recorded_at,
                received_at=row.received_at,
            )
        )
    return items


def _devices(session: Session, staff: Staff, devices: set[str]) -> dict[str, tuple[str, str]]:
    """Return the uuid of each known device's document, and whose it is (a membership)."""
    query = select(DeviceRow.device, DeviceRow.doc, DeviceRow.membership).where(
        DeviceRow.scope == staff.org_scope, DeviceRow.device.in_(sorted(devices))
    )
    return {str(device): (doc.partition(":")[2], of) for device, doc, of in session.execute(query)}


def _place_of(row: HeldOp) -> str:
    return _MARK.join((str(row.received_at), row.scope, row.device, str(row.n), row.id))


def _parse_place(text: str) -> tuple[int, str, str, int, str] | None:
    parts = text.split(_MARK)
    if len(parts) != 5 or not all(one.isascii() and one.isdigit() and len(one) <= 16 for one in parts[0::3]):
        return None
    return int(parts[0]), parts[1], parts[2], int(parts[3]), parts[4]
