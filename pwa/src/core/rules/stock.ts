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
import { type BookRecord, counts, dates, type Finding, makeFinding, texts } from "./shape.ts";

export const KINDS: ReadonlySet<string> = new Set(["input"]);
const ORDER = { buy: "0", use: "1", count: "2" } as const;
type What = keyof typeof ORDER;

/** One line of one entry. `sizes`: how much by unit, the least favourable of its heads. */
export interface Move {
  readonly what: What;
  readonly day: string;
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
  const names = movesOf(record).flatMap(([, , line]) => namesOf(record, line));
  return [...new Set(names.map((name) => `input:${plainName(name)}`))];
}

function movesOf(record: BookRecord): (readonly [What, Sort, string])[] {
  const { buys, uses, counts: counted } = rulesOf(record);
  if (buys === null && uses === null && counted === null) return [];
  const sides = [["buy", buys] as const, ["use", uses] as const, ["count", counted] as const];
  return linesOf(record).flatMap((line) =>
    sides.flatMap(([what, sort]) => (sort === null ? [] : [[what, sort, line] as const])),
  );
}

const namesOf = (record: BookRecord, line: string): string[] =>
  texts(record, at(line, "product")).filter((name) => plainName(name) !== "");

const place = (one: Move): string => `${one.day} ${ORDER[one.what]} ${one.record.doc} ${one.line}`;

/** All that happened to the input of a plain name, in its order; what has no day stands first. */
export function moves(plain: string, records: Iterable<BookRecord>): Move[] {
  const found: Move[] = [];
  for (const record of records) {
    if (!counts(record)) continue;
    for (const [what, sort, line] of movesOf(record)) {
      const name = namesOf(record, line).find((one) => plainName(one) === plain);
      if (name === undefined) continue;
      const when = [...dates(record, "happened_on")].sort();
      const amount = [at(line, sort.amount)];
      const pack = sort.pack === "" ? "" : at(line, sort.pack);
      found.push({
        what,
        day: (what === "use" ? when[0] : when.at(-1)) ?? "",
        record,
        line,
        name,
        field: at(line, "product"),
        sizes: (what === "use" ? most : least)(record, amount, pack),
        expires: texts(record, at(line, "expires_on")),
        lots: texts(record, at(line, "lot_no")),
      });
    }
  }
  return found.sort((a, b) => (place(a) < place(b) ? -1 : 1));
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
  const came: Move[] = [];
  let left: Sizes = new Map();
  let below = new Set<string>();
  for (const move of moves(key.slice(key.indexOf(":") + 1), records)) {
    left = after(left, move);
    below = new Set([...below].filter((unit) => (left.get(unit) ?? 0n) < 0n));
    if (move.what !== "use") {
      came.push(move);
      continue;
    }
    const facts = { product: move.name, day: move.day };
    const about = move.record.doc;
    if (came.length === 0) {
      found.push(makeFinding("stock_no_purchase", "note", about, facts, move.field));
      continue;
    }
    const behind = came.map((one) => one.record.doc);
    const ends = lastEnd(came);
    if (ends !== "" && move.day > ends) {
      const told = { ...facts, expires_on: ends };
      found.push(makeFinding("stock_expired", "doubt", about, told, move.field, behind));
    }
    const known = new Set(came.flatMap((one) => [...one.sizes.keys()]));
    const units = [...move.sizes.keys()].filter((unit) => known.has(unit)).sort();
    const first = units.find((unit) => !below.has(unit));
    if (first !== undefined && units.every((unit) => (left.get(unit) ?? 0n) < 0n)) {
      for (const unit of units) below.add(unit);
      const told = { ...facts, short: amountOf(-(left.get(first) ?? 0n), first) };
      found.push(makeFinding("stock_below_zero", "doubt", about, told, move.field, behind));
    }
  }
  return found;
}

/** The last day on which something that came in was good; "" where that is not known of all. */
function lastEnd(came: readonly Move[]): string {
  if (came.some((one) => one.expires.length === 0)) return "";
  return (
    came
      .flatMap((one) => one.expires)
      .sort()
      .at(-1) ?? ""
  );
}
