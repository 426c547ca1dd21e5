"""The reviewers' inbox: which entries wait, the gravest and longest waiting first, and what a review names.

Shapes for the page: `Wanted` (what narrows), `Inbox` (a page of `InboxLine`, counts), `Sign` (what the
browser must put into the review that it signs), `Bulk` (everything without findings). Signing is the
browser's; its op goes through `/api/v1/sync` like every other (PROTOCOL §28).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.models.people import Membership
from server.models.views import EntryView, ReviewView
from server.services import console_entries, console_four_eyes, findings
from server.services.console import Staff
from server.services.console_entries import Line
from server.services.console_lookups import Names, lookups
from server.services.findings import NAMES, Noticed
from server.services.viewing import make_current
from server.store import inbox, people
from server.store.inbox import InboxFilter, Place, heads_of, place_of, written_by
from sync import ids

PAGE_LINES: Final = 50  # our choice: what a reviewer goes through without paging
BULK_MAX: Final = 100  # ops of one sync request
TWO: Final = 2  # reviewers, where the cooperative wants four eyes
QUEUES: Final = ("review", "household", "approved")
_MARK: Final = "~"


@dataclass(frozen=True)
class Wanted:
    """What the inbox shows. An empty text does not narrow; ids that fit nothing give an empty list.

    Shape:  `queue`: review (the cooperative is to act), household, approved; `severity`: none, note, doubt,
            stop; `photo`: yes or no; `farm`, `season`: uuids; `form`: a code; `conflicts`, `answered`: only
            those in conflict, only those whose question was answered.
    """

    queue: str = "review"
    severity: str = ""
    photo: str = ""
    farm: str = ""
    season: str = ""
    form: str = ""
    conflicts: bool = False
    answered: bool = False


@dataclass(frozen=True)
class Sign:
    """What a review of an entry must say. Nothing may be approved while `why_not` says why not.

    Shape:  `of`, `heads`, `needs` (above 1 only: leave it out of the op for 1), `overrides`: fields of the
            review as PROTOCOL §28 has them, `overrides` for an approval alone; `why_not`: "" or conflict
            (settle it first; `heads` is empty), own (one's own work), again (one approved it already, a
            second person is to), approved, deleted.
    """

    scope: str
    of: str
    heads: tuple[str, ...]
    needs: int
    overrides: tuple[str, ...]
    why_not: str


@dataclass(frozen=True)
class InboxLine:
    """One entry of the inbox. `line`: as the diary's list has it; `approvals`: how many approved so far."""

    line: Line
    state: str
    is_answered: bool
    approvals: int
    reviewed_at: int | None
    severity: str
    findings: tuple[Noticed, ...]
    sign: Sign


@dataclass(frozen=True)
class Counts:
    """How many entries there are: `queues` by queue, `severities` of the wanted queue ("" for no finding).

    `plain`: those that wait with nothing to read first: no finding, no conflict, no answer; `noted`: those
    with nothing but notes.
    """

    queues: Mapping[str, int]
    severities: Mapping[str, int]
    plain: int
    noted: int


@dataclass(frozen=True)
class Inbox:
    """One page: its lines, where the next goes on (None at the end), the names behind ids, the counts."""

    lines: tuple[InboxLine, ...]
    next: str | None
    names: Names
    counts: Counts


@dataclass(frozen=True)
class Bulk:
    """Entries that may be approved unseen, at most `BULK_MAX`; `next` goes on, None at the end.

    Shape:  `left_out`: how many of those looked at may not (one's own work, approved by oneself already).
    """

    signs: tuple[Sign, ...]
    next: str | None
    left_out: int


@dataclass(frozen=True)
class Neighbours:
    """The entries before and after one in the inbox, as (farm uuid, entry uuid); None at the ends."""

    previous: tuple[str, str] | None
    next: tuple[str, str] | None


def inbox_page(staff: Staff, wanted: Wanted, after: str | None = None) -> Inbox:
    """Return a page of the inbox.

    Shape:  `after` is the `next` of the page before; any other text starts anew.
    Raises: ServiceError(not_found) for a farm that is not one of the staff's.
    """
    scopes = _scopes(staff, wanted)
    make_current(scopes)
    narrowed = _filter(wanted)
    with reading() as session:
        rows = inbox.page(session, scopes, narrowed, _parse_place(after), PAGE_LINES + 1)
        is_more = len(rows) > PAGE_LINES
        rows = rows[:PAGE_LINES]
        names = lookups(session, {row.scope for row in rows})
        lines = console_entries.lines_of(session, staff, rows, names)
        signs = signs_of(session, staff, rows)
        return Inbox(
            tuple(_line(row, line, signs[row.scope, row.doc]) for row, line in zip(rows, lines, strict=True)),
            _place_text(place_of(rows[-1])) if is_more else None,
            names,
            _counts(session, scopes, narrowed),
        )


def bulk(staff: Staff, wanted: Wanted, after: str | None = None) -> Bulk:
    """Return what the browser signs to approve everything without findings that waits, page by page.

    Shape:  with `severity` note: everything in which there are notes alone; never what is in conflict or what
            the household has just answered: those are to be read.
    """
    scopes = _scopes(staff, wanted)
    make_current(scopes)
    asked = _quiet(_filter(wanted), 1 if wanted.severity == "note" else 0)
    with reading() as session:
        rows = inbox.page(session, scopes, asked, _parse_place(after), BULK_MAX + 1)
        is_more = len(rows) > BULK_MAX
        rows = rows[:BULK_MAX]
        signs = [sign for sign, _ in signs_of(session, staff, rows).values()]
        good = tuple(sign for sign in signs if not sign.why_not)
        return Bulk(good, _place_text(place_of(rows[-1])) if is_more else None, len(signs) - len(good))


def neighbours(staff: Staff, wanted: Wanted, farm: str, entry: str) -> Neighbours:
    """Return what stands beside an entry in the inbox, also where it has just left the queue.

    Shape:  `farm`, `entry`: uuids. Of an entry that is not there both are None.
    """
    scopes = _scopes(staff, wanted)
    scope, doc = staff.farm(farm).scope, f"entry:{entry}"
    with reading() as session:
        row = session.get(EntryView, (scope, doc))
        if row is None:
            return Neighbours(None, None)
        found = [
            inbox.page(session, scopes, _filter(wanted), place_of(row), 1, is_backwards=is_backwards)
            for is_backwards in (True, False)
        ]
    before, after = ([_address(one) for one in rows] for rows in found)
    return Neighbours(before[0] if before else None, after[0] if after else None)


def signs_of(
    session: Session, staff: Staff, rows: Iterable[EntryView]
) -> dict[tuple[str, str], tuple[Sign, tuple[Noticed, ...]]]:
    """Return, by scope and document, what a review of each entry must say, and the entry's findings."""
    by_scope: dict[str, list[EntryView]] = {}
    for row in rows:
        by_scope.setdefault(row.scope, []).append(row)
    mine = _memberships(session, staff)
    is_strict = console_four_eyes.is_wanted(session, staff.organisation)
    found = {}
    for scope, some in by_scope.items():
        docs = [row.doc for row in some]
        heads = heads_of(session, scope, docs)
        own = written_by(session, scope, docs, mine) if mine else set()
        noticed = findings.of_entries(session, scope, docs)
        started = _approved_by(session, scope, [row.doc for row in some if row.approvals], mine, staff)
        for row in some:
            named, has_conflict = heads.get(row.doc, (set(), False))
            why_not = _why_not(row, has_conflict, row.doc in own or row.by in mine, row.doc in started)
            told = noticed.get(row.doc, ())
            sign = Sign(
                scope,
                row.doc,
                () if has_conflict else tuple(sorted(named)),
                TWO if is_strict and row.severity >= console_four_eyes.DOUBTED else 1,
                tuple(sorted({one.rule for one in told if one.severity != "note"})),
                why_not,
            )
            found[scope, row.doc] = (sign, told)
    return found


def _why_not(row: EntryView, has_conflict: bool, is_own: bool, is_again: bool) -> str:
    reasons = (
        ("deleted", row.is_deleted),
        ("conflict", has_conflict),
        ("own", is_own),
        ("approved", row.state == "approved"),
        ("again", is_again),
    )
    return next((name for name, holds in reasons if holds), "")


def _memberships(session: Session, staff: Staff) -> set[str]:
    """Return the memberships whose work this person does not review: none where nobody else reviews."""
    me = session.get(Membership, staff.membership)
    if me is None or people.reviewers(session, staff.organisation, now_ms()) == {me.person}:
        return set()
    return people.memberships_of_person(session, me.person)


def _approved_by(
    session: Session, scope: str, docs: Sequence[str], mine: Collection[str], staff: Staff
) -> set[str]:
    """Return those of the entries, short of an approval, whose newest review is this person's own."""
    query = select(ReviewView).where(
        ReviewView.scope == scope, ReviewView.of.in_(docs), ReviewView.is_deleted.is_(False)
    )
    newest: dict[str, ReviewView] = {}
    for one in session.scalars(query.where(ReviewView.type == "review").order_by(ReviewView.seq)):
        newest[one.of] = one
    return {doc for doc, one in newest.items() if one.by in {*mine, staff.membership}}


def _line(row: EntryView, line: Line, told: tuple[Sign, tuple[Noticed, ...]]) -> InboxLine:
    sign, noticed = told
    return InboxLine(
        line=line,
        state=row.state,
        is_answered=row.is_answered,
        approvals=row.approvals,
        reviewed_at=row.reviewed_at,
        severity=NAMES[row.severity],
        findings=noticed,
        sign=sign,
    )


def _counts(session: Session, scopes: Collection[str], wanted: InboxFilter) -> Counts:
    queues = dict.fromkeys(QUEUES, 0)
    severities = dict.fromkeys(NAMES, 0)
    quiet = {0: 0, 1: 0}
    for one in inbox.tallies(session, scopes, wanted):
        # The queues are ways out of what the list is narrowed to: they count everything.
        queues[one.queue] += one.every
        if one.queue == wanted.queue:
            severities[NAMES[one.severity]] += one.narrowed
        if one.queue == "review" and one.severity in quiet:
            quiet[one.severity] = one.quiet
    return Counts(queues, severities, quiet[0], quiet[1])


def _quiet(wanted: InboxFilter, severity: int) -> InboxFilter:
    """Return what waits with nothing to read first (0), or with notes alone (1), narrowed as asked."""
    return replace(wanted, queue="review", severity=severity, has_conflict=False, is_answered=False)


def _scopes(staff: Staff, wanted: Wanted) -> list[str]:
    return [staff.farm(wanted.farm).scope] if wanted.farm else list(staff.farms)


def _filter(wanted: Wanted) -> InboxFilter:
    severity = {"none": 0, "note": 1, "doubt": 2, "stop": 3}.get(wanted.severity)
    return InboxFilter(
        queue=wanted.queue if wanted.queue in QUEUES else "review",
        severity=severity,
        has_photo={"yes": True, "no": False}.get(wanted.photo),
        has_conflict=True if wanted.conflicts else None,
        is_answered=True if wanted.answered else None,
        season=f"season:{wanted.season}" if wanted.season else None,
        form=wanted.form or None,
    )


def _address(row: EntryView) -> tuple[str, str]:
    return ids.split_ref(row.scope)[1], ids.split_ref(row.doc)[1]


def _place_text(place: Place) -> str:
    return _MARK.join((str(place.severity), str(place.received_at), place.scope, place.doc))


def _parse_place(text: str | None) -> Place | None:
    parts = (text or "").split(_MARK)
    numbers = parts[:2]
    if len(parts) != 4 or not all(one.isascii() and one.isdigit() and len(one) <= 16 for one in numbers):
        return None
    return Place(int(parts[0]), int(parts[1]), parts[2], parts[3])
