/** Plots, seasons and the order of activities, read from the folded documents. */
import { fieldOf, formsFor, ownTile } from "../core/forms.ts";
import type { DocRow } from "../store/rows.ts";
import { type Context, listIn, textIn, textsOf, textValue } from "./context.ts";
import { change } from "./diary.ts";
import { useName } from "./draft_save.ts";
import type { Activities, Activity, Farm, Form, PlotRow, SeasonRow, Sector } from "./types.ts";

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

function toSeason(c: Context, row: DocRow): SeasonRow {
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
async function entriesOf(c: Context, season: string): Promise<number> {
  const of = [c.farm.value?.scope ?? "", season];
  const keys = await c.store.use((db) => db.docs.where("[scope+of]").equals(of).primaryKeys());
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
  const [found, places] = await Promise.all([of("season"), of("plot")]);
  const rows = found.filter((r) => !r.deleted).map((r) => toSeason(c, r));
  c.seasons.value = rows.sort(
    (a, b) => Number(b.running) - Number(a.running) || (a.started_on < b.started_on ? 1 : -1),
  );
  c.plots.value = places.filter((r) => !r.deleted).map((r) => toPlot(r, rows));
  const sectors = new Set(rows.flatMap((s) => (s.running && s.sector !== null ? [s.sector] : [])));
  const [sector] = sectors;
  const { farm } = c;
  // A farm of several sectors has none that is its own: every activity is offered then.
  if (farm.value) farm.value = { ...farm.value, sector: sectors.size === 1 && sector ? sector : null };
}

export function makeFarm(c: Context): Farm {
  return {
    plots: c.plots,
    seasons: c.seasons,
    entriesOf: (season) => entriesOf(c, season),
    endSeason: (doc, endedOn) => change(c, doc, { ended_on: endedOn }),
  };
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
  const sector = c.seasons.value.find((s) => s.doc === season)?.sector ?? null;
  const found = sector !== null && sector !== "any" ? [sector] : farmSectors(c);
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

function farmSectors(c: Context): ("crop" | "livestock" | "aquaculture" | "organic")[] {
  const own = FARMED.filter((s) => c.seasons.value.some((x) => x.running && x.sector === s));
  return own.length > 0 ? own : ["crop", "livestock", "aquaculture"];
}
