/** What the server can never take, and whether a person has recorded it anew since. */
import type { Database } from "./db.ts";
import type { OpRow } from "./rows.ts";

const OUT = new Set<OpRow["state"]>(["refused", "turned_down"]);

/** Says whether a refused op is settled: its phone wrote the same document again later, and that was not refused. */
export function isRecordedAgain(one: OpRow, ofDocument: readonly OpRow[]): boolean {
  return (
    one.state === "refused" &&
    ofDocument.some((op) => op.device === one.device && op.n > one.n && !OUT.has(op.state))
  );
}

/** Return these ops without the refused ones that were recorded again. */
export async function unsettled(db: Database, rows: readonly OpRow[]): Promise<OpRow[]> {
  const kept = await Promise.all(
    rows.map(async (row) => {
      if (row.state !== "refused") return true;
      return !isRecordedAgain(row, await db.ops.where("[scope+doc]").equals([row.scope, row.doc]).toArray());
    }),
  );
  return rows.filter((_, i) => kept[i]);
}
