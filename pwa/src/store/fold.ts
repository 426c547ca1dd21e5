/** Fold one document anew from its stored ops, inside the caller's transaction. */

import { Refusal } from "../core/errors.ts";
import { fold as foldOps, type Placed } from "../core/merge.ts";
import { parseOp } from "../core/ops.ts";
import type { Database } from "./db.ts";
import { type DocRow, type OpRow, toValues } from "./rows.ts";

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

/** Write the view of (scope, doc). Refused and turned-down ops stay stored and listed, out of the fold. */
export async function refold(db: Database, origin: string, scope: string, doc: string): Promise<void> {
  const rows = await db.ops.where("[scope+doc]").equals([scope, doc]).toArray();
  const ops = rows
    .filter((o) => o.state !== "refused" && o.state !== "turned_down")
    .flatMap((o) => placed(origin, o) ?? []);
  if (ops.length === 0 && rows.every((o) => o.state === "sent")) {
    await db.docs.delete([scope, doc]);
    return;
  }
  const folded = foldOps(ops);
  const values = toValues(folded.values);
  const recordedAt = Math.min(...ops.map((p) => p.op.recordedAt), Number.MAX_SAFE_INTEGER);
  const day = values.happened_on ?? values.started_on;
  const of = values.of;
  await db.docs.put({
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
  });
}
