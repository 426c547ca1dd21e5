/** The outbox: what waits to be sent, in the order in which it was put there. Inside the caller's transaction. */
import type { Database } from "./db.ts";
import type { OpRow } from "./rows.ts";

const ROWS_AT_ONCE = 200;

/** How much of the outbox goes into one request, and whose. */
export interface BatchLimits {
  /** Rows up to this order were offered in this run already. */
  after: number;
  opsMax: number;
  bytesMax: number;
  takes: (op: OpRow) => boolean;
}
export interface Batch {
  ops: OpRow[];
  /** The order of the last row looked at. */
  last: number;
}

const UTF8 = new TextEncoder();

/** What an op weighs in a request, roughly: its texts with their quotes escaped. */
function bytesOf(op: OpRow): number {
  const text = JSON.stringify([op.body, op.private, op.signature]);
  return UTF8.encode(text).length + 40;
}

/** The next ops of the outbox; reads no more of it than it takes. At least one op comes, whatever it weighs. */
export async function nextBatch(db: Database, limits: BatchLimits): Promise<Batch> {
  const batch: Batch = { ops: [], last: limits.after };
  let bytes = 0;
  for (;;) {
    const rows = await db.outbox.where("order").above(batch.last).limit(ROWS_AT_ONCE).toArray();
    const ops = await db.ops.bulkGet(rows.map((row) => row.id));
    for (const [i, row] of rows.entries()) {
      const op = ops[i];
      if (op && limits.takes(op)) {
        bytes += bytesOf(op);
        const isFull = batch.ops.length >= limits.opsMax || bytes > limits.bytesMax;
        if (isFull && batch.ops.length > 0) return batch;
        batch.ops.push(op);
      }
      batch.last = row.order ?? batch.last;
    }
    if (rows.length < ROWS_AT_ONCE) return batch;
  }
}

/** An op as it is where the log does not hold it: to be sent, its old place kept as evidence. */
export function unplaced(row: OpRow): OpRow {
  const { unlogged: _, ...rest } = row;
  const was = row.seq === null ? row.was : { seq: row.seq, receivedAt: row.receivedAt, digest: row.digest };
  const fresh: OpRow = { ...rest, seq: null, receivedAt: null, digest: null, state: "outbox" };
  return was === undefined ? fresh : { ...fresh, was };
}

/** Put ops back into the outbox, in this order, those that stand in it already where they are. */
export async function putBack(db: Database, rows: readonly OpRow[]): Promise<void> {
  const ids = rows.map((row) => row.id);
  const there = new Set((await db.outbox.where("id").anyOf(ids).toArray()).map((row) => row.id));
  await db.ops.bulkPut(rows.map(unplaced));
  const fresh = rows.filter((row) => !there.has(row.id));
  await db.outbox.bulkAdd(fresh.map(({ id, scope, device }) => ({ id, scope, device })));
}
