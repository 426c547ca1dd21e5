/**
 * Checkpoints: the size and root of the tree, signed by the log and, where it has any, by witnesses.
 *
 * Twin of `sync/checkpoint.py`, for the one who verifies. Refusals have the slug `bad_checkpoint`.
 * Source: C2SP signed-note, tlog-checkpoint (v1.0.0: three lines), tlog-cosignature (cosignature/v1, Ed25519).
 */

import { verifyNote } from "./ed25519.ts";
import { Refusal } from "./errors.ts";
import { b64Decode, b64Encode } from "./ids.ts";
import { DIGEST_BYTES, INTEGER_MAX, NOTE_BYTES_MAX, NOTE_KEY_BYTES, SIGNATURE_BYTES } from "./limits.ts";
import { sha256 } from "./sha256.ts";
import { isSame } from "./tree.ts";

type Bytes = Uint8Array<ArrayBuffer>;

export const LOG_KEY = 0x01;
export const WITNESS_KEY = 0x04;
const LINE = /^— ([^ +\n]+) ([A-Za-z0-9+/]+={0,2})$/;
const KEY = /^([^ +\n]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;
const SIZE = /^(?:0|[1-9][0-9]{0,15})$/;
const utf8 = (text: string) => new TextEncoder().encode(text);

/** A public key that signs notes: its name, its kind (`LOG_KEY` or `WITNESS_KEY`), 32 bytes of Ed25519. */
export interface NoteKey {
  readonly name: string;
  readonly kind: number;
  readonly public: Bytes;
  readonly id: Bytes;
}

/** What a checkpoint says, the exact text that is signed, and its signatures as [name, key id ‖ signature]. */
export interface Note {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
  readonly text: string;
  readonly signatures: readonly (readonly [string, Bytes])[];
}

/** The key that a text `name+id+key` holds. Refuses: bad_checkpoint. */
export function parseKey(text: string): NoteKey | Refusal {
  const match = KEY.exec(text);
  const data = match === null ? null : fromBase64(match[3] as string);
  const kind = data?.[0];
  if (match === null || data === null || data.length !== 1 + NOTE_KEY_BYTES)
    return refusal("no key of a note");
  if (kind !== LOG_KEY && kind !== WITNESS_KEY) return refusal("a key of another kind");
  const name = match[1] as string;
  const id = sha256(utf8(`${name}\n`), data).slice(0, 4);
  if (hex(id) !== match[2]) return refusal("the key's id is another one's");
  return { name, kind, public: data.slice(1), id };
}

/** The checkpoint that a note holds; none of its signatures is verified here. Refuses: bad_checkpoint. */
export function parseNote(note: string): Note | Refusal {
  const at = note.lastIndexOf("\n\n");
  if ([...note].length > NOTE_BYTES_MAX || at < 0 || !note.endsWith("\n")) return refusal("no signed note");
  const signatures: [string, Bytes][] = [];
  for (const line of note.slice(at + 2, -1).split("\n")) {
    const match = LINE.exec(line);
    const data = match === null ? null : fromBase64(match[2] as string);
    if (match === null || data === null || data.length <= 4) return refusal("a line that is no signature");
    signatures.push([match[1] as string, data]);
  }
  const text = note.slice(0, at + 1);
  const lines = text.slice(0, -1).split("\n");
  const [origin = "", size = "", root = ""] = lines;
  const hash = fromBase64(root);
  if (lines.length < 3 || lines.includes("") || !SIZE.test(size) || hash === null)
    return refusal("not the three lines of a checkpoint");
  if (Number(size) > INTEGER_MAX || hash.length !== DIGEST_BYTES) return refusal("no size and root");
  return { origin, size: Number(size), root: hash, text, signatures };
}

/** Whether the log's key signed the note. */
export async function isSigned(note: Note, key: NoteKey): Promise<boolean> {
  for (const [name, data] of note.signatures) {
    if (name !== key.name || !isSame(data.subarray(0, 4), key.id)) continue;
    if (await verifyNote(key.public, utf8(note.text), data.slice(4))) return true;
  }
  return false;
}

/** The note of this log that a text holds. Refuses (bad_checkpoint): another shape, another log, not its key. */
export async function openNote(text: string, key: NoteKey): Promise<Note | Refusal> {
  const note = parseNote(text);
  if (note instanceof Refusal) return note;
  const isOurs = note.origin === key.name && (await isSigned(note, key));
  return isOurs ? note : refusal("not signed by the log's key");
}

/** When (whole seconds) a witness says that it saw the checkpoint; null where it did not sign. */
export async function cosignedAt(note: Note, key: NoteKey): Promise<number | null> {
  for (const [name, data] of note.signatures) {
    if (name !== key.name || !isSame(data.subarray(0, 4), key.id)) continue;
    if (data.length !== 4 + 8 + SIGNATURE_BYTES) continue;
    const at = Number(new DataView(data.buffer).getBigUint64(4));
    if (at > INTEGER_MAX) continue;
    const message = utf8(`cosignature/v1\ntime ${at}\n${note.text}`);
    if (await verifyNote(key.public, message, data.slice(12))) return at;
  }
  return null;
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The bytes of strict base64 with padding, or null. */
function fromBase64(text: string): Bytes | null {
  const bare = text.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
  const data = b64Decode(bare);
  if (data instanceof Refusal) return null;
  const again = b64Encode(data).replaceAll("-", "+").replaceAll("_", "/");
  return again + "=".repeat((4 - (again.length % 4)) % 4) === text ? data : null;
}

function refusal(detail: string): Refusal {
  return new Refusal("bad_checkpoint", detail);
}
