/** What is said about one entry: the cooperative's reviews, and what the household and others answer. */

import { Refusal } from "../core/errors.ts";
import { parseOp } from "../core/ops.ts";
import type { Database } from "../store/db.ts";
import type { DocRow } from "../store/rows.ts";
import { originOf, saveOps } from "../store/save.ts";
import { type Context, me, newId, problemOf, textValue } from "./context.ts";
import { nameOf } from "./people.ts";
import type { Said, SaveResult } from "./types.ts";

function kindOf(row: DocRow): Said["kind"] {
  if (row.type === "comment") return "comment";
  return row.values.decision === "approved" ? "approved" : "asked";
}

async function toSaid(
  c: Context,
  db: Database,
  origin: string,
  row: DocRow,
): Promise<Said & { seq: number }> {
  const ops = await db.ops.where("[scope+doc]").equals([row.scope, row.doc]).sortBy("seq");
  const first = ops.find((op) => op.seq !== null) ?? ops[0];
  const op = first === undefined ? null : parseOp(origin, first.body, first.private);
  const by = op === null || op instanceof Refusal ? "" : op.by;
  return {
    doc: row.doc,
    kind: kindOf(row),
    text: textValue(row.type === "comment" ? row.values.text : row.values.comment) ?? "",
    who: nameOf(c, by),
    mine: c.rows.value.some((one) => one.membership === by),
    isCoop: row.type === "review" || row.values.answers === undefined,
    seen: row.values.seen === true,
    at: first?.receivedAt ?? row.recordedAt,
    isOnPhone: first?.seq == null,
    seq: first?.seq ?? Number.MAX_SAFE_INTEGER,
  };
}

/** Everything said about an entry, oldest first, in the order of the log; what is not sent yet comes last. */
export async function talkOf(c: Context, db: Database, scope: string, doc: string): Promise<Said[]> {
  const origin = await originOf(db);
  const rows = await db.docs.where("[scope+of]").equals([scope, doc]).toArray();
  const wanted = rows.filter((row) => (row.type === "review" || row.type === "comment") && !row.deleted);
  const said = await Promise.all(wanted.map((row) => toSaid(c, db, origin, row)));
  return said.sort((a, b) => a.seq - b.seq || a.at - b.at).map(({ seq: _, ...one }) => one);
}

/** Answer a review or a message in words, or say that it was read. Source: PROTOCOL §28. */
export async function answer(c: Context, doc: string, review: string, text: string): Promise<SaveResult> {
  const who = me(c);
  const scope = c.farm.value?.scope;
  if (!who || !scope || !c.farm.value?.write) return { ok: false, problem: "read_only" };
  try {
    const comment = {
      scope,
      doc: `comment:${newId(c)}`,
      after: [],
      set: { of: doc, answers: review, ...(text === "" ? { seen: true } : {}) },
      private: text === "" ? {} : { text },
    };
    const saved = await saveOps(c.store, who, [comment]);
    if (!saved.ok) return saved;
    c.bell({ scope, doc });
    c.kick();
    return { ok: true, doc, scope, photosLeft: 0, voicesLeft: 0, draft: null };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}
