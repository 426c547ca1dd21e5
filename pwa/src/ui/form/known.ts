/**
 * What was written before in forms like this one, to tap instead of typing: the words of a text, and a product with
 * all that its last line said (dose, isolation time …).
 */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Form, Values } from "../../app/types.ts";
import { app } from "../app.ts";
import { whenIdle } from "../idle.ts";
import { lineIds } from "../show.ts";

const TEXTS_SHOWN = 4;
const TEXT_LENGTH_MAX = 40;

export interface Known {
  /** Field name (without `line.<id>.`) → texts, the newest first. */
  texts: ReadonlyMap<string, readonly string[]>;
  /** Product name → the fields of its newest line that may be repeated. */
  lines: ReadonlyMap<string, Values>;
}

const NOTHING: Known = { texts: new Map(), lines: new Map() };

/** Return what is known, once read; nothing for plots and seasons. */
export function useKnown(form: Form): Known {
  const known = useSignal(NOTHING);
  useEffect(() => {
    if (form.document !== "entry") return;
    return whenIdle(async () => {
      known.value = knownOf(form, await app().drafts.written(form.form));
    });
  }, [form.form]);
  return known.value;
}

/** Return what these entries, newest first, have said. Pure. */
export function knownOf(form: Form, rows: readonly Values[]): Known {
  const texts = new Map<string, string[]>();
  const lines = new Map<string, Values>();
  const remember = (name: string, value: unknown) => {
    if (typeof value !== "string" || value === "" || value.length > TEXT_LENGTH_MAX) return;
    const found = texts.get(name) ?? [];
    if (found.length < TEXTS_SHOWN && !found.includes(value)) texts.set(name, [...found, value]);
  };
  const isText = (type: string) => type === "text" || type === "product";
  for (const values of rows) {
    for (const field of form.fields)
      if (field.repeat && isText(field.type)) remember(field.name, values[field.name]);
    for (const id of lineIds(values)) {
      for (const field of form.lines?.fields ?? [])
        if (isText(field.type)) remember(field.name, values[`line.${id}.${field.name}`]);
      const name = values[`line.${id}.product`];
      if (typeof name === "string" && !lines.has(name)) lines.set(name, lineOf(form, values, id));
    }
  }
  return { texts, lines };
}

function lineOf(form: Form, values: Values, id: string): Values {
  const said: Values = {};
  for (const field of form.lines?.fields ?? []) {
    const value = values[`line.${id}.${field.name}`];
    if (field.repeat && value !== undefined && value !== null) said[field.name] = value;
  }
  return said;
}
