/** Plots, seasons, the home view and the order of activities, read from the folded documents. */
import { signal } from "@preact/signals";
import { msToDate } from "../core/civil.ts";
import { formsFor } from "../core/forms.ts";
import type { Database } from "../store/db.ts";
import type { DocRow } from "../store/rows.ts";
import { type Context, listIn, textIn, textValue } from "./context.ts";
import { change, toEntry } from "./diary.ts";
import type { Activities, Farm, Form, Home, PlotRow, SeasonRow, Sector, Value } from "./types.ts";

const texts = (v: Value | undefined): string[] =>
  Array.isArray(v) ? v.filter((x): x is string => typeof x === "string") : [];

export const plots = signal<readonly PlotRow[]>([]);
export const seasons = signal<readonly SeasonRow[]>([]);

const FARMED = ["crop", "livestock", "aquaculture", "organic"] as const;

function sectorOf(c: Context, row: DocRow): Sector | null {
  if (row.values.standard === "organic") return "organic";
  const product = listIn(c.reference.value, "products").find((p) => textIn(p, "code") === row.values.product);
  return FARMED.find((s) => s === textIn(product, "sector")) ?? null;
}

function toSeason(c: Context, row: DocRow, entries: number): SeasonRow {
  const v = row.values;
  const ended = textValue(v.ended_on);
  const named = [v.product_name, v.season_name].flatMap((x) => textValue(x) ?? []);
  return {
    scope: row.scope,
    doc: row.doc,
    name: named.join(", "),
    product: textValue(v.product),
    sector: sectorOf(c, row),
    plots: texts(v.plots),
    standard: textValue(v.standard) ?? "none",
    started_on: textValue(v.started_on) ?? "",
    ended_on: ended,
    running: ended === null && !row.deleted,
    entries,
    values: v,
    state: row.state,
    conflict: row.conflicts.length > 0,
    deleted: row.deleted,
  };
}

function toPlot(row: DocRow, running: readonly SeasonRow[]): PlotRow {
  const area = row.values.area;
  const amount = textIn(area, "amount");
  return {
    scope: row.scope,
    doc: row.doc,
    name: textValue(row.values.name) ?? "",
    kind: textValue(row.values.kind) ?? "field",
    area: amount === "" ? null : { amount, unit: textIn(area, "unit") },
    values: row.values,
    seasons: running.filter((s) => s.running && s.plots.includes(row.doc)).map((s) => s.doc),
    state: row.state,
    conflict: row.conflicts.length > 0,
    deleted: row.deleted,
  };
}

/** Read plots and seasons of the farm anew: tens of rows, through the index. */
export async function loadFarm(c: Context): Promise<void> {
  const scope = c.farm.value?.scope ?? "";
  const of = (type: string) =>
    c.store.use((db) =>
      db.docs
        .where("[scope+type+sort]")
        .between([scope, type, ""], [scope, type, "\uffff"])
        .reverse()
        .toArray(),
    );
  const rows = (await of("season")).filter((r) => !r.deleted).map((r) => toSeason(c, r, 0));
  seasons.value = rows.sort(
    (a, b) => Number(b.running) - Number(a.running) || (a.started_on < b.started_on ? 1 : -1),
  );
  plots.value = (await of("plot")).filter((r) => !r.deleted).map((r) => toPlot(r, rows));
}

export async function loadHome(c: Context): Promise<Home> {
  const scope = c.farm.value?.scope ?? "";
  const today = String(msToDate(c.store.world.now()));
  return c.store.use(async (db) => {
    const rows = await db.docs
      .where("[scope+type+sort]")
      .between([scope, "entry", today], [scope, "entry", `${today}~`])
      .reverse()
      .limit(20)
      .toArray();
    const recent = await db.docs
      .where("[scope+type+sort]")
      .between([scope, "entry", ""], [scope, "entry", "\uffff"])
      .reverse()
      .limit(200)
      .toArray();
    const entries = async (list: DocRow[]) => Promise.all(list.map((r) => toEntry(db, r)));
    return {
      today: await entries(rows),
      runningSeasons: seasons.value.filter((s) => s.running),
      waitingOps: await waitingLines(db),
      waitingPhotos: await db.uploads.where("state").equals("waiting").count(),
      drafts: c.drafts.value,
      held: await db.ops.where("state").equals("held").count(),
      refused: await db.ops.where("state").anyOf("refused", "turned_down").count(),
      conflicts: await entries(recent.filter((r) => r.conflicts.length > 0)),
      asked: [],
    };
  });
}

/** What a person would count as waiting: documents, however often changed; a photo is counted by its bytes. */
async function waitingLines(db: Database): Promise<number> {
  const waiting = await db.ops.where("state").equals("outbox").toArray();
  return new Set(waiting.flatMap((op) => (op.doc.startsWith("photo:") ? [] : [op.scope + op.doc]))).size;
}

export function makeFarm(c: Context): Farm {
  return { plots, seasons, endSeason: (doc, endedOn) => change(c, doc, { ended_on: endedOn }) };
}

export function makeActivities(c: Context): Activities {
  return {
    forms: c.forms,
    form: (code) => c.forms.value.get(code) ?? null,
    async list(season) {
      const sector = seasons.value.find((s) => s.doc === season)?.sector ?? null;
      const found = sector !== null && sector !== "any" ? [sector] : farmSectors();
      const all = new Map<string, Form>();
      for (const one of found)
        for (const form of formsFor(one, c.forms.value.values())) all.set(form.form, form);
      const used = await c.store.use((db) => db.meta.get("usage"));
      const count = (form: string): number => {
        const n: unknown =
          typeof used?.value === "object" && used.value !== null ? Reflect.get(used.value, form) : 0;
        return typeof n === "number" ? n : 0;
      };
      return [...all.values()].sort((a, b) => count(b.form) - count(a.form) || a.order - b.order);
    },
  };
}

function farmSectors(): ("crop" | "livestock" | "aquaculture" | "organic")[] {
  const own = FARMED.filter((s) => seasons.value.some((x) => x.running && x.sector === s));
  return own.length > 0 ? own : ["crop", "livestock", "aquaculture"];
}
