/**
 * The reference lists on this phone: read when somebody first asks them something, and kept in memory as they are.
 *
 * Fetched with the screen that needs them, never with the first load. Without lists (none came yet, or of a shape
 * that this version can't read) they are empty, and `isListed` says "not_loaded".
 */
import { type Lists, makeLists, NO_LISTS, type Product } from "../core/lists.ts";
import { makeIndex, type SearchRow, search } from "../core/lists_search.ts";
import { labelUseFromWire, listsFromWire } from "../core/lists_wire.ts";
import { listsKey, listsVersionKey } from "../store/lists.ts";
import { type Context, listIn, me } from "./context.ts";

/** The lists with the label book of the person's organisation, and search in them. */
export interface OpenLists {
  readonly lists: Lists;
  /** Products of which every typed word begins a word, those with a use on `crop` first. */
  search(typed: string, limit: number, crop?: string): readonly Product[];
}

interface Kept {
  readonly key: string;
  readonly version: unknown;
  readonly reference: unknown;
  readonly bare: Lists;
  readonly index: readonly SearchRow[];
  readonly open: OpenLists;
}

let kept: Kept | null = null;

/** The lists of the current person's organisation, as they are now. */
export async function openLists(c: Context): Promise<OpenLists> {
  const org = me(c)?.org ?? "";
  const key = listsKey(org);
  const reference = c.reference.value;
  const version = (await c.store.use((db) => db.meta.get(listsVersionKey(org))))?.value;
  const isSame = kept !== null && kept.key === key && kept.version === version;
  if (kept !== null && isSame && kept.reference === reference) return kept.open;
  const data = isSame ? null : (await c.store.use((db) => db.meta.get(key)))?.value;
  const bare = isSame && kept !== null ? kept.bare : (listsFromWire(data) ?? NO_LISTS);
  const index = isSame && kept !== null ? kept.index : makeIndex(bare);
  const open = opened(bare, index, listIn(reference, "label_uses"));
  kept = { key, version, reference, bare, index, open };
  return open;
}

function opened(bare: Lists, index: readonly SearchRow[], labelUses: readonly unknown[]): OpenLists {
  const book = labelUses.map(labelUseFromWire).filter((one) => one !== null);
  const lists = { ...bare, labelUses: makeLists("", [], [], [], book).labelUses };
  return { lists, search: (typed, limit, crop = "") => search(index, typed, limit, crop) };
}
