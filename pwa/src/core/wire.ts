/**
 * The shape of one sync request and of its answer, checked whole before anything is looked up.
 *
 * What is wrong with one op is that op's own result; only what makes the request unreadable refuses it as a
 * whole. An answer of another shape (a hotel's log-in page, a proxy's words) counts as no connection.
 * Source: WIRE "Request"; DESIGN §3 "Sync".
 */

import { Refusal } from "./errors.ts";
import { b64Decode, isScope, keyToDevice } from "./ids.ts";
import {
  INTEGER_MAX,
  KEY_BYTES,
  PAGE_BYTES_MAX,
  PAGE_OPS_MAX,
  REQUEST_KEYS_MAX,
  REQUEST_OPS_MAX,
  REQUEST_SCOPES_MAX,
} from "./limits.ts";
import { type Cursor, parseCursor } from "./log.ts";

/** One op as it came; nothing in it is checked but that its members are texts. */
export interface SentOp {
  readonly body: string;
  readonly private: string | null;
  readonly signature: string;
}

/**
 * A sync request of the right shape.
 *
 * `cursors`: scope → cursor, null where the phone holds nothing, in the order asked; `opsMax`, `bytesMax`: how
 * much the answer may hold; `keys`: device → 65 bytes that prove it; `phone`: what the phone says of itself.
 */
export interface SyncRequest {
  readonly cursors: ReadonlyMap<string, Cursor | null>;
  readonly ops: readonly (SentOp | null)[];
  readonly keys: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly opsMax: number;
  readonly bytesMax: number;
  readonly access: string;
  readonly whole: boolean;
  readonly phone: ReadonlyMap<string, number | string>;
  readonly tree: number | null;
}

type Outside = Readonly<Record<string, unknown>>;

/**
 * The request that a JSON value holds.
 *
 * Shape:   WIRE's members, others ignored for newer phones; an op of the wrong shape becomes null.
 * Refuses: bad_request, or too_large above 100 ops or 64 scopes.
 */
export function parseRequest(data: unknown): SyncRequest | Refusal {
  if (!isObject(data)) return bad("the request is no JSON object");
  const { ops = [], cursors = {}, access = "" } = data;
  if (!Array.isArray(ops) || !isObject(cursors)) return bad("ops is no list or cursors no object");
  if (ops.length > REQUEST_OPS_MAX || Object.keys(cursors).length > REQUEST_SCOPES_MAX) {
    return new Refusal("too_large", `at most ${REQUEST_OPS_MAX} ops and ${REQUEST_SCOPES_MAX} scopes`);
  }
  const most = parseLimit(data.limit === undefined ? {} : data.limit);
  if (most instanceof Refusal) return most;
  if (typeof access !== "string" || [...access].length > 200) {
    return bad("access is no text of at most 200 characters");
  }
  const points = parseCursors(cursors);
  if (points instanceof Refusal) return points;
  const keys = parseKeys(data.keys === undefined ? {} : data.keys);
  if (keys instanceof Refusal) return keys;
  const { tree = null } = data;
  if (tree !== null && (!isWhole(tree, 0) || tree > INTEGER_MAX)) return bad("tree is no size");
  return {
    cursors: points,
    ops: ops.map(parseSent),
    keys,
    opsMax: most[0],
    bytesMax: most[1],
    access,
    whole: data.whole === true,
    phone: parsePhone(data.phone),
    tree,
  };
}

/** {device: key} of a `keys` object; a key that does not prove its device is refused (bad_request). */
export function parseKeys(keys: unknown): ReadonlyMap<string, Uint8Array<ArrayBuffer>> | Refusal {
  if (!isObject(keys) || Object.keys(keys).length > REQUEST_KEYS_MAX) {
    return bad("keys is no object of at most 100 keys");
  }
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [device, text] of Object.entries(keys)) {
    const key = typeof text === "string" ? b64Decode(text, KEY_BYTES) : bad("no text");
    if (key instanceof Refusal) return bad("a key is no base64url of 65 bytes");
    if (keyToDevice(key) !== device) return bad("a key does not belong to its device id");
    found.set(device, key);
  }
  return found;
}

function bad(detail: string): Refusal {
  return new Refusal("bad_request", detail);
}

function isObject(value: unknown): value is Outside {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, low: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= low;
}

function parseCursors(cursors: Outside): ReadonlyMap<string, Cursor | null> | Refusal {
  const found = new Map<string, Cursor | null>();
  for (const [scope, text] of Object.entries(cursors)) {
    if (!isScope(scope) || typeof text !== "string") return bad("a cursor is not well made");
    const cursor = parseCursor(text);
    if (cursor instanceof Refusal) return bad(cursor.detail);
    found.set(scope, cursor);
  }
  return found;
}

function parseSent(op: unknown): SentOp | null {
  if (!isObject(op)) return null;
  const { body, signature } = op;
  const part = op.private ?? null;
  if (typeof body !== "string" || typeof signature !== "string") return null;
  if (part !== null && typeof part !== "string") return null;
  return { body, private: part, signature };
}

function parseLimit(limit: unknown): readonly [number, number] | Refusal {
  if (!isObject(limit)) return bad("limit is no object");
  const { ops = PAGE_OPS_MAX, bytes = PAGE_BYTES_MAX } = limit;
  if (!isCount(ops) || !isCount(bytes)) return bad("a limit is no number above zero");
  return [Math.min(ops, PAGE_OPS_MAX), Math.min(bytes, PAGE_BYTES_MAX)];
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1;
}

/** What a phone says of itself; members that we do not know or that make no sense go. */
function parsePhone(phone: unknown): ReadonlyMap<string, number | string> {
  const counts = new Map<string, number | string>();
  if (!isObject(phone)) return counts;
  for (const name of ["unsent", "photos", "free_mb"]) {
    const value = phone[name];
    if (isWhole(value, 0) && value <= INTEGER_MAX) counts.set(name, value);
  }
  const { app } = phone;
  if (typeof app === "string" && app !== "" && [...app].length <= 40) counts.set("app", app);
  return counts;
}
