/**
 * What an answer does to the phone: results, pages, rewinds, access. One transaction for ops, cursor and digest.
 */
import type { Answer, PageOp, Result } from "../core/answer.ts";
import { Refusal } from "../core/errors.ts";
import { b64Decode, b64Encode } from "../core/ids.ts";
import { formatCursor, nextDigest, parseCursor, startDigest } from "../core/log.ts";
import { domain, parseOp } from "../core/ops.ts";
import type { Database } from "../store/db.ts";
import { refold } from "../store/fold.ts";
import type { IdentityRow, OpRow, OutboxRow } from "../store/rows.ts";

/** `broken`: a scope whose page does not chain on our own log; `whole`: own ops came by id and are not here. */
export interface Taken {
  broken: string[];
  whole: boolean;
}

const key = (scope: string, doc: string): string => `${scope} ${doc}`;

/** Mark one sent op by its result. `later` stays as it is, waiting. */
async function takeResult(db: Database, sent: OutboxRow, result: Result): Promise<OpRow | null> {
  const row = await db.ops.get(sent.id);
  if (!row) return null;
  if (result.result === "later") {
    await db.ops.put({ ...row, tried: true, problem: result.problem });
    return row;
  }
  const place = { seq: result.seq ?? row.seq, receivedAt: result.receivedAt ?? row.receivedAt };
  const done = result.result === "accepted" || result.result === "already";
  const state = done ? "sent" : result.result === "held" ? "held" : "refused";
  await db.ops.put({ ...row, ...(done ? place : {}), state, tried: true, problem: result.problem });
  await db.outbox.where("id").equals(sent.id).delete();
  return row;
}

/** The op row of a page's op; null where it cannot be read (a newer version: stored as it is, not folded). */
async function pageRow(db: Database, origin: string, item: PageOp): Promise<OpRow | null> {
  if (item.id !== null) return (await db.ops.get(item.id)) ?? null;
  if (item.body === null || item.signature === null) return null;
  const op = parseOp(origin, item.body, item.private);
  if (op instanceof Refusal || op.scope !== item.scope) return null;
  const known = await db.ops.get(op.id);
  return {
    id: op.id,
    scope: op.scope,
    doc: op.doc,
    device: op.device,
    n: op.n,
    seq: null,
    receivedAt: null,
    digest: null,
    body: item.body,
    private: item.private ?? known?.private ?? null,
    signature: known?.signature ?? item.signature,
    state: "sent",
    problem: null,
    tried: true,
  };
}

/** Take the run of one scope; false where it does not chain: nothing of it is kept then. */
async function takePage(
  db: Database,
  origin: string,
  scope: string,
  items: readonly PageOp[],
  cursor: string,
  touched: Map<string, [string, string]>,
): Promise<"ok" | "broken" | "whole"> {
  const point = parseCursor((await db.scopes.get(scope))?.cursor ?? "0");
  const end = parseCursor(cursor);
  if (point instanceof Refusal || end instanceof Refusal) return "broken";
  let digest = point?.digest ?? startDigest(origin, scope);
  let seq = point?.seq ?? 0;
  const prefix = domain("log", origin);
  const rows: OpRow[] = [];
  for (const item of items) {
    const row = await pageRow(db, origin, item);
    if (row === null) return item.id !== null ? "whole" : "broken";
    const raw = b64Decode(row.id);
    if (item.seq !== seq + 1 || raw instanceof Refusal) return "broken";
    seq = item.seq;
    digest = nextDigest(prefix, digest, seq, item.receivedAt, raw);
    rows.push({
      ...row,
      seq,
      receivedAt: item.receivedAt,
      digest: b64Encode(digest),
      state: "sent",
      problem: null,
    });
  }
  if (end === null) return "ok";
  if (end.seq !== seq || b64Encode(end.digest) !== b64Encode(digest)) return "broken";
  for (const row of rows) {
    await db.ops.put(row);
    await db.outbox.where("id").equals(row.id).delete();
    touched.set(key(row.scope, row.doc), [row.scope, row.doc]);
  }
  await db.scopes.put({ scope, cursor: formatCursor({ epoch: end.epoch, seq, digest }) });
  return "ok";
}

/** Go back to a point; every op held above it, whoever wrote it, is offered again, own ones first. */
export async function rewind(
  db: Database,
  origin: string,
  scope: string,
  to: string,
  device: string,
): Promise<void> {
  const point = parseCursor(to);
  let seq = point === null || point instanceof Refusal ? 0 : point.seq;
  let cursor = to;
  if (seq > 0 && point !== null && !(point instanceof Refusal)) {
    const here = (await db.ops.where("[scope+seq]").equals([scope, seq]).first())?.digest;
    if (here !== b64Encode(point.digest)) seq = 0;
  }
  if (seq === 0) cursor = "0";
  const above = await db.ops
    .where("[scope+seq]")
    .between([scope, seq + 1], [scope, Number.MAX_SAFE_INTEGER])
    .toArray();
  above.sort(
    (a, b) => Number(b.device === device) - Number(a.device === device) || (a.seq ?? 0) - (b.seq ?? 0),
  );
  for (const row of above) {
    await db.ops.put({ ...row, seq: null, receivedAt: null, digest: null, state: "outbox" });
    if ((await db.outbox.where("id").equals(row.id).count()) === 0) {
      await db.outbox.add({ id: row.id, scope, device: row.device });
    }
  }
  await db.scopes.put({ scope, cursor });
  for (const doc of new Set(above.map((o) => o.doc))) await refold(db, origin, scope, doc);
}

async function takeAccess(db: Database, who: IdentityRow, answer: Answer): Promise<void> {
  if (answer.scopes !== null) {
    await db.access.where("device").equals(who.device).delete();
    for (const one of answer.scopes) {
      await db.access.put({ device: who.device, ...one });
      if (!(await db.scopes.get(one.scope))) await db.scopes.put({ scope: one.scope, cursor: "0" });
    }
  }
  await db.identities.update(who.device, { access: answer.access });
}

/** Take a whole answer in, in one transaction. */
export async function takeAnswer(
  db: Database,
  origin: string,
  who: IdentityRow,
  sent: readonly OutboxRow[],
  answer: Answer,
  skew: number,
): Promise<Taken> {
  const taken: Taken = { broken: [], whole: false };
  const touched = new Map<string, [string, string]>();
  await db.transaction("rw", db.tables, async () => {
    for (const [i, one] of sent.entries()) {
      const result = answer.results[i];
      const row = result ? await takeResult(db, one, result) : null;
      if (row) touched.set(key(row.scope, row.doc), [row.scope, row.doc]);
      if (result?.problem === "device_copied") await db.identities.update(who.device, { copied: true });
    }
    for (const [scope, to] of answer.rewind) await rewind(db, origin, scope, to, who.device);
    for (const [scope, cursor] of answer.cursors) {
      if (answer.rewind.has(scope)) continue;
      const run = answer.ops.filter((o) => o.scope === scope);
      const outcome = await takePage(db, origin, scope, run, cursor, touched);
      if (outcome === "whole") taken.whole = true;
      if (outcome === "broken") taken.broken.push(scope);
    }
    for (const id of answer.turnedDown) {
      const row = await db.ops.get(id);
      if (!row) continue;
      await db.ops.put({ ...row, state: "turned_down" });
      touched.set(key(row.scope, row.doc), [row.scope, row.doc]);
    }
    for (const [scope, hashes] of answer.want) {
      await db.uploads
        .filter((u) => u.scope === scope && hashes.includes(u.sha256) && u.state === "sent")
        .modify({ state: "waiting", sent: 0 });
    }
    await takeAccess(db, who, answer);
    await db.meta.put({ key: "skew", value: skew });
    for (const [scope, doc] of touched.values()) await refold(db, origin, scope, doc);
  });
  return taken;
}
