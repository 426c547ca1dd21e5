/**
 * The names that stand beside an entry on the screen but are written elsewhere: of its work, its places, its season.
 * Whoever searches types what is seen, so these are found too.
 */
import type { Database } from "../store/db.ts";
import { tokensOf } from "../store/fold.ts";
import { plain } from "../store/plain.ts";
import type { DocRow } from "../store/rows.ts";
import { type Context, textsOf, textValue } from "./context.ts";
import { newest } from "./walk.ts";

/** More places and seasons than a household has. */
const NAMED_MAX = 300;

export interface Names {
  /** Whether one of the names beside this row has a word that begins so. */
  has(row: DocRow, word: string): boolean;
  /** Whether any name at all has one: then the index of written words alone does not answer. */
  any(word: string): boolean;
}

const starts = (tokens: readonly string[] | undefined, word: string): boolean =>
  tokens?.some((token) => token.startsWith(word)) ?? false;

/** Read the names of a scope's places and seasons and of all forms. */
export async function readNames(c: Context, db: Database, scope: string): Promise<Names> {
  const known = new Map<string, string[]>();
  for (const form of c.forms.value.values())
    known.set(
      form.form,
      tokensOf(plain([form.short, form.title].flatMap((one) => Object.values(one)).join(" "))),
    );
  for (const type of ["plot", "season"])
    for (const row of await newest(db, { scope, type }, NAMED_MAX))
      known.set(row.doc, tokensOf(plain(textValue(row.values.name ?? row.values.product_name) ?? "")));
  return {
    has: ({ values }, word) =>
      [textValue(values.form), textValue(values.season), ...textsOf(values.plots)].some(
        (one) => one !== null && starts(known.get(one), word),
      ),
    any: (word) => [...known.values()].some((tokens) => starts(tokens, word)),
  };
}
