"""Passkeys: whose they are, what was noticed of them, and the challenges they answer.

`passkeys` is a view of the log (`refold`); what was noticed, and challenges, may be lost.
Source: DESIGN §3 "Who signs"; faults.md 44–46.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.orm import Session

from server.models.passkeys import PasskeyChallenge, PasskeyRow, PasskeySeen
from server.models.people import Membership
from server.store import log
from server.store.passkey_fold import FoldedPasskey, fold_passkey
from server.store.upserts import upsert

Row = dict[str, object]
_LIVE_OF_PERSON = (
    select(PasskeyRow)
    .join(Membership, Membership.id == PasskeyRow.membership)
    .where(Membership.person == bindparam("of"), PasskeyRow.ended_seq.is_(None))
    .order_by(PasskeyRow.made_at, PasskeyRow.scope, PasskeyRow.doc)
)


@dataclass(frozen=True)
class Owned:
    """A passkey and the membership that it was made for. `is_live`: neither ended nor suspended."""

    row: PasskeyRow
    member: Membership
    sign_count: int
    suspended: bool

    @property
    def is_live(self) -> bool:
        """Return whether it opens anything."""
        return self.row.ended_seq is None and not self.suspended


def refold(session: Session, scope: str, doc: str) -> None:
    """Make the view's row of a passkey document anew from its ops."""
    session.execute(delete(PasskeyRow).where(PasskeyRow.scope == scope, PasskeyRow.doc == doc))
    session.add_all(PasskeyRow(**row) for row in rows_of(session, scope, doc))
    session.flush()


def refold_all(session: Session, scope: str) -> None:
    """Make the rows of all passkeys of a scope anew."""
    session.execute(delete(PasskeyRow).where(PasskeyRow.scope == scope))
    session.add_all(PasskeyRow(**row) for row in all_rows(session, scope))
    session.flush()


def all_rows(session: Session, scope: str) -> list[Row]:
    """Return the rows that the passkeys of a scope have by the log alone."""
    docs = sorted({op.doc for op in log.ops_of_type(session, scope, "passkey")})
    return [row for doc in docs for row in rows_of(session, scope, doc)]


def rows_of(session: Session, scope: str, doc: str) -> list[Row]:
    """Return the row that a passkey has by the log alone."""
    folded = fold_passkey(log.document_ops(session, scope, doc))
    return [] if folded is None else [{"scope": scope, "doc": doc, **_columns_of(folded)}]


def find(session: Session, credential: str) -> Owned | None:
    """Return the passkey of a credential; of several documents that name it the first one counts."""
    query = (
        select(PasskeyRow, Membership)
        .join(Membership, Membership.id == PasskeyRow.membership)
        .where(PasskeyRow.credential == credential)
        .order_by(PasskeyRow.made_at, PasskeyRow.scope, PasskeyRow.doc)
        .limit(1)
    )
    found = session.execute(query).first()
    if found is None:
        return None
    seen = session.get(PasskeySeen, credential)
    return Owned(
        found[0], found[1], 0 if seen is None else seen.sign_count, seen is not None and seen.suspended
    )


def is_taken(session: Session, credential: str, doc: str) -> bool:
    """Return whether another document has the credential."""
    query = select(PasskeyRow.doc).where(PasskeyRow.credential == credential, PasskeyRow.doc != doc)
    return session.scalar(query.limit(1)) is not None


def of_doc(session: Session, scope: str, doc: str) -> PasskeyRow | None:
    """Return the passkey of a document."""
    return session.get(PasskeyRow, (scope, doc))


def live_of_person(session: Session, person: str) -> list[PasskeyRow]:
    """Return a person's passkeys that were not ended, of all memberships."""
    return list(session.scalars(_LIVE_OF_PERSON, {"of": person}))


def has_live(session: Session, person: str) -> bool:
    """Return whether a person has a passkey that was not ended."""
    return session.scalars(_LIVE_OF_PERSON.limit(1), {"of": person}).first() is not None


def made_any(session: Session, device: str) -> bool:
    """Return whether a device has made a passkey before, ended or not."""
    return bool(session.scalar(select(exists().where(PasskeyRow.made_by == device))))


def seen_of(session: Session, credentials: Sequence[str]) -> dict[str, PasskeySeen]:
    """Return what was noticed of these credentials."""
    found = session.scalars(select(PasskeySeen).where(PasskeySeen.credential.in_(list(credentials))))
    return {one.credential: one for one in found}


def transports_of(row: PasskeyRow) -> list[str]:
    """Return how the browser may reach a passkey."""
    return [str(one) for one in json.loads(row.transports)]


def count_use(session: Session, credential: str, sign_count: int, now: int) -> bool:
    """Return whether the counter only grew, after keeping it; where it did not the passkey is suspended.

    Shape:  0 after 0 is growing: synced passkeys do not count.
    """
    note_use(session, credential, 0, now)  # there is a row to lock
    seen = session.get(PasskeySeen, credential, with_for_update=True, populate_existing=True)
    assert seen is not None
    if (sign_count or seen.sign_count) and sign_count <= seen.sign_count:
        seen.suspended = True
        session.flush()
        return False
    seen.sign_count = sign_count
    session.flush()
    return True


def note_use(session: Session, credential: str, sign_count: int, now: int) -> None:
    """Keep that a passkey was used; a counter that is higher than before is kept."""
    first: dict[str, object] = {"sign_count": 0, "last_used": now, "suspended": False}
    upsert(session, PasskeySeen, {"credential": credential}, first, {"last_used": now})
    session.execute(
        update(PasskeySeen)
        .where(PasskeySeen.credential == credential, PasskeySeen.sign_count < sign_count)
        .values(sign_count=sign_count)
    )


def add_challenge(
    session: Session, challenge_hash: str, purpose: str, membership: str | None, now: int, expires_at: int
) -> None:
    """Store a challenge; those that are over go."""
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.expires_at <= now))
    session.add(
        PasskeyChallenge(
            challenge_hash=challenge_hash, purpose=purpose, membership=membership, expires_at=expires_at
        )
    )


def take_challenge(
    session: Session, challenge_hash: str, purpose: str, membership: str | None, now: int
) -> bool:
    """Return whether the challenge was live and for this; it is gone in any case."""
    query = delete(PasskeyChallenge).where(PasskeyChallenge.challenge_hash == challenge_hash)
    taken = session.execute(
        query.returning(PasskeyChallenge.purpose, PasskeyChallenge.membership, PasskeyChallenge.expires_at)
    ).first()
    return taken is not None and taken[:2] == (purpose, membership) and taken.expires_at > now


def _columns_of(folded: FoldedPasskey) -> Row:
    return {
        "credential": folded.made.credential,
        "public_key": folded.made.public_key,
        "label": folded.made.label,
        "transports": json.dumps(folded.made.transports),
        "membership": folded.membership,
        "made_by": folded.made_by,
        "made_at": folded.made_at,
        "made_seq": folded.made_seq,
        "ended_seq": folded.ended_seq,
    }
