"""Reports to the level above: made of a year's figures, frozen when they are issued, never changed after.

What it says, its bytes and their hashes are kept as they left. A mistake is corrected by another report.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import now_ms
from server.db import reading
from server.errors import ServiceError
from server.models.indicators import NUMBER_CHARS, Report
from server.models.people import Membership, Organisation, Person
from server.services.console import Staff
from server.services.console_reach import NAME_CHARS_MAX, NotDone, allow, clean, write_rows
from server.services.setup import new_id
from server.services.typesetting import typeset
from server.store import demo_mark
from server.store.tables import write_sheets
from sync.ids import b64_encode

KINDS: Final = ("pdf", "xlsx")
Sheet = tuple[str, list[list[str]]]


@dataclass(frozen=True)
class Paper:
    """What an officer fills in. `number`: as the office counts, such as 15/BC-KT; all one line."""

    number: str
    to: str
    title: str
    signer: str


@dataclass(frozen=True)
class Issued:
    """One report of the list."""

    id: str
    year: int
    number: str
    signer: str
    counted_on: str
    issued_at: int
    issued_by: str
    pdf_sha256: str
    xlsx_sha256: str


def paper_of(said: Mapping[str, str]) -> Paper:
    """Return what was filled in. Raises: NotDone for what is missing or too long."""
    paper = Paper(
        clean(said.get("number", ""), NUMBER_CHARS),
        *(clean(said.get(name, ""), NAME_CHARS_MAX) for name in ("to", "title", "signer")),
    )
    if not paper.number or not paper.to or not paper.title or not paper.signer:
        raise NotDone("not_paper")
    return paper


def draw(said: Mapping[str, object], now: int) -> bytes:
    """Return a report as a PDF; `said` as its template reads it."""
    return typeset("report", "report", said, now)


def issue(
    staff: Staff, year: int, counted_on: str, paper: Paper, said: Mapping[str, object], sheets: list[Sheet]
) -> str:
    """Freeze a report and return its id.

    Raises: ServiceError(no_right); NotDone for a number that is taken.
    """
    allow(staff, "issue_reports")
    now = now_ms()
    pdf, xlsx = draw(said, now), write_sheets(sheets)
    row = Report(
        id=new_id(now), organisation=staff.organisation, year=year, number=paper.number, signer=paper.signer,
        counted_on=counted_on, issued_by=staff.membership, issued_at=now,
        said=json.dumps(said, ensure_ascii=False),
        pdf=pdf, pdf_sha256=_hash(pdf), xlsx=xlsx, xlsx_sha256=_hash(xlsx),
    )  # fmt: skip

    def work(session: Session) -> str:
        session.get(Organisation, staff.organisation, with_for_update=True)
        taken = select(Report.id).where(
            Report.organisation == staff.organisation, Report.number == paper.number, Report.year == year
        )
        if session.scalar(taken) is not None:
            raise NotDone("not_paper_number")
        session.add(row)
        return row.id

    return write_rows(work)


def issued(staff: Staff) -> list[Issued]:
    """Return the reports of the staff's commune, the newest first."""
    query = (
        select(
            Report.id, Report.year, Report.number, Report.signer, Report.counted_on, Report.issued_at,
            Person.name, Report.pdf_sha256, Report.xlsx_sha256,
        )
        .join(Membership, Membership.id == Report.issued_by)
        .join(Person, Person.id == Membership.person)
        .where(Report.organisation == staff.organisation)
        .order_by(Report.issued_at.desc(), Report.id.desc())
    )  # fmt: skip
    with reading() as session:
        return [Issued(*row) for row in session.execute(query)]


def bytes_of(staff: Staff, report: str, kind: str) -> tuple[bytes, str]:
    """Return a report's file as it was issued, and a name for it. Raises: ServiceError(not_found)."""
    with reading() as session:
        row = session.get(Report, report)
        if row is None or row.organisation != staff.organisation or kind not in KINDS:
            raise ServiceError("not_found")
        return (row.pdf if kind == "pdf" else row.xlsx), f"bao-cao-{row.year}-{row.counted_on}.{kind}"


def is_made_up(staff: Staff) -> bool:
    """Return whether the commune is the demo's."""
    with reading() as session:
        return demo_mark.is_demo_organisation(session, staff.organisation)


def _hash(data: bytes) -> str:
    return b64_encode(hashlib.sha256(data).digest())
