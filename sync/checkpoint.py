"""Checkpoints: the size and root of the tree, signed by the log and, where it has any, by witnesses.

Source: C2SP signed-note, tlog-checkpoint (v1.0.0: three lines), tlog-cosignature (cosignature/v1, Ed25519).
Refusals have the slug `bad_checkpoint`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sync import limits, signing
from sync.errors import Refusal

LOG_KEY: Final = 0x01
WITNESS_KEY: Final = 0x04
PROOF_STEPS_MAX: Final = 63  # C2SP tlog-witness
_LINE = re.compile(r"— ([^ +\n]+) ([A-Za-z0-9+/]+={0,2})")
_KEY = re.compile(r"([^ +\n]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key that signs notes: its name, its kind (`LOG_KEY` or `WITNESS_KEY`), 32 bytes of Ed25519."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name ‖ newline ‖ kind ‖ key), which stand before a signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.kind]) + self.public)}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says, and the exact text that is signed."""

    origin: str
    size: int
    root: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A signed note: the text, and its signatures as (name, key id ‖ signature), in their order."""

    checkpoint: Checkpoint
    signatures: tuple[tuple[str, bytes], ...]

    def __str__(self) -> str:
        lines = "".join(f"— {name} {_b64(data)}\n" for name, data in self.signatures)
        return f"{self.checkpoint.text}\n{lines}"


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """What a log asks a witness: the size that the witness knows, the proof of growth, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        lines = "".join(f"{_b64(step)}\n" for step in self.proof)
        return f"old {self.old}\n{lines}\n{self.note}"


def make_text(origin: str, size: int, root: bytes) -> str:
    """Return the text of a checkpoint, which is what is signed."""
    return f"{origin}\n{size}\n{_b64(root)}\n"


def parse_key(text: str) -> NoteKey:
    """Return the key that a text `name+id+key` holds. Raises: Refusal(bad_checkpoint)."""
    match = _KEY.fullmatch(text)
    if match is None:
        raise _refusal("no key of a note")
    data = _bytes(match[3])
    if len(data) != 1 + limits.NOTE_KEY_BYTES or data[0] not in (LOG_KEY, WITNESS_KEY):
        raise _refusal("a key of another kind")
    key = NoteKey(match[1], data[0], data[1:])
    if str(key) != text:
        raise _refusal("the key's id is another one's")
    return key


def parse_note(text: str) -> Note:
    """Return the checkpoint that a note holds; none of its signatures is verified here.

    Raises: Refusal(bad_checkpoint) for a text that is not exactly one.
    """
    if len(text) > limits.NOTE_BYTES_MAX or "\n\n" not in text or not text.endswith("\n"):
        raise _refusal("no signed note")
    at = text.rindex("\n\n")
    lines = text[at + 2 : -1].split("\n")
    found = [_LINE.fullmatch(line) for line in lines]
    signatures = tuple((match[1], _bytes(match[2])) for match in found if match is not None)
    if len(signatures) != len(lines) or any(len(data) <= 4 for _, data in signatures):
        raise _refusal("a line that is no signature")
    note = Note(_parse_text(text[: at + 1]), signatures)
    if str(note) != text:
        raise _refusal("not written as notes are")
    return note


def parse_witness_request(data: bytes) -> WitnessRequest:
    """Return what a log asks; neither proof nor signatures are verified here.

    Raises: Refusal(bad_checkpoint).
    """
    try:
        head, gap, text = data.decode().partition("\n\n")
    except UnicodeDecodeError as cause:
        raise _refusal("not UTF-8") from cause
    first, *lines = head.split("\n")
    old = _SIZE.fullmatch(first.removeprefix("old "))
    if not gap or not first.startswith("old ") or old is None or len(lines) > PROOF_STEPS_MAX:
        raise _refusal("no request to a witness")
    proof = tuple(_bytes(line) for line in lines)
    if any(len(step) != limits.DIGEST_BYTES for step in proof):
        raise _refusal("a step that is no hash")
    return WitnessRequest(int(old[0]), proof, parse_note(text))


def sign(key: signing.NoteSigner, origin: str, size: int, root: bytes) -> Note:
    """Return a checkpoint with the log's own signature."""
    text = make_text(origin, size, root)
    data = NoteKey(origin, LOG_KEY, key.public).id + key.sign(text.encode())
    return Note(Checkpoint(origin, size, root, text), ((origin, data),))


def is_signed(note: Note, key: NoteKey) -> bool:
    """Say whether the log's key signed the note."""
    message = note.checkpoint.text.encode()
    return any(
        name == key.name and data[:4] == key.id and signing.verify_note(key.public, message, data[4:])
        for name, data in note.signatures
    )


def open_note(text: str, key: NoteKey) -> Note:
    """Return the note of this log that a text holds.

    Raises: Refusal(bad_checkpoint): of another shape, another log, or not signed by its key.
    """
    note = parse_note(text)
    if note.checkpoint.origin != key.name or not is_signed(note, key):
        raise _refusal("not signed by the log's key")
    return note


def cosigned_at(note: Note, key: NoteKey) -> int | None:
    """Return when (whole seconds) a witness says that it saw the checkpoint; None where it did not sign."""
    for name, data in note.signatures:
        if name != key.name or data[:4] != key.id or len(data) != 4 + 8 + limits.SIGNATURE_BYTES:
            continue
        at = int.from_bytes(data[4:12], "big")
        if at <= limits.INTEGER_MAX and signing.verify_note(key.public, _cosigned(at, note), data[12:]):
            return at
    return None


def cosign(key: signing.NoteSigner, name: str, note: Note, at: int) -> str:
    """Return the signature line of a witness for a checkpoint that it saw grow; `at` in whole seconds."""
    data = NoteKey(name, WITNESS_KEY, key.public).id + at.to_bytes(8, "big") + key.sign(_cosigned(at, note))
    return f"— {name} {_b64(data)}\n"


def with_cosignatures(note: Note, answers: Mapping[str, str], keys: Mapping[str, NoteKey]) -> Note:
    """Return the note with the good signatures of witnesses among `answers` (name → lines they gave)."""
    extra = []
    for name, lines in answers.items():
        for line in lines.splitlines():
            match = _LINE.fullmatch(line)
            if match is None or match[1] != name:
                continue
            one = Note(note.checkpoint, ((name, _bytes(match[2])),))
            if cosigned_at(one, keys[name]) is not None:
                extra.append(one.signatures[0])
                break
    return Note(note.checkpoint, (*note.signatures, *extra))


def _cosigned(at: int, note: Note) -> bytes:
    return f"cosignature/v1\ntime {at}\n{note.checkpoint.text}".encode()


def _parse_text(text: str) -> Checkpoint:
    lines = text[:-1].split("\n")
    if len(lines) < 3 or not all(lines) or _SIZE.fullmatch(lines[1]) is None:
        raise _refusal("not the three lines of a checkpoint")
    size, root = int(lines[1]), _bytes(lines[2])
    if size > limits.INTEGER_MAX or len(root) != limits.DIGEST_BYTES:
        raise _refusal("no size and root")
    return Checkpoint(lines[0], size, root, text)


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise _refusal("not base64") from cause
    if _b64(data) != text:
        raise _refusal("base64 with stray low bits")
    return data


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _refusal(detail: str) -> Refusal:
    return Refusal("bad_checkpoint", detail)
