/**
 * What a season gave: sold against harvested, and harvested against what its area can give.
 *
 * Only amounts that add up are compared: kilograms with kilograms, bunches with bunches.
 * Twin of `sync/rules/harvest.py`. Source: sync/rules/yields.json; PROTOCOL §Rules and findings.
 */
import data from "../../../../sync/rules/yields.json";
import type { Lists } from "../lists.ts";
import { amountOf, least, most, NANO, type Sizes } from "./amounts.ts";
import { at, linesOf, rulesOf, sorts } from "./form_rules.ts";
import { type BookRecord, counts, dates, type Finding, makeFinding, once, refs, texts } from "./shape.ts";

export const KINDS: ReadonlySet<string> = new Set(["season"]);
const CROP = "crop";
const SAO_M2 = 360n;
const YIELDS: ReadonlyMap<string, number> = new Map(Object.entries(data.kg_per_sao_max));

/** The groups of a season (itself) and of an entry that harvests or sells from some. */
export function keys(record: BookRecord): readonly string[] {
  if (record.type === "season") return [record.doc];
  const { takes, sells } = rulesOf(record);
  return takes === null && sells.length === 0 ? [] : refs(record, "season", "season");
}

/** What is noticed of the amounts of a season, at the entry with which it begins to be so. */
export function judge(key: string, records: readonly BookRecord[], _lists: Lists): Finding[] {
  const ours = records.filter((one) => one.type === "entry" && counts(one));
  const season = records.find((one) => one.doc === key);
  const crops = ours.filter(takesCrop);
  return [...(season === undefined ? [] : overYield(season, crops)), ...overSold(key, crops, ours)];
}

const takesCrop = once((record) => sorts(record, rulesOf(record).takes).has(CROP));
const takenLeast = once((record) => least(record, rulesOf(record).quantity));
const takenMost = once((record) => most(record, rulesOf(record).quantity));
const firstDay = once((record) => [...dates(record, "happened_on")].sort()[0] ?? "");
const lastDay = once((record) => [...dates(record, "happened_on")].sort().at(-1) ?? "");

/** Records with their day, by day and name. */
const byDay = (records: readonly BookRecord[], dayOf: (record: BookRecord) => string) =>
  records
    .map((record) => ({ record, day: dayOf(record) }))
    .sort((a, b) => (a.day === b.day ? (a.record.doc < b.record.doc ? -1 : 1) : a.day < b.day ? -1 : 1));

const salesOf: (record: BookRecord) => readonly Sizes[] = once((record) => {
  const { sells } = rulesOf(record);
  if (sells.length === 0) return [];
  const ofLine = (line: string) => sells.map((name) => at(line, name));
  return linesOf(record)
    .map((line) => most(record, ofLine(line)))
    .filter((sizes) => sizes.size > 0);
});

function add(total: Map<string, bigint>, more: Sizes): void {
  for (const [unit, size] of more) total.set(unit, (total.get(unit) ?? 0n) + size);
}

/** More sold than was harvested by that day; once a unit. */
function overSold(season: string, crops: readonly BookRecord[], ours: readonly BookRecord[]): Finding[] {
  const found: Finding[] = [];
  const sales = ours.filter((one) => salesOf(one).length > 0);
  const came = byDay(crops, lastDay).reverse();
  const told = new Set<string>();
  const [sold, taken] = [new Map<string, bigint>(), new Map<string, bigint>()];
  const before: string[] = [];
  for (const { record, day } of byDay(sales, firstDay)) {
    for (let next = came.at(-1); next !== undefined && next.day <= day; next = came.at(-1)) {
      came.pop();
      before.push(next.record.doc);
      add(taken, takenLeast(next.record));
    }
    for (const sizes of salesOf(record)) add(sold, sizes);
    for (const unit of [...sold.keys()].sort()) {
      const [out, have] = [sold.get(unit) ?? 0n, taken.get(unit) ?? 0n];
      if (told.has(unit) || out <= have || (taken.size > 0 && !taken.has(unit))) continue;
      told.add(unit);
      const facts = { sold: amountOf(out, unit), harvested: amountOf(have, unit), day, season };
      found.push(makeFinding("sold_over", "doubt", record.doc, facts, "", before));
    }
  }
  return found;
}

/** More harvested than the planted area is known to give. */
function overYield(season: BookRecord, crops: readonly BookRecord[]): Finding[] {
  const limits = texts(season, "product").flatMap((one) => YIELDS.get(one) ?? []);
  const area = most(season, ["planted_area"]).get("m2") ?? 0n;
  if (limits.length === 0 || area === 0n) return [];
  const limit = (BigInt(Math.max(...limits)) * 1000n * area) / SAO_M2; // 10⁻⁹ g
  let total = 0n;
  const done: string[] = [];
  for (const { record } of byDay(crops, firstDay)) {
    total += takenMost(record).get("g") ?? 0n;
    done.push(record.doc);
    if (total <= limit) continue;
    const facts = {
      harvested: amountOf(total, "g"),
      most: amountOf(limit - (limit % (1000n * NANO)), "g"),
      area: amountOf(area, "m2"),
      season: season.doc,
    };
    return [makeFinding("yield_over", "note", record.doc, facts, "quantity", [season.doc, ...done])];
  }
  return [];
}
