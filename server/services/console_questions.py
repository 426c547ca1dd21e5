"""What farmers ask, as those who answer see it: a list, one question with its photos and answers.

An answer is a comment about the question, signed in the browser; nothing is written here. Whoever reads the
farm's log sees its questions: the cooperative, and the extension officer who helps the household.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.errors import ServiceError
from server.models.bulletins import Bulletin
from server.models.people import Membership
from server.models.views import DocumentView, ReviewView
from server.services.console import FarmName, Staff
from server.services.console_lookups import Names, Photo, lookups, photos_of, said_of
from server.services.viewing import make_current
from server.store import bulletins as rows
from server.store import people
from server.store.people import Member
from sync.rights import HOUSEHOLD
from sync.values import Json

TYPE: Final = "question"
LISTED_MAX: Final = 200


@dataclass(frozen=True)
class Answer:
    """What was said to a question; `is_ours`: by somebody who is not of the household."""

    name: str
    role: str
    text: str
    received_at: int
    is_ours: bool


@dataclass(frozen=True)
class Question:
    """One question. `answers` in the order in which they came; dates and names "" where nobody said."""

    doc: str
    uuid: str
    farm: FarmName
    asker: str
    text: str
    happened_on: str
    recorded_at: int
    plot: str
    season: str
    crop: str
    photos: tuple[Photo, ...]
    answers: tuple[Answer, ...]

    @property
    def is_answered(self) -> bool:
        """Return whether somebody who is not of the household said something last."""
        return bool(self.answers) and self.answers[-1].is_ours

    @property
    def place(self) -> str:
        """Return how a bulletin names the question."""
        return f"{self.farm.scope}/{self.doc}"


def listed(staff: Staff) -> list[Question]:
    """Return the questions of the farms that this person reads: what waits first, each the newest first."""
    scopes = list(staff.farms)
    make_current(scopes)
    with reading() as session:
        query = select(DocumentView).where(
            DocumentView.scope.in_(scopes), DocumentView.type == TYPE, DocumentView.is_deleted.is_(False)
        )
        query = query.order_by(DocumentView.received_at.desc(), DocumentView.doc).limit(LISTED_MAX)
        found = _questions(session, staff, list(session.scalars(query)))
    return sorted(found, key=lambda one: one.is_answered)


def question(staff: Staff, farm: FarmName, uuid: str) -> tuple[Question, Bulletin | None]:
    """Return one question, and the bulletin that tells its answer. Raises: ServiceError(not_found)."""
    make_current([farm.scope])
    with reading() as session:
        row = session.get(DocumentView, (farm.scope, f"{TYPE}:{uuid}"))
        if row is None or row.is_deleted:
            raise ServiceError("not_found")
        [found] = _questions(session, staff, [row])
        told = rows.of_question(session, found.place)
        return found, told if told is not None and told.organisation == staff.organisation else None


def draft_of(asked: Question) -> tuple[str, str]:
    """Return title and text of a bulletin that tells an answer, without a name in what is ours to add."""
    last = next((one.text for one in reversed(asked.answers) if one.is_ours), "")
    return asked.text.split("\n")[0][:80], f"Hỏi: {asked.text}\n\nTrả lời: {last}"


def _questions(session: Session, staff: Staff, found: Collection[DocumentView]) -> list[Question]:
    scopes = sorted({one.scope for one in found})
    names = lookups(session, scopes)
    docs = {one.doc for one in found}
    query = select(ReviewView, DocumentView).where(
        ReviewView.scope.in_(scopes), ReviewView.of.in_(docs), ReviewView.type == "comment",
        ReviewView.is_deleted.is_(False), DocumentView.scope == ReviewView.scope,
        DocumentView.doc == ReviewView.doc,
    )  # fmt: skip
    said = [(row, told) for row, told in session.execute(query.order_by(ReviewView.seq))]
    by = {one.by for one in found} | {row.by for row, _ in said}
    members = {one.membership.id: one for one in people.members_where(session, Membership.id.in_(sorted(by)))}
    gone = people.erased_among(session, by)
    answers: dict[tuple[str, str], list[Answer]] = {}
    for row, document in said:
        text = said_of(document, gone).get("text")
        if isinstance(text, str) and text:
            answers.setdefault((row.scope, row.of), []).append(_answer(members, row, text))
    photos = {
        scope: photos_of(session, scope, [d.doc for d in found if d.scope == scope]) for scope in scopes
    }
    return [
        _question(
            staff, one, said_of(one, gone), names, members, photos[one.scope].get(one.doc, ()),
            tuple(answers.get((one.scope, one.doc), ())),
        )
        for one in found
    ]  # fmt: skip


def _answer(members: Mapping[str, Member], row: ReviewView, text: str) -> Answer:
    who = members.get(row.by)
    role = "" if who is None else who.membership.role
    return Answer("" if who is None else who.person.name, role, text, row.received_at, role not in HOUSEHOLD)


def _question(
    staff: Staff,
    row: DocumentView,
    said: Mapping[str, Json],
    names: Names,
    members: Mapping[str, Member],
    photos: tuple[Photo, ...],
    answers: tuple[Answer, ...],
) -> Question:
    who, season = members.get(row.by), said.get("season")
    crop = names.products.get(_text(said.get("crop")), ("", ""))[0]
    return Question(
        doc=row.doc,
        uuid=row.doc.partition(":")[2],
        farm=staff.farms[row.scope],
        asker="" if who is None else who.person.name,
        text=_text(said.get("text")),
        happened_on=_text(said.get("happened_on")),
        recorded_at=row.recorded_at,
        plot=names.of(row.scope, said.get("plot")),
        season=names.of(row.scope, season),
        crop=crop,
        photos=photos,
        answers=answers,
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
