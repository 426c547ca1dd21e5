"""Bulletins as those who write them see them: list, form, publishing, taking back, who opened them.

What is published stays as it reads; a correction is made by taking it back first. Texts are plain text:
markup stays what was typed, and nothing invisible is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.bulletins import TITLE_CHARS, Bulletin
from server.models.devices import DeviceRow
from server.models.people import Farm, Membership, Village
from server.services import bulletins
from server.services.bulletins import GROUPS, KINDS, Reached, group_of, is_for
from server.services.console import Staff
from server.services.console_reach import NotDone, allow, clean
from server.services.plain_text import plain_lines
from server.services.setup import new_id
from server.services.viewing import make_current
from server.store import bulletins as rows
from server.store import people
from sync.civil import add_days, is_civil_date, ms_to_date
from sync.values import write_text

TEXT_CHARS_MAX: Final = 3000  # our choice: three screens of a phone
LISTED_MAX: Final = 200
DAYS: Final = 7  # how long one runs where nobody says otherwise
DAYS_MAX: Final = 366


@dataclass(frozen=True)
class Line:
    """A bulletin with how it stands today: draft, ahead, running, over or withdrawn; `read` by so many."""

    row: Bulletin
    stands: str
    read: int


@dataclass(frozen=True)
class Form:
    """What somebody typed of a bulletin; days civil, or "?" for what is no day."""

    kind: str
    title: str
    text: str
    starts_on: str
    ends_on: str
    urgent: bool = False
    is_public: bool = False
    villages: tuple[str, ...] = ()
    crops: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    """What a bulletin may be aimed at: (id or code, name)."""

    villages: tuple[tuple[str, str], ...]
    crops: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """One bulletin with its form. `reached`: how many people with a phone it is for."""

    line: Line
    form: Form
    reached: int


def listed(staff: Staff) -> list[Line]:
    """Return the bulletins of the staff's organisation, what changed last first."""
    today = ms_to_date(now_ms())
    with reading() as session:
        found = rows.of_organisation(session, staff.organisation, LISTED_MAX)
        counts = rows.read_counts(session, [one.id for one in found])
        return [Line(one, stands(one, today), counts.get(one.id, 0)) for one in found]


def page(staff: Staff, bulletin: str) -> Page:
    """Return one bulletin. Raises: ServiceError(not_found)."""
    with reading() as session:
        row = _find(session, staff, bulletin)
        below = people.with_below(session, staff.organisation)
        farms = select(Farm.id).where(Farm.organisation.in_(below))
        scopes = [f"farm:{one}" for one in session.scalars(farms)]
        aims_at_crops = bool(rows.listed(row.crops))
    if aims_at_crops:
        make_current(scopes)
    with reading() as session:
        row = _find(session, staff, bulletin)
        read = rows.readers(session, row.id)
        line = Line(row, stands(row, ms_to_date(now_ms())), len(read))
        return Page(line, _form(row), len(_reached(session, row, scopes) | read))


def choices(staff: Staff, language: str) -> Choices:
    """Return what a bulletin of this organisation may be aimed at."""
    with reading() as session:
        top = bulletins.tellers_of(session, staff.organisation)[-1]
        villages = session.scalars(select(Village).where(Village.commune == top).order_by(Village.name))
        crops = people.products(session)
        return Choices(
            tuple((one.id, one.name) for one in villages),
            tuple((one.code, one.name_en if language == "en" else one.name_vi) for one in crops),
        )


def fresh_form(today: str) -> Form:
    """Return the form of a new bulletin."""
    return Form("notice", "", "", today, add_days(today, DAYS))


def keep(staff: Staff, bulletin: str, said: Form, question: str | None = None) -> str:
    """Make or change a draft and return its id; `bulletin`: "" for a new one.

    Raises: ServiceError: no_right, not_found; NotDone says which field is wrong.
    """
    allow(staff, "write_bulletins")
    values = _values(staff, said)

    def work(session: Session) -> str:
        row = _find(session, staff, bulletin) if bulletin else None
        if row is not None and row.state == rows.PUBLISHED:
            raise NotDone("not_bulletin_published")
        if row is None:
            row = Bulletin(
                id=new_id(now_ms()), organisation=staff.organisation, state="draft", question=question,
                written_by=staff.membership,
            )  # fmt: skip
            session.add(row)
        for name, value in values.items():
            setattr(row, name, value)
        row.changed_at = now_ms()
        session.flush()
        return row.id

    return run_write(work)


def publish(staff: Staff, bulletin: str) -> None:
    """Tell a draft from now on. Raises: ServiceError: no_right, not_found; NotDone for one that is over."""
    allow(staff, "write_bulletins")

    def work(session: Session) -> None:
        row, now = _find(session, staff, bulletin), now_ms()
        if row.ends_on < ms_to_date(now):
            raise NotDone("not_bulletin_over")
        row.state, row.published_at, row.changed_at = rows.PUBLISHED, now, now

    run_write(work)


def withdraw(staff: Staff, bulletin: str) -> None:
    """Tell a bulletin no more; it can be changed and published again. Raises: ServiceError."""
    allow(staff, "write_bulletins")

    def work(session: Session) -> None:
        row = _find(session, staff, bulletin)
        row.state, row.changed_at = "withdrawn", now_ms()

    run_write(work)


def stands(row: Bulletin, today: str) -> str:
    """Return how a bulletin stands at a day."""
    if row.state != rows.PUBLISHED:
        return row.state
    if row.ends_on < today:
        return "over"
    return "ahead" if row.starts_on > today else "running"


def _find(session: Session, staff: Staff, bulletin: str) -> Bulletin:
    found = rows.find(session, staff.organisation, bulletin)
    if found is None:
        raise ServiceError("not_found")
    return found


def _form(row: Bulletin) -> Form:
    aims = (tuple(rows.listed(text)) for text in (row.villages, row.crops, row.roles))
    return Form(row.kind, row.title, row.text, row.starts_on, row.ends_on, row.urgent, row.is_public, *aims)


def _values(staff: Staff, said: Form) -> dict[str, object]:
    known = choices(staff, "vi")
    title, text = clean(said.title, TITLE_CHARS), plain_lines(said.text)
    if said.kind not in KINDS:
        raise ServiceError("bad_values")
    if not title or not text:
        raise NotDone("not_bulletin_words")
    if len(text) > TEXT_CHARS_MAX:
        raise NotDone("not_short", n=TEXT_CHARS_MAX)
    if not is_civil_date(said.starts_on) or not is_civil_date(said.ends_on):
        raise NotDone("not_day")
    if not said.starts_on <= said.ends_on <= add_days(said.starts_on, DAYS_MAX):
        raise NotDone("not_bulletin_days")
    aims = {
        "villages": (said.villages, {one for one, _ in known.villages}),
        "crops": (said.crops, {one for one, _ in known.crops}),
        "roles": (said.roles, set(GROUPS)),
    }
    if any(not allowed.issuperset(chosen) for chosen, allowed in aims.values()):
        raise ServiceError("bad_values")
    listed_aims = {name: write_text(sorted(set(chosen))) for name, (chosen, _) in aims.items()}
    return {
        "kind": said.kind, "title": title, "text": text, "urgent": said.urgent, "is_public": said.is_public,
        "starts_on": said.starts_on, "ends_on": said.ends_on, **listed_aims,
    }  # fmt: skip


def _reached(session: Session, row: Bulletin, scopes: list[str]) -> set[str]:
    """Return the memberships with a phone that a bulletin is for."""
    below = people.with_below(session, row.organisation)
    phones = select(DeviceRow.membership).where(DeviceRow.state == "confirmed", DeviceRow.kind == "phone")
    query = (
        select(Membership, Farm.village)
        .outerjoin(Farm, Farm.id == Membership.farm)
        .where(Membership.organisation.in_(below), Membership.id.in_(phones))
        .where(Membership.valid_until.is_(None) | (Membership.valid_until > now_ms()))
    )
    crops = rows.crops_of(session, scopes) if rows.listed(row.crops) else {}
    found = set()
    for member, village in session.execute(query):
        if member.farm is None:
            reached = bulletins.reached_by(session, member, ())
        else:
            grown = frozenset(crops.get(f"farm:{member.farm}", ()))
            reached = Reached(frozenset({village} if village else ()), grown, group_of(member.role))
        if is_for(row, reached):
            found.add(member.id)
    return found
