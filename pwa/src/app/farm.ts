/** Plots, seasons, the home view and the order of activities, read from the folded documents. */
import { signal } from "@preact/signals";
import { msToDate } from "../core/civil.ts";
import { fieldOf, formsFor, ownTile } from "../core/forms.ts";
import { unsettled } from "../store/again.ts";
import type { Database } from "../store/db.ts";
import type { DocRow } from "../store/rows.ts";
import { type Context, countVoices, listIn, maySee, textIn, textsOf, textValue } from "./context.ts";
import { change } from "./diary.ts";
import { useName } from "./draft_save.ts";
import { askedEntries, toEntry } from "./entries.ts";
import { workersIn } from "./last_like.ts";
import { isMine } from "./stuck.ts";
import type { Activities, Activity, Farm, Form, Home, PlotRow, SeasonRow, Sector } from "./types.ts";
import { newest } from "./walk.ts";

export const plots = signal<readonly PlotRow[]>([]);
export const seasons = signal<readonly SeasonRow[]>([]);

const TODAY_MAX = 20;
/** So far back home looks for entries on which two phones disagree. */
const RECENT_ROWS = 200;
const FARMED = ["crop", "livestock", "aquaculture", "organic"] as const;

function sectorOf(c: Context, row: DocRow): Sector | null {
  if (row.values.standard === "organic") return "organic";
  const product = listIn(c.reference.value, "products").find((p) => textIn(p, "code") === row.values.product);
  // A product typed by hand has no code; the season itself says whether it is grown or kept.
  return FARMED.find((s) => s === textIn(product, "sector") || s === row.values.sector) ?? null;
}

/** "vụ đông": the word of the form for the season's code, in the language of the screens. */
function seasonWord(c: Context, code: string | null): string | null {
  const form = c.forms.value.get("season");
  const choices = form === undefined ? [] : (fieldOf(form, "season_name")?.choices ?? []);
  const word = choices.find((one) => one.code === code)?.label[c.settings.value.language] ?? code;
  return word === null ? null : word.charAt(0).toLowerCase() + word.slice(1);
}

function toSeason(c: Context, row: DocRow, entries: number): SeasonRow {
  const v = row.values;
  const ended = textValue(v.ended_on);
  const named = [textValue(v.product_name), seasonWord(c, textValue(v.season_name))].filter(Boolean);
  return {
    scope: row.scope,
    doc: row.doc,
    name: named.join(", "),
    product: textValue(v.product),
    sector: sectorOf(c, row),
    plots: textsOf(v.plots),
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

/** How many entries a season has on this phone: keys of an index, no rows. */
async function entriesOf(db: Database, scope: string, season: string): Promise<number> {
  const keys = await db.docs.where("[scope+of]").equals([scope, season]).primaryKeys();
  return keys.filter(([, doc]) => doc.startsWith("entry:")).length;
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
  const found = (await of("season")).filter((r) => !r.deleted);
  const counts = await c.store.use((db) => Promise.all(found.map((r) => entriesOf(db, scope, r.doc))));
  const rows = found.map((r, i) => toSeason(c, r, counts[i] ?? 0));
  seasons.value = rows.sort(
    (a, b) => Number(b.running) - Number(a.running) || (a.started_on < b.started_on ? 1 : -1),
  );
  plots.value = (await of("plot")).filter((r) => !r.deleted).map((r) => toPlot(r, rows));
  const sectors = new Set(rows.flatMap((s) => (s.running && s.sector !== null ? [s.sector] : [])));
  const [sector] = sectors;
  const { farm } = c;
  // A farm of several sectors has none that is its own: every activity is offered then.
  if (farm.value) farm.value = { ...farm.value, sector: sectors.size === 1 && sector ? sector : null };
}

export async function loadHome(c: Context): Promise<Home> {
  const scope = c.farm.value?.scope ?? "";
  const today = String(msToDate(c.store.world.now()));
  return c.store.use(async (db) => {
    const rows = await newest(db, { scope, type: "entry", from: today, to: today }, TODAY_MAX);
    const recent = await newest(db, { scope, type: "entry" }, RECENT_ROWS);
    c.workers.value = workersIn(recent);
    const entries = async (list: DocRow[]) => Promise.all(list.map((r) => toEntry(db, r)));
    const bytes = await db.uploads.where("state").equals("waiting").toArray();
    const waiting = bytes.filter((row) => maySee(c, row.scope));
    const stuck = async (...states: string[]) =>
      (await unsettled(db, await db.ops.where("state").anyOf(states).toArray())).filter((op) => isMine(c, op))
        .length;
    return {
      today: await entries(rows),
      runningSeasons: seasons.value.filter((s) => s.running),
      waitingOps: await waitingLines(c, db),
      waitingPhotos: waiting.length,
      waitingVoices: countVoices(waiting),
      drafts: c.drafts.value,
      held: await stuck("held"),
      refused: await stuck("refused", "turned_down"),
      conflicts: await entries(recent.filter((r) => r.conflicts.length > 0)),
      asked: await askedEntries(db, scope),
    };
  });
}

/** What a person would count as waiting: documents, however often changed; a photo is counted by its bytes. */
async function waitingLines(c: Context, db: Database): Promise<number> {
  const all = await db.ops.where("state").equals("outbox").toArray();
  const waiting = all.filter((op) => isMine(c, op));
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
      const used = await usage(c);
      const count = ({ form, tiles }: Form): number =>
        tiles.reduce((sum, tile) => sum + used(useName(form, tile)), used(form));
      return workOf(c, season).sort((a, b) => count(b) - count(a) || a.order - b.order);
    },
    async tiles(season) {
      const used = await usage(c);
      const count = ({ form, tile }: Activity): number => used(useName(form.form, tile));
      return workOf(c, season)
        .flatMap((form) => [ownTile(form), ...form.tiles].map((tile): Activity => ({ form, tile })))
        .sort((a, b) => count(b) - count(a) || a.tile.order - b.tile.order);
    },
  };
}

/** The forms to record with in a season, or on the whole farm. */
function workOf(c: Context, season: string | null): Form[] {
  const sector = seasons.value.find((s) => s.doc === season)?.sector ?? null;
  const found = sector !== null && sector !== "any" ? [sector] : farmSectors();
  const all = new Map<string, Form>();
  for (const one of found) for (const form of formsFor(one, c.forms.value.values())) all.set(form.form, form);
  return [...all.values()];
}

/** How often each tile was used on this phone, by its `useName`. */
async function usage(c: Context): Promise<(name: string) => number> {
  const used: unknown = (await c.store.use((db) => db.meta.get("usage")))?.value;
  return (name) => {
    const n: unknown = typeof used === "object" && used !== null ? Reflect.get(used, name) : 0;
    return typeof n === "number" ? n : 0;
  };
}

function farmSectors(): ("crop" | "livestock" | "aquaculture" | "organic")[] {
  const own = FARMED.filter((s) => seasons.value.some((x) => x.running && x.sector === s));
  return own.length > 0 ? own : ["crop", "livestock", "aquaculture"];
}
