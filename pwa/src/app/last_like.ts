/** What was written before: the last entry like this one, names of products and of people to tap instead of typing. */
import type { DocRow } from "../store/rows.ts";
import { type Context, textsOf, textValue } from "./context.ts";
import type { Form, Values } from "./types.ts";
import { newest, newestFirst } from "./walk.ts";

/** So many entries of a form are read to learn from: a season's of one kind. */
const WRITTEN_ROWS = 40;
/** So far back the same season and plot are looked for before another one's entry will do. */
const LIKE_ROWS = 20;
const NAMES_MAX = 24;

function repeated(form: Form, values: Values): Values {
  const skip = new Set(form.fields.filter((f) => !f.repeat).map((f) => f.name));
  const lineSkip = new Set((form.lines?.fields ?? []).filter((f) => !f.repeat).map((f) => f.name));
  const kept = Object.entries(values).filter(([name]) => {
    if (name === "form" || name === "form_version" || name === "void_reason" || skip.has(name)) return false;
    return !name.startsWith("line.") || !lineSkip.has(name.slice(name.lastIndexOf(".") + 1));
  });
  return Object.fromEntries(kept);
}

/** What was read last, and when: two parts of a form ask for the same. */
const read = new WeakMap<Context, { of: string; rows: Promise<readonly Values[]> }>();

/** Values of the newest entries of a form, voided ones left out. */
export function written(c: Context, form: string): Promise<readonly Values[]> {
  const scope = c.farm.value?.scope ?? "";
  const of = `${c.changed.value} ${scope} ${form}`;
  const known = read.get(c);
  if (known?.of === of) return known.rows;
  const fits = (row: DocRow) => row.values.form === form && !row.deleted;
  const rows = c.store
    .use((db) => newest(db, { scope, type: "entry" }, WRITTEN_ROWS, fits))
    .then((found) => found.map((row) => row.values));
  read.set(c, { of, rows });
  rows.catch(() => read.delete(c));
  return rows;
}

/** Values of the last entry of a form, the same season and plot first, without what is not to be repeated. */
export async function lastLike(
  c: Context,
  form: string,
  season: string | null,
  plot: string | null,
): Promise<Values | null> {
  const known = c.forms.value.get(form);
  if (!known) return null;
  const rows = (await written(c, form)).slice(0, LIKE_ROWS);
  const near = (values: Values) =>
    Number(season !== null && values.season === season) * 2 +
    Number(plot !== null && textsOf(values.plots).includes(plot));
  const best = rows.sort((a, b) => near(b) - near(a))[0];
  return best ? repeated(known, best) : null;
}

/** Names of products in the whole history, newest first, each once: those of this form before the others. */
export async function productsBefore(c: Context, form: string, most = NAMES_MAX): Promise<readonly string[]> {
  const fields = new Map<string, ReadonlySet<string>>();
  for (const one of c.forms.value.values()) {
    const own = [...one.fields, ...(one.lines?.fields ?? [])].filter((field) => field.type === "product");
    fields.set(one.form, new Set(own.map((field) => field.name)));
  }
  const [same, other] = [new Set<string>(), new Set<string>()];
  await look(c, (row) => {
    const code = textValue(row.values.form) ?? "";
    for (const [name, value] of Object.entries(row.values)) {
      if (typeof value !== "string" || !fields.get(code)?.has(name.slice(name.lastIndexOf(".") + 1)))
        continue;
      if (value.trim() !== "") (code === form ? same : other).add(value.trim());
    }
    return same.size >= most;
  });
  return [...new Set([...same, ...other])].slice(0, most);
}

/** Names of those who did the work, as they were typed, in the order of the rows. */
export function workersIn(rows: readonly DocRow[], most = NAMES_MAX): readonly string[] {
  const names = rows.map((row) => textValue(row.values.performed_by)?.trim() ?? "");
  return [...new Set(names.filter((name) => name !== ""))].slice(0, most);
}

/** Walk the farm's entries, newest first, until one says that it is enough. */
async function look(c: Context, take: (row: DocRow) => boolean): Promise<void> {
  const scope = c.farm.value?.scope ?? "";
  await c.store.use(async (db) => {
    for await (const rows of newestFirst(db, { scope, type: "entry" })) {
      if (rows.some((row) => !row.deleted && take(row))) return;
    }
  });
}
