/**
 * The store: what was bought, counted and used of each input, by its name.
 *
 * Amounts only add up where their units do; what can't be compared is listed as such, never guessed. A count of the
 * store sets what is left; on one day things are bought, then used, then counted.
 * Twin of `sync/rules/stock.py`. Source: TCVN 11892-1:2017, bảng C.2; PROTOCOL §Rules and findings.
 */
import type { Lists } from "../lists.ts";
import { plainName } from "../plain.ts";
import { amountOf, least, most, type Sizes } from "./amounts.ts";
import { at, linesOf, rulesOf, type Sort, sorts } from "./form_rules.ts";
import { type BookRecord, counts, dates, type Finding, makeFinding, once, texts } from "./shape.ts";

export const KINDS: ReadonlySet<string> = new Set(["input"]);
const ORDER = { buy: "0", use: "1", count: "2" } as const;
type What = keyof typeof ORDER;

/** One line of one entry. `sizes`: how much by unit, the least favourable of its heads. */
export interface Move {
  readonly what: What;
  readonly day: string;
  /** What moves are sorted by. */
  readonly place: string;
  readonly record: BookRecord;
  readonly line: string;
  readonly name: string;
  readonly field: string;
  readonly sizes: Sizes;
  readonly expires: readonly string[];
  readonly lots: readonly string[];
}

/** What the store holds of one input, by the unit in which amounts add up. */
export interface StockLine {
  readonly plain: string;
  readonly name: string;
  readonly kinds: ReadonlySet<string>;
  readonly bought: Sizes;
  readonly used: Sizes;
  /** May be below zero. */
  readonly left: Sizes;
  readonly countedOn: string;
  readonly expires: readonly string[];
  readonly lots: readonly string[];
  /** Entries whose amount adds to nothing that was bought or counted. */
  readonly open: readonly string[];
}

/** The groups of an entry: each input that it buys, uses or counts, by its plain name. */
export function keys(record: BookRecord): string[] {
  return [...movesOf(record).keys()].map((name) => `input:${name}`);
}

/** What an entry does to each input, by its plain name. */
const movesOf: (record: BookRecord) => ReadonlyMap<string, readonly Move[]> = once((record) => {
  const found = new Map<string, Move[]>();
  const { buys, uses, counts: counted } = rulesOf(record);
  if (buys === null && uses === null && counted === null) return found;
  const sides = [["buy", buys] as const, ["use", uses] as const, ["count", counted] as const];
  for (const line of linesOf(record)) {
    const names = new Map<string, string>();
    for (const name of texts(record, at(line, "product"))) {
      const plain = plainName(name);
      if (plain !== "" && !names.has(plain)) names.set(plain, name);
    }
    for (const [what, sort] of sides) {
      if (sort === null) continue;
      for (const [plain, name] of names) {
        const made = { ...move(record, what, sort, line), name };
        found.set(plain, [...(found.get(plain) ?? []), made]);
      }
    }
  }
  return found;
});

function move(record: BookRecord, what: What, sort: Sort, line: string): Omit<Move, "name"> {
  const when = [...dates(record, "happened_on")].sort();
  const day = (what === "use" ? when[0] : when.at(-1)) ?? "";
  const pack = sort.pack === "" ? "" : at(line, sort.pack);
  return {
    what,
    day,
    place: `${day} ${ORDER[what]} ${record.doc} ${line}`,
    record,
    line,
    field: at(line, "product"),
    sizes: (what === "use" ? most : least)(record, [at(line, sort.amount)], pack),
    expires: texts(record, at(line, "expires_on")),
    lots: texts(record, at(line, "lot_no")),
  };
}

/** All that happened to the input of a plain name, in its order; what has no day stands first. */
export function moves(plain: string, records: Iterable<BookRecord>): Move[] {
  const found: Move[] = [];
  for (const record of records) if (counts(record)) found.push(...(movesOf(record).get(plain) ?? []));
  return found.sort((a, b) => (a.place < b.place ? -1 : 1));
}

/** The store, one line an input, in the order of plain names. */
export function stock(records: Iterable<BookRecord>): StockLine[] {
  const groups = new Map<string, BookRecord[]>();
  for (const record of records) {
    if (!counts(record)) continue;
    for (const key of keys(record)) {
      const name = key.slice(key.indexOf(":") + 1);
      groups.set(name, [...(groups.get(name) ?? []), record]);
    }
  }
  return [...groups.keys()].sort().map((name) => stockLine(name, moves(name, groups.get(name) ?? [])));
}

function stockLine(plain: string, all: readonly Move[]): StockLine {
  const incoming = all.filter((one) => one.what !== "use");
  const known = new Set(incoming.flatMap((one) => [...one.sizes.keys()]));
  const isOpen = (one: Move): boolean => ![...one.sizes.keys()].some((unit) => known.has(unit));
  const bought = all.filter((one) => one.what === "buy");
  const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
  return {
    plain,
    name: all[0]?.name ?? plain,
    kinds: new Set(all.flatMap((one) => [...sorts(one.record, sortOf(one), one.line)])),
    bought: total(bought),
    used: total(all.filter((one) => one.what === "use")),
    left: all.reduce<Sizes>(after, new Map()),
    countedOn: all.findLast((one) => one.what === "count")?.day ?? "",
    expires: unique(bought.flatMap((one) => one.expires)),
    lots: unique(bought.flatMap((one) => one.lots)),
    open: unique(all.filter(isOpen).map((one) => one.record.doc)),
  };
}

const sortOf = ({ what, record }: Move): Sort | null =>
  rulesOf(record)[({ buy: "buys", use: "uses", count: "counts" } as const)[what]];

function total(all: readonly Move[]): Sizes {
  const sum = new Map<string, bigint>();
  for (const one of all) for (const [unit, size] of one.sizes) sum.set(unit, (sum.get(unit) ?? 0n) + size);
  return sum;
}

/** What is left after a move. A count sets what it says and forgets the units it doesn't name. */
function after(left: Sizes, move: Move): Sizes {
  if (move.what === "count") return move.sizes.size > 0 ? move.sizes : left;
  const sign = move.what === "use" ? -1n : 1n;
  const now = new Map(left);
  for (const [unit, size] of move.sizes) now.set(unit, (left.get(unit) ?? 0n) + sign * size);
  return now;
}

/** What is noticed of the store of one input: uses before anything came in, and below zero. */
export function judge(key: string, records: readonly BookRecord[], _lists: Lists): Finding[] {
  const found: Finding[] = [];
  const came: string[] = [];
  const unitsIn = new Set<string>();
  let ends: string | null = ""; // the latest day on which something of it is good; null where nobody says
  let left: Sizes = new Map();
  let below = new Set<string>();
  for (const move of moves(key.slice(key.indexOf(":") + 1), records)) {
    left = after(left, move);
    below = new Set([...below].filter((unit) => (left.get(unit) ?? 0n) < 0n));
    if (move.what !== "use") {
      came.push(move.record.doc);
      for (const unit of move.sizes.keys()) unitsIn.add(unit);
      ends = ends === null || move.expires.length === 0 ? null : latest([ends, ...move.expires]);
      continue;
    }
    const facts = { product: move.name, day: move.day };
    const about = move.record.doc;
    if (came.length === 0) {
      found.push(makeFinding("stock_no_purchase", "note", about, facts, move.field));
      continue;
    }
    if (ends !== null && move.day > ends) {
      const told = { ...facts, expires_on: ends };
      found.push(makeFinding("stock_expired", "doubt", about, told, move.field, came));
    }
    const units = [...move.sizes.keys()].filter((unit) => unitsIn.has(unit)).sort();
    const first = units.find((unit) => !below.has(unit));
    if (first !== undefined && units.every((unit) => (left.get(unit) ?? 0n) < 0n)) {
      for (const unit of units) below.add(unit);
      const told = { ...facts, short: amountOf(-(left.get(first) ?? 0n), first) };
      found.push(makeFinding("stock_below_zero", "doubt", about, told, move.field, came));
    }
  }
  return found;
}

const latest = (days: readonly string[]): string => [...days].sort().at(-1) ?? "";
