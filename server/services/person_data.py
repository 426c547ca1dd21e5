"""What is kept of one person: who they are, what they agreed to, the documents with private parts of theirs.

A document is a person's where one of their devices wrote a private part or a photo of it, or where somebody
recorded it on their behalf. Records that certification still needs are kept until `RETENTION_MONTHS` after
the season's end (or the day of the work); until then they are told with their date, and not to be erased.
Does not look for a person's name in what others wrote.
Source: security.md §8 "Erasure", "Retention".
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.devices import DeviceRow
from server.models.log import OpRow
from server.models.people import Consent, Membership
from server.models.views import DocumentView, EntryView, PhotoView, SeasonView
from server.services.console import Staff
from server.services.console_reach import person_of
from server.services.own_devices import devices_of
from server.services.setup import new_id
from server.services.viewing import make_current
from server.store import consents, erasures, people
from server.store.people import Member
from sync import ids
from sync.civil import is_civil_date, ms_to_date, parse_date
from sync.values import Json

MEANS = ("spoken", "paper", "phone")
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Kept:
    """A document of a person. `until`: the civil date until which it must be kept, "" while its season runs.

    Shape:  `is_free`: it may be erased now.
    """

    scope: str
    doc: str
    form: str
    day: str
    until: str
    is_free: bool

    @property
    def type(self) -> str:
        """Return the document's type."""
        return ids.split_ref(self.doc)[0]


@dataclass(frozen=True)
class PersonPage:
    """A person with what is kept of them. `unsent`: what their devices said last that they still hold."""

    id: str
    organisation: str
    name: str
    phone: str
    village: str
    is_erased: bool
    members: list[Member]
    given: list[Consent]
    kept: list[Kept]
    unsent: int

    @property
    def free(self) -> list[Kept]:
        """Return what may be erased now."""
        return [one for one in self.kept if one.is_free]

    @property
    def bound(self) -> list[Kept]:
        """Return what must still be kept, the first to be free first."""
        return sorted(
            (one for one in self.kept if not one.is_free), key=lambda one: (not one.until, one.until)
        )


def person_page(staff: Staff, person: str, now: int) -> PersonPage:
    """Return what is kept of a person. Raises: ServiceError(not_found) for one of another organisation."""
    with reading() as session:
        row = person_of(session, staff, person)
        members = people.members_where(session, Membership.person == person)
        given = consents.of_persons(session, [person])
        devices = devices_of(session, [one.membership.id for one in members])
        villages = {one.id: one.name for one in people.villages(session)}
    return PersonPage(
        id=row.id,
        organisation=row.organisation,
        name=row.name,
        phone=row.phone or "",
        village=villages.get(row.village or "", ""),
        is_erased=row.erased_at is not None,
        members=members,
        given=given,
        kept=kept_of(staff.scopes, [one.membership.id for one in members], ms_to_date(now)),
        unsent=sum(_unsent(one) for of in devices.values() for one in of),
    )


def kept_of(scopes: Iterable[str], memberships: list[str], today: str) -> list[Kept]:
    """Return the documents of a person in these logs that hold something private, by log and name."""
    wanted = sorted(scopes)
    make_current(wanted)
    with reading() as session:
        found = docs_of(session, wanted, memberships)
        kept: list[Kept] = []
        for scope in sorted(found):
            docs = sorted(found[scope] - erasures.among(session, scope, found[scope]))
            kept += _kept(session, scope, docs, today)
    return kept


def docs_of(session: Session, scopes: list[str], memberships: list[str]) -> dict[str, set[str]]:
    """Return the documents, by log, that hold a private part or a photo of a person's."""
    found: dict[str, set[str]] = {}
    query = (
        select(OpRow.scope, OpRow.doc)
        .where(
            OpRow.scope.in_(scopes),
            OpRow.device.in_(devices_of_members(session, memberships)),
            OpRow.private.is_not(None) | OpRow.doc.startswith("photo:"),
        )
        .distinct()
    )
    for scope, doc in session.execute(query):
        found.setdefault(scope, set()).add(doc)
    for membership in memberships:
        on_behalf = DocumentView.values.contains(f'"on_behalf_of":"{membership}"', autoescape=True)
        query = select(DocumentView.scope, DocumentView.doc).where(DocumentView.scope.in_(scopes), on_behalf)
        for scope, doc in session.execute(query.where(DocumentView.private.is_not(None))):
            found.setdefault(scope, set()).add(doc)
    return found


def devices_of_members(session: Session, memberships: list[str]) -> list[str]:
    """Return the devices that ever joined for these memberships."""
    query = select(DeviceRow.device).where(
        DeviceRow.membership.in_(memberships), DeviceRow.device.is_not(None)
    )
    return sorted({str(one) for one in session.scalars(query)})


def asked(language: str) -> list[tuple[str, str, str]]:
    """Return purpose, title and text of what people are asked to agree to."""
    return [(one["purpose"], one["title"][language], one["text"][language]) for one in consents.asked()]


def title_of(purpose: str, version: str, language: str) -> str:
    """Return the title of a text by its version, or an empty one where it is not known."""
    found = [one for one in consents.texts() if (one["purpose"], one["version"]) == (purpose, version)]
    return str(found[0]["title"][language]) if found else ""


def give_consent(staff: Staff, person: str, purpose: str, means: str, now: int) -> None:
    """Keep that a person agreed to a purpose, in its text of today. Raises: ServiceError."""
    text = next((one for one in consents.asked() if one["purpose"] == purpose), None)
    if not staff.may_act("record_consent"):
        raise ServiceError("no_right")
    if text is None or means not in MEANS:
        raise ServiceError("bad_values")
    version = str(text["version"])

    def work(session: Session) -> None:
        person_of(session, staff, person)
        if not consents.is_given(session, person, purpose):
            session.add(
                Consent(
                    id=new_id(now), person=person, purpose=purpose, text_version=version, means=means,
                    given_at=now,
                )
            )  # fmt: skip

    run_write(work)


def withdraw_consent(staff: Staff, person: str, consent: str, now: int) -> None:
    """Keep that a person took a consent back; at once for everybody who asks. Raises: ServiceError."""
    if not staff.may_act("record_consent"):
        raise ServiceError("no_right")

    def work(session: Session) -> None:
        person_of(session, staff, person)
        row = session.get(Consent, consent)
        if row is None or row.person != person:
            raise ServiceError("not_found")
        row.withdrawn_at = row.withdrawn_at or now

    run_write(work)


def add_months(date: str, months: int) -> str:
    """Return the same day so many months later, or the last of a shorter month."""
    year, month, day = parse_date(date)
    year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
    return f"{year:04d}-{month:02d}-{min(day, calendar.monthrange(year, month)[1]):02d}"


def _unsent(device: Json) -> int:
    unsent = device.get("unsent") if isinstance(device, dict) else None
    return unsent if isinstance(unsent, int) and device["state"] != "revoked" else 0


def _kept(session: Session, scope: str, docs: list[str], today: str) -> list[Kept]:
    """Return when each of these documents may be erased."""
    months = current_settings().retention_months
    seasons = {
        one.doc: one.ended_on for one in session.scalars(select(SeasonView).where(SeasonView.scope == scope))
    }
    found: list[Kept] = []
    for start in range(0, len(docs), ROWS_AT_ONCE):
        some = docs[start : start + ROWS_AT_ONCE]
        photos = {
            one.doc: one.of
            for one in session.scalars(
                select(PhotoView).where(PhotoView.scope == scope, PhotoView.doc.in_(some))
            )
        }
        named = [*some, *photos.values()]
        entries = {
            one.doc: one
            for one in session.scalars(
                select(EntryView).where(EntryView.scope == scope, EntryView.doc.in_(named))
            )
        }
        views = session.scalars(
            select(DocumentView).where(DocumentView.scope == scope, DocumentView.doc.in_(some))
        )
        for view in views:
            entry = entries.get(photos.get(view.doc, view.doc))
            day = entry.happened_on if entry is not None else ""
            end = _end(view, entry, seasons, ms_to_date(view.received_at))
            until = add_months(end, months) if end else ""
            is_free = months == 0 or ("" < until < today)
            found.append(Kept(scope, view.doc, entry.form if entry else "", day, until, is_free))
    return found


def _end(view: DocumentView, entry: EntryView | None, seasons: dict[str, str], received: str) -> str:
    """Return the civil date from which the retention of a document runs, "" while its season does."""
    if view.type == "season":
        return seasons.get(view.doc, "")
    if view.type == "plot":
        return "" if "" in seasons.values() else max(seasons.values(), default=received)
    if entry is not None and entry.season in seasons:
        return seasons[entry.season]
    day = entry.happened_on if entry is not None else ""
    return day if is_civil_date(day) else received
