"""Labels of a published lot: the runs that were printed, how many more may be, and each run as PDF.

A run is a `label` document that a manager's browser signs; a serial run's seed is its private part. There are
never more labels than packs. Source: PROTOCOL §33; security.md §7.6.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.config import current_settings
from server.db import reading
from server.errors import ServiceError
from server.models.lots import LotView
from server.models.views import DocumentView
from server.services.console import Staff
from server.services.console_reach import NotDone
from server.services.label_print import LABELS_MAX, SIZES, Printed, Size
from server.services.viewing import make_current
from server.store import lots, views
from sync.codes import digital_link
from sync.lots.labels import Run, parse_run
from sync.lots.states import PUBLISHED
from sync.rights import may_write
from sync.values import Json

_LABEL: Final = "label:"


@dataclass(frozen=True)
class Printing:
    """A run as the page lists it. `parts`: (first, last) of each file; `gone`: how many are void."""

    run: Run
    uuid: str
    sheet: str
    net: Mapping[str, Json] | None
    day: str
    gone: int
    reason: str
    tips: tuple[str, ...]
    voided: tuple[tuple[int, int], ...]
    parts: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Labels:
    """The labels of a lot. `may_add`: how many more packs want one, 0 where none may be printed now.

    Shape:  `pack_size`: what the newest packing said, to begin with.
    """

    scope: str
    row: LotView
    runs: tuple[Printing, ...]
    may_add: int
    may_print: bool
    facts: Mapping[str, Json]
    pack_size: Mapping[str, Json]


@dataclass(frozen=True)
class Drawn:
    """Labels to be drawn: what they say comes from `facts` and `net`. `first`: their first number."""

    code: str
    facts: Mapping[str, Json]
    net: Mapping[str, Json] | None
    size: Size
    first: int
    labels: tuple[Printed, ...]


def may_print(staff: Staff) -> bool:
    """Say whether the staff member prints labels."""
    return may_write(staff.role, "org", "label", is_first=True)


def labels_of(staff: Staff, uuid: str) -> Labels:
    """Return the labels of a lot. Raises: ServiceError(not_found)."""
    make_current([staff.org_scope])
    with reading() as session:
        row = lots.find(session, staff.org_scope, f"lot:{uuid}")
        if row is None or row.is_deleted:
            raise ServiceError("not_found")
        document = views.document(session, staff.org_scope, row.doc)
        assert document is not None
        names = lots.naming(session, staff.org_scope, row.doc)
        told = [one for name in names if (one := views.document(session, staff.org_scope, name))]
        found = [one for one in told if one.doc.startswith(_LABEL)]
        runs = tuple(
            _printing(one) for one in sorted(found, key=lambda one: one.first_seq) if not one.is_deleted
        )
        facts = json.loads(document.values).get("facts")
    facts = facts if isinstance(facts, dict) else {}
    left = max(0, row.packs - row.labels) if row.state == PUBLISHED else 0
    return Labels(staff.org_scope, row, runs, left, may_print(staff), facts, _pack_size(told))


def run_of(staff: Staff, uuid: str, label: str, first: int, last: int) -> Drawn:
    """Return labels of a run to be drawn, both numbers included; void ones are left out.

    Raises: ServiceError(not_found, no_right); NotDone(not_label_none).
    """
    if not may_print(staff):
        raise ServiceError("no_right")
    page = labels_of(staff, uuid)
    found = next((one for one in page.runs if one.uuid == label), None)
    size = SIZES.get(found.sheet) if found is not None else None
    if found is None or size is None or page.row.published_at is None:
        raise ServiceError("not_found")
    run = found.run
    numbers = [at for at in range(max(first, 1), min(last, run.count) + 1) if not run.is_void(at)]
    if not numbers:
        raise NotDone("not_label_none")
    drawn = [_printed(page.row.code, page.facts, run, at) for at in numbers[:LABELS_MAX]]
    return Drawn(page.row.code, page.facts, found.net, size, numbers[0], tuple(drawn))


def _printing(one: DocumentView) -> Printing:
    values = json.loads(one.values)
    run = parse_run(one.doc, values, json.loads(one.private or "{}"))
    gone = sum(run.is_void(at) for at in range(1, run.count + 1)) if run.void else 0
    parts = tuple((at, min(at + LABELS_MAX - 1, run.count)) for at in range(1, run.count + 1, LABELS_MAX))
    net = values.get("net")
    return Printing(
        run=run,
        uuid=one.doc.removeprefix(_LABEL),
        sheet=str(values.get("sheet", "")),
        net=net if isinstance(net, dict) else None,
        day=str(values.get("happened_on", "")),
        gone=gone,
        reason=str(values.get("void_reason", "")),
        tips=tuple(json.loads(one.tips)),
        voided=run.void,
        parts=parts,
    )


def _pack_size(told: list[DocumentView]) -> Mapping[str, Json]:
    """Return the size of a pack that was written last, nothing where none was."""
    said = [json.loads(one.values).get("pack_size") for one in sorted(told, key=lambda one: one.last_seq)]
    return next((one for one in reversed(said) if isinstance(one, dict)), {})


def _printed(code: str, facts: Mapping[str, Json], run: Run, number: int) -> Printed:
    """Return one label: its address in upper case, which makes a smaller code (LOOK.md, label)."""
    product = facts.get("product")
    gtin = product.get("gtin") if isinstance(product, dict) else None
    serial = run.serial(number) if run.kind == "serial" else ""
    base = current_settings().public_url.rstrip("/")
    if isinstance(gtin, str) and gtin:
        path = digital_link(gtin, code, serial)
    else:
        path = f"/T/{code}" + (f"/{serial}" if serial else "")
    return Printed(f"{base.upper()}{path}", f"Số {number}" if serial else "")
