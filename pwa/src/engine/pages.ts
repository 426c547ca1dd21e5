/** Pages of the log: an unbroken run of ops behind our cursor, checked link by link before a row of it is kept. */
import type { PageOp } from "../core/answer.ts";
import { ERASURE, erasedDocuments } from "../core/erasure.ts";
import { Refusal } from "../core/errors.ts";
import { b64Decode, b64Encode } from "../core/ids.ts";
import { formatCursor, nextDigest, parseCursor, startDigest } from "../core/log.ts";
import { domain, opId, parseOp } from "../core/ops.ts";
import { joinKey } from "../store/carried.ts";
import type { KeyRow, OpRow } from "../store/rows.ts";
import type { Taking } from "./taking.ts";

/** `broken`: it does not chain on our own log; `whole`: own ops came by id and are not here. */
export type PageOutcome = "ok" | "broken" | "whole";

interface Place {
  seq: number;
  receivedAt: number;
  digest: string;
}

/** A row as the log holds it. */
function logged(row: OpRow, place: Place): OpRow {
  const { unlogged: _, ...rest } = row;
  return { ...rest, ...place, state: "sent", problem: null, tried: true };
}

/**
 * The row of an op that came in full.
 *
 * Bytes that can't be read here (a newer version) are kept under their id, without a document: the chain goes
 * on, they are passed on after a rewind, and an updated app folds them.
 */
function rowOf(origin: string, id: string, item: PageOp, known: OpRow | undefined, keys: KeyRow[]): OpRow {
  const body = item.body ?? "";
  const part = item.private ?? known?.private ?? null;
  if (known && part === known.private) return known;
  const full = parseOp(origin, body, part);
  const op = full instanceof Refusal ? parseOp(origin, body, null) : full;
  const row: OpRow = {
    id,
    scope: item.scope,
    doc: "",
    device: "",
    n: 0,
    seq: null,
    receivedAt: null,
    digest: null,
    body,
    private: full instanceof Refusal && !(op instanceof Refusal) ? null : part,
    signature: known?.signature ?? item.signature ?? "",
    state: "sent",
    problem: null,
    tried: true,
  };
  if (op instanceof Refusal || op.scope !== item.scope) return { ...row, newer: 1 };
  const key = joinKey(op);
  if (key !== null) keys.push({ device: op.device, key });
  return { ...row, doc: op.doc, device: op.device, n: op.n };
}

/** Do what the erasures among these rows say, now that they are in the log. */
async function takeErasures(taking: Taking, scope: string, rows: readonly OpRow[]): Promise<void> {
  for (const row of rows) {
    if (!row.doc.startsWith(`${ERASURE}:`)) continue;
    const op = parseOp(taking.origin, row.body, null);
    const docs = op instanceof Refusal ? [] : erasedDocuments(ERASURE, op.fields);
    if (docs.length > 0) await taking.erase(scope, docs);
  }
}

const idOf = (origin: string, item: PageOp): string => item.id ?? opId(origin, item.body ?? "");

/** Take the run of one scope; unless `ok` nothing of it is kept. */
export async function takePage(
  taking: Taking,
  scope: string,
  items: readonly PageOp[],
  cursor: string,
): Promise<PageOutcome> {
  const { db, origin } = taking;
  const held = await db.scopes.get(scope);
  const point = parseCursor(held?.cursor ?? "0");
  const end = parseCursor(cursor);
  if (point instanceof Refusal || end instanceof Refusal) return "broken";
  let digest = point?.digest ?? startDigest(origin, scope);
  let seq = point?.seq ?? 0;
  const prefix = domain("log", origin);
  const ids = items.map((item) => idOf(origin, item));
  await taking.load(ids);
  const rows: OpRow[] = [];
  const keys: KeyRow[] = [];
  for (const [i, item] of items.entries()) {
    const id = ids[i] ?? "";
    const known = taking.get(id);
    if (item.id !== null && known === undefined) return "whole";
    const raw = b64Decode(id);
    if (item.seq !== seq + 1 || raw instanceof Refusal) return "broken";
    seq = item.seq;
    digest = nextDigest(prefix, digest, seq, item.receivedAt, raw);
    const row = item.id !== null && known ? known : rowOf(origin, id, item, known, keys);
    rows.push(logged(row, { seq, receivedAt: item.receivedAt, digest: b64Encode(digest) }));
  }
  if (end === null) return rows.length === 0 ? "ok" : "broken";
  if (end.seq !== seq || b64Encode(end.digest) !== b64Encode(digest)) return "broken";
  for (const row of rows) taking.put(row, true);
  await takeErasures(taking, scope, rows);
  await db.keys.bulkPut(keys);
  const next = formatCursor({ epoch: end.epoch, seq, digest });
  if (next !== held?.cursor) await db.scopes.put({ ...(await db.scopes.get(scope)), scope, cursor: next });
  return "ok";
}
