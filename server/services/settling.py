"""What a person decides of the requests that wait: a row is made, or the one who asked is told why not.

Once a farm's request is settled the ops of its book, which got `later` until then, are taken.
Source: WIRE "Requests"; PROTOCOL §13.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Request
from server.services import requesting, setup
from server.services.request_values import CHARS_MAX, NotMade, Sent
from server.store import devices, people
from server.store.devices import Writer


@dataclass(frozen=True)
class Waiting:
    """One request that waits, with the name of who asked."""

    id: str
    kind: str
    asked_by: str
    received_at: int
    values: dict[str, object]


def waiting(organisation: str | None = None) -> list[Waiting]:
    """Return what waits, the oldest first; of one organisation or of all."""
    with reading() as session:
        return [_waiting(session, row) for row in people.waiting_requests(session, organisation)]


def settle(request: str, now: int) -> None:
    """Make the row that was asked for.

    Raises: ServiceError: not_found; bad_values with the reason where the row can't be made, it waits on then.
    """

    def work(session: Session) -> None:
        row = _locked(session, request)
        sent = Sent(row.id, row.kind, row.made_at, json.loads(row.values))
        who = devices.writer(session, row.device)
        if row.kind == "organisation":
            commune = people.organisations(session)[0].id
            setup.add_organisation(session, "cooperative", str(sent.values["name"]), commune, now, row.id)
        elif who is None or who.membership != row.membership:
            raise ServiceError("bad_values", "Máy gửi yêu cầu không còn.")
        else:
            _make(session, who, sent, now)
        row.result, row.row, row.reason = "settled", row.id, None
        _forget(row)

    run_write(work)


def decline(request: str, reason: str) -> None:
    """Say no, and why. Raises: ServiceError(not_found)."""

    def work(session: Session) -> None:
        row = _locked(session, request)
        row.result, row.reason = "declined", reason[:CHARS_MAX]
        _forget(row)

    run_write(work)


def _make(session: Session, who: Writer, sent: Sent, now: int) -> None:
    try:
        requesting.make_row(session, who, sent, now)
    except NotMade as error:
        raise ServiceError("bad_values", str(error)) from error


def _forget(row: Request) -> None:
    if row.kind in requesting.SECRETS:
        row.values = people.ERASED_VALUES


def _locked(session: Session, request: str) -> Request:
    row = people.request_of(session, request)
    if row is None or row.result != "waiting":
        raise ServiceError("not_found")
    return row


def _waiting(session: Session, row: Request) -> Waiting:
    member = people.member(session, row.membership)
    name = "" if member is None else member.person.name
    return Waiting(row.id, row.kind, name, row.received_at, json.loads(row.values))
