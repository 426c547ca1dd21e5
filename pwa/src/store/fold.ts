/** Fold documents anew from their stored ops, inside the caller's transaction: only those that were touched. */

import { Refusal } from "../core/errors.ts";
import { fold as foldOps, type Placed } from "../core/merge.ts";
import { type Op, parseOp } from "../core/ops.ts";
import { isRecordedAgain } from "./again.ts";
import type { Database } from "./db.ts";
import { plain } from "./plain.ts";
import { type DocRow, type OpRow, toValues } from "./rows.ts";

/** How many documents are read at once: many for speed, not all for memory. */
const DOCS_AT_ONCE = 200;

/** What rows that were made here were parsed to: their view does not hash their bytes again. */
const parsed = new WeakMap<OpRow, Op>();
export const noteParsed = (row: OpRow, op: Op): unknown => parsed.set(row, op);

export function placed(origin: string, row: OpRow): Placed | null {
  const op = parsed.get(row) ?? parseOp(origin, row.body, row.private);
  return op instanceof Refusal ? null : { op, seq: row.seq, receivedAt: row.receivedAt };
}

const REF = /^[a-z_]+:[0-9a-f]{8}-[0-9a-f-]{27}$/;
/** Words of one document that search finds; more than a farmer writes, few enough for the index. */
const TOKENS_MAX = 40;

/** Words of the texts of a value, codes too; nobody looks for the name of a document. */
function textOf(value: unknown): string {
  if (typeof value === "string") return REF.test(value) ? "" : value;
  if (Array.isArray(value)) return value.map(textOf).join(" ");
  if (typeof value === "object" && value !== null) return Object.values(value).map(textOf).join(" ");
  return "";
}

/** The different words of plain text, for the index of search. */
export function tokensOf(words: string): string[] {
  const found = words.split(/[^a-z0-9]+/).filter((word) => word.length > 1);
  return [...new Set(found)].slice(0, TOKENS_MAX);
}

function stateOf(rows: readonly OpRow[]): DocRow["state"] {
  if (rows.some((o) => (o.state === "refused" && !isRecordedAgain(o, rows)) || o.state === "turned_down"))
    return "refused";
  const waiting = rows.filter((o) => o.state === "outbox");
  if (waiting.some((o) => !o.tried)) return "onphone";
  if (waiting.length > 0) return "waiting";
  return rows.some((o) => o.state === "held") ? "held" : "sent";
}

/** The view of one document; null where nothing of it is left. Refused and turned-down ops stay out of it. */
export function viewOf(origin: string, scope: string, doc: string, rows: readonly OpRow[]): DocRow | null {
  const ops = rows
    .filter((o) => o.state !== "refused" && o.state !== "turned_down")
    .flatMap((o) => placed(origin, o) ?? []);
  if (ops.length === 0 && rows.every((o) => o.state === "sent")) return null;
  const folded = foldOps(ops);
  const values = toValues(folded.values);
  const recordedAt = Math.min(...ops.map((p) => p.op.recordedAt), Number.MAX_SAFE_INTEGER);
  const day = values.happened_on ?? values.started_on;
  const type = doc.slice(0, doc.indexOf(":"));
  // What a photo or review belongs to; an entry belongs to its season, so that seasons can count theirs.
  const of = type === "entry" ? values.season : values.of;
  const words = plain(Object.values(values).map(textOf).join(" "));
  return {
    scope,
    doc,
    type,
    sort: `${typeof day === "string" ? day : "0000"} ${String(recordedAt).padStart(16, "0")}`,
    values,
    conflicts: [...folded.conflicts],
    heads: { ...folded.heads },
    tips: [...folded.tips],
    deleted: folded.deleted || ops.length === 0,
    recordedAt,
    state: stateOf(rows),
    of: typeof of === "string" ? of : "",
    words,
    tokens: type === "entry" ? tokensOf(words) : [],
    ...(rows.some((row) => row.erased === 1) ? { erased: 1 } : {}),
  };
}

export type DocKey = readonly [scope: string, doc: string];

/** The stored ops of each of these documents. */
export function readOps(db: Database, docs: readonly DocKey[]): Promise<OpRow[][]> {
  return Promise.all(
    docs.map((key) =>
      db.ops
        .where("[scope+doc]")
        .equals([...key])
        .toArray(),
    ),
  );
}

/** Write the views of documents from all ops of each; no `await`, for a save waits for it (save.ts). */
export function putViews(
  db: Database,
  origin: string,
  docs: readonly { scope: string; doc: string; rows: readonly OpRow[] }[],
): Promise<unknown> {
  const views = docs.map(({ scope, doc, rows }) => viewOf(origin, scope, doc, rows));
  const gone = docs
    .filter((_, i) => views[i] === null)
    .map(({ scope, doc }): [string, string] => [scope, doc]);
  return Promise.all([
    db.docs.bulkPut(views.filter((view) => view !== null)),
    gone.length > 0 ? db.docs.bulkDelete(gone) : undefined,
  ]);
}

/** Write the views of these documents; what could not be read yet (`doc` "") has none. */
export async function refold(db: Database, origin: string, docs: readonly DocKey[]): Promise<void> {
  const wanted = docs.filter(([, doc]) => doc !== "");
  for (let at = 0; at < wanted.length; at += DOCS_AT_ONCE) {
    const some = wanted.slice(at, at + DOCS_AT_ONCE);
    const rows = await readOps(db, some);
    await putViews(
      db,
      origin,
      some.map(([scope, doc], i) => ({ scope, doc, rows: rows[i] ?? [] })),
    );
  }
}
