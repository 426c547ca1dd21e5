/**
 * Walk documents newest first without reading more of them than somebody asks for.
 *
 * The first rows come by a cursor, the rest by the list of their keys: reading keys of an index and then rows in
 * chunks is many times faster than a cursor over thousands of rows.
 */
import Dexie from "dexie";
import type { Database } from "../store/db.ts";
import type { DocRow } from "../store/rows.ts";

const FIRST_ROWS = 60;
const ROWS_AT_ONCE = 300;

export interface Span {
  scope: string;
  type: string;
  /** Days, both included. */
  from?: string | undefined;
  to?: string | undefined;
  /** Go on behind this document (`keyOf`). */
  after?: string | null;
}

/** Where a row stands in the diary; rows of one moment are told apart by their names. */
export const keyOf = (row: DocRow): string => `${row.sort} ${row.doc}`;

/** Diary order: newest day first, then newest recorded. */
export const byNewest = (a: DocRow, b: DocRow): number => (keyOf(a) < keyOf(b) ? 1 : -1);

/** Give the rows of a span in chunks, newest first. */
export async function* newestFirst(db: Database, span: Span): AsyncGenerator<DocRow[]> {
  const { scope, type, after } = span;
  const low = [scope, type, span.from ?? Dexie.minKey];
  const last = after ? after.slice(0, after.lastIndexOf(" ")) : null;
  const top = last !== null && last < `${span.to ?? "\uffff"}~` ? last : `${span.to ?? "\uffff"}~`;
  const range = (to: string) =>
    db.docs.where("[scope+type+sort]").between(low, [scope, type, to], true, true);
  const fits = (row: DocRow) => !after || keyOf(row) < after;
  // A reversed index gives the names of one moment in falling order too: the order of `byNewest`.
  const first = await range(top).reverse().limit(FIRST_ROWS).toArray();
  yield first.filter(fits);
  const end = first.at(-1);
  if (first.length < FIRST_ROWS || end === undefined) return;
  const seen = new Set(first.map((row) => row.doc));
  const keys = (await range(end.sort).primaryKeys()).reverse().filter(([, doc]) => !seen.has(doc));
  for (let at = 0; at < keys.length; at += ROWS_AT_ONCE) {
    const rows = await db.docs.bulkGet(keys.slice(at, at + ROWS_AT_ONCE));
    yield rows.filter((row) => row !== undefined).filter(fits);
  }
}

/** The newest rows that fit, at most so many. */
export async function newest(
  db: Database,
  span: Span,
  most: number,
  fits: (row: DocRow) => boolean | Promise<boolean> = () => true,
): Promise<DocRow[]> {
  const found: DocRow[] = [];
  for await (const rows of newestFirst(db, span)) {
    for (const row of rows) {
      if (await fits(row)) found.push(row);
      if (found.length >= most) return found;
    }
  }
  return found;
}
