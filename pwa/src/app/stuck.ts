/** What does not simply wait its turn, and photos on their way: lists for the sync screen. */
import { type Context, textValue } from "./context.ts";
import type { StuckOp, WaitingPhoto } from "./types.ts";

const NEXT: { [problem: string]: StuckOp["next"] } = {
  newer_version: "update",
  too_large: "record_again",
  bad_body: "export",
  bad_signature: "export",
};

export async function stuckOps(c: Context): Promise<StuckOp[]> {
  return c.store.use(async (db) => {
    const rows = await db.ops.where("state").anyOf("held", "refused", "turned_down").limit(500).toArray();
    const late = await db.outbox.limit(500).toArray();
    for (const one of late) {
      const op = await db.ops.get(one.id);
      if (op && op.problem !== null) rows.push(op);
    }
    const stuck: StuckOp[] = [];
    for (const row of rows) {
      const doc = await db.docs.get([row.scope, row.doc]);
      const state =
        row.state === "held" || row.state === "refused" || row.state === "turned_down" ? row.state : "later";
      const calm =
        state === "held" || state === "later" ? "wait" : state === "turned_down" ? "ask" : "export";
      stuck.push({
        op: row.id,
        scope: row.scope,
        doc: row.doc,
        form: textValue(doc?.values.form),
        happened_on: textValue(doc?.values.happened_on),
        state,
        problem: row.problem,
        reason: null,
        next: NEXT[row.problem ?? ""] ?? calm,
      });
    }
    return stuck;
  });
}

export async function waitingPhotos(c: Context): Promise<WaitingPhoto[]> {
  const rows = await c.store.use((db) => db.uploads.where("state").anyOf("waiting", "broken").toArray());
  return rows.map((row) => ({
    doc: row.doc,
    of: row.of,
    bytes: row.size,
    sent: row.sent,
    state:
      row.state === "broken"
        ? "broken"
        : c.settings.value.wifiOnlyPhotos && !c.store.world.onWifi()
          ? "wifi"
          : "waiting",
  }));
}
