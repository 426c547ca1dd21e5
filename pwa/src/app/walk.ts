/**
 * Walk documents newest first without reading more of them than somebody asks for.
 *
 * The first rows come by the index, some at a time, so that nothing else waits long; the rest by the list of their
 * keys: reading keys of an index and then rows in chunks is many times faster than a cursor over thousands of rows.
 */
import Dexie from "dexie";
import type { Database } from "../store/db.ts";
import type { DocRow } from "../store/rows.ts";

const FIRST_ROWS = 60;
/** A search takes little at a time: what a person taps meanwhile waits for one chunk and no more. */
const SOUGHT_ROWS = 30;
/** So many chunks come by the index. */
const CHUNKS_MAX = 16;
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

/** Give the rows of a span in chunks, newest first, at first `size` at a time. */
export async function* newestFirst(db: Database, span: Span, size = FIRST_ROWS): AsyncGenerator<DocRow[]> {
  const { scope, type, after } = span;
  const low = [scope, type, span.from ?? Dexie.minKey];
  const last = after ? after.slice(0, after.lastIndexOf(" ")) : null;
  const top = last !== null && last < `${span.to ?? "\uffff"}~` ? last : `${span.to ?? "\uffff"}~`;
  const range = (to: string) =>
    db.docs.where("[scope+type+sort]").between(low, [scope, type, to], true, true);
  const fits = (row: DocRow) => !after || keyOf(row) < after;
  const seen = new Set<string>();
  let end = top;
  for (let chunk = 0, limit = size; chunk < CHUNKS_MAX; chunk++) {
    // A reversed index gives the names of one moment in falling order too: the order of `byNewest`.
    const rows = await range(end).reverse().limit(limit).toArray();
    const fresh = rows.filter((row) => !seen.has(row.doc));
    for (const row of fresh) seen.add(row.doc);
    yield fresh.filter(fits);
    const bottom = rows.at(-1)?.sort;
    if (rows.length < limit || bottom === undefined) return;
    // The last moment is read once more, for there may be others of it; where it fills a chunk, by a longer one.
    limit = fresh.length === 0 || bottom === rows[0]?.sort ? limit * 2 : size;
    end = bottom;
  }
  const keys = (await range(end).primaryKeys()).reverse().filter(([, doc]) => !seen.has(doc));
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
  fits?: (row: DocRow) => boolean,
): Promise<DocRow[]> {
  const found: DocRow[] = [];
  // Where every row fits, no more of them are read than are wanted.
  const size = fits === undefined ? Math.min(most, FIRST_ROWS) : SOUGHT_ROWS;
  for await (const rows of newestFirst(db, span, size)) {
    for (const row of rows) {
      if (fits?.(row) ?? true) found.push(row);
      if (found.length >= most) return found;
    }
  }
  return found;
}
