"""The one wrapper around py_webauthn: options for a browser, and what its answers prove.

Whatever the library raises on an answer from outside is `BadPasskey`: it lets some errors of its own parsers
out (platform.md, fact 12). The signature counter is not judged here.
Source: W3C Web Authentication Level 3, §7.1, §7.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import webauthn
from webauthn.helpers import options_to_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sync import ids
from sync.errors import Refusal

TIMEOUT_MS: Final = 60_000
CREDENTIAL_BYTES_MAX: Final = 1023  # WebAuthn §5.8.3
PUBLIC_KEY_BYTES_MAX: Final = 2048  # our choice: RSA of 4096 bits takes about 540
USER_VERIFIED: Final = 0x04
ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_NAMES: Final = ("id", "rawId", "type", "response", "clientExtensionResults", "authenticatorAttachment")
_INNER: Final = (
    "clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject", "transports",
    "publicKey", "publicKeyAlgorithm",
)  # fmt: skip
_LOCAL: Final = re.compile(r"http://localhost(?::[0-9]{1,5})?")


class BadPasskey(Exception):
    """An answer of an authenticator that proves nothing: malformed, of another place, or not signed so."""


class NotVerified(Exception):
    """The answer is good but the person was not verified (no PIN, finger or face)."""


@dataclass(frozen=True)
class Place:
    """Where passkeys count. `origins`: the addresses of our pages."""

    rp_id: str
    origins: Sequence[str]


@dataclass(frozen=True)
class Made:
    """A new passkey: credential id and COSE key in base64url."""

    credential: str
    public_key: str
    sign_count: int
    transports: list[str]


@dataclass(frozen=True)
class Asserted:
    """An answer whose shape is right and whose signature is not looked at yet."""

    credential: str
    challenge: bytes
    origin: str
    user_handle: str | None
    response: Mapping[str, Any]


def make_options(
    place: Place,
    challenge: bytes,
    handle: bytes,
    name: str,
    shown: str,
    known: Sequence[tuple[str, list[str]]],
) -> dict[str, Any]:
    """Return what `navigator.credentials.create` is asked for; `known`: the person's passkeys."""
    options = webauthn.generate_registration_options(
        rp_id=place.rp_id,
        rp_name="Sổ Nhà Nông",
        user_id=handle,
        user_name=name,
        user_display_name=shown,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=ids.b64_decode(one)) for one, _ in known],
        supported_pub_key_algs=ALGORITHMS,
    )
    found = cast(dict[str, Any], json.loads(options_to_json(options)))
    for listed, (_, transports) in zip(found.get("excludeCredentials", []), known, strict=True):
        if transports:
            listed["transports"] = transports
    return found


def ask_options(place: Place, challenge: bytes) -> dict[str, Any]:
    """Return what `navigator.credentials.get` is asked for: any passkey of this place, verified."""
    options = webauthn.generate_authentication_options(
        rp_id=place.rp_id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return cast(dict[str, Any], json.loads(options_to_json(options)))


def parse_response(response: object) -> Asserted:
    """Return an authenticator's answer as far as its shape goes. Raises: BadPasskey."""
    if not isinstance(response, dict) or not isinstance(response.get("response"), dict):
        raise BadPasskey
    inner = response["response"]
    plain = {name: response[name] for name in _NAMES if name in response}
    plain["response"] = {name: inner[name] for name in _INNER if name in inner}
    credential, client_data = plain.get("id"), inner.get("clientDataJSON")
    if not is_bytes(credential, CREDENTIAL_BYTES_MAX) or plain.get("rawId") != credential:
        raise BadPasskey
    handle = inner.get("userHandle")
    if handle is not None and not isinstance(handle, str):
        raise BadPasskey
    try:
        said = json.loads(ids.b64_decode(str(client_data)).decode("utf-8"))
        challenge, origin = ids.b64_decode(str(said["challenge"])), str(said["origin"])
    except (Refusal, ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadPasskey from error
    return Asserted(str(credential), challenge, origin, handle or None, plain)


def verify_made(place: Place, sent: Asserted) -> Made:
    """Return the passkey that an answer makes; its challenge was looked up by the caller.

    Raises: BadPasskey, NotVerified.
    """
    try:
        made = webauthn.verify_registration_response(
            credential=dict(sent.response),
            expected_challenge=sent.challenge,
            expected_rp_id=place.rp_id,
            expected_origin=_origins(place, sent),
            supported_pub_key_algs=ALGORITHMS,
        )
    except Exception as error:
        raise BadPasskey from error
    if not made.user_verified:
        raise NotVerified
    credential, key = ids.b64_encode(made.credential_id), ids.b64_encode(made.credential_public_key)
    if credential != sent.credential or not is_bytes(key, PUBLIC_KEY_BYTES_MAX):
        raise BadPasskey
    said = sent.response["response"].get("transports")
    return Made(credential, key, made.sign_count, parse_transports(said))


def verify_asserted(place: Place, sent: Asserted, challenge: bytes, public_key: str) -> int:
    """Return the counter that a passkey's answer to a challenge carries.

    Raises: BadPasskey, NotVerified.
    """
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(sent.response),
            expected_challenge=challenge,
            expected_rp_id=place.rp_id,
            expected_origin=_origins(place, sent),
            credential_public_key=ids.b64_decode(public_key),
            credential_current_sign_count=0,
        )
    except Exception as error:
        raise BadPasskey from error
    if not found.user_verified:
        raise NotVerified
    return found.new_sign_count


def _origins(place: Place, sent: Asserted) -> list[str]:
    """Return the origins that count; on a developer's own machine every port of it is ours."""
    is_here = place.rp_id == "localhost" and _LOCAL.fullmatch(sent.origin) is not None
    return [*place.origins, sent.origin] if is_here else list(place.origins)


def parse_transports(listed: object) -> list[str]:
    """Return the ways to reach an authenticator that a browser named; what is no such word is left out."""
    if not isinstance(listed, list):
        return []
    words = [one for one in listed if isinstance(one, str) and 0 < len(one) <= 20 and one.isascii()]
    return words[:8]


def is_bytes(text: object, most: int) -> bool:
    """Return whether a value is base64url of 1 to `most` bytes."""
    if not isinstance(text, str) or not text or len(text) > most * 4 // 3 + 2:
        return False
    try:
        return 0 < len(ids.b64_decode(text)) <= most
    except Refusal:
        return False
