/**
 * Search in the lists by a few typed letters, without accents: the first letters of any word of a product.
 *
 * Every row is looked at, in one pass: for 6,000 products that is less work than keeping an index of words.
 * Twin of `sync/lists_search.py`. Source: PROTOCOL §Reference lists; tests/vectors/lists.json.
 */
import { cropFit } from "./crops.ts";
import type { Lists, Product } from "./lists.ts";
import { plainName, plainWords } from "./plain.ts";

/** A product as it is sought; `text` has a space before every word, `named` ends where its name does. */
export interface SearchRow {
  readonly product: Product;
  readonly text: string;
  readonly named: number;
  readonly crops: readonly string[];
}

/** Returns the rows of search, one for each name, in the order of the names. */
export function makeIndex(lists: Lists): readonly SearchRow[] {
  const rows = [...lists.products.values()].map(makeRow);
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
  const isWanted = wanting(crop);
  const ranks: Product[][] = [[], [], [], [], [], []];
  for (const row of index) {
    const isOfCrop = row.crops.some(isWanted);
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

/** Says whether a label's crop is the wanted one; asked once for each name. */
function wanting(crop: string): (label: string) => boolean {
  if (plainName(crop) === "") return () => false;
  const known = new Map<string, boolean>();
  return (label) => {
    const found = known.get(label) ?? (label !== "" && cropFit(label, crop) === "same");
    known.set(label, found);
    return found;
  };
}

function makeRow(same: readonly Product[]): SearchRow {
  const [one] = same;
  if (one === undefined) throw new Error("a name without a product");
  let newest = one;
  const crops = new Set<string>();
  for (const product of same) {
    if (rankOf(product) > rankOf(newest)) newest = product;
    for (const use of product.uses) crops.add(use.crop);
  }
  const name = ` ${plainWords(newest.name)}`;
  return {
    product: newest,
    text: `${name} ${plainWords(newest.active)}`,
    named: name.length,
    crops: [...crops],
  };
}

function rankOf(product: Product): string {
  return `${product.permits ? 1 : 0}${product.validFrom}`;
}
