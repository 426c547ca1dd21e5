/**
 * Water of shrimp ponds against the ranges that are known: a warning, never a refusal.
 *
 * No range is known for freshwater fish and ragworms: nothing is said of them. Twin of `sync/rules/water.py`.
 * Source: sync/rules/water.json (QCVN 02-19:2014/BNNPTNT, V2; others R).
 */
import data from "../../../../sync/rules/water.json";
import type { Lists } from "../lists.ts";
import { AMOUNT, compareDecimals } from "../units.ts";
import type { Value } from "../values.ts";
import { rulesOf } from "./form_rules.ts";
import { type BookRecord, counts, type Finding, makeFinding, options, refs, texts } from "./shape.ts";

export const KINDS: ReadonlySet<string> = new Set(["season"]);
const PRODUCTS: ReadonlySet<string> = new Set(data.products);

/** From `low` to `high` ("" for none), decimal text in `unit`. */
interface Range {
  readonly field: string;
  readonly unit: string;
  readonly low: string;
  readonly high: string;
  readonly mark: string;
}
const RANGES: readonly Range[] = data.ranges;

/** The groups of a season (itself) and of an entry that measures the water of some. */
export function keys(record: BookRecord): readonly string[] {
  if (record.type === "season") return [record.doc];
  return rulesOf(record).measures ? refs(record, "season", "season") : [];
}

/** Every value outside its range, where any head says that a shrimp lives in it. */
export function judge(key: string, records: readonly BookRecord[], _lists: Lists): Finding[] {
  const season = records.find((one) => one.doc === key);
  if (season === undefined || !texts(season, "product").some((one) => PRODUCTS.has(one))) return [];
  return records
    .filter((one) => rulesOf(one).measures && counts(one))
    .flatMap((one) => RANGES.flatMap((range) => outside(key, one, range)));
}

function outside(season: string, record: BookRecord, known: Range): Finding[] {
  for (const value of options(record, known.field)) {
    const { amount, unit } = (value ?? {}) as { [name: string]: Value };
    if (unit !== known.unit || typeof amount !== "string" || !AMOUNT.test(amount)) continue;
    const isLow = known.low !== "" && compareDecimals(amount, known.low) === -1;
    if (!isLow && (known.high === "" || compareDecimals(amount, known.high) !== 1)) continue;
    const bound = { amount: isLow ? known.low : known.high, unit: known.unit };
    const facts = { measure: known.field, value, bound, season };
    const isKnown = known.mark === "V2";
    const rule = `water_${isKnown ? "" : "maybe_"}${isLow ? "low" : "high"}`;
    return [makeFinding(rule, isKnown ? "doubt" : "note", record.doc, facts, known.field, [season])];
  }
  return [];
}
