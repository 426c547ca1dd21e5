/**
 * All rules together: which groups a document matters to, and what is noticed in one group.
 *
 * A finding belongs to exactly one group. After a change of a document only its groups, before and after, are
 * judged again; that gives what judging everything gives (a property in both languages). No rule here knows what
 * day it is: what depends on today is a function of its own and no finding.
 * Twin of `sync/rules/book.py`. Source: PROTOCOL §Rules and findings.
 */
import type { Lists } from "../lists.ts";
import * as due from "./due.ts";
import * as harvest from "./harvest.ts";
import * as inputs from "./inputs.ts";
import * as record from "./record.ts";
import { type BookRecord, byOrder, counts, type Finding, once } from "./shape.ts";
import * as stock from "./stock.ts";
import * as waiting from "./waiting.ts";
import * as water from "./water.ts";

/** Rules of one kind. `KINDS`: the beginnings (before the colon) of the keys that they judge. */
interface Family {
  readonly KINDS: ReadonlySet<string>;
  keys(record: BookRecord): Iterable<string>;
  judge(key: string, records: readonly BookRecord[], lists: Lists): readonly Finding[];
}

export const FAMILIES: readonly Family[] = [waiting, record, inputs, stock, harvest, water, due];

/** The groups that a document matters to; none where it counts for nothing. */
export const keysOf: (record: BookRecord) => ReadonlySet<string> = once((record) => {
  if (!counts(record)) return new Set();
  return new Set(FAMILIES.flatMap((family) => [...family.keys(record)]));
});

/** What is noticed in one group, sorted; `records`: every record with this key, in any order. */
export function judge(key: string, records: Iterable<BookRecord>, lists: Lists): Finding[] {
  const group = [...records].sort((a, b) => (a.doc < b.doc ? -1 : 1));
  const kind = key.slice(0, Math.max(0, key.indexOf(":")));
  return FAMILIES.filter((family) => family.KINDS.has(kind))
    .flatMap((family) => [...family.judge(key, group, lists)])
    .sort(byOrder);
}

/** Everything that is noticed in a book, sorted: what all its groups give together. */
export function findings(records: Iterable<BookRecord>, lists: Lists): Finding[] {
  const groups = new Map<string, BookRecord[]>();
  for (const record of records) {
    for (const key of keysOf(record)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [record]);
      else group.push(record);
    }
  }
  return [...groups].flatMap(([key, group]) => judge(key, group, lists)).sort(byOrder);
}

/**
 * What would be noticed about a document that is being written, beside what is in the book. `records`: the book,
 * or at least the groups of the draft; a stored version of it is left out.
 */
export function checkDraft(draft: BookRecord, records: Iterable<BookRecord>, lists: Lists): Finding[] {
  const others = [...records]
    .filter((one) => one.doc !== draft.doc)
    .map((one) => [one, keysOf(one)] as const);
  return [...keysOf(draft)]
    .sort()
    .flatMap((key) =>
      judge(key, [draft, ...others.filter(([, keys]) => keys.has(key)).map(([one]) => one)], lists),
    )
    .filter((one) => one.behind.includes(draft.doc))
    .sort(byOrder);
}
