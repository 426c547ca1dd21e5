/** How dates, amounts and values of a form are written for a person. Pure but for the language signal and `today`. */

import { signal } from "@preact/signals";
import type { Activity, EntryRow, Form, FormField, PlotRow, SeasonRow, Value, Values } from "../app/types.ts";
import { addDays, daysBetween, msToDate, parseDate, weekdayName } from "../core/civil.ts";
import { ownTile, tileOf } from "../core/forms.ts";
import { solarToLunar } from "../core/lunar.ts";
import { amountShown, areaShown, formatDecimal, UNITS } from "../core/units.ts";
import { app } from "./app.ts";
import { language, say, words } from "./words/index.ts";

const NBSP = "\u00a0";

/** The phone's own civil date. */
export function today(): string {
  const now = Date.now();
  return String(msToDate(now, -new Date(now).getTimezoneOffset()));
}

/** Return "8/11" (with the year where it is not this one). */
export function dayMonth(date: string): string {
  const parts = parseDate(date);
  if (typeof parts === "string") return date;
  const [year, month, day] = parts;
  return today().startsWith(`${year}-`) ? `${day}/${month}` : `${day}/${month}/${year}`;
}

/** Return "Hôm nay", "Hôm qua" or "Chủ nhật 8/11". */
export function dayName(date: string): string {
  if (date === today()) return words.value.today;
  if (date === String(addDays(today(), -1))) return words.value.yesterday;
  return `${weekdayName(date, language.value)} ${dayMonth(date)}`;
}

/** Return the day inside a sentence: "hôm nay", "thứ Ba 24/11". */
export function dayWithin(date: string): string {
  const day = dayName(date);
  const named = language.value === "en" && day !== words.value.today && day !== words.value.yesterday;
  return named ? day : day.charAt(0).toLowerCase() + day.slice(1);
}

export function lunarDay(date: string): string {
  const parts = parseDate(date);
  if (typeof parts === "string") return "";
  const lunar = solarToLunar(...parts);
  return typeof lunar === "string" ? "" : words.value.lunar(lunar.day, lunar.month);
}

/** Return a moment as "Hôm qua, 19:03". */
export function moment(ms: number): string {
  const at = new Date(ms);
  const date = String(msToDate(ms, -at.getTimezoneOffset()));
  return words.value.at_time(dayName(date), `${at.getHours()}:${String(at.getMinutes()).padStart(2, "0")}`);
}

/** Days from one date to another, both counted; 0 where a date is bad. */
export function dayCount(from: string, to: string): number {
  const days = daysBetween(from, to);
  return typeof days === "number" ? days + 1 : 0;
}

export interface Amount {
  amount: string;
  unit: string;
}

export function isAmount(value: Value | undefined): value is { amount: string; unit: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    typeof value.amount === "string" &&
    typeof value.unit === "string"
  );
}

export function unitShown(unit: string): string {
  return UNITS.get(unit)?.label[language.value] ?? unit;
}

/** Return "2 sào": as it was said, without the m² beside it. */
export const amountSaid = (value: Amount): string =>
  amountText(value).split(`${NBSP}(`)[0]?.split(" (")[0] ?? "";

/** Return "2 sào (720 m²)", "30 ml/bình": never broken between number and unit. */
export function amountText(value: Amount): string {
  const area = areaShown(value.amount, value.unit, language.value);
  const single = amountShown(value.amount, value.unit, language.value) ?? `${value.amount} ${value.unit}`;
  const [said, beside] = typeof area === "string" ? [single, ""] : area;
  const whole = (text: string) => text.replaceAll(" ", NBSP);
  return beside === "" ? whole(said) : `${whole(said)} (${whole(beside)})`;
}

export function numberShown(amount: string): string {
  const minus = amount.startsWith("-");
  return (minus ? "−" : "") + (formatDecimal(minus ? amount.slice(1) : amount, language.value) ?? amount);
}

/** Return the words for a value of a field; "" for an empty one. */
export function valueShown(field: FormField, value: Value | undefined): string {
  if (value === undefined || value === null || value === "") return "";
  if (isAmount(value)) return amountText(value);
  if (typeof value === "boolean") return value ? words.value.yes : words.value.no;
  if (field.type === "boundary") return Array.isArray(value) ? words.value.boundary_points(value.length) : "";
  if (field.type === "days") return amountText({ amount: String(value), unit: "ngay" });
  if (Array.isArray(value)) return value.map((one) => valueShown(field, one)).join(", ");
  if (typeof value === "number") return numberShown(String(value));
  if (typeof value !== "string") return positionShown(value);
  if (field.type === "date") return dayName(value);
  if (field.type === "ref" || field.type === "refs") return refShown(value);
  if (field.type === "decimal" || field.type === "days") return numberShown(value);
  const choice = field.choices.find((one) => one.code === value);
  return choice === undefined ? value : say(choice.label);
}

function positionShown(value: { [name: string]: Value }): string {
  const accuracy = value.accuracy_m;
  return typeof accuracy === "number" ? words.value.position_taken(accuracy) : words.value.boundary;
}

/** How entries are called that others name (`form/harvests.tsx` learns them). */
export const entryNames = signal<ReadonlyMap<string, string>>(new Map());

function refShown(ref: string): string {
  return (plotOf(ref)?.name ?? entryNames.value.get(ref) ?? seasonNameOf(ref)) || "…";
}

export const plotOf = (ref: string): PlotRow | undefined =>
  app().farm.plots.value.find((one) => one.doc === ref);
export const seasonOf = (ref: string | null): SeasonRow | undefined =>
  app().farm.seasons.value.find((one) => one.doc === ref);

/** Return the plots' names joined, "" for none. */
export function plotsShown(plots: readonly string[]): string {
  return plots
    .map((ref) => plotOf(ref)?.name ?? "")
    .filter(Boolean)
    .join(", ");
}

/** Return "Su hào, vụ đông". */
export const seasonName = (season: SeasonRow): string => seasonParts(season).filter(Boolean).join(", ");

/** Return what grows, and which season of the year in the language of the screen; "" for what is not said. */
export function seasonParts(season: SeasonRow): [product: string, part: string] {
  const { product_name: product, season_name: part } = season.values;
  const field = app()
    .activities.form("season")
    ?.fields.find((one) => one.name === "season_name");
  const shown = field === undefined || typeof part !== "string" ? "" : valueShown(field, part);
  return [typeof product === "string" ? product : "", shown.toLowerCase()];
}

/** Return the name of the season of an entry, "" for none. */
export function seasonNameOf(ref: string | null): string {
  const season = seasonOf(ref);
  return season === undefined ? "" : seasonName(season);
}

/** Pictogram of a season: its product's in the reference, else one for its sector. */
/** The word for taking what a season gives ("hái", "gặt", "bán"): the first of the product's own words. */
export function verbOf(season: SeasonRow): string {
  const product = app()
    .reference("products")
    ?.find((one) => one.code === season.product);
  const verb = product?.verb;
  const said = typeof verb === "object" && verb !== null && !Array.isArray(verb) ? verb[language.value] : "";
  return (typeof said === "string" ? said.split(" ")[0] : "") || words.value.verb_take;
}

export function seasonIcon(season: SeasonRow | undefined): string {
  if (season === undefined) return "field";
  const product = app()
    .reference("products")
    ?.find((one) => one.code === season.product);
  if (product !== undefined && typeof product.icon === "string") return product.icon;
  if (season.sector === "livestock") return "chicken";
  return season.sector === "aquaculture" ? "fish" : "vegetable";
}

export const PLOT_ICONS: Readonly<Record<string, string>> = {
  field: "field",
  greenhouse: "greenhouse",
  garden: "season",
  pond: "pond",
  pen: "pen",
  store: "store",
};

/** Ids of the product lines of an entry, in the order of first appearance. */
export function lineIds(values: Values): string[] {
  const ids = new Set<string>();
  for (const [name, value] of Object.entries(values)) {
    const match = /^line\.([a-z2-7]{8})\./.exec(name);
    if (match?.[1] !== undefined && value !== null) ids.add(match[1]);
  }
  return [...ids];
}

const UNTOLD = new Set(["boundary", "position", "ref", "refs"]);
const COMMON = new Set(["happened_on", "plots", "season", "performed_by", "note", "position", "name"]);

/** Return one short line about an entry: its product lines, else its first two filled fields. */
export function summary(form: Form | null, values: Values): string {
  if (form === null) return "";
  const lines = form.lines;
  if (lines !== null) {
    const shown = lineIds(values).map((id) => lineSummary(lines.fields, values, id));
    if (shown.length > 0) return shown.filter(Boolean).join("; ");
  }
  // What the tile says stands in the title already.
  const said = tileOf(form, values).set;
  return form.fields
    .filter((field) => !COMMON.has(field.name) && !UNTOLD.has(field.type) && !(field.name in said))
    .map((field) => valueShown(field, values[field.name]))
    .filter(Boolean)
    .slice(0, 2)
    .join(", ");
}

/** Return "Emamectin 5WG, 10 g/bình" for one line. */
export function lineSummary(fields: readonly FormField[], values: Values, id: string): string {
  return fields
    .map((field) => valueShown(field, values[`line.${id}.${field.name}`]))
    .filter(Boolean)
    .slice(0, 2)
    .join(", ");
}

/** What an entry goes by: the short name of its work, or of its form, and the pictogram. */
export function faceOf(row: { form: string; values: Values }): { icon: string; short: string } {
  const form = app().activities.form(row.form);
  if (form === null) return { icon: "more", short: row.form || words.value.a_line };
  const tile = tileOf(form, row.values);
  return { icon: tile.icon, short: say(tile.short) };
}

/** Title of an entry row. */
export const formShort = (row: { form: string; values: Values }): string => faceOf(row).short;

/** Return what tells a tile from others of the list with its name, "Chăn nuôi"; "" where it is the only one. */
export function tileBeside({ form, tile }: Activity, list: readonly Activity[]): string {
  const same = (one: Activity) => one.form.form !== form.form && say(one.tile.short) === say(tile.short);
  return list.some(same) ? sectorShown(form) : "";
}

/** Return the same for a form among forms. */
export const formBeside = (form: Form, list: readonly Form[]): string =>
  tileBeside(
    { form, tile: ownTile(form) },
    list.map((one) => ({ form: one, tile: ownTile(one) })),
  );

function sectorShown(form: Form): string {
  const w = words.value;
  const sectors: Readonly<Record<string, string>> = {
    crop: w.sector_crop,
    livestock: w.sector_livestock,
    aquaculture: w.sector_aquaculture,
    organic: w.sector_organic,
  };
  return sectors[form.sector] ?? "";
}

/** Return "Ảnh: Nhãn thuốc": what the form calls this kind of photo. */
export function photoName(form: Form | null, kind: string): string {
  const found = form?.photos.find((one) => one.kind === kind);
  return found === undefined ? words.value.photos : words.value.photo_of(say(found.label));
}

/** Second line of an entry row: the season and the places. */
export function whereShown(row: Pick<EntryRow, "season" | "plots">): string {
  return [seasonNameOf(row.season), plotsShown(row.plots)].filter(Boolean).join(", ");
}
