"""Step-up: a passkey's assertion whose challenge is the hash of ops' ids, so that it confirms these alone.

Verified before the transaction that takes the ops; whose passkey it is, and whether it still counts, is asked
inside of it. The signature counter is not judged: the same assertion comes again after a restore.
Source: DESIGN §3 "Who signs"; PROTOCOL §27.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.db import reading, run_write
from server.errors import ServiceError
from server.services.passkeys import parse, verified_count
from server.store import assertions, demo_mark, log, passkeys
from server.store.devices import Writer
from sync import ids
from sync.ops import Op, domain
from sync.values import write_text
from sync.wire import SentAssertion

ASSERTION_CHARS_MAX = 16_384  # our choice: 100 ids and a signature take about 6,000
_KEPT = ("clientDataJSON", "authenticatorData", "signature", "userHandle")

logger = logging.getLogger("so_nha_nong")


@dataclass(frozen=True)
class Confirmation:
    """A verified assertion: by which credential, and the text that readers get, empty where not known yet."""

    credential: str
    text: str
    is_known: bool = True


def verify_all(sent: Sequence[SentAssertion], now: int) -> dict[str, Confirmation]:
    """Return, by op id, the assertions that hold; one that does not confirms nothing and refuses nothing."""
    found: dict[str, Confirmation] = {}
    for one in sent:
        try:
            confirmation = verify_one(one, now)
        except ServiceError as error:
            logger.warning("step-up refused", extra={"problem": error.slug})
            continue
        found |= dict.fromkeys(one.ops, confirmation)
    return found


def verify_one(sent: SentAssertion, now: int) -> Confirmation:
    """Return what an assertion confirms.

    Raises: ServiceError: bad_passkey, bad_challenge, uv_required.
    """
    answer = parse(dict(sent.response))
    with reading() as session:
        owned, origin = passkeys.find(session, answer.credential), log.origin(session)
    expected = step_up_challenge(origin, sent.ops)
    if answer.challenge != expected:
        raise ServiceError("bad_challenge")
    if owned is None:
        return Confirmation(answer.credential, "", is_known=False)
    count = verified_count(answer, owned, expected)
    run_write(lambda session: passkeys.note_use(session, answer.credential, count, now))
    inner = answer.response["response"]
    kept = {name: inner[name] for name in _KEPT if isinstance(inner.get(name), str)}
    whole = {"id": answer.credential, "rawId": answer.credential, "type": "public-key", "response": kept}
    text = write_text({"ops": sorted(sent.ops), "response": whole})
    if len(text) > ASSERTION_CHARS_MAX or not text.isascii():
        raise ServiceError("bad_passkey")
    return Confirmation(answer.credential, text)


def step_up_challenge(origin: str, op_ids: Sequence[str]) -> bytes:
    """Return SHA-256(D(step-up) ‖ ids, raw, ascending)."""
    raw = sorted(ids.b64_decode(one) for one in op_ids)
    return hashlib.sha256(domain("step-up", origin) + b"".join(raw)).digest()


def is_confirmed(
    session: Session, found: Mapping[str, Confirmation], scope: str, op: Op, person: str
) -> bool:
    """Return whether a live passkey of a person confirms an op, by this request or as kept before."""
    credential = credential_of(session, found, scope, op.id)
    owned = None if credential is None else passkeys.find(session, credential)
    return owned is not None and owned.is_live and owned.member.person == person


def credential_of(session: Session, found: Mapping[str, Confirmation], scope: str, op_id: str) -> str | None:
    """Return the credential that confirms an op, verified now or before."""
    if op_id in found and found[op_id].is_known:
        return found[op_id].credential
    kept = assertions.of_ops(session, scope, [op_id]).get(op_id)
    return None if kept is None else kept.credential


def is_spared(session: Session, who: Writer) -> bool:
    """Return whether a guest of the demo may go on without: nothing there is real, and he has no passkey."""
    is_guest = demo_mark.is_demo_organisation(session, who.organisation)
    return is_guest and not passkeys.has_live(session, who.person)


def keep(session: Session, found: Mapping[str, Confirmation], scope: str, op_id: str) -> None:
    """Keep the assertion of an op that is stored, where one came."""
    if op_id in found and found[op_id].is_known:
        assertions.keep(session, scope, op_id, found[op_id].credential, found[op_id].text)
