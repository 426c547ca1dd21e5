/**
 * Forms as the phone reads them: the JSON files of `sync/forms`, parsed once, never cast.
 *
 * A form that does not parse is left out (a newer file in an older app), it never stops the others.
 */
export type Words = { vi: string; en: string };
export type Sector = "crop" | "livestock" | "aquaculture" | "organic" | "any";

export interface FormChoice {
  code: string;
  label: Words;
}

export interface FormField {
  name: string;
  type: string;
  label: Words;
  help: Words | null;
  required: "yes" | "if" | "advised" | "no";
  when: { field: string; in: readonly (string | boolean)[] } | null;
  /** False: the value goes into the private part of the op. */
  public: boolean;
  units: readonly string[];
  choices: readonly FormChoice[];
  /** Folded under "Ghi thêm". */
  more: boolean;
  /** False: not copied by "như lần trước". */
  repeat: boolean;
  /** Decimal texts; outside is a finding, never a refusal. */
  range: readonly [string, string] | null;
  default: string | number | boolean | null;
}

export interface FormLines {
  title: Words;
  add: Words;
  min: number;
  max: number;
  groups: readonly (readonly string[])[];
  fields: readonly FormField[];
}

export interface FormPhoto {
  kind: string;
  label: Words;
  wanted: "always" | "new_product" | "advised" | "optional";
}

export interface Form {
  form: string;
  version: number;
  document: "entry" | "plot" | "season";
  sector: Sector;
  kind: "record" | "view";
  icon: string;
  standard: { code: string; clause: string; mark: string } | null;
  title: Words;
  short: Words;
  help: Words | null;
  order: number;
  about: { plots: "required" | "optional" | "none"; season: "required" | "optional" | "none" };
  groups: readonly (readonly string[])[];
  fields: readonly FormField[];
  lines: FormLines | null;
  photos: readonly FormPhoto[];
}

type Shape = { [name: string]: unknown };

function isShape(x: unknown): x is Shape {
  return typeof x === "object" && x !== null && !Array.isArray(x);
}

const text = (x: unknown, otherwise = ""): string => (typeof x === "string" ? x : otherwise);
const list = (x: unknown): readonly unknown[] => (Array.isArray(x) ? x : []);
const texts = (x: unknown): string[] => list(x).filter((i): i is string => typeof i === "string");
const one = <T extends string>(x: unknown, of: readonly T[], otherwise: T): T => of.find((i) => i === x) ?? otherwise;

function parseWords(x: unknown): Words | null {
  return isShape(x) && typeof x.vi === "string" && typeof x.en === "string" ? { vi: x.vi, en: x.en } : null;
}

function parseChoice(x: unknown): FormChoice[] {
  const label = isShape(x) ? parseWords(x.label) : null;
  return isShape(x) && typeof x.code === "string" && label ? [{ code: x.code, label }] : [];
}

function parseWhen(x: unknown): FormField["when"] {
  if (!isShape(x) || typeof x.field !== "string") return null;
  const values = list(x.in).filter((i): i is string | boolean => typeof i === "string" || typeof i === "boolean");
  return { field: x.field, in: values };
}

function parseField(x: unknown): FormField[] {
  if (!isShape(x) || typeof x.name !== "string") return [];
  const label = parseWords(x.label);
  if (!label) return [];
  const range = texts(x.range);
  const first = x.default;
  return [
    {
      name: x.name,
      type: text(x.type, "text"),
      label,
      help: parseWords(x.help),
      required: one(x.required, ["yes", "if", "advised", "no"] as const, "no"),
      when: parseWhen(x.when),
      public: x.public === true,
      units: texts(x.units),
      choices: list(x.choices).flatMap(parseChoice),
      more: x.more === true,
      repeat: x.repeat !== false,
      range: range[0] !== undefined && range[1] !== undefined ? [range[0], range[1]] : null,
      default: typeof first === "string" || typeof first === "number" || typeof first === "boolean" ? first : null,
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
  return [{ kind: x.kind, label, wanted: one(x.wanted, ["always", "new_product", "advised", "optional"] as const, "optional") }];
}

/** The common fields (date, plots, season, person, note), each overridden where the form re-labels it. */
function commonFields(common: readonly FormField[], over: unknown): FormField[] {
  return common.map((field) => {
    const change = isShape(over) ? over[field.name] : undefined;
    if (!isShape(change)) return field;
    return { ...field, label: parseWords(change.label) ?? field.label, help: parseWords(change.help) ?? field.help };
  });
}

/** Fields of `common.json`, for `parseForm`. */
export function parseCommon(x: unknown): FormField[] {
  return isShape(x) ? list(x.fields).flatMap(parseField) : [];
}

/** Return the form, or null for a file that is not one. Common fields come first in `fields` for entries. */
export function parseForm(x: unknown, common: readonly FormField[] = []): Form | null {
  if (!isShape(x) || typeof x.form !== "string" || typeof x.version !== "number") return null;
  const title = parseWords(x.title);
  if (!title) return null;
  const document = one(x.document, ["entry", "plot", "season"] as const, "entry");
  const about = isShape(x.about) ? x.about : {};
  const mark = isShape(x.standard) ? x.standard : null;
  const needs = ["required", "optional", "none"] as const;
  const own = list(x.fields).flatMap(parseField);
  const names = new Set(own.map((f) => f.name));
  const shared = document === "entry" ? commonFields(common, x.common).filter((f) => !names.has(f.name)) : [];
  return {
    form: x.form,
    version: x.version,
    document,
    sector: one(x.sector, ["crop", "livestock", "aquaculture", "organic", "any"] as const, "any"),
    kind: one(x.kind, ["record", "view"] as const, "record"),
    icon: text(x.icon),
    standard: mark ? { code: text(mark.code), clause: text(mark.clause), mark: text(mark.mark) } : null,
    title,
    short: parseWords(x.short) ?? title,
    help: parseWords(x.help),
    order: typeof x.order === "number" ? x.order : 1000,
    about: { plots: one(about.plots, needs, "optional"), season: one(about.season, needs, "optional") },
    groups: list(x.groups).map(texts),
    fields: [...shared, ...own],
    lines: parseLines(x.lines),
    photos: list(x.photos).flatMap(parsePhoto),
  };
}
