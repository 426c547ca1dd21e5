/** Reading the diary: pages through an index, one entry with its history, and the ops that void, restore, resolve. */

import { Refusal } from "../core/errors.ts";
import { fieldOf, groupOf } from "../core/forms.ts";
import { parseOp } from "../core/ops.ts";
import type { Database } from "../store/db.ts";
import { plain } from "../store/fold.ts";
import { type DocRow, fieldsOf, type OpRow } from "../store/rows.ts";
import { type NewOp, originOf, saveOps } from "../store/save.ts";
import { type Context, me, problemOf, textValue } from "./context.ts";
import { nameOf } from "./people.ts";
import type {
  Change,
  Conflict,
  Diary,
  DiaryQuery,
  EntryDetail,
  EntryRow,
  EntryState,
  HistoryStep,
  PhotoRow,
  SaveResult,
  Value,
  Values,
} from "./types.ts";

const texts = (v: Value | undefined): string[] =>
  Array.isArray(v) ? v.filter((x): x is string => typeof x === "string") : [];
const number = (v: Value | undefined): number | null => (typeof v === "number" ? v : null);

export async function photosOf(db: Database, scope: string, doc: string): Promise<PhotoRow[]> {
  const rows = await db.docs.where("[scope+of]").equals([scope, doc]).toArray();
  const photos: PhotoRow[] = [];
  for (const row of rows) {
    if (row.type !== "photo" || row.deleted) continue;
    const upload = await db.uploads.get(row.doc);
    const v = row.values;
    photos.push({
      doc: row.doc,
      scope,
      kind: textValue(v.kind) ?? "",
      type: textValue(v.type) ?? "image/jpeg",
      sha256: textValue(v.sha256) ?? "",
      bytes: number(v.bytes) ?? 0,
      width: number(v.width),
      height: number(v.height),
      seconds: number(v.seconds),
      state: upload === undefined ? "remote" : upload.state,
    });
  }
  return photos;
}

export async function toEntry(db: Database, row: DocRow): Promise<EntryRow> {
  const photos = await photosOf(db, row.scope, row.doc);
  const waitingPhotos = photos.filter((p) => p.state === "waiting").length;
  const state: EntryState = row.state === "sent" && waitingPhotos > 0 ? "waiting" : row.state;
  const v = row.values;
  return {
    scope: row.scope,
    doc: row.doc,
    form: textValue(v.form) ?? "",
    happened_on: textValue(v.happened_on) ?? "",
    recorded_at: row.recordedAt,
    season: textValue(v.season),
    plots: texts(v.plots),
    state,
    conflict: row.conflicts.length > 0,
    deleted: row.deleted,
    photos,
    waitingPhotos,
    values: v,
  };
}

function fits(row: DocRow, q: DiaryQuery, words: readonly string[]): boolean {
  const v = row.values;
  if (q.season !== undefined && v.season !== q.season) return false;
  if (q.plot !== undefined && !texts(v.plots).includes(q.plot)) return false;
  if (q.form !== undefined && v.form !== q.form) return false;
  if (q.from !== undefined && row.sort < q.from) return false;
  if (q.to !== undefined && row.sort > `${q.to}~`) return false;
  return words.every((w) => row.words.includes(w));
}

async function page(c: Context, q: DiaryQuery, next: string | null, size: number) {
  const scope = c.farm.value?.scope ?? "";
  const words = q.text ? plain(q.text).split(/\s+/).filter(Boolean) : [];
  return c.store.use(async (db) => {
    const range = db.docs
      .where("[scope+type+sort]")
      .between([scope, "entry", ""], [scope, "entry", next ?? "\uffff"], true, false)
      .reverse()
      .filter((row) => fits(row, q, words));
    const found = await range.limit(size + 1).toArray();
    const rows: EntryRow[] = [];
    for (const row of found.slice(0, size)) rows.push(await toEntry(db, row));
    const shown = q.states ? rows.filter((r) => q.states?.includes(r.state)) : rows;
    return { rows: shown, next: found.length > size ? (found[size - 1]?.sort ?? null) : null };
  });
}

function whatOf(fields: Values, first: boolean): HistoryStep["what"] {
  if (fields._deleted === true) return "voided";
  if (fields._deleted === null) return "restored";
  return first ? "created" : "changed";
}

function history(c: Context, origin: string, rows: readonly OpRow[]): HistoryStep[] {
  const before: Values = {};
  const devices = new Set(c.rows.value.map((r) => r.device));
  const sorted = [...rows].sort((a, b) => (a.seq ?? 1e15 + a.n) - (b.seq ?? 1e15 + b.n));
  return sorted.flatMap((row, i): HistoryStep[] => {
    const op = parseOp(origin, row.body, row.private);
    if (op instanceof Refusal) return [];
    const fields = fieldsOf(op);
    const changes: Change[] = [];
    for (const [field, to] of Object.entries(fields)) {
      const from = before[field] ?? null;
      if (field !== "_deleted" && JSON.stringify(from) !== JSON.stringify(to))
        changes.push({ field, from, to });
      before[field] = to;
    }
    const state = row.state === "outbox" ? (row.tried ? "waiting" : "onphone") : row.state;
    return [
      {
        op: row.id,
        who: nameOf(c, op.by),
        device: row.device,
        mine: devices.has(row.device),
        recorded_at: op.recordedAt,
        skew: op.skew || null,
        received_at: row.receivedAt,
        state,
        problem: row.problem,
        what: whatOf(fields, i === 0),
        changes,
      },
    ];
  });
}

function conflictsOf(c: Context, origin: string, row: DocRow, ops: readonly OpRow[]): Conflict[] {
  const form = c.forms.value.get(textValue(row.values.form) ?? row.type);
  return row.conflicts.map((field) => {
    const group = form ? groupOf(form, field) : [field];
    const heads = (row.heads[field] ?? []).flatMap((id) => {
      const stored = ops.find((o) => o.id === id);
      const op = stored ? parseOp(origin, stored.body, stored.private) : null;
      if (op === null || op instanceof Refusal) return [];
      const fields = fieldsOf(op);
      const whole = Object.fromEntries(Object.entries(fields).filter(([name]) => group.includes(name)));
      return [
        {
          op: id,
          who: nameOf(c, op.by),
          recorded_at: op.recordedAt,
          value: fields[field] ?? null,
          group: whole,
        },
      ];
    });
    return { field, group, heads };
  });
}

async function detail(c: Context, doc: string, scope: string): Promise<EntryDetail | null> {
  return c.store.use(async (db) => {
    const row = await db.docs.get([scope, doc]);
    if (!row) return null;
    const origin = await originOf(db);
    const ops = await db.ops.where("[scope+doc]").equals([scope, doc]).toArray();
    const draft = await db.drafts.filter((d) => d.doc === doc && d.scope === scope).first();
    return {
      ...(await toEntry(db, row)),
      history: history(c, origin, ops),
      conflicts: conflictsOf(c, origin, row, ops),
      reviews: [],
      draft: draft?.id ?? null,
      mayWrite: c.farm.value?.scope === scope && c.farm.value.write,
    };
  });
}

/** Write fields of a stored document; the private ones go where its form says. */
export async function change(c: Context, doc: string, fields: Values): Promise<SaveResult> {
  const who = me(c);
  const scope = c.farm.value?.scope;
  if (!who || !scope || !c.farm.value?.write) return { ok: false, problem: "read_only" };
  try {
    const row = await c.store.use((db) => db.docs.get([scope, doc]));
    if (!row) return { ok: false, problem: "missing" };
    const op = splitFields(c, textValue(row.values.form) ?? row.type, fields);
    const saved = await saveOps(c.store, who, [{ scope, doc, after: row.tips, ...op }]);
    if (!saved.ok) return saved;
    c.bell();
    c.kick();
    return { ok: true, doc, scope, photosLeft: 0, draft: null };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

const PRIVATE = new Set(["performed_by", "note", "position", "boundary", "caption"]);

/** Public and private halves of fields; what no form knows to be public stays private where it names people. */
export function splitFields(c: Context, form: string, fields: Values): Pick<NewOp, "set" | "private"> {
  const known = c.forms.value.get(form);
  const set: Values = {};
  const hidden: Values = {};
  for (const [name, value] of Object.entries(fields)) {
    const field = known ? fieldOf(known, name) : undefined;
    const isPrivate = field ? !field.public : PRIVATE.has(name);
    (isPrivate ? hidden : set)[name] = value;
  }
  return { set, private: hidden };
}

export function makeDiary(c: Context): Diary {
  const scopeOf = (scope?: string) => scope ?? c.farm.value?.scope ?? "";
  return {
    page: (q, next = null, size = 30) => page(c, q, next ?? null, size),
    detail: (doc, scope) => detail(c, doc, scopeOf(scope)),
    changed: c.changed,
    void: (doc, reason) => change(c, doc, { _deleted: true, void_reason: reason }),
    restore: (doc) => change(c, doc, { _deleted: null }),
    async resolve(doc, chosen) {
      const found = await detail(c, doc, scopeOf());
      if (!found) return { ok: false, problem: "missing" };
      const fields: Values = {};
      for (const [field, op] of Object.entries(chosen)) {
        const conflict = found.conflicts.find((x) => x.field === field);
        const head = conflict?.heads.find((h) => h.op === op);
        if (!conflict || !head) return { ok: false, problem: "missing" };
        Object.assign(fields, head.group, { [field]: head.value });
      }
      return change(c, doc, fields);
    },
  };
}
