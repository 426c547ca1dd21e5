"""Whose devices signed: each one's way back to the operator's key, by ops that let it in; passkeys' answers.

An invitation is by a device that is in, or by the operator's key. Its join carries the invitation's secret,
or a device that is in confirmed it or admitted it, or a passkey of somebody who is in did.
Source: PROTOCOL §14, §27, §37.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync import cose, ids, limits, signing
from sync.errors import Refusal
from sync.ops import Op, message, parse_op


@dataclass
class Devices:
    """Devices with their keys, and those of them that somebody let in; passkeys by credential."""

    origin: str
    operator: str
    keys: dict[str, bytes]
    trusted: set[str] = field(default_factory=set)
    passkeys: dict[str, tuple[str, cose.CoseKey]] = field(default_factory=dict)  # document and key
    joins: set[str] = field(default_factory=set)

    def has_signed(self, op: Op, signature: Any) -> bool:
        """Say whether the device that an op names signed it."""
        key = self.keys.get(op.device)
        if key is None or not ids.is_b64(signature, limits.SIGNATURE_BYTES):
            return False
        return signing.verify(key, message(self.origin, op.body), ids.b64_decode(signature))


def check(origin: str, operator: str, listed: list[Any], answers: list[Any]) -> Devices:
    """Return the devices that the ops of their documents tell of, and passkeys' `answers` over them.

    Raises: Refusal(bad_bundle).
    """
    try:
        key = ids.b64_decode(operator, limits.KEY_BYTES)
        devices = Devices(origin, signing.check_key(key), {})
    except Refusal as cause:
        raise _refusal("operator", cause.detail) from cause
    devices.keys[devices.operator] = key
    ops: list[Op] = []
    for i, one in enumerate(listed):
        if not isinstance(one, dict) or one.keys() != {"body", "signature"}:
            raise _refusal(f"device op {i + 1}", "not the members of an op")
        try:
            op = parse_op(origin, str(one["body"]))
        except Refusal as cause:
            raise _refusal(f"device op {i + 1}", cause.detail) from cause
        ops.append(op)
        own = _own_key(op)
        if own is not None:
            devices.keys[op.device] = own
            devices.joins.add(op.id)
    for i, (op, one) in enumerate(zip(ops, listed, strict=True)):
        if not devices.has_signed(op, one["signature"]):
            raise _refusal(f"device op {i + 1} ({op.doc})", "not signed by the device that it names")
    _let_in(devices, ops, answers)
    return devices


def check_assertions(
    listed: list[Any], devices: Devices, ops: Mapping[tuple[str, int], tuple[Op, int]]
) -> set[str]:
    """Return the ids of the ops that passkeys confirm. Raises: Refusal(bad_bundle) for a bad answer."""
    here = {op.id for op, _ in ops.values()}
    confirmed: set[str] = set()
    for i, one in enumerate(listed):
        named = _confirmed_by(devices, one)
        if named is None:
            raise _refusal(f"assertion {i + 1}", "not made by a passkey named here over these ops")
        if not named & (here | devices.joins):
            raise _refusal(f"assertion {i + 1}", "it confirms nothing that is here")
        confirmed |= named
    return confirmed


def _let_in(devices: Devices, ops: list[Op], answers: list[Any]) -> None:
    """Let in whom somebody let in who is in, until nobody more is."""
    devices.trusted.add(devices.operator)
    while True:
        before = (len(devices.trusted), len(devices.passkeys))
        for op in ops:
            if op.device in devices.trusted and op.doc_type == "passkey":
                _take_passkey(devices, op)
            own = _own_key(op)
            if own is not None and op.device not in devices.trusted and _is_let_in(devices, op, ops, answers):
                devices.trusted.add(op.device)
        if before == (len(devices.trusted), len(devices.passkeys)):
            return


def _is_let_in(devices: Devices, join: Op, ops: list[Op], answers: list[Any]) -> bool:
    beside = [op for op in ops if op.scope == join.scope and op.device in devices.trusted]
    mine = [op for op in beside if op.doc == join.doc]
    if any(
        op.fields.get("confirmed") is True and op.fields.get("device", join.device) == join.device
        for op in mine
    ):
        return True
    if any(_admits(op, join.id) for op in beside if op.doc_type == "admission"):
        return True
    if any(
        op.fields.get("confirm") is False and _knows_secret(op.fields.get("secret_hash"), join) for op in mine
    ):
        return True
    named = join.fields.get("passkey")
    mine = [one for one in answers if _passkey_of(devices, one) == named] if isinstance(named, str) else []
    return any(join.id in (_confirmed_by(devices, one) or ()) for one in mine)


def _admits(op: Op, join: str) -> bool:
    admitted = op.fields.get("admit")
    return isinstance(admitted, list) and join in admitted


def _knows_secret(wanted: Any, join: Op) -> bool:
    secret = join.fields.get("secret")
    if not ids.is_b64(secret, limits.SECRET_BYTES) or not isinstance(wanted, str):
        return False
    return ids.b64_encode(hashlib.sha256(ids.b64_decode(str(secret))).digest()) == wanted


def _own_key(op: Op) -> bytes | None:
    """Return the key that a join carries for its own device."""
    text = op.fields.get("key")
    if op.doc_type != "device" or not ids.is_b64(text, limits.KEY_BYTES):
        return None
    key = ids.b64_decode(str(text))
    try:
        return key if signing.check_key(key) == op.device else None
    except Refusal:
        return None


def _take_passkey(devices: Devices, op: Op) -> None:
    credential, public = op.fields.get("credential"), op.fields.get("public_key")
    if isinstance(credential, str) and isinstance(public, str) and credential not in devices.passkeys:
        try:
            devices.passkeys[credential] = (op.doc, cose.parse_cose(ids.b64_decode(public)))
        except Refusal:
            return


def _passkey_of(devices: Devices, one: Any) -> str | None:
    """Return the document of the passkey that an answer says it is by."""
    found = devices.passkeys.get(str(one.get("credential"))) if isinstance(one, dict) else None
    return None if found is None else found[0]


def _confirmed_by(devices: Devices, one: Any) -> set[str] | None:
    """Return the ids of the ops that a passkey's answer confirms, None where it does not hold."""
    wanted = {"ops", "credential", "client", "authenticator", "signature"}
    if not isinstance(one, dict) or one.keys() != wanted or not isinstance(one["ops"], list):
        return None
    known = devices.passkeys.get(str(one["credential"]))
    if known is None or not all(ids.is_b64(op, limits.DIGEST_BYTES) for op in one["ops"]):
        return None
    try:
        client, data, signature = (
            ids.b64_decode(str(one[name])) for name in ("client", "authenticator", "signature")
        )
    except Refusal:
        return None
    challenge = cose.step_up_challenge(devices.origin, [str(op) for op in one["ops"]])
    signed = data + hashlib.sha256(client).digest()
    holds = (
        sorted(one["ops"], key=lambda op: ids.b64_decode(op)) == one["ops"]
        and len(set(one["ops"])) == len(one["ops"])
        and cose.answers(client, challenge)
        and cose.is_person_verified(data)
        and signing.verify_passkey(known[1], signed, signature)
    )
    return {str(op) for op in one["ops"]} if holds else None


def _refusal(where: str, what: str) -> Refusal:
    return Refusal("bad_bundle", f"{where}: {what}")
