/** The history of a document, oldest first, and where its writers disagree: read from its stored ops. */
import { groupOf } from "../core/forms.ts";
import { fold, type Placed } from "../core/merge.ts";
import { placed } from "../store/fold.ts";
import { type DocRow, fieldsOf, type OpRow } from "../store/rows.ts";
import { type Context, textValue } from "./context.ts";
import { nameOf } from "./people.ts";
import type { Change, Conflict, HistoryStep, Value, Values } from "./types.ts";

/** Beyond this length the state before a step is the step before it: looking up what each writer saw is n². */
const EXACT_STEPS_MAX = 100;

type Read = Placed & { row: OpRow };

export function readOps(origin: string, rows: readonly OpRow[]): Read[] {
  const byPlace = (a: OpRow, b: OpRow) => (a.seq ?? 1e15 + a.n) - (b.seq ?? 1e15 + b.n);
  return [...rows].sort(byPlace).flatMap((row) => {
    const one = placed(origin, row);
    return one === null ? [] : [{ ...one, row }];
  });
}

/** The ops that one op saw, as far as they are here. */
function seenBy(op: Read, all: ReadonlyMap<string, Read>): Read[] {
  const found = new Map<string, Read>();
  const todo = [...op.op.after];
  for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
    const parent = all.get(id);
    if (!parent || found.has(id)) continue;
    found.set(id, parent);
    todo.push(...parent.op.after);
  }
  return [...found.values()];
}

function whatOf(fields: Values, isFirst: boolean, ended: boolean): HistoryStep["what"] {
  if (ended) return "resolved";
  if (fields._deleted === true) return "voided";
  if (fields._deleted === null) return "restored";
  return isFirst ? "created" : "changed";
}

function stateOf(row: OpRow): HistoryStep["state"] {
  return row.state === "outbox" ? (row.tried ? "waiting" : "onphone") : row.state;
}

function step(c: Context, devices: ReadonlySet<string>, read: Read): Omit<HistoryStep, "what" | "changes"> {
  const { op, row } = read;
  const { on_behalf_of } = op.fields;
  return {
    op: row.id,
    who: nameOf(c, op.by),
    behalf: typeof on_behalf_of === "string" ? (nameOf(c, on_behalf_of) ?? "") : null,
    device: row.device,
    mine: devices.has(row.device),
    recorded_at: op.recordedAt,
    skew: op.skew || null,
    received_at: row.receivedAt,
    state: stateOf(row),
    problem: row.problem,
  };
}

/** The steps of one document. */
export function historyOf(c: Context, ops: readonly Read[]): HistoryStep[] {
  const devices = new Set(c.rows.value.map((r) => r.device));
  const all = new Map(ops.map((one) => [one.op.id, one]));
  const isExact = ops.length <= EXACT_STEPS_MAX;
  const running: Values = {};
  return ops.map((one): HistoryStep => {
    const fields = fieldsOf(one.op);
    const saw = isExact ? fold(seenBy(one, all)) : null;
    const before = saw?.values ?? running;
    const changes: Change[] = [];
    for (const [field, to] of Object.entries(fields)) {
      const from = (before[field] ?? null) as Value;
      if (field === "_deleted" || JSON.stringify(from) === JSON.stringify(to)) continue;
      changes.push({ field, from, to });
    }
    Object.assign(running, fields);
    const ended = saw !== null && Object.keys(fields).some((field) => saw.conflicts.has(field));
    return { ...step(c, devices, one), what: whatOf(fields, one.op.after.length === 0, ended), changes };
  });
}

/** What happened to the photos of a document, as steps of its own history. */
export function photoSteps(c: Context, ops: readonly Read[]): HistoryStep[] {
  const devices = new Set(c.rows.value.map((r) => r.device));
  return ops.map((one) => ({ ...step(c, devices, one), what: "photo", changes: [] }));
}

type Head = Conflict["heads"][number];

function headOf(c: Context, read: Read | undefined, field: string, group: readonly string[]): Head[] {
  if (!read) return [];
  const fields = fieldsOf(read.op);
  const whole = Object.fromEntries(Object.entries(fields).filter(([name]) => group.includes(name)));
  const { recordedAt, by, id } = read.op;
  return [
    { op: id, who: nameOf(c, by), recorded_at: recordedAt, value: fields[field] ?? null, group: whole },
  ];
}

/** A tombstone beside writes it did not see: stay away, or come back. */
function tornHeads(c: Context, row: DocRow, all: ReadonlyMap<string, Read>): Head[] {
  const tombs = (row.heads._deleted ?? []).filter((id) => fieldsAt(all, id)._deleted === true);
  if (tombs.length === 0 || row.deleted) return [];
  const seen = new Set(tombs.flatMap((id) => seenBy(all.get(id) as Read, all).map((one) => one.op.id)));
  const writes = row.conflicts.flatMap((field) => row.heads[field] ?? []);
  const beside = [...new Set(writes)].filter((id) => !tombs.includes(id) && !seen.has(id));
  return [...beside, ...tombs].flatMap((id) => headOf(c, all.get(id), "_deleted", []));
}

const fieldsAt = (all: ReadonlyMap<string, Read>, id: string): Values => {
  const read = all.get(id);
  return read ? fieldsOf(read.op) : {};
};

/** Where the heads of a document differ: one conflict for each group of fields that are written together. */
export function conflictsOf(c: Context, row: DocRow, ops: readonly Read[]): Conflict[] {
  const form = c.forms.value.get(textValue(row.values.form) ?? row.type);
  const all = new Map(ops.map((one) => [one.op.id, one]));
  const torn = tornHeads(c, row, all);
  const found: Conflict[] = torn.length > 0 ? [{ field: "_deleted", group: ["_deleted"], heads: torn }] : [];
  const told = new Set<string>(["_deleted"]);
  for (const field of row.conflicts) {
    const ids = row.heads[field] ?? [];
    if (told.has(field) || (torn.length > 0 && !differ(all, ids, field))) continue;
    const group = form ? groupOf(form, field) : [field];
    for (const name of group) told.add(name);
    found.push({ field, group, heads: ids.flatMap((id) => headOf(c, all.get(id), field, group)) });
  }
  return found;
}

function differ(all: ReadonlyMap<string, Read>, ids: readonly string[], field: string): boolean {
  return new Set(ids.map((id) => JSON.stringify(fieldsAt(all, id)[field] ?? null))).size > 1;
}
