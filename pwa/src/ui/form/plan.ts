/**
 * What of a form is asked now, and what a rule of the form notices. Pure: form and values in, lists out.
 *
 * It refuses nothing: a missing field or an odd number is said, and can be saved. It names no field of any form
 * but the six that are common to all entries.
 */

import type { Form, FormField, FormPhoto, Value, Values } from "../../app/types.ts";
import { compareDecimals } from "../../core/units.ts";
import { isAmount } from "../show.ts";
import { say } from "../words/index.ts";

/** Drawn at the head or the foot of every form, not in its list. */
const PLACED = new Set(["happened_on", "plots", "season", "performed_by", "note", "position"]);

export interface Plan {
  /** Fields asked one after another. */
  main: readonly FormField[];
  /** Folded under "Ghi thêm". */
  more: readonly FormField[];
}

export const fieldOf = (form: Form, name: string): FormField | null =>
  form.fields.find((field) => field.name === name) ?? null;

/** Return what a field is called, in lines too; "" where the form does not know it. */
export function labelOf(form: Form | null, name: string): string {
  const own = name.replace(/^line\.[a-z2-7]{8}\./, "");
  const fields = name.startsWith("line.") ? (form?.lines?.fields ?? []) : (form?.fields ?? []);
  return say(fields.find((one) => one.name === own)?.label ?? null);
}

/**
 * Says whether a field is asked, given the values beside it.
 *
 * `prefix` is `line.<id>.` inside a line; its condition may also name a field of the form itself.
 */
export function isAsked(field: FormField, values: Values, prefix = ""): boolean {
  if (field.when === null) return true;
  const { in: wanted } = field.when;
  const value = values[prefix + field.when.field] ?? values[field.when.field];
  const found = Array.isArray(value) ? value : [value];
  return found.some((one) => wanted.some((want) => want === one));
}

/**
 * Return the fields to draw, in the order of the form; product lines and photos stand beside them.
 *
 * `entry`: the six common fields have their own places there; a plot or a season asks for all of its own here.
 */
export function planFields(
  fields: readonly FormField[],
  values: Values,
  prefix = "",
  entry = prefix === "",
): Plan {
  const asked = fields.filter(
    (field) => !(entry && PLACED.has(field.name)) && isAsked(field, values, prefix),
  );
  return { main: asked.filter((field) => !field.more), more: asked.filter((field) => field.more) };
}

export const isEmpty = (value: Value | undefined): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** Return the usual range where the value lies outside it, else null; amounts only in the field's first unit. */
export function oddRange(field: FormField, value: Value | undefined): readonly [string, string] | null {
  const range = field.range;
  if (range === null) return null;
  const amount = isAmount(value) ? (value.unit === field.units[0] ? value.amount : null) : decimalOf(value);
  if (amount === null) return null;
  const low = compareDecimals(amount, range[0]);
  const high = compareDecimals(amount, range[1]);
  return low === -1 || high === 1 ? range : null;
}

function decimalOf(value: Value | undefined): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : null;
}

/** Return the values with one changed, and what is asked no more (its `when` fell) cleared. */
export function setValue(form: Form, values: Values, name: string, value: Value): Values {
  const next: Values = { ...values, [name]: value };
  const line = /^(line\.[a-z2-7]{8}\.)/.exec(name)?.[1] ?? "";
  const fields = line === "" ? form.fields : (form.lines?.fields ?? []);
  for (const field of fields) {
    const full = line + field.name;
    if (field.when !== null && !isEmpty(next[full]) && !isAsked(field, next, line)) next[full] = null;
  }
  return next;
}

/** Return the values without a line: null for what was stored, so that the op clears it. */
export function dropLine(values: Values, base: Values, id: string): Values {
  const next: Values = {};
  for (const [name, value] of Object.entries(values)) {
    if (!name.startsWith(`line.${id}.`)) next[name] = value;
    else if (base[name] !== undefined) next[name] = null;
  }
  return next;
}

/** Return a line id, 8 of a-z2-7, from 8 random bytes. */
export function lineId(random: Uint8Array): string {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  return Array.from(random.slice(0, 8), (byte) => letters[byte & 31]).join("");
}

/** Return an id for a new line. */
export const newLineId = (): string => lineId(crypto.getRandomValues(new Uint8Array(8)));

/** Return the photos that the form asks for loudest: what it always wants, then advised, then the rest. */
export function photoOrder(photos: readonly FormPhoto[]): readonly FormPhoto[] {
  const weight = ["always", "new_product", "advised", "optional"];
  return [...photos].sort((a, b) => weight.indexOf(a.wanted) - weight.indexOf(b.wanted));
}

/** Values of an earlier entry over a new form: everything but what is not to be repeated; lines get new ids. */
export function repeatValues(now: Values, last: Values, form: Form, newId: () => string): Values {
  const next: Values = { ...now };
  const keep = new Map(form.fields.map((field) => [field.name, field.repeat]));
  const keepLine = new Map((form.lines?.fields ?? []).map((field) => [field.name, field.repeat]));
  const ids = new Map<string, string>();
  for (const [name, value] of Object.entries(last)) {
    const line = /^line\.([a-z2-7]{8})\.(.+)$/.exec(name);
    if (line?.[1] !== undefined && line[2] !== undefined) {
      if (keepLine.get(line[2]) !== true || value === null) continue;
      const id = ids.get(line[1]) ?? newId();
      ids.set(line[1], id);
      next[`line.${id}.${line[2]}`] = value;
    } else if (keep.get(name) === true && value !== null) next[name] = value;
  }
  return next;
}
