/** Fold documents anew from their stored ops, inside the caller's transaction: only those that were touched. */

import { Refusal } from "../core/errors.ts";
import { fold as foldOps, type Placed } from "../core/merge.ts";
import { parseOp } from "../core/ops.ts";
import type { Database } from "./db.ts";
import { type DocRow, type OpRow, toValues } from "./rows.ts";

/** How many documents are read at once: many for speed, not all for memory. */
const DOCS_AT_ONCE = 200;

/** Text without accents and case, for search: "Đồng Rọc" → "dong roc". */
export function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[đĐ]/g, "d")
    .toLowerCase();
}

export function placed(origin: string, row: OpRow): Placed | null {
  const op = parseOp(origin, row.body, row.private);
  return op instanceof Refusal ? null : { op, seq: row.seq, receivedAt: row.receivedAt };
}

/** Words of the texts of a value, refs and codes too: searching only narrows. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textOf).join(" ");
  if (typeof value === "object" && value !== null) return Object.values(value).map(textOf).join(" ");
  return "";
}

function stateOf(rows: readonly OpRow[]): DocRow["state"] {
  if (rows.some((o) => o.state === "refused" || o.state === "turned_down")) return "refused";
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
  const of = values.of;
  return {
    scope,
    doc,
    type: doc.slice(0, doc.indexOf(":")),
    sort: `${typeof day === "string" ? day : "0000"} ${String(recordedAt).padStart(16, "0")}`,
    values,
    conflicts: [...folded.conflicts],
    heads: { ...folded.heads },
    tips: [...folded.tips],
    deleted: folded.deleted || ops.length === 0,
    recordedAt,
    state: stateOf(rows),
    of: typeof of === "string" ? of : "",
    words: plain(Object.values(values).map(textOf).join(" ")),
  };
}

export type DocKey = readonly [scope: string, doc: string];

/** Write the views of these documents; what could not be read yet (`doc` "") has none. */
export async function refold(db: Database, origin: string, docs: readonly DocKey[]): Promise<void> {
  const wanted = docs.filter(([, doc]) => doc !== "");
  for (let at = 0; at < wanted.length; at += DOCS_AT_ONCE) {
    const some = wanted.slice(at, at + DOCS_AT_ONCE);
    const rows = await Promise.all(
      some.map(([scope, doc]) => db.ops.where("[scope+doc]").equals([scope, doc]).toArray()),
    );
    const views = some.map(([scope, doc], i) => viewOf(origin, scope, doc, rows[i] ?? []));
    await db.docs.bulkPut(views.filter((view) => view !== null));
    const gone = some.filter((_, i) => views[i] === null);
    if (gone.length > 0) await db.docs.bulkDelete(gone.map(([scope, doc]): [string, string] => [scope, doc]));
  }
}
