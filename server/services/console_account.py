"""What a staff member sees of the own ways in: passkeys, browsers, sessions, recovery codes that are left.

Source: DESIGN §3 "Who signs"; platform.md §5.4, §5.5.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import reading
from server.models.devices import DeviceRow, DeviceSeen
from server.services import console_sessions
from server.services.console_sessions import Listed
from server.store import log, passkeys, people
from sync import ids


@dataclass(frozen=True)
class OwnPasskey:
    """A passkey of mine; `after`: the newest ops of its document, for the op that ends it."""

    scope: str
    doc: str
    after: list[str]
    label: str
    made_at: int
    last_used: int | None
    is_this: bool
    suspended: bool


@dataclass(frozen=True)
class OwnBrowser:
    """A browser that has a key of mine; `invite` names its page."""

    invite: str
    doc: str
    scope: str
    device: str
    after: list[str]
    label: str
    last_seen: int | None
    is_this: bool


@dataclass(frozen=True)
class Account:
    """What the page of the own account shows. `codes_left`: recovery codes nobody has used."""

    passkeys: list[OwnPasskey]
    browsers: list[OwnBrowser]
    sessions: list[Listed]
    codes_left: int


def account(person: str, session_id: str, device: str, passkey: str | None, now: int) -> Account:
    """Return a person's ways in; the session, browser and passkey at hand are marked."""
    with reading() as session:
        keys = _passkeys(session, person, passkey)
        rows = _device_rows(session, people.memberships_of_person(session, person))
        browsers = [
            _browser(session, row, device) for row in rows if row.kind == "browser" and _is_in_use(row)
        ]
        mine = {row.device for row in rows}
        codes = [row for row in rows if _is_code(row, mine, now)]
    sessions = console_sessions.listed(person, session_id, now)
    return Account(keys, sorted(browsers, key=_newest_first), sessions, len(codes))


def _passkeys(session: Session, person: str, this: str | None) -> list[OwnPasskey]:
    found = passkeys.live_of_person(session, person)
    seen = passkeys.seen_of(session, [row.credential for row in found])
    return [
        OwnPasskey(
            scope=row.scope,
            doc=row.doc,
            after=log.tips(session, row.scope, row.doc),
            label=row.label,
            made_at=row.made_at,
            last_used=seen[row.credential].last_used if row.credential in seen else None,
            is_this=row.doc == this,
            suspended=row.credential in seen and seen[row.credential].suspended,
        )
        for row in found
    ]


def _device_rows(session: Session, memberships: set[str]) -> list[DeviceRow]:
    query = select(DeviceRow).where(DeviceRow.membership.in_(sorted(memberships)))
    return list(session.scalars(query.order_by(DeviceRow.scope, DeviceRow.doc, DeviceRow.place)))


def _browser(session: Session, row: DeviceRow, this: str) -> OwnBrowser:
    seen = session.get(DeviceSeen, row.device)
    return OwnBrowser(
        invite=ids.split_ref(row.doc)[1],
        doc=row.doc,
        scope=row.scope,
        device=str(row.device),
        after=log.tips(session, row.scope, row.doc),
        label=row.label,
        last_seen=None if seen is None else seen.last_seen,
        is_this=row.device == this,
    )


def _is_in_use(row: DeviceRow) -> bool:
    return row.device is not None and row.state != "revoked"


def _is_code(row: DeviceRow, mine: set[str | None], now: int) -> bool:
    """Return whether an invitation is one that the person made for himself, and nobody has used it."""
    return row.state == "invited" and row.invited_by in mine and row.expires_at > now


def _newest_first(one: OwnBrowser) -> tuple[bool, int, str]:
    return (not one.is_this, -(one.last_seen or 0), one.doc)


def name_of(membership: str) -> str:
    """Return the name of a membership's person."""
    with reading() as session:
        found = people.member(session, membership)
        return "" if found is None else found.person.name


def has_passkey(person: str) -> bool:
    """Return whether a person has a passkey that was not ended."""
    with reading() as session:
        return passkeys.has_live(session, person)
