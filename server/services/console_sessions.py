"""The console's sessions: who opened one by what, and which browser's key signs in it.

A session that no passkey opened shows one page, on which its person makes a passkey; only a browser that was
let in by an invitation and has made none yet gets such a session. A guest of the demo may go on without.
Source: DESIGN §3 "Device session"; platform.md §5.4; faults.md 49.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.db import DatabaseTrouble, reading, run_write
from server.errors import ServiceError
from server.models.passkeys import ConsoleSession
from server.models.people import Membership
from server.services.tokens import hash_token, make_token
from server.store import console_sessions as rows
from server.store import demo_mark, device_proofs, devices, passkeys
from server.store.devices import Writer
from sync import ids


@dataclass(frozen=True)
class Shown:
    """A live session of the console. `is_open`: whether more than the making of a passkey may be shown."""

    id: str
    writer: Writer | None
    scopes: dict[str, bool]
    person: str
    membership: str
    passkey: str | None
    is_open: bool


@dataclass(frozen=True)
class Bound:
    """What a browser's key opened: a new cookie's token, and whether the cookie, old or new, shows pages."""

    token: str | None
    shows_pages: bool


@dataclass(frozen=True)
class Listed:
    """A session as its person sees it. `label`: of the browser whose key signs in it."""

    id: str
    label: str
    created_at: int
    seen_at: int
    is_this: bool


def open_row(
    session: Session,
    membership: Membership,
    now: int,
    *,
    device: str | None,
    passkey: str | None,
    skipped: bool = False,
) -> str:
    """Store a new session in the caller's transaction and return its token."""
    token = make_token()
    row = ConsoleSession(
        token_hash=hash_token(token),
        id=ids.make_uuid7(now, secrets.token_bytes(10)),
        person=membership.person,
        membership=membership.id,
        device=device,
        passkey=passkey,
        skipped=skipped,
        created_at=now,
        seen_at=now,
        expires_at=now + rows.LIFE_MS,
    )
    rows.add(session, row, now)
    return token


def shown_by(token: str, now: int) -> Shown:
    """Return the session behind a cookie.

    Raises: ServiceError: session; device_revoked where its browser was ended since.
    """
    with reading() as session:
        row = rows.find(session, hash_token(token), now)
        if row is None or (row.passkey is not None and not _is_live(session, row)):
            raise ServiceError("session")
        who = None if row.device is None else devices.writer(session, row.device)
        if who is not None and who.state == "revoked":
            raise ServiceError("device_revoked")
        if who is not None and who.person != row.person:
            who = None
        is_open = row.passkey is not None or row.skipped
        scopes = {} if who is None else devices.scopes_of(session, who)
        is_old = now - row.seen_at >= rows.SEEN_EVERY_MS
        found = Shown(row.id, who, scopes, row.person, row.membership, row.passkey, is_open)
    if is_old:
        _note_seen(token, now)
    return found


def bind(token: str | None, device: str, now: int) -> Bound:
    """Join a browser's key to the session of its cookie, or begin one in which a passkey can be made."""

    def work(session: Session) -> Bound:
        who = devices.writer(session, device)
        if who is None or who.kind != "browser":
            return Bound(None, shows_pages=False)
        row = None if token is None else rows.find(session, hash_token(token), now)
        if row is not None and row.person == who.person:
            row.device = device
            return Bound(None, shows_pages=True)
        if not may_make(session, who):
            return Bound(None, shows_pages=False)
        member = session.get(Membership, who.membership)
        assert member is not None
        fresh = open_row(session, member, now, device=device, passkey=None)
        return Bound(fresh, shows_pages=True)

    return run_write(work, is_note=True)


def note_made(token: str | None, credential: str, now: int) -> None:
    """Keep in the cookie's session that a passkey was made in it."""

    def work(session: Session) -> None:
        row = None if token is None else rows.find(session, hash_token(token), now)
        if row is not None:
            row.made = credential

    run_write(work)


def go_on(token: str | None, now: int) -> str:
    """Return the token of the session that a passkey made a moment ago opens in the place of the cookie's.

    Raises: ServiceError: session; passkey_wanted while no op has made the passkey.
    """

    def work(session: Session) -> str:
        row = None if token is None else rows.find(session, hash_token(token), now)
        if row is None or token is None:
            raise ServiceError("session")
        found = None if row.made is None else passkeys.find(session, row.made)
        if found is None or not found.is_live or found.member.person != row.person:
            raise ServiceError("passkey_wanted")
        member = session.get(Membership, row.membership)
        assert member is not None
        device = row.device
        rows.end(session, row.token_hash)
        return open_row(session, member, now, device=device, passkey=found.row.doc)

    return run_write(work)


def skip(token: str | None, now: int) -> str:
    """Return the token of a session without a passkey: for guests of the demo.

    Raises: ServiceError: session; no_right outside the demo.
    """

    def work(session: Session) -> str:
        row = None if token is None else rows.find(session, hash_token(token), now)
        member = None if row is None else session.get(Membership, row.membership)
        if row is None or member is None:
            raise ServiceError("session")
        if not demo_mark.is_demo_organisation(session, member.organisation):
            raise ServiceError("no_right")
        device = row.device
        rows.end(session, row.token_hash)
        return open_row(session, member, now, device=device, passkey=None, skipped=True)

    return run_write(work, is_note=True)


def may_skip(organisation: str) -> bool:
    """Return whether the people of an organisation may go on without a passkey: those of the demo."""
    with reading() as session:
        return demo_mark.is_demo_organisation(session, organisation)


def may_make(session: Session, who: Writer) -> bool:
    """Return whether a device may make a passkey without another one: once, where an invitation let it in.

    Shape:  whoever has the key of a browser alone gets no further passkey by it (faults.md 49); a new
            invitation, or a recovery code, is the way back of who lost the passkey.
    """
    row = next(iter(devices.rows_of_device(session, who.device)), None)
    return row is not None and row.passkey is None and not passkeys.made_any(session, who.device)


def listed(person: str, this: str, now: int) -> list[Listed]:
    """Return a person's sessions."""
    with reading() as session:
        found = rows.of_person(session, person, now)
        labels = {row.device: _label(session, row.device) for row in found}
        return [
            Listed(row.id, labels[row.device], row.created_at, row.seen_at, row.id == this) for row in found
        ]


def end(token: str) -> None:
    """End the cookie's session."""
    run_write(lambda session: rows.end(session, hash_token(token)), is_note=True)


def end_one(person: str, session_id: str) -> None:
    """End one of a person's sessions."""
    run_write(lambda session: rows.end_one(session, person, session_id), is_note=True)


def end_all(person: str) -> None:
    """End every session of a person, of the pages and of the devices that are browsers."""

    def work(session: Session) -> None:
        rows.end_all(session, person)
        for device in rows.browsers_of(session, person):
            device_proofs.end_sessions(session, device)

    run_write(work, is_note=True)


def _is_live(session: Session, row: ConsoleSession) -> bool:
    """Return whether the passkey that opened a session was not ended since."""
    return any(one.doc == row.passkey for one in passkeys.live_of_person(session, row.person))


def _label(session: Session, device: str | None) -> str:
    found = [] if device is None else devices.rows_of_device(session, device)
    return found[0].label if found else ""


def _note_seen(token: str, now: int) -> None:
    try:
        run_write(lambda session: rows.note_seen(session, hash_token(token), now), is_note=True)
    except DatabaseTrouble:
        return  # the page is shown; the next one notes it
