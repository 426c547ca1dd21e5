/**
 * Search in the lists by a few typed letters, without accents: the first letters of any word of a product.
 *
 * Every row is looked at, in one pass: for 6,000 products that is less work than keeping an index of words.
 * Twin of `sync/lists_search.py`. Source: PROTOCOL §Reference lists; tests/vectors/lists.json.
 */

import type { Lists, Product } from "./lists.ts";
import { plainName, plainWords } from "./plain.ts";

/** A product as it is sought; `text` has a space before every word, `named` ends where its name does. */
export interface SearchRow {
  readonly product: Product;
  readonly text: string;
  readonly named: number;
  readonly crops: ReadonlySet<string>;
}

/** Returns the rows of search, one for each name, in the order of the names. */
export function makeIndex(lists: Lists): readonly SearchRow[] {
  const cropNames = new Map<string, string>();
  const cropOf = (crop: string) => {
    const known = cropNames.get(crop);
    if (known !== undefined) return known;
    const plain = plainName(crop);
    cropNames.set(crop, plain);
    return plain;
  };
  const rows = [...lists.products.values()].map((same) => makeRow(same, cropOf));
  return rows.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
}

/**
 * Returns at most `limit` products of which every typed word begins a word of name or ingredient.
 *
 * Shape: those with a use on `crop` first, then those whose name begins so, then those whose name has it; else
 * in the order of names. With nothing typed: the products of the crop.
 */
export function search(
  index: readonly SearchRow[],
  typed: string,
  limit: number,
  crop = "",
): readonly Product[] {
  const sought = plainWords(typed)
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => ` ${word}`);
  const first = sought[0];
  const on = plainName(crop);
  const ranks: Product[][] = [[], [], [], [], [], []];
  for (const row of index) {
    const isOfCrop = on !== "" && row.crops.has(on);
    let rank = 0;
    if (first !== undefined) {
      if (!sought.every((word) => row.text.includes(word))) continue;
      const at = row.text.indexOf(first);
      rank = (at === 0 ? 0 : at < row.named ? 1 : 2) + (isOfCrop ? 0 : 3);
    } else if (!isOfCrop) continue;
    ranks[rank]?.push(row.product);
  }
  return ranks.flat().slice(0, limit);
}

function makeRow(same: readonly Product[], cropOf: (crop: string) => string): SearchRow {
  const [one] = same;
  if (one === undefined) throw new Error("a name without a product");
  let newest = one;
  const crops = new Set<string>();
  for (const product of same) {
    if (rankOf(product) > rankOf(newest)) newest = product;
    for (const use of product.uses) crops.add(cropOf(use.crop));
  }
  const name = ` ${plainWords(newest.name)}`;
  return { product: newest, text: `${name} ${plainWords(newest.active)}`, named: name.length, crops };
}

function rankOf(product: Product): string {
  return `${product.permits ? 1 : 0}${product.validFrom}`;
}
