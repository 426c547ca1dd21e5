/** The diary: pages of it, one entry with its history, and the ops that void, restore and resolve. */
import type { Database } from "../store/db.ts";
import { originOf, saveOps } from "../store/save.ts";
import { type Context, maySee, me, problemOf, textValue } from "./context.ts";
import { toEntry } from "./entries.ts";
import { readPage } from "./pages.ts";
import { splitFields } from "./split.ts";
import type { Conflict, Diary, EntryDetail, SaveResult, Values } from "./types.ts";

/** What a detail was drawn from: an op made on that screen has seen this and no more. */
interface Shown {
  tips: readonly string[];
  conflicts: readonly Conflict[];
}

async function photoOps(db: Database, scope: string, doc: string) {
  const photos = await db.docs.where("[scope+of]").equals([scope, doc]).toArray();
  const keys = photos.filter((row) => row.type === "photo").map((row): [string, string] => [scope, row.doc]);
  return db.ops.where("[scope+doc]").anyOf(keys).toArray();
}

async function readDetail(
  c: Context,
  doc: string,
  scope: string,
): Promise<{ entry: EntryDetail; shown: Shown } | null> {
  if (!maySee(c, scope)) return null;
  // Nobody sees a line's past first: it comes when a line is opened.
  const { conflictsOf, historyOf, photoSteps, readOps } = await import("./history.ts");
  const { talkOf } = await import("./talk.ts");
  return c.store.use(async (db) => {
    const row = await db.docs.get([scope, doc]);
    if (!row) return null;
    const origin = await originOf(db);
    const ops = readOps(origin, await db.ops.where("[scope+doc]").equals([scope, doc]).toArray());
    const photos = readOps(origin, await photoOps(db, scope, doc));
    const draft = c.drafts.value.find((d) => d.doc === doc && d.scope === scope);
    const conflicts = conflictsOf(c, row, ops);
    const steps = [...historyOf(c, ops), ...photoSteps(c, photos)];
    const entry: EntryDetail = {
      ...(await toEntry(db, row)),
      history: steps.sort((a, b) => a.recorded_at - b.recorded_at),
      conflicts,
      talk: await talkOf(c, db, scope, doc),
      draft: draft?.id ?? null,
      mayWrite: row.erased !== 1 && c.farm.value?.scope === scope && c.farm.value.write,
    };
    return { entry, shown: { tips: row.tips, conflicts } };
  });
}

/** Write fields of a stored document; `after` is what the person had before them, else what stands now. */
export async function change(
  c: Context,
  doc: string,
  fields: Values,
  after?: readonly string[],
): Promise<SaveResult> {
  const who = me(c);
  const scope = c.farm.value?.scope;
  if (!who || !scope || !c.farm.value?.write) return { ok: false, problem: "read_only" };
  try {
    const row = await c.store.use((db) => db.docs.get([scope, doc]));
    if (!row) return { ok: false, problem: "missing" };
    const op = splitFields(c, textValue(row.values.form) ?? row.type, fields);
    const saved = await saveOps(c.store, who, [{ scope, doc, after: after ?? row.tips, ...op }]);
    if (!saved.ok) return saved;
    c.bell({ scope, doc });
    c.kick();
    return { ok: true, doc, scope, photosLeft: 0, voicesLeft: 0, draft: null };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

/** The fields that end conflicts: of each the whole statement of the head that was chosen. */
function chosenFields(shown: Shown, chosen: { [field: string]: string }): Values | null {
  const fields: Values = {};
  for (const [field, op] of Object.entries(chosen)) {
    const conflict = shown.conflicts.find((one) => one.field === field);
    const head = conflict?.heads.find((one) => one.op === op);
    if (!conflict || !head) return null;
    Object.assign(fields, head.group, { [field]: head.value });
  }
  return fields;
}

export function makeDiary(c: Context): Diary {
  const scopeOf = (scope?: string) => scope ?? c.farm.value?.scope ?? "";
  const screens = new Map<string, Shown>();
  const look = async (doc: string, scope: string) => {
    const found = await readDetail(c, doc, scope);
    if (found) screens.set(`${scope} ${doc}`, found.shown);
    return found;
  };
  const shownOf = (doc: string) => screens.get(`${scopeOf()} ${doc}`);
  return {
    page: (q, next = null, size = 30) =>
      c.store.use((db) => readPage(c, db, scopeOf(), q, next ?? null, size)),
    detail: async (doc, scope) => (await look(doc, scopeOf(scope)))?.entry ?? null,
    changed: c.changed,
    void: (doc, reason) => change(c, doc, { _deleted: true, void_reason: reason }, shownOf(doc)?.tips),
    restore: (doc) => change(c, doc, { _deleted: null }, shownOf(doc)?.tips),
    answer: async (doc, review, text) => (await import("./talk.ts")).answer(c, doc, review, text),
    async resolve(doc, chosen) {
      const shown = shownOf(doc) ?? (await look(doc, scopeOf()))?.shown;
      const fields = shown ? chosenFields(shown, chosen) : null;
      if (!shown || fields === null) return { ok: false, problem: "missing" };
      if (Object.keys(fields).length === 0) return { ok: false, problem: "nothing_changed" };
      return change(c, doc, fields, shown.tips);
    },
  };
}
