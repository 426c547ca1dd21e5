/**
 * The answer of a sync, as a phone takes it in: of the right shape whole, or not at all.
 *
 * An answer without `origin` and `epoch`, with another origin, or with a member of another shape counts as no
 * connection: nothing is marked as sent for it. Members that this version does not know are passed over.
 * Does not verify signatures or digests: that is done with the page, before it is stored.
 * Source: WIRE "Request"; DESIGN §3 "Sync"; faults 28, 29.
 */

import { isB64, isScope } from "./ids.ts";
import { DIGEST_BYTES } from "./limits.ts";
import { parseCursor } from "./log.ts";

export type ResultKind = "accepted" | "already" | "held" | "later" | "refused";

/** What became of one op, in the order sent. */
export interface Result {
  readonly result: ResultKind;
  readonly seq: number | null;
  readonly receivedAt: number | null;
  readonly problem: string | null;
}

/** One op of a page; `body` is null for an own op, which comes by its id. */
export interface PageOp {
  readonly scope: string;
  readonly seq: number;
  readonly receivedAt: number;
  readonly id: string | null;
  readonly body: string | null;
  readonly private: string | null;
  readonly signature: string | null;
}

/** The touch of a passkey over ops, as the server keeps it beside them; `text` is passed on as it is. */
export interface Touch {
  readonly ops: readonly string[];
  readonly text: string;
}

/** A whole answer. */
export interface Answer {
  readonly epoch: number;
  readonly results: readonly Result[];
  readonly ops: readonly PageOp[];
  readonly cursors: ReadonlyMap<string, string>;
  readonly rewind: ReadonlyMap<string, string>;
  readonly more: boolean;
  readonly turnedDown: readonly string[];
  readonly touches: readonly Touch[];
  readonly want: ReadonlyMap<string, readonly string[]>;
  readonly safe: ReadonlyMap<string, number>;
  readonly access: string;
  readonly scopes: readonly { readonly scope: string; readonly write: boolean }[] | null;
  readonly now: number;
}

type Outside = Readonly<Record<string, unknown>>;
const KINDS: ReadonlySet<unknown> = new Set(["accepted", "already", "held", "later", "refused"]);

/** The answer that a JSON value holds, or null where it is none of this log's. */
export function parseAnswer(data: unknown, origin: string, opsSent: number): Answer | null {
  if (!isObject(data) || data.origin !== origin || !isWhole(data.epoch) || data.epoch < 1) return null;
  if (!isWhole(data.now) || typeof data.more !== "boolean" || typeof data.access !== "string") return null;
  const results = parseList(data.results, parseResult);
  const ops = parseList(data.ops, parsePageOp);
  const turnedDown = parseList(data.turned_down ?? [], parseId);
  const scopes = data.scopes === undefined ? null : parseList(data.scopes, parseScope);
  const cursors = parseMap(data.cursors, parsePoint);
  const rewind = parseMap(data.rewind ?? {}, parsePoint);
  const want = parseMap(data.want ?? {}, (ids) => parseList(ids, parseId) ?? undefined);
  const safe = parseMap(data.safe ?? {}, (seq) => (isWhole(seq) ? seq : undefined));
  if (!results || !ops || !turnedDown || !cursors || !rewind || !want || !safe) return null;
  if (results.length !== opsSent || (data.scopes !== undefined && scopes === null)) return null;
  const { epoch, more, access, now } = data;
  const touches = Array.isArray(data.assertions) ? data.assertions.flatMap(parseTouch) : [];
  return { touches, epoch, results, ops, cursors, rewind, more, turnedDown, want, safe, access, scopes, now };
}

function isObject(value: unknown): value is Outside {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function parseList<T>(list: unknown, parse: (item: unknown) => T | undefined): readonly T[] | null {
  if (!Array.isArray(list)) return null;
  const items = list.map(parse).filter((item) => item !== undefined);
  return items.length === list.length ? items : null;
}

function parseMap<T>(map: unknown, parse: (item: unknown) => T | undefined): ReadonlyMap<string, T> | null {
  if (!isObject(map)) return null;
  const found = new Map<string, T>();
  for (const [scope, item] of Object.entries(map)) {
    const value = parse(item);
    if (!isScope(scope) || value === undefined) return null;
    found.set(scope, value);
  }
  return found;
}

function parseId(id: unknown): string | undefined {
  return isB64(id, DIGEST_BYTES) ? id : undefined;
}

/** One touch, or nothing where it has another shape: it is evidence beside the ops, and never keeps them away. */
function parseTouch(item: unknown): Touch[] {
  if (!isObject(item) || !isObject(item.response)) return [];
  const ops = parseList(item.ops, parseId);
  return ops ? [{ ops, text: JSON.stringify({ ops, response: item.response }) }] : [];
}

function parsePoint(point: unknown): string | undefined {
  if (typeof point !== "string") return undefined;
  const cursor = parseCursor(point);
  return cursor === null || "digest" in cursor ? point : undefined;
}

function parseScope(item: unknown): { scope: string; write: boolean } | undefined {
  if (!isObject(item) || !isScope(item.scope) || typeof item.write !== "boolean") return undefined;
  return { scope: item.scope, write: item.write };
}

function parseResult(item: unknown): Result | undefined {
  if (!isObject(item) || typeof item.result !== "string") return undefined;
  const { seq, received_at: receivedAt, problem } = item;
  if ((item.result === "accepted" || item.result === "already") && !(isWhole(seq) && isWhole(receivedAt))) {
    return undefined;
  }
  return {
    // A word of a later server: the op stays, and is sent again (PROTOCOL §8).
    result: KINDS.has(item.result) ? (item.result as ResultKind) : "later",
    seq: isWhole(seq) ? seq : null,
    receivedAt: isWhole(receivedAt) ? receivedAt : null,
    problem: typeof problem === "string" ? problem : null,
  };
}

function parsePageOp(item: unknown): PageOp | undefined {
  if (!isObject(item) || !isScope(item.scope) || !isWhole(item.seq) || !isWhole(item.received_at)) {
    return undefined;
  }
  const place = { scope: item.scope, seq: item.seq, receivedAt: item.received_at };
  const { id, body, private: part, signature } = item;
  if (isB64(id, DIGEST_BYTES)) return { ...place, id, body: null, private: null, signature: null };
  if (typeof body !== "string" || typeof signature !== "string") return undefined;
  if (part !== undefined && part !== null && typeof part !== "string") return undefined;
  return { ...place, id: null, body, private: part ?? null, signature };
}
