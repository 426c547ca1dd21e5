/**
 * Reference lists as rules and search read them: permitted products, what is banned, what labels say.
 *
 * Rows with effective dates: a question is always about a day. A list that was not loaded permits nothing
 * and forbids nothing: `isListed` then says so. Twin of `sync/lists.py`.
 * Source: PROTOCOL §Reference lists; tests/vectors/lists.json.
 */

import type { Dose, PhiKind } from "./lists_read.ts";
import { plainName, plainWords } from "./plain.ts";

export { type Dose, type Phi, type PhiKind, parseDose, parsePhi } from "./lists_read.ts";

export type ListKind = "pesticide" | "veterinary" | "fertiliser";
export type ListMark = "V" | "V2" | "R";
export type UseProduce = "" | "meat" | "eggs" | "milk" | "fish";
export type Listed = "listed" | "not_listed" | "not_loaded";

/** One line of a label: against what, on what, how much, how long to wait. */
export interface Use {
  readonly crop: string;
  readonly pest: string;
  /** Null: the text could not be read. */
  readonly dose: readonly Dose[] | null;
  readonly doseText: string;
  readonly phiKind: PhiKind;
  /** Only for "days". */
  readonly phiDays: number | null;
  /** As printed. */
  readonly phiText: string;
  /** Growth stages in which it must not be used. */
  readonly stages: readonly string[];
  /** What the waiting time is for; "" where the label says one for all. */
  readonly produce: UseProduce;
}

/**
 * A product of a list. Dates are civil, "" is open; `plain` is the name as it is sought.
 *
 * `permits`: standing there permits it; a table of labels tells of uses and permits nothing.
 */
export interface Product {
  readonly name: string;
  readonly plain: string;
  readonly kind: ListKind;
  readonly active: string;
  readonly group: string;
  readonly registrant: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly usableUntil: string;
  readonly source: string;
  readonly mark: ListMark;
  readonly uses: readonly Use[];
  readonly permits: boolean;
}

/** A banned active ingredient; `names` are the words by which it is known in an ingredient's text. */
export interface Banned {
  readonly active: string;
  readonly names: readonly string[];
  readonly kind: ListKind;
  readonly source: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly mark: ListMark;
}

/** A list that says everything of its kind for a time: what it doesn't name is not permitted. */
export interface Loaded {
  readonly kind: ListKind;
  readonly validFrom: string;
  readonly validTo: string;
  readonly source: string;
  readonly mark: ListMark;
}

/** What a reviewer confirmed from a label's photo; `doc` is the label_use document. */
export interface LabelUse {
  readonly doc: string;
  readonly product: string;
  readonly active: string;
  readonly use: Use;
}

/** All lists that a farm's rules read; `products` and `labelUses` by plain name of the product. */
export interface Lists {
  readonly version: string;
  readonly products: ReadonlyMap<string, readonly Product[]>;
  readonly banned: readonly Banned[];
  readonly loaded: readonly Loaded[];
  readonly labelUses: ReadonlyMap<string, readonly LabelUse[]>;
}

export const NO_LISTS: Lists = {
  version: "",
  products: new Map(),
  banned: [],
  loaded: [],
  labelUses: new Map(),
};

/**
 * Returns the product that bears this name on a civil day, also after its removal while still usable.
 *
 * The one in force goes before one that may only be used up; the newest before an older one.
 */
export function findListed(lists: Lists, name: string, day: string): Product | null {
  let best: Product | null = null;
  let highest = "";
  for (const one of lists.products.get(plainName(name)) ?? []) {
    const rank = `${inForce(one, day) ? 1 : 0}${one.validFrom}`;
    if (!one.permits || !isUsable(one, day) || (best !== null && rank <= highest)) continue;
    best = one;
    highest = rank;
  }
  return best;
}

/** Says whether a list in force on a day names the product; not_loaded without a whole list of its kind. */
export function isListed(lists: Lists, name: string, day: string, kind: ListKind = "pesticide"): Listed {
  if (findListed(lists, name, day) !== null) return "listed";
  const whole = lists.loaded.some((one) => one.kind === kind && inForce(one, day));
  return whole ? "not_listed" : "not_loaded";
}

/** Says whether a row is in force on a civil day. */
export function inForce(one: Product | Loaded | Banned, day: string): boolean {
  return one.validFrom <= day && (one.validTo === "" || day <= one.validTo);
}

function isUsable(one: Product, day: string): boolean {
  return inForce(one, day) || (one.validFrom <= day && day <= one.usableUntil);
}

/** Returns the banned ingredient that an ingredient's text names on a day, whole words only. */
export function findBanned(lists: Lists, active: string, day: string): Banned | null {
  const text = ` ${plainWords(active)} `;
  const named = (one: Banned) => one.names.some((name) => text.includes(` ${name} `));
  return lists.banned.find((one) => inForce(one, day) && named(one)) ?? null;
}

/**
 * Returns the label uses of a product on a day; with `crop` only that crop's, compared whole.
 *
 * What the organisation's label book says of a crop (and of what is taken from an animal) stands in place of what
 * the list in force says of it, and that in place of what tables of labels say.
 */
export function usesOf(lists: Lists, name: string, day: string, crop = ""): readonly Use[] {
  const own = (lists.labelUses.get(plainName(name)) ?? []).map((one) => one.use);
  const listed = findListed(lists, name, day)?.uses ?? [];
  const tables = (lists.products.get(plainName(name)) ?? []).filter(
    (one) => !one.permits && inForce(one, day),
  );
  const found: Use[] = [];
  for (const uses of [own, listed, tables.flatMap((one) => one.uses)]) {
    const said = new Set(found.map(aboutOf));
    found.push(...uses.filter((use) => !said.has(aboutOf(use))));
  }
  const sought = plainName(crop);
  return found.filter((use) => sought === "" || plainName(use.crop) === sought);
}

const aboutOf = (use: Use): string => `${plainName(use.crop)} ${use.produce}`;

/** Returns the lists with their products and label uses by plain name, each in the order given. */
export function makeLists(
  version: string,
  products: readonly Product[],
  banned: readonly Banned[],
  loaded: readonly Loaded[],
  labelUses: readonly LabelUse[] = [],
): Lists {
  return {
    version,
    products: grouped(products, (one) => one.plain),
    banned,
    loaded,
    labelUses: grouped(labelUses, (one) => plainName(one.product)),
  };
}

function grouped<T>(rows: readonly T[], nameOf: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const known = found.get(name);
    if (known === undefined) found.set(name, [row]);
    else known.push(row);
  }
  return found;
}
