/**
 * The log of one scope: its digest chain and the cursors that point into it.
 *
 * Source: DESIGN §3 "Log"; WIRE "Digest".
 */

import { Refusal } from "./errors.ts";
import { b64Decode, b64Encode } from "./ids.ts";
import { DIGEST_BYTES, INTEGER_MAX } from "./limits.ts";
import { domain } from "./ops.ts";
import { sha256 } from "./sha256.ts";

/** The cursor of one who holds nothing. */
export const EMPTY = "0";
const CURSOR = /^([1-9][0-9]{0,15})\.(0|[1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})$/;
const UTF8 = new TextEncoder();

/** A point of a scope's log: the server's epoch, the last `seq` held, the digest there. */
export interface Cursor {
  readonly epoch: number;
  readonly seq: number;
  readonly digest: Uint8Array<ArrayBuffer>;
}

/** The text of a cursor, inverse of `parseCursor`. */
export function formatCursor(cursor: Cursor): string {
  return `${cursor.epoch}.${cursor.seq}.${b64Encode(cursor.digest)}`;
}

/** d₀ of a scope: SHA-256(D(scope) ‖ scope). */
export function startDigest(origin: string, scope: string): Uint8Array<ArrayBuffer> {
  return sha256(domain("scope", origin), UTF8.encode(scope));
}

/**
 * dₛ = SHA-256(D(log) ‖ dₛ₋₁ ‖ u64(seq) ‖ u64(received_at) ‖ id).
 *
 * `prefix` is `domain("log", origin)`, made once by the caller: this runs for every op.
 */
export function nextDigest(
  prefix: Uint8Array,
  previous: Uint8Array,
  seq: number,
  receivedAt: number,
  id: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return sha256(prefix, previous, u64(seq), u64(receivedAt), id);
}

/** The cursor that a text holds; null for `0`, which holds nothing yet. Refuses any other text: bad_body. */
export function parseCursor(text: string): Cursor | null | Refusal {
  if (text === EMPTY) return null;
  const match = CURSOR.exec(text);
  if (match === null) return new Refusal("bad_body", "no cursor");
  const epoch = Number(match[1]);
  const seq = Number(match[2]);
  if (Math.max(epoch, seq) > INTEGER_MAX) return new Refusal("bad_body", "no cursor");
  const digest = b64Decode(match[3] as string, DIGEST_BYTES);
  return digest instanceof Refusal ? digest : { epoch, seq, digest };
}

function u64(value: number): Uint8Array {
  const out = new Uint8Array(8);
  const view = new DataView(out.buffer);
  view.setUint32(0, Math.floor(value / 0x100000000));
  view.setUint32(4, value % 0x100000000);
  return out;
}
