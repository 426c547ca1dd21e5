"""The register of what people ask of those who keep their data, with the law's clocks.

Days run from the day after the request came, on the calendar of Vietnam. Public holidays are not known here:
the day told may be earlier than the law's, never later.
Source: Law 91/2025/QH15, Decree 356/2025/NĐ-CP, as security.md §8 reads them (not checked by a lawyer).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Membership, Person
from server.models.privacy import DataRequest
from server.services.console import Staff, names_of
from server.services.console_reach import person_of
from server.services.setup import new_id
from sync.civil import add_days, ms_to_date, weekday

# How many days until it must be done, by what was asked.
DAYS: Final = {"access": 10, "correct": 10, "withdraw": 15, "restrict": 15, "erase": 20}
MEANS: Final = ("spoken", "paper", "phone", "app")
OUTCOMES: Final = ("done", "refused")
ANSWER_WORKING_DAYS: Final = 2
EXTENSION_DAYS: Final = 15
REASON_CHARS: Final = 300
SATURDAY: Final = 6


@dataclass(frozen=True)
class DataLine:
    """One request as pages show it. `late`: its next clock has run out; dates are civil."""

    id: str
    person: str
    name: str
    kind: str
    means: str
    received_at: int
    answer_due: str
    done_due: str
    answered_at: int | None
    is_extended: bool
    outcome: str | None
    done_at: int | None
    done_by: str
    reason: str
    is_late: bool

    @property
    def next_due(self) -> str:
        """Return the date of the clock that runs."""
        return self.done_due if self.answered_at is not None else self.answer_due


def answer_due(received: str) -> str:
    """Return the civil date until which a request that came on a day must be answered."""
    day, left = received, ANSWER_WORKING_DAYS
    while left:
        day = add_days(day, 1)
        left -= weekday(day) < SATURDAY
    return day


def done_due(received: str, kind: str) -> str:
    """Return the civil date until which it must be done."""
    return add_days(received, DAYS[kind])


def add(staff: Staff, person: str, kind: str, means: str, now: int) -> str:
    """Put a request into the register and return its id.

    Raises: ServiceError: no_right, not_found for a person elsewhere, bad_values.
    """
    if not staff.may_act("record_data_request"):
        raise ServiceError("no_right")
    if kind not in DAYS or means not in MEANS:
        raise ServiceError("bad_values")

    def work(session: Session) -> str:
        found = person_of(session, staff, person)
        return enter(session, new_id(now), found, kind, means, staff.membership, now)

    return run_write(work)


def enter(session: Session, row_id: str, person: Person, kind: str, means: str, by: str, now: int) -> str:
    """Put a request of a known kind into the register inside the caller's transaction; return its id."""
    received = ms_to_date(now)
    row = DataRequest(
        id=row_id, organisation=person.organisation, person=person.id, kind=kind, means=means,
        received_at=now, recorded_by=by, answer_due=answer_due(received), done_due=done_due(received, kind),
    )  # fmt: skip
    session.add(row)
    return row.id


def is_open(session: Session, person: str, kind: str) -> bool:
    """Return whether the person asked for this already and it is not done."""
    query = select(DataRequest.id).where(
        DataRequest.person == person, DataRequest.kind == kind, DataRequest.outcome.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def answer(staff: Staff, request: str, now: int) -> None:
    """Note that the person was told that the request came. Raises: ServiceError(not_found, no_right)."""

    def work(row: DataRequest) -> None:
        row.answered_at = row.answered_at or now

    _change(staff, request, work)


def extend(staff: Staff, request: str, reason: str, now: int) -> None:
    """Give the request more time, once, for a reason.

    Raises: ServiceError: not_found, no_right, bad_values.
    """

    def work(row: DataRequest) -> None:
        if row.extended_at is not None or row.outcome is not None or not reason.strip():
            raise ServiceError("bad_values")
        row.extended_at, row.reason = now, reason.strip()[:REASON_CHARS]
        row.done_due = add_days(row.done_due, EXTENSION_DAYS)

    _change(staff, request, work)


def finish(staff: Staff, request: str, outcome: str, reason: str, now: int) -> None:
    """Note what became of a request; a refusal needs its reason.

    Raises: ServiceError: not_found, no_right, bad_values.
    """

    def work(row: DataRequest) -> None:
        if (
            outcome not in OUTCOMES
            or row.outcome is not None
            or (outcome == "refused" and not reason.strip())
        ):
            raise ServiceError("bad_values")
        row.outcome, row.done_at, row.done_by = outcome, now, staff.membership
        row.answered_at = row.answered_at or now
        row.reason = reason.strip()[:REASON_CHARS] or row.reason

    _change(staff, request, work)


def lines(staff: Staff, now: int, person: str | None = None) -> list[DataLine]:
    """Return the register: what is open first, the most urgent at the head; then what is done."""
    with reading() as session:
        query = select(DataRequest, Person).join(Person, Person.id == DataRequest.person)
        query = query.where(DataRequest.organisation.in_(staff.organisations))
        query = query if person is None else query.where(DataRequest.person == person)
        rows = [(row, of) for row, of in session.execute(query)]
        names = names_of(session, staff, {row.done_by for row, _ in rows if row.done_by})
    today = ms_to_date(now)
    found = [
        DataLine(
            row.id, row.person, of.name, row.kind, row.means, row.received_at, row.answer_due, row.done_due,
            row.answered_at, row.extended_at is not None, row.outcome, row.done_at,
            names[row.done_by].name if row.done_by in names else "", row.reason or "",
            row.outcome is None and (row.done_due if row.answered_at else row.answer_due) < today,
        )
        for row, of in rows
    ]  # fmt: skip
    return sorted(
        found,
        key=lambda one: (
            one.outcome is not None,
            one.next_due if one.outcome is None else "",
            -(one.done_at or 0),
        ),
    )


def _urgency(one: DataLine) -> tuple[bool, str, int]:
    is_over = one.outcome is not None
    return is_over, "" if is_over else one.next_due, -(one.done_at or 0)


def persons(staff: Staff) -> list[tuple[str, str]]:
    """Return the people of the staff member's organisations with their names and farms, by name."""
    with reading() as session:
        query = (
            select(Person.id, Person.name)
            .where(Person.organisation.in_(staff.organisations), Person.merged_into.is_(None))
            .order_by(Person.name, Person.id)
        )
        found = [(one, name) for one, name in session.execute(query)]
        farms = select(Membership.person, Membership.farm).where(Membership.farm.is_not(None))
        of: dict[str, str] = {}
        for one, farm in session.execute(farms.where(Membership.organisation.in_(staff.organisations))):
            name = staff.farms.get(f"farm:{farm}")
            if name is not None:
                of.setdefault(one, f"{name.code} {name.name}")
    return [(one, f"{name} ({of[one]})" if one in of else name) for one, name in found]


def _change(staff: Staff, request: str, work: Callable[[DataRequest], None]) -> None:
    if not staff.may_act("record_data_request"):
        raise ServiceError("no_right")

    def change(session: Session) -> None:
        row = session.get(DataRequest, request, with_for_update=True)
        if row is None or row.organisation not in staff.organisations:
            raise ServiceError("not_found")
        work(row)

    run_write(change)
