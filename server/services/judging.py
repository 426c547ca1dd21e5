"""Judging one op: may its writer do this here, or must a person look first.

Nothing is stored here but that a key was found in two places.
Source: DESIGN §3 "Sync", "Who signs"; PROTOCOL §8, §11, §23.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from server.models.people import Membership
from server.services import console_four_eyes, console_sessions, stepping_up
from server.services.stepping_up import Confirmation
from server.store import books, device_proofs, devices, log, passkeys, people
from server.store.device_fold import join_key, knows_secret, parse_invite, parse_own_join
from server.store.devices import Writer
from server.store.passkey_fold import is_ending, parse_passkey
from sync import ids, limits
from sync.ops import Op
from sync.rights import (
    OPERATOR,
    SENSOR,
    is_guarded,
    is_revoking,
    is_unread,
    may_pass_guard,
    may_revoke,
    may_write,
    needs_step_up,
)

# Of a closed book too the cooperative decides.
BEYOND_BOOK = frozenset({"book", "admission", "erasure", "review"})


@dataclass(frozen=True)
class Standing:
    """Who writes with a device, and whether it may write in a scope, or had or waits for a right there."""

    writer: Writer | None
    reaches: bool
    writes: bool


@dataclass
class Batch:
    """What one transaction knows of a scope before it judges its ops."""

    scope: str
    carrier: Writer
    now: int
    docs: Set[str]  # that its ops write to
    fresh: list[log.Signed] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    copied: set[str] = field(default_factory=set)
    used: dict[str, set[int]] = field(
        default_factory=dict
    )  # of a device's `n`; a device not here is looked up
    standings: dict[str, Standing] = field(default_factory=dict)  # until an op changes who may what
    is_book_closed: bool | None = None  # until an op on a book is taken
    room: dict[str, int] = field(default_factory=dict)  # how many ops of a device fit into its day
    confirmations: dict[str, Confirmation] = field(default_factory=dict)  # of the request, by op id
    stored: dict[str, int] = field(default_factory=dict)  # how many of each were taken
    device_docs: set[str] = field(default_factory=set)
    known: Set[str] | None = None  # those of `docs` that the log has, looked up when first asked for
    begun: set[str] = field(default_factory=set)  # documents of the ops that were taken
    decisions: dict[tuple[str, str], Op] | None = None  # of the log's admissions, read when first asked for


def standing(session: Session, batch: Batch, device: str) -> Standing:
    """Return what a device may in the batch's scope, looked up once a batch."""
    found = batch.standings.get(device)
    if found is None:
        stand_all(session, batch, [device])
        found = batch.standings[device]
    return found


def stand_all(session: Session, batch: Batch, of: Collection[str]) -> None:
    """Look up what these devices may in the batch's scope."""
    for device, writer in devices.writers(session, of, batch.scope).items():
        is_operator = writer is not None and writer.role == OPERATOR
        batch.standings[device] = Standing(
            writer,
            reaches=writer is not None and (is_operator or devices.had_right(session, writer, batch.scope)),
            writes=writer is not None and (is_operator or _writes(session, writer, batch.scope)),
        )


def _writes(session: Session, writer: Writer, scope: str) -> bool:
    return bool(devices.scopes_of(session, writer).get(scope)) or devices.writes_readings(
        session, writer, scope
    )


def is_first(session: Session, batch: Batch, op: Op) -> bool:
    """Return whether no op of the same document is in the log or before it in the batch."""
    if batch.known is None:
        batch.known = log.known_docs(session, batch.scope, batch.docs)
    return op.doc not in batch.begun and op.doc not in batch.known


def is_early(session: Session, batch: Batch, op: Op) -> bool:
    """Return whether an op of a device document came before what it speaks of: its invite, or the row of it.

    After a restore anybody may be the first to bring it; nobody has to decide, it only has to come again.
    """
    if op.id in batch.confirmations and not batch.confirmations[op.id].is_known:
        return True  # its passkey is not back yet
    if op.doc_type == "passkey":
        return parse_passkey(op) is None and is_first(session, batch, op)
    if op.doc_type != "device":
        return False
    invite = parse_invite(op)
    if invite is not None:
        return people.member(session, invite.membership) is None
    return is_first(session, batch, op) and not is_own_join(session, batch.confirmations, op, batch.now)


def reason(session: Session, batch: Batch, op: Op) -> str | None:
    """Return why a person must look first, or None."""
    writer = standing(session, batch, op.device).writer
    if op.doc_type == "device" and join_key(op) is not None:
        return None if _may_join(session, batch, op) else "not_confirmed"
    if writer is None:
        return "not_confirmed"
    if writer.role == OPERATOR:  # a file that may lie on several machines, and goes back with a restore
        return None if op.by == writer.membership and _may(session, batch, op, writer) else "no_right"
    if _is_used(session, batch, op):
        devices.mark_copied(session, op.device)
        batch.copied.add(op.device)
    if writer.copied or op.device in batch.copied:
        return "device_copied"
    if writer.state == "revoked":
        return "device_revoked"
    if writer.state != "confirmed":
        return "not_confirmed"
    if not writer.in_force or op.by != writer.membership or not _may(session, batch, op, writer):
        return "no_right"
    if (problem := _lacks_touch(session, batch, op, writer)) is not None:
        return problem
    if op.doc_type not in BEYOND_BOOK and _is_book_closed(session, batch):
        return "book_closed"
    if op.doc_type != "review":
        return None
    if _is_own(session, batch, op, writer):
        return "self_review"
    return "four_eyes" if console_four_eyes.lacks_second(session, batch.scope, op) else None


def _may(session: Session, batch: Batch, op: Op, writer: Writer) -> bool:
    kind, _ = ids.split_ref(batch.scope)
    if op.doc_type == "device":
        return _may_device(session, batch, op, writer)
    if op.doc_type == "passkey":
        return _may_passkey(session, batch, op, writer)
    is_blind = is_unread(kind, op.doc_type) and batch.scope == f"org:{writer.organisation}"
    if not is_blind and not standing(session, batch, op.device).writes:
        return False
    if writer.role == SENSOR and op.fields.get("sensor") != writer.membership:
        return False  # no sensor speaks for another
    if _is_guarded(kind, op) and not may_pass_guard(writer.role, kind, op.doc_type):
        return False
    first, later = (may_write(writer.role, kind, op.doc_type, is_first=one) for one in (True, False))
    if first and later:
        return True  # as most may: nobody asks the log which of the two it is
    if is_first(session, batch, op):
        return first
    return later or may_write(
        writer.role, kind, op.doc_type, is_first=False, is_writer=_began(session, batch, op, writer)
    )


def _is_guarded(kind: str, op: Op) -> bool:
    return is_guarded(kind, op.doc_type, op.fields, has_private=op.private_hash is not None)


def _is_used(session: Session, batch: Batch, op: Op) -> bool:
    """Return whether another op, in the log, held or before it in the batch, has the op's number."""
    known = batch.used.get(op.device)
    return op.n in (log.used_numbers(session, batch.scope, op.device, [op.n]) if known is None else known)


def _began(session: Session, batch: Batch, op: Op, writer: Writer) -> bool:
    """Return whether the writer's membership wrote the document's first op."""
    ops = log.document_ops(session, batch.scope, op.doc)
    first = ops[0].op if ops else next((one.op for one in batch.fresh if one.op.doc == op.doc), None)
    return first is not None and first.by == writer.membership


def _may_device(session: Session, batch: Batch, op: Op, writer: Writer) -> bool:
    """Invites and confirmations by whoever may invite; ends by those or the person."""
    if not devices.reaches(session, writer, batch.scope):
        return False
    if is_revoking(op.fields):
        rows = [row for row in devices.rows_of_doc(session, op.doc) if row.scope == batch.scope]
        is_self = any(
            row.membership == writer.membership
            and row.state != "revoked"  # else the document would grow without end
            and op.fields.get("device") in (None, row.device)
            for row in rows
        )
        return may_revoke(writer.role, is_self=is_self)
    return _is_own_invite(session, op, writer) or devices.may_invite(session, writer, op, at=batch.now)


def _may_passkey(session: Session, batch: Batch, op: Op, writer: Writer) -> bool:
    """The own passkey made or ended, by households too, who do not read the scope."""
    if batch.scope != f"org:{writer.organisation}":
        return False
    if is_first(session, batch, op):
        return parse_passkey(op) is not None and may_write(writer.role, "org", "passkey", is_first=True)
    row = passkeys.of_doc(session, batch.scope, op.doc)
    is_own = row is not None and row.membership in people.memberships_of_person(session, writer.person)
    is_end = is_ending(op) and set(op.fields) <= {"ended", "reason"}
    return is_end and may_write(writer.role, "org", "passkey", is_first=False, is_writer=is_own)


def _lacks_touch(session: Session, batch: Batch, op: Op, writer: Writer) -> str | None:
    """Return why an op waits for a passkey, or a passkey for a person: somebody has its credential."""
    if not _needs_touch(session, batch, op, writer):
        return None
    made = parse_passkey(op) if op.doc_type == "passkey" else None
    if made is not None and passkeys.is_taken(session, made.credential, op.doc):
        return "key_in_use"
    if made is not None and console_sessions.may_make(session, writer):
        return None
    is_confirmed = stepping_up.is_confirmed(session, batch.confirmations, batch.scope, op, writer.person)
    return None if is_confirmed else "step_up"


def _needs_touch(session: Session, batch: Batch, op: Op, writer: Writer) -> bool:
    """Return whether an op can't be undone, or makes its writer a further way in."""
    if op.doc_type == "passkey":
        return is_first(session, batch, op)
    if op.doc_type == "device":
        return _is_own_invite(session, op, writer)
    kind, _ = ids.split_ref(batch.scope)
    is_needed = needs_step_up(kind, op.doc_type) or _is_guarded(kind, op)
    return is_needed and not stepping_up.is_spared(session, writer)


def _is_own_invite(session: Session, op: Op, writer: Writer) -> bool:
    """Return whether an op invites its own writer: a recovery code."""
    invite = parse_invite(op)
    return invite is not None and invite.membership in people.memberships_of_person(session, writer.person)


def is_own_join(session: Session, found: Mapping[str, Confirmation], op: Op, now: int) -> bool:
    """Return whether a new key stands by itself: its join confirmed by a passkey of its person."""
    if parse_own_join(op) is None or op.n != 1 or devices.rows_of_device(session, op.device):
        return False
    member = session.get(Membership, op.by)
    if member is None or f"org:{member.organisation}" != op.scope or not people.holds(member, now):
        return False
    return stepping_up.is_confirmed(session, found, op.scope, op, member.person)


def _may_join(session: Session, batch: Batch, op: Op) -> bool:
    """Return whether `/join` would take a join that came with the ops: the first, by the secret, in time."""
    if is_first(session, batch, op) and is_own_join(session, batch.confirmations, op, batch.now):
        return True
    rows = [row for row in devices.rows_of_doc(session, op.doc) if row.scope == batch.scope]
    if len(rows) != 1 or rows[0].state != "invited" or op.n != 1 or op.by != rows[0].membership:
        return False
    is_burnt = device_proofs.tries_of(session, ids.split_ref(op.doc)[1]) >= limits.INVITE_TRIES_MAX
    is_new = not devices.rows_of_device(session, op.device)
    is_open = batch.now < rows[0].expires_at and not is_burnt and is_new
    return is_open and knows_secret(devices.terms(rows[0]), op.fields.get("secret"))


def _is_book_closed(session: Session, batch: Batch) -> bool:
    if batch.is_book_closed is None:
        batch.is_book_closed = batch.scope.startswith("farm:") and books.is_closed(session, batch.scope)
    return batch.is_book_closed


def _is_own(session: Session, batch: Batch, op: Op, writer: Writer) -> bool:
    """Return whether a review names a document that its person wrote in, as staff or at home.

    Shape:  never where the organisation has one person who reviews: its pages say so.
    """
    heads = op.fields.get("heads")
    named = {one for one in heads if isinstance(one, str)} if isinstance(heads, list) else set()
    of = op.fields.get("of")
    ops = [one.op for one in batch.fresh if one.op.doc == of or one.op.id in named]
    ops += log.ops_named(session, batch.scope, str(of), sorted(named))
    written = [one for one in ops if one.doc_type != "review"]
    own = people.memberships_of_person(session, writer.person)
    keys = {one.device for one in written}  # whatever `by` an admitted op has
    theirs = [devices.writer(session, device, batch.scope) for device in sorted(keys)]
    is_own = any(one.by in own for one in written) or writer.person in {one.person for one in theirs if one}
    return is_own and people.reviewers(session, writer.organisation, batch.now) != {writer.person}
