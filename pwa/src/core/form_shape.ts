/**
 * What a form is: the typed reading of one JSON file of `sync/forms/`. Loads nothing: takes the JSON.
 *
 * The phone may meet a file newer than itself: what does not parse is null, and never stops the other forms.
 * Twin of `sync/form_shape.py`. Source: sync/forms/schema.json.
 */

import { splitLine } from "./values";

export type Words = { vi: string; en: string };
export type Sector = "crop" | "livestock" | "aquaculture" | "organic" | "any";
export type Groups = readonly (readonly string[])[];
const SECTORS = ["crop", "livestock", "aquaculture", "organic", "any"] as const;
const REQUIRED = ["yes", "if", "advised", "no"] as const;
const ABOUT = ["required", "optional", "none"] as const;
const WANTED = ["always", "new_product", "advised", "optional"] as const;

export interface FormChoice {
  code: string;
  label: Words;
}

/** One question. `when`: asked only where an earlier field has one of these values. */
export interface FormField {
  name: string;
  type: string;
  label: Words;
  help: Words | null;
  required: (typeof REQUIRED)[number];
  when: { field: string; in: readonly (string | boolean)[] } | null;
  /** False: the value goes into the private part of the op. */
  public: boolean;
  /** Allowed unit codes of an amount, the first is the default. */
  units: readonly string[];
  choices: readonly FormChoice[];
  /** Type of the documents that a `ref` or `refs` names. */
  of: string;
  /** Folded under "Ghi thêm". */
  more: boolean;
  /** False: not copied by "như lần trước". */
  repeat: boolean;
  /** Decimal texts in the default unit; outside is a finding, never a refusal. */
  range: readonly [string, string] | null;
  default: string | number | boolean | null;
}

/** Fields that repeat, written as `line.<id>.<name>`. */
export interface FormLines {
  title: Words;
  add: Words;
  min: number;
  max: number;
  groups: Groups;
  fields: readonly FormField[];
}

export interface FormPhoto {
  kind: string;
  label: Words;
  wanted: (typeof WANTED)[number];
}

/** A way into a form: what stands on it, and the values that it fills in. The form's own has no code. */
export interface FormTile {
  code: string;
  icon: string;
  short: Words;
  order: number;
  set: Readonly<Record<string, string | boolean>>;
}

/** One form. `fields` begins with the common ones where it records entries. */
export interface Form {
  form: string;
  version: number;
  document: "entry" | "plot" | "season" | "inspection" | "question";
  sector: Sector;
  kind: "record" | "view";
  icon: string;
  standard: { code: string; clause: string; mark: string } | null;
  title: Words;
  short: Words;
  help: Words | null;
  order: number;
  /** Works of this form with tiles of their own, beside the form's. */
  tiles: readonly FormTile[];
  about: { plots: (typeof ABOUT)[number]; season: (typeof ABOUT)[number] };
  replaces: readonly string[];
  sources: readonly string[];
  groups: Groups;
  /** Of each list at least one field is to be filled in. */
  oneOf: Groups;
  fields: readonly FormField[];
  lines: FormLines | null;
  photos: readonly FormPhoto[];
}

/** The field of a name as it stands in `set`, lines too (`line.<id>.<name>`). */
export function fieldOf(form: Form, name: string): FormField | undefined {
  const line = splitLine(name);
  if (line) return form.lines?.fields.find((f) => f.name === line[1]);
  return form.fields.find((f) => f.name === name);
}

/** The form's own tile: nothing filled in. */
export const ownTile = ({ icon, short, order }: Form): FormTile => ({
  code: "",
  icon,
  short,
  order,
  set: {},
});

/** The tile that values go by: the first whose own they all hold, else the form's. */
export function tileOf(form: Form, values: { readonly [name: string]: unknown }): FormTile {
  const holds = (tile: FormTile) => Object.entries(tile.set).every(([name, value]) => values[name] === value);
  return form.tiles.find(holds) ?? ownTile(form);
}

/** The names written together with `name`, itself among them; alone where it has no group. */
export function groupOf(form: Form, name: string): readonly string[] {
  const line = splitLine(name);
  const groups = line ? (form.lines?.groups ?? []) : form.groups;
  const mine = groups.find((g) => g.includes(line ? line[1] : name));
  if (!mine) return [name];
  return line ? mine.map((n) => `line.${line[0]}.${n}`) : mine;
}

/** Fields of `common.json`, for `parseForm`. */
export function parseCommon(x: unknown): FormField[] {
  return isShape(x) ? list(x.fields).flatMap(parseField) : [];
}

/** The form of a file, or null for one that is none; `common` are the fields of common.json. */
export function parseForm(x: unknown, common: readonly FormField[] = []): Form | null {
  if (!isShape(x) || typeof x.form !== "string" || typeof x.version !== "number") return null;
  const title = parseWords(x.title);
  if (!title) return null;
  const document = one(x.document, ["entry", "plot", "season"] as const, "entry");
  const kind = one(x.kind, ["record", "view"] as const, "record");
  const asked = isShape(x.about) ? x.about : {};
  const about = { plots: one(asked.plots, ABOUT, "optional"), season: one(asked.season, ABOUT, "optional") };
  const mark = isShape(x.standard) ? x.standard : null;
  const shared = document === "entry" && kind === "record" ? commonFields(common, x.common, about) : [];
  return {
    form: x.form,
    version: x.version,
    document,
    sector: one(x.sector, SECTORS, "any"),
    kind,
    icon: text(x.icon),
    standard: mark && { code: text(mark.code), clause: text(mark.clause), mark: text(mark.mark) },
    title,
    short: parseWords(x.short) ?? title,
    help: parseWords(x.help),
    order: typeof x.order === "number" ? x.order : 1000,
    tiles: list(x.tiles).flatMap(parseTile),
    about,
    replaces: texts(x.replaces),
    sources: texts(x.sources),
    groups: list(x.groups).map(texts),
    oneOf: list(x.one_of).map(texts),
    fields: [...shared, ...list(x.fields).flatMap(parseField)],
    lines: parseLines(x.lines),
    photos: list(x.photos).flatMap(parsePhoto),
  };
}

/** The common fields as this form asks them: re-labelled, plots and season as `about` says. */
function commonFields(common: readonly FormField[], over: unknown, about: Form["about"]): FormField[] {
  return common.flatMap((field) => {
    const need = field.name === "plots" || field.name === "season" ? about[field.name] : "required";
    if (need === "none") return [];
    const change = isShape(over) && isShape(over[field.name]) ? (over[field.name] as Shape) : {};
    const required = one(change.required, REQUIRED, field.required);
    return [
      {
        ...field,
        label: parseWords(change.label) ?? field.label,
        help: parseWords(change.help) ?? field.help,
        required: need === "optional" ? "no" : required,
        more: field.more || change.more === true,
      },
    ];
  });
}

type Shape = { [name: string]: unknown };

function isShape(x: unknown): x is Shape {
  return typeof x === "object" && x !== null && !Array.isArray(x);
}

const text = (x: unknown, otherwise = ""): string => (typeof x === "string" ? x : otherwise);
const list = (x: unknown): readonly unknown[] => (Array.isArray(x) ? x : []);
const texts = (x: unknown): string[] => list(x).filter((i): i is string => typeof i === "string");
const isPlain = (x: unknown): x is string | boolean => typeof x === "string" || typeof x === "boolean";
const one = <T extends string>(x: unknown, of: readonly T[], otherwise: T): T =>
  of.find((i) => i === x) ?? otherwise;

function parseWords(x: unknown): Words | null {
  return isShape(x) && typeof x.vi === "string" && typeof x.en === "string" ? { vi: x.vi, en: x.en } : null;
}

/** A tile that fills nothing in would hide the form's own: it is none. */
function parseTile(x: unknown): FormTile[] {
  const short = isShape(x) ? parseWords(x.short) : null;
  if (!isShape(x) || typeof x.code !== "string" || !short || !isShape(x.set)) return [];
  const set = Object.entries(x.set).filter((pair): pair is [string, string | boolean] => isPlain(pair[1]));
  if (set.length === 0) return [];
  const order = typeof x.order === "number" ? x.order : 1000;
  return [{ code: x.code, icon: text(x.icon), short, order, set: Object.fromEntries(set) }];
}

function parseChoice(x: unknown): FormChoice[] {
  const label = isShape(x) ? parseWords(x.label) : null;
  return isShape(x) && typeof x.code === "string" && label ? [{ code: x.code, label }] : [];
}

function parseField(x: unknown): FormField[] {
  if (!isShape(x) || typeof x.name !== "string") return [];
  const label = parseWords(x.label);
  if (!label) return [];
  const [low, high] = texts(x.range);
  const when = isShape(x.when) && typeof x.when.field === "string" ? x.when : null;
  return [
    {
      name: x.name,
      type: text(x.type, "text"),
      label,
      help: parseWords(x.help),
      required: one(x.required, REQUIRED, "no"),
      when: when && { field: text(when.field), in: list(when.in).filter(isPlain) },
      public: x.public === true,
      units: texts(x.units),
      choices: list(x.choices).flatMap(parseChoice),
      of: text(x.of),
      more: x.more === true,
      repeat: x.repeat !== false,
      range: low !== undefined && high !== undefined ? [low, high] : null,
      default: isPlain(x.default) || typeof x.default === "number" ? x.default : null,
    },
  ];
}

function parseLines(x: unknown): FormLines | null {
  if (!isShape(x)) return null;
  const title = parseWords(x.title) ?? { vi: "", en: "" };
  return {
    title,
    add: parseWords(x.add) ?? title,
    min: typeof x.min === "number" ? x.min : 0,
    max: typeof x.max === "number" ? x.max : 8,
    groups: list(x.groups).map(texts),
    fields: list(x.fields).flatMap(parseField),
  };
}

function parsePhoto(x: unknown): FormPhoto[] {
  const label = isShape(x) ? parseWords(x.label) : null;
  if (!isShape(x) || typeof x.kind !== "string" || !label) return [];
  return [{ kind: x.kind, label, wanted: one(x.wanted, WANTED, "optional") }];
}
