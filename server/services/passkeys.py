"""Passkeys of people: a challenge, the making of one, and signing in by one.

A challenge is good for one answer, for one purpose, and for making also for one person; it is used up
whatever comes of the answer. Who signs in is told nothing about why a passkey is not taken.
Source: DESIGN §3 "Who signs"; PROTOCOL §27; faults.md 44–48.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from server.config import current_settings
from server.db import reading, run_write
from server.errors import ServiceError
from server.models.people import Membership
from server.services import console_sessions, rates
from server.services.tokens import hash_token
from server.store import authenticators, log, passkeys, people
from server.store.authenticators import Asserted, BadPasskey, NotVerified, Place
from server.store.devices import Writer
from server.store.passkeys import Owned
from sync import ids, limits
from sync.ops import domain
from sync.rights import STAFF, has_pages

Purpose = Literal["register", "sign_in"]
PER_ADDRESS: Final = 600  # a minute
PER_DEVICE: Final = 30  # a minute
MINUTE_MS: Final = 60_000
CHALLENGE_BYTES: Final = 32

logger = logging.getLogger("so_nha_nong")


@dataclass(frozen=True)
class Fields:
    """What the op must set that makes the passkey of an answer, and where it goes."""

    scope: str
    by: str
    credential: str
    public_key: str
    transports: list[str]


@dataclass(frozen=True)
class Look:
    """Who signed in, as an invitation's look tells it.

    `pages`: whether pages of the console are there for him; `token`: of its session, then.
    """

    origin: str
    epoch: int
    scope: str
    by: str
    passkey: str
    kind: str
    pages: bool
    shown: dict[str, str]
    token: str | None


def place_here() -> Place:
    """Return where passkeys of this installation count."""
    settings = current_settings()
    return Place(settings.rp_id, (settings.public_url,))


def handle_of(origin: str, membership: str) -> bytes:
    """Return the opaque user handle of a membership: no id of the database leaves in it."""
    return hashlib.sha256(domain("user", origin) + membership.encode("ascii")).digest()


def challenge(purpose: Purpose, who: Writer | None, address: str, now: int) -> tuple[str, dict[str, Any]]:
    """Return a fresh challenge and the options that carry it; making one needs a device's session.

    Raises: ServiceError: too_many, session.
    """
    if purpose == "register" and who is None:
        raise ServiceError("session")
    if who is None:  # a known device counts for itself alone, whoever stands behind its carrier's address
        rates.check("passkeys", address, rates.MINUTE_MS, PER_ADDRESS, now)
    else:
        rates.check("passkey", who.device, rates.MINUTE_MS, PER_DEVICE, now)
    fresh = secrets.token_bytes(CHALLENGE_BYTES)
    text = ids.b64_encode(fresh)
    membership = who.membership if who is not None and purpose == "register" else None
    expires_at = now + limits.NONCE_MINUTES * MINUTE_MS
    run_write(
        lambda session: passkeys.add_challenge(
            session, hash_token(text), purpose, membership, now, expires_at
        ),
        is_note=True,
    )
    if membership is None:
        return text, authenticators.ask_options(place_here(), fresh)
    with reading() as session:
        return text, _making(session, membership, fresh)


def register(response: object, who: Writer, console_token: str | None, now: int) -> Fields:
    """Return what the device must sign so that a verified answer becomes its person's passkey.

    Raises: ServiceError: bad_passkey, bad_challenge, uv_required, key_in_use.
    """
    sent = _taken(response, "register", who.membership, now)
    try:
        made = authenticators.verify_made(place_here(), sent)
    except BadPasskey as error:
        raise ServiceError("bad_passkey") from error
    except NotVerified as error:
        raise ServiceError("uv_required") from error
    with reading() as session:
        if passkeys.find(session, made.credential) is not None:
            raise ServiceError("key_in_use")
    run_write(lambda session: passkeys.note_use(session, made.credential, made.sign_count, now))
    console_sessions.note_made(console_token, made.credential, now)
    return Fields(
        f"org:{who.organisation}", who.membership, made.credential, made.public_key, made.transports
    )


def sign_in(response: object, now: int) -> Look:
    """Return who answered a challenge with a passkey, with a fresh session of the console for staff.

    Raises: ServiceError: bad_passkey, bad_challenge, uv_required, passkey_unknown, cloned_passkey, no_right.
    """
    sent = _taken(response, "sign_in", None, now)
    with reading() as session:
        owned, origin = passkeys.find(session, sent.credential), log.origin(session)
    if owned is None or owned.row.ended_seq is not None:
        raise ServiceError("passkey_unknown")
    count = verified_count(sent, owned, sent.challenge)
    handle = ids.b64_encode(handle_of(origin, owned.row.membership))
    if sent.user_handle is not None and sent.user_handle != handle:
        logger.warning("passkey with another's user handle", extra={"membership": owned.row.membership})
        raise ServiceError("passkey_unknown")
    is_whole = run_write(
        lambda session: passkeys.count_use(session, sent.credential, count, now), is_note=True
    )
    if owned.suspended or not is_whole:
        logger.warning("passkey in two places", extra={"membership": owned.row.membership})
        raise ServiceError("cloned_passkey")
    return run_write(lambda session: _enter(session, owned, now), is_note=True)


def parse(response: object) -> Asserted:
    """Return an authenticator's answer of the right shape. Raises: ServiceError(bad_passkey)."""
    try:
        return authenticators.parse_response(response)
    except BadPasskey as error:
        raise ServiceError("bad_passkey") from error


def verified_count(sent: Asserted, owned: Owned, expected: bytes) -> int:
    """Return the counter of an answer that a known passkey signed over a challenge.

    Raises: ServiceError: bad_passkey, uv_required.
    """
    try:
        return authenticators.verify_asserted(place_here(), sent, expected, owned.row.public_key)
    except BadPasskey as error:
        raise ServiceError("bad_passkey") from error
    except NotVerified as error:
        raise ServiceError("uv_required") from error


def _taken(response: object, purpose: Purpose, membership: str | None, now: int) -> Asserted:
    """Return an answer whose challenge was ours, for this, and is used up now."""
    sent = parse(response)
    name = hash_token(ids.b64_encode(sent.challenge))
    if not run_write(
        lambda session: passkeys.take_challenge(session, name, purpose, membership, now), is_note=True
    ):
        raise ServiceError("bad_challenge")
    return sent


def _making(session: Session, membership: str, fresh: bytes) -> dict[str, Any]:
    member = people.member(session, membership)
    assert member is not None
    known = [
        (row.credential, passkeys.transports_of(row))
        for row in passkeys.live_of_person(session, member.person.id)
    ]
    handle = handle_of(log.origin(session), membership)
    shown = f"{member.person.name} ({member.organisation.name})"
    return authenticators.make_options(place_here(), fresh, handle, member.person.name, shown, known)


def _enter(session: Session, owned: Owned, now: int) -> Look:
    member = people.member(session, _today(session, owned.member, now).id)
    assert member is not None
    of = member.membership
    is_staff = of.role in STAFF
    token, pages = None, has_pages(of.role)
    if pages:
        token = console_sessions.open_row(session, of, now, device=None, passkey=owned.row.doc)
    return Look(
        origin=log.origin(session),
        epoch=log.epoch(session),
        scope=f"org:{of.organisation}",
        by=of.id,
        passkey=owned.row.doc,
        kind="browser" if is_staff else "phone",
        pages=pages,
        shown={
            "name": member.person.name,
            "village": "" if member.village is None else member.village.name,
            "farm": "" if member.farm is None else member.farm.name,
            "organisation": member.organisation.name,
        },
        token=token,
    )


def _today(session: Session, of: Membership, now: int) -> Membership:
    """Return the membership of a passkey, or where it ended another one of the person there.

    Raises: ServiceError(no_right) where none holds.
    """
    for one in (of, *people.memberships_there(session, of.person, of.organisation)):
        if people.holds(one, now):
            return one
    raise ServiceError("no_right")
