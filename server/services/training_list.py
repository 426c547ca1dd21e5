"""A session's list, ticked by hand: who may be recorded, who is, and what takes an attendance back.

Signed in the browser into the own organisation's log, under the names that a phone's scan of the household
has (`sync.attendance`), so that none is doubled. What stands in
another organisation's log is corrected there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.training import AttendanceView
from server.models.views import DocumentView
from server.services.console import Staff
from server.services.console_trainings import Line, Reach, firms_of, line_of, reach_of
from server.services.folding import make_folded
from server.services.training_people import names_of_members, private_name
from server.store import people, trainings
from server.store.view_lots import some_of
from sync.attendance import attendance_doc
from sync.civil import ms_to_date
from sync.rights import may_write

HOUSEHOLDS_MAX: Final = 400  # our choice: what one page shows of a village
NO_VILLAGE: Final = "khac"
Tips = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Place:
    """One line of the list: a household, a cooperative, or somebody known by name (`doc` "").

    Shape:  `doc`: the document that a tick writes, `after` its tips; `is_gone`: it was taken back before;
            `own`: what stands of it in the own log, with its tips; `elsewhere`: organisations in whose logs
            it stands, too; `names`: of those who were scanned.
    """

    of: str
    name: str
    code: str
    doc: str
    after: tuple[str, ...]
    is_gone: bool
    own: Tips
    elsewhere: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def came(self) -> bool:
        """Return whether it counts."""
        return bool(self.own or self.elsewhere)


@dataclass(frozen=True)
class RollCall:
    """A session with the list of one village. `villages`: (id, name); `may`: whether ticks can be signed."""

    line: Line
    village: str
    villages: tuple[tuple[str, str], ...]
    households: tuple[Place, ...]
    firms: tuple[Place, ...]
    guests: tuple[Place, ...]
    has_more: bool
    may: bool


def may_record(staff: Staff) -> bool:
    """Return whether this person writes attendances."""
    return may_write(staff.role, "org", "attendance", is_first=True)


def roll_call(staff: Staff, uuid: str, village: str) -> RollCall:
    """Return the list of one session. `village`: "" for the session's own, else the first.

    Raises: ServiceError(not_found), for a village without households too.
    """
    with reading() as session:
        scopes = trainings.scopes_of(trainings.commune_of(session, staff.organisation))
    make_folded(scopes)
    with reading() as session:
        reach = reach_of(session, staff)
        line = line_of(session, staff, reach, uuid)
        villages = _villages(session, reach)
        at = village or (line.row.village if line.row.village in dict(villages) else "")
        at = at or (villages[0][0] if villages else NO_VILLAGE)
        if village and village not in dict(villages):
            raise ServiceError("not_found")
        rows = trainings.attendances_of(session, scopes, [uuid])
        maker = _Maker(session, staff, uuid, rows)
        some = [(scope, one) for scope, one in reach.farms.items() if (one.village or NO_VILLAGE) == at]
        told = [(scope, one.name, one.code) for scope, one in some[:HOUSEHOLDS_MAX]]
        firms = {one.id: one.name for one in people.organisations(session)}
        is_open = line.row.state != "cancelled" and line.row.happened_on <= ms_to_date(now_ms())
        return RollCall(
            line=line,
            village=at,
            villages=villages,
            households=maker.places(told),
            firms=maker.places([(f"org:{one}", firms[one], "") for one in firms_of(staff, reach)]),
            guests=maker.guests(),
            has_more=len(some) > HOUSEHOLDS_MAX,
            may=is_open and may_record(staff),
        )


def _villages(session: Session, reach: Reach) -> tuple[tuple[str, str], ...]:
    """Return the villages that have households, by name; those without one last, under NO_VILLAGE."""
    lived = {one.village or NO_VILLAGE for one in reach.farms.values()}
    named = [(one.id, one.name) for one in people.villages(session) if one.id in lived]
    rest = [(NO_VILLAGE, "")] if NO_VILLAGE in lived else []
    return (*sorted(named, key=lambda one: (one[1], one[0])), *rest)


class _Maker:
    """Makes the lines of one session out of what stands of it."""

    def __init__(self, session: Session, staff: Staff, uuid: str, rows: list[AttendanceView]) -> None:
        self.session, self.scope, self.uuid, self.rows = session, staff.org_scope, uuid, rows
        self.people = names_of_members(session, [one.membership for one in rows if one.membership])
        self.organisations = {f"org:{one.id}": one.name for one in people.organisations(session)}

    def places(self, wanted: list[tuple[str, str, str]]) -> tuple[Place, ...]:
        """Return the lines of households or cooperatives: (of, name, code), in that order."""
        docs = {of: attendance_doc(self.uuid, of, "") for of, _, _ in wanted}
        by: dict[str, list[AttendanceView]] = {}
        for row in self.rows:
            by.setdefault(row.farm or f"org:{row.organisation}", []).append(row)
        tips = self._tips({*docs.values(), *(one.doc for of in docs for one in by.get(of, []))})
        return tuple(
            Place(
                of, name, code, docs[of], tips.get(docs[of], ()),
                is_gone=docs[of] in tips and docs[of] not in {
                    one.doc for one in by.get(of, []) if one.scope == self.scope
                },
                own={one.doc: tips[one.doc] for one in by.get(of, []) if one.scope == self.scope},
                elsewhere=tuple(
                    sorted({
                        self.organisations.get(one.scope, "")
                        for one in by.get(of, [])
                        if one.scope != self.scope
                    })
                ),
                names=tuple(
                    sorted({self.people.get(one.membership, "") for one in by.get(of, [])} - {""})
                ),
            )
            for of, name, code in wanted
        )  # fmt: skip

    def guests(self) -> tuple[Place, ...]:
        """Return those in the own log who are known by name alone."""
        rows = [one for one in self.rows if one.scope == self.scope and not (one.farm or one.organisation)]
        tips = self._tips({one.doc for one in rows})
        told = [(one, private_name(self.session, one)) for one in rows]
        return tuple(
            Place("", name, "", "", (), is_gone=False, own={one.doc: tips[one.doc]}, elsewhere=(), names=())
            for one, name in told
            if name
        )

    def _tips(self, docs: set[str]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for some in some_of(docs):
            query = select(DocumentView.doc, DocumentView.tips)
            query = query.where(DocumentView.scope == self.scope, DocumentView.doc.in_(some))
            found |= {doc: tuple(sorted(json.loads(tips))) for doc, tips in self.session.execute(query)}
        return found
