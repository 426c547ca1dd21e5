/** What does not simply wait its turn, and photos on their way: lists for the sync screen. */

import { Refusal } from "../core/errors.ts";
import { parseOp } from "../core/ops.ts";
import { unsettled } from "../store/again.ts";
import { fieldsOf, type OpRow } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import { type Context, isVoice, maySee, textValue } from "./context.ts";
import type { StuckOp, Values, WaitingPhoto } from "./types.ts";

const ROWS_MAX = 500;
const NEXT: { [problem: string]: StuckOp["next"] } = {
  newer_version: "update",
  too_large: "record_again",
  bad_body: "record_again",
  bad_private: "record_again",
  bad_signature: "record_again",
};

/** Says whether an op is the current person's to see: in a book that he may read, or by his own key. */
export function isMine(c: Context, op: Pick<OpRow, "scope" | "device">): boolean {
  return maySee(c, op.scope) || op.device === c.current.value?.device;
}

function nextOf(state: StuckOp["state"], problem: string | null): StuckOp["next"] {
  if (state === "held") return "wait";
  if (state === "turned_down") return "ask";
  return NEXT[problem ?? ""] ?? (state === "later" ? "wait" : "export");
}

/** What the op itself says: the fold leaves refused ones out. */
function ownFields(origin: string, row: OpRow): Values {
  const op = parseOp(origin, row.body, row.private);
  return op instanceof Refusal ? {} : fieldsOf(op);
}

export async function stuckOps(c: Context): Promise<StuckOp[]> {
  return c.store.use(async (db) => {
    const origin = await originOf(db);
    const rows = await db.ops
      .where("state")
      .anyOf("held", "refused", "turned_down")
      .limit(ROWS_MAX)
      .toArray();
    const late = await db.outbox.limit(ROWS_MAX).toArray();
    const waiting = await db.ops.bulkGet(late.map((one) => one.id));
    // Where the server takes nothing for the moment, each simply waits: nothing is the matter with it.
    for (const op of waiting) if (op && op.problem !== null && op.problem !== "read_only") rows.push(op);
    const mine = await unsettled(
      db,
      rows.filter((row) => isMine(c, row)),
    );
    const docs = await db.docs.bulkGet(mine.map((row): [string, string] => [row.scope, row.doc]));
    return mine.map((row, i): StuckOp => {
      const values = { ...docs[i]?.values, ...ownFields(origin, row) };
      const state = row.state === "outbox" || row.state === "sent" ? "later" : row.state;
      return {
        op: row.id,
        scope: row.scope,
        doc: row.doc,
        form: textValue(values.form),
        happened_on: textValue(values.happened_on),
        state,
        problem: row.problem,
        reason: null,
        next: nextOf(state, row.problem),
      };
    });
  });
}

export async function waitingPhotos(c: Context): Promise<WaitingPhoto[]> {
  const all = await c.store.use((db) => db.uploads.where("state").anyOf("waiting", "broken").toArray());
  const rows = all.filter((row) => maySee(c, row.scope));
  return rows.map((row) => ({
    doc: row.doc,
    of: row.of,
    bytes: row.size,
    sent: row.sent,
    isVoice: isVoice(row.type),
    state:
      row.state === "broken"
        ? "broken"
        : c.settings.value.wifiOnlyPhotos && !c.store.world.onWifi()
          ? "wifi"
          : "waiting",
  }));
}
