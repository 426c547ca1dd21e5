/**
 * What was used: is it forbidden, on the list of that day, still good, and used as its label says.
 *
 * Lists are asked about the day of the work. What no list knows is never said to be permitted. A label is
 * compared for the season's crop alone, and a dose only where both sides have the same kind of unit.
 * Twin of `sync/rules/inputs.py`. Source: TCVN 11892-1:2017, 3.2.2.4; PROTOCOL §Rules and findings.
 */
import { cropFit, FITS, type Fit } from "../crops.ts";
import {
  type Dose,
  findBanned,
  findListed,
  inForce,
  isListed,
  type Lists,
  type Use,
  usesOf,
} from "../lists.ts";
import { plainName, plainWords } from "../plain.ts";
import type { Members, Value } from "../values.ts";
import { at, linesOf, rulesOf, sorts } from "./form_rules.ts";
import { compare, fraction, perSao, quotient, type Rate, ratesOf } from "./rates.ts";
import {
  type BookRecord,
  counts,
  dates,
  days,
  type Finding,
  makeFinding,
  once,
  options,
  refs,
  type Severity,
  texts,
} from "./shape.ts";

export const KINDS: ReadonlySet<string> = new Set(["entry", "season"]);
/** Our choice: crops of a label that a sentence names. */
const NAMED_MAX = 3;
const FRESH: readonly string[] = ["phan", "tuoi"];
const DOSES: readonly (readonly [rule: string, severity: Severity])[] = [
  ["dose_over", "doubt"],
  ["dose_under", "note"],
];

/** The line of an entry beside the labels of one crop. */
interface Beside {
  readonly season: string;
  readonly facts: Members;
  readonly record: BookRecord;
  readonly line: string;
}

/** The groups of an entry that uses something (itself, its seasons) and of a season. */
export function keys(record: BookRecord): string[] {
  if (record.type === "season") return [record.doc];
  return rulesOf(record).uses === null ? [] : [record.doc, ...refs(record, "season", "season")];
}

/** What is noticed of what an entry used, by itself or on the crop of its season. */
export function judge(key: string, records: readonly BookRecord[], lists: Lists): Finding[] {
  const using = records.filter((one) => counts(one) && rulesOf(one).uses !== null);
  if (key.startsWith("entry:")) {
    return using
      .filter((one) => one.doc === key)
      .flatMap((one) => linesOf(one).flatMap((line) => ofLine(one, line, lists)));
  }
  const season = records.find((one) => one.doc === key);
  return season === undefined ? [] : using.flatMap((one) => besideSeason(season, one, lists));
}

interface Told {
  readonly season: BookRecord;
  readonly lists: Lists;
  readonly found: readonly Finding[];
}
const toldBySeason = once(() => new Map<string, Told>());

/** What is noticed of an entry on the crop of a season; kept while both and the lists are these. */
function besideSeason(season: BookRecord, record: BookRecord, lists: Lists): readonly Finding[] {
  const known = toldBySeason(record).get(season.doc);
  if (known !== undefined && known.season === season && known.lists === lists) return known.found;
  const crops = cropsOf(season);
  const found = linesOf(record).flatMap((line) => labels(season.doc, crops, record, line, lists));
  toldBySeason(record).set(season.doc, { season, lists, found });
  return found;
}

interface Grown {
  readonly crop: string;
  readonly product: string;
}

/** The names of a season's crop, each with its code in the list of products, "" where heads differ. */
function cropsOf(season: BookRecord): Grown[] {
  const codes = texts(season, "product");
  const product = codes.length === 1 ? (codes[0] ?? "") : "";
  return texts(season, "product_name").map((crop) => ({ crop, product }));
}

function ofLine(record: BookRecord, line: string, lists: Lists): Finding[] {
  const [field, when] = [at(line, "product"), dates(record, "happened_on")];
  const kinds = sorts(record, rulesOf(record).uses, line);
  const actives = texts(record, at(line, "active_ingredient"));
  const names = texts(record, field);
  const found = names.flatMap((name) => {
    const noticed: Finding[] = [];
    const active = when.map((day) => banned(lists, name, actives, day)).find((one) => one !== "");
    if (active !== undefined) {
      noticed.push(makeFinding("input_banned", "stop", record.doc, { product: name, active }, field));
    }
    if (kinds.has("pesticide")) noticed.push(...standing(record, name, field, lists));
    const said = plainWords(name).split(" ");
    if (FRESH.every((word) => said.includes(word))) {
      noticed.push(makeFinding("manure_fresh", "doubt", record.doc, { product: name }, field));
    }
    return noticed;
  });
  const ends = [...dates(record, at(line, "expires_on"))].sort()[0];
  const last = [...when].sort().at(-1);
  if (ends === undefined || last === undefined || ends >= last) return found;
  const facts = { product: names[0] ?? "", expires_on: ends, day: last };
  return [...found, makeFinding("input_expired", "doubt", record.doc, facts, at(line, "expires_on"))];
}

function banned(lists: Lists, name: string, actives: readonly string[], day: string): string {
  const known = (lists.products.get(plainName(name)) ?? []).map((one) => one.active);
  for (const text of [name, ...actives, ...known]) {
    const found = findBanned(lists, text, day);
    if (found !== null) return found.active;
  }
  return "";
}

/**
 * A pesticide that stands on no list of its day, or may only be used up. Where no list was ever loaded nothing is
 * said of each entry: the console says it once.
 */
function standing(record: BookRecord, name: string, field: string, lists: Lists): Finding[] {
  const when = dates(record, "happened_on");
  const told = when.map((day) => isListed(lists, name, day));
  const day = when[told.indexOf("not_listed")];
  if (day !== undefined) {
    return [makeFinding("input_not_listed", "doubt", record.doc, { product: name, day }, field)];
  }
  if (told.includes("not_loaded") && lists.loaded.some((one) => one.kind === "pesticide")) {
    return [makeFinding("list_not_loaded", "note", record.doc, { product: name }, field)];
  }
  for (const one of when) {
    const product = findListed(lists, name, one);
    if (product === null || inForce(product, one)) continue;
    const facts = { product: name, day: one, until: product.usableUntil };
    return [makeFinding("input_removed", "note", record.doc, facts, field)];
  }
  return [];
}

/** A line beside what labels say of the crop; the first day on which a label is known counts. */
function labels(
  season: string,
  crops: readonly Grown[],
  record: BookRecord,
  line: string,
  lists: Lists,
): Finding[] {
  const field = at(line, "product");
  return texts(record, field).flatMap((name) => {
    const known = dates(record, "happened_on").map((day) => usesOf(lists, name, day));
    const told = known.find((uses) => uses.length > 0) ?? [];
    if (told.length === 0) return [];
    return crops.flatMap(({ crop, product }) => {
      const facts = { product: name, crop, season };
      const [fit, ours] = fitting(told, crop, product);
      const unclear = { ...facts, named: named(ours) };
      return [
        ...(fit === "unsure" || fit === "unknown"
          ? [makeFinding("crop_unsure", "doubt", record.doc, unclear, field, [season])]
          : []),
        ...(fit === "other"
          ? [makeFinding("crop_not_on_label", "doubt", record.doc, facts, field, [season])]
          : []),
        ...(fit === "same" || fit === "unsure" ? ofUse({ season, facts, record, line }, ours) : []),
      ];
    });
  });
}

/** How well labels fit a crop, and those that fit it best. */
function fitting(told: readonly Use[], crop: string, product: string): [Fit, Use[]] {
  const fits = told.map((use) => cropFit(use.crop, crop, product));
  const best = FITS.find((one) => fits.includes(one)) ?? "other";
  return [best, told.filter((_, at) => fits[at] === best)];
}

const named = (told: readonly Use[]): string[] =>
  [...new Set(told.map((use) => use.crop))].slice(0, NAMED_MAX);

function ofUse(beside: Beside, ours: readonly Use[]): Finding[] {
  const { season, facts, record } = beside;
  const pests = texts(record, "target_pest");
  const matched = ours.filter((use) => pests.some((pest) => isSame(use.pest, pest)));
  const near = matched.length > 0 ? matched : ours;
  const found = [...stage(beside, near), ...dose(beside, near), ...wait(beside, near)];
  const pest = pests[0];
  if (pest === undefined || matched.length > 0 || ours.some((use) => use.pest === "")) return found;
  const told = { ...facts, pest };
  return [makeFinding("pest_not_on_label", "note", record.doc, told, "target_pest", [season]), ...found];
}

function isSame(one: string, other: string): boolean {
  const [left, right] = [` ${plainWords(one)} `, ` ${plainWords(other)} `];
  return left.trim() !== "" && right.trim() !== "" && (left.includes(right) || right.includes(left));
}

function stage({ season, facts, record }: Beside, near: readonly Use[]): Finding[] {
  const forbidding = near.filter((use) => use.stages.length > 0);
  if (forbidding.length === 0) return [];
  const told = { ...facts, label: forbidding[0]?.phiText ?? "" };
  const now = texts(record, "growth_stage");
  if (forbidding.some((use) => now.some((one) => use.stages.includes(one)))) {
    return [makeFinding("stage_forbidden", "stop", record.doc, told, "growth_stage", [season])];
  }
  if (now.length > 0) return [];
  return [makeFinding("stage_unknown", "note", record.doc, told, "growth_stage", [season])];
}

function wait({ season, facts, record, line }: Beside, near: readonly Use[]): Finding[] {
  return rulesOf(record).waits.flatMap((one, place) => {
    if (!texts(record, at(line, one.kind)).includes("days")) return [];
    // One time for all on a label is that of what the form asks about first.
    const isOf = ({ produce }: Use) => produce === one.produce || (produce === "" && place === 0);
    const told = near.filter((use) => use.phiKind === "days" && isOf(use)).map((use) => use.phiDays ?? 0);
    const said = options(record, at(line, one.days))
      .map(days)
      .filter((each) => each !== null);
    const [fewest, longest] = [Math.min(...said), Math.max(0, ...told)];
    if (said.length === 0 || fewest >= longest) return [];
    const all = { ...facts, days: fewest, label_days: longest };
    return [makeFinding("wait_under_label", "doubt", record.doc, all, at(line, one.days), [season])];
  });
}

/** A dose above the highest or below the lowest of its labels; above goes before below. */
function dose({ season, facts, record, line }: Beside, near: readonly Use[]): Finding[] {
  const printed = near.flatMap((use) => use.dose ?? []);
  const lows = printed.flatMap((one) => ratesOf(one.low, one.unit).map((rate) => [one, rate] as const));
  const highs = printed.flatMap((one) => ratesOf(one.high, one.unit).map((rate) => [one, rate] as const));
  const found = new Map<string, readonly [said: Value, bound: Value]>();
  for (const [said, rates] of stated(record, line)) {
    for (const rate of rates) {
      const [lowest, highest] = [outermost(lows, rate.kind, -1), outermost(highs, rate.kind, 1)];
      if (lowest === null || highest === null) continue;
      if (compare(rate, highest[1]) > 0) {
        if (!found.has("dose_over")) found.set("dose_over", [said, boundOf(said, highest[0].high, highest)]);
      } else if (compare(rate, lowest[1]) < 0 && !found.has("dose_under")) {
        found.set("dose_under", [said, boundOf(said, lowest[0].low, lowest)]);
      }
      break;
    }
  }
  for (const [rule, severity] of DOSES) {
    const noticed = found.get(rule);
    if (noticed === undefined) continue;
    const told = { ...facts, dose: noticed[0], label: noticed[1] };
    return [makeFinding(rule, severity, record.doc, told, at(line, "dose"), [season])];
  }
  return [];
}

/** What the label says, a sào where the household counts so too. */
function boundOf(said: Value, amount: string, [label, rate]: Bound): Value {
  const { unit } = said as { unit: string };
  const isArea = rate.kind === "mass/area" || rate.kind === "volume/area";
  return isArea && unit.endsWith("/sao") ? perSao(rate) : { amount, unit: label.unit };
}

type Bound = readonly [dose: Dose, rate: Rate];

/** The greatest (`sign` 1) or least (-1) bound of a kind, the first of equal ones. */
function outermost(bounds: readonly Bound[], kind: string, sign: 1 | -1): Bound | null {
  let best: Bound | null = null;
  for (const bound of bounds) {
    if (bound[1].kind !== kind) continue;
    if (best === null || compare(bound[1], best[1]) * sign > 0) best = bound;
  }
  return best;
}

/** Every dose that a line states, and what was used in all over the area. */
function stated(record: BookRecord, line: string): (readonly [Value, readonly Rate[]])[] {
  const tank =
    options(record, "tank_size")
      .map(fraction)
      .find((one) => one !== null && one.dimension === "volume" && one.top > 0n) ?? null;
  const said = options(record, at(line, "dose")).flatMap((value) => {
    const { amount, unit } = (value ?? {}) as { [name: string]: Value };
    return typeof amount === "string" && typeof unit === "string"
      ? [[value, ratesOf(amount, unit, tank)] as const]
      : [];
  });
  const spread = options(record, at(line, "total_used")).flatMap((total) =>
    options(record, "treated_area").flatMap((area) => {
      const rate = quotient(total, area);
      return rate === null ? [] : [[perSao(rate), [rate]] as const];
    }),
  );
  return [...said, ...spread];
}
