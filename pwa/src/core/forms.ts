/**
 * Forms as data: which forms a sector records with. Nothing in code names a form or one of its fields.
 *
 * Twin of `sync/forms.py`. Source: DESIGN §4 "Forms and rules are data"; sync/forms/schema.json.
 */

import { type Form, type FormField, parseCommon, parseForm } from "./form_shape";

export * from "./form_shape";
export * from "./form_values";

const NOT_FORMS: readonly string[] = ["schema", "common"];

/** Every form of a set of files named without `.json`, by code, in the order of codes; `common` is one of them. */
export function parseForms(files: Readonly<Record<string, unknown>>): ReadonlyMap<string, Form> {
  const common = parseCommon(files.common);
  const names = Object.keys(files).filter((name) => !NOT_FORMS.includes(name));
  const forms = names.sort().flatMap((name) => parseForm(files[name], common) ?? []);
  return new Map(forms.map((form) => [form.form, form]));
}

/** Forms by their code, in the order of codes. */
export interface Forms {
  get(code: string): Form | undefined;
  values(): Iterable<Form>;
  readonly size: number;
}

const held = new WeakMap<Readonly<Record<string, unknown>>, Forms>();

/**
 * The forms of a set of files, each read when it is asked for: what opens first needs few of them.
 *
 * Shape: a file is named after the code of its form, else `get` does not find it. Whoever asks for the forms of the
 *        same files gets the same ones.
 */
export function lazyForms(files: Readonly<Record<string, unknown>>): Forms {
  const forms = held.get(files) ?? makeForms(files);
  held.set(files, forms);
  return forms;
}

function makeForms(files: Readonly<Record<string, unknown>>): Forms {
  const read = new Map<string, Form | null>();
  let common: FormField[] | null = null;
  const get = (code: string): Form | undefined => {
    if (!Object.hasOwn(files, code) || NOT_FORMS.includes(code)) return undefined;
    let form = read.get(code);
    if (form === undefined) {
      common ??= parseCommon(files.common);
      form = parseForm(files[code], common);
      read.set(code, form);
    }
    return form ?? undefined;
  };
  const names = Object.keys(files).sort();
  return { get, values: () => names.flatMap((name) => get(name) ?? []), size: names.length };
}

/**
 * The forms that record entries of a sector, in the order of their tiles.
 *
 * Organic means crops under the organic standard: its own forms, and those of crops that none replaces.
 */
export function formsFor(
  sector: "crop" | "livestock" | "aquaculture" | "organic",
  forms: Iterable<Form>,
): readonly Form[] {
  const wanted: readonly string[] = [sector, "any", ...(sector === "organic" ? ["crop"] : [])];
  const found = [...forms].filter(
    (f) => f.document === "entry" && f.kind === "record" && wanted.includes(f.sector),
  );
  const replaced = new Set(found.flatMap((f) => f.replaces));
  const byPlace = (a: Form, b: Form): number => a.order - b.order || (a.form < b.form ? -1 : 1);
  return found.filter((f) => !replaced.has(f.form)).sort(byPlace);
}
