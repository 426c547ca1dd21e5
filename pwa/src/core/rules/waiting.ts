/**
 * Waiting times: how long after a treatment nothing may be harvested, picked up or sold.
 *
 * A number of days, "not defined on the label", or not known; not known is never zero. Work on day D with 7 days
 * to wait leaves D+7 as the first day (our reading, not verified: mark R). Days count over all seasons of a plot;
 * what is not known or not defined counts within its season, or everywhere where the work names none.
 * Twin of `sync/rules/waiting.py`. Source: TCVN 11892-1:2017, 3.2.3.1; PROTOCOL §Rules and findings.
 */
import { addDays, daysBetween } from "../civil.ts";
import type { Lists } from "../lists.ts";
import type { Members } from "../values.ts";
import {
  at,
  type FormRules,
  linesOf,
  PRODUCE,
  type Produce,
  rulesOf,
  sorts,
  type Wait,
} from "./form_rules.ts";
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

export type WaitState = "free" | "not_defined" | "days" | "unknown";
export const KINDS: ReadonlySet<string> = new Set(["plot", "entry"]);
const DEFINED: ReadonlySet<string> = new Set(["days", "not_defined_on_label", "unknown"]);

/** What one product line of an entry says of the wait for one produce, the worst of its heads. */
export interface Statement {
  readonly record: BookRecord;
  readonly line: string;
  readonly produce: Produce;
  readonly state: WaitState;
  readonly product: string;
  /** The day the wait runs from. */
  readonly lastDay: string;
  readonly days: number;
  /** The first day that is safe, "" where no number of days is known. */
  readonly until: string;
  readonly field: string;
  /** Said only where somebody harvests. */
  readonly isQuiet: boolean;
}

/** What holds for one produce of a plot: until when by all that is known, and what is not. */
export interface Waiting {
  /** The gravest. */
  readonly state: WaitState;
  /** The first safe day by the known numbers, "" for none. */
  readonly until: string;
  /** What set it. */
  readonly longest: Statement | null;
  /** Statements without a number. */
  readonly open: readonly Statement[];
}

/** The statements of one plot for one produce, by the day on which the work began. */
export interface Ground {
  readonly begun: readonly string[];
  readonly timed: readonly Statement[];
  /** Of the first `i + 1` timed ones the one that holds longest; many harvests then cost little. */
  readonly longest: readonly Statement[];
  readonly open: readonly Begun[];
}

const min = (all: readonly string[]): string => [...all].sort()[0] ?? "";
const max = (all: readonly string[]): string => [...all].sort().at(-1) ?? "";

/** The groups that an entry matters to: itself, and the plots that it treats or harvests. */
export function keys(record: BookRecord): string[] {
  const known = rulesOf(record);
  const own = known.waits.length > 0 ? [record.doc] : [];
  return known.waits.length > 0 || known.takes !== null ? [...own, ...refs(record, "plots", "plot")] : own;
}

/** What an entry says of waiting, one a line and produce; none of a deleted one. */
export const statements: (record: BookRecord) => readonly Statement[] = once((record) => {
  const known = rulesOf(record);
  if (known.waits.length === 0 || !counts(record)) return [];
  const last = lastDay(record, known);
  return linesOf(record).flatMap((line) =>
    known.waits.flatMap((wait) => statement(record, line, wait, last) ?? []),
  );
});

function lastDay(record: BookRecord, known: FormRules): string {
  const ends = known.until === "" ? [] : dates(record, known.until);
  return max([...ends, ...dates(record, "happened_on")]);
}

function stateOf(said: ReadonlySet<string>, hasHole: boolean, last: string): WaitState {
  const isMissing = [...said].some((one) => !DEFINED.has(one)) || (said.has("days") && hasHole);
  if (said.has("unknown") || isMissing || last === "") return "unknown";
  return said.has("not_defined_on_label") ? "not_defined" : "days";
}

function statement(record: BookRecord, line: string, wait: Wait, last: string): Statement | null {
  const field = at(line, wait.kind);
  const said = new Set(options(record, field).map((one) => (typeof one === "string" ? one : "")));
  const isEmpty = said.size === 1 && said.has("");
  if (wait.missing === "none" && isEmpty) return null;
  const numbers = options(record, at(line, wait.days)).map(days);
  const known = numbers.filter((one) => one !== null);
  const longest = said.has("days") ? Math.max(0, ...known) : 0;
  const until = said.has("days") && known.length > 0 && last !== "" ? addDays(last, longest) : "";
  return {
    record,
    line,
    produce: wait.produce,
    state: stateOf(said, numbers.includes(null), last),
    product: texts(record, at(line, "product"))[0] ?? "",
    lastDay: last,
    days: longest,
    until: typeof until === "string" ? until : "",
    field,
    isQuiet: wait.missing === "quiet" && isEmpty,
  };
}

type Begun = readonly [begun: string, one: Statement, place: string];
const holds = (one: Statement): string => `${one.until} ${one.record.doc} ${one.line}`;

/** What is said of a plot's waits for one produce, from the entries of every phone. */
export function ground(plot: string, produce: Produce, records: Iterable<BookRecord>): Ground {
  const found: Begun[] = [];
  for (const record of records) {
    if (rulesOf(record).waits.length === 0 || !refs(record, "plots", "plot").includes(plot)) continue;
    const begun = min(dates(record, "happened_on"));
    for (const one of statements(record))
      if (one.produce === produce) found.push([begun, one, `${begun} ${record.doc} ${one.line}`]);
  }
  found.sort(([, , a], [, , b]) => (a < b ? -1 : 1));
  const timed = found.filter(([, one]) => one.until !== "");
  const longest: Statement[] = [];
  for (const [, one] of timed) {
    const before = longest.at(-1);
    longest.push(before !== undefined && holds(before) > holds(one) ? before : one);
  }
  return {
    begun: timed.map(([begun]) => begun),
    timed: timed.map(([, one]) => one),
    longest,
    open: found.filter(([, one]) => one.state === "unknown" || one.state === "not_defined"),
  };
}

/** How many of sorted texts are at most this one. */
function upTo(sorted: readonly string[], most: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? "") <= most) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What holds in a season on a plot. `season`: the one that is harvested, "" for none; `day`: only work begun by
 * that day counts, and work without a day; null for all.
 */
export function waiting(known: Ground, season: string, day: string | null = null): Waiting {
  const last = day === null ? known.begun.length : upTo(known.begun, day);
  const longest = known.longest[last - 1] ?? null;
  const ours = known.open.filter(
    ([begun, one]) => (day === null || begun <= day) && isIn(one.record, season),
  );
  const open = ours.map(([, one]) => one);
  const unknown = open.filter((one) => one.state === "unknown");
  const undefined_ = open.filter((one) => one.state === "not_defined");
  const timed: WaitState = longest === null ? (undefined_.length > 0 ? "not_defined" : "free") : "days";
  return {
    state: unknown.length > 0 ? "unknown" : timed,
    until: longest?.until ?? "",
    longest,
    open: [...unknown, ...undefined_],
  };
}

function isIn(record: BookRecord, season: string): boolean {
  const named = refs(record, "season", "season");
  return named.length === 0 || season === "" || named.includes(season);
}

/** What is noticed in the group of an entry (its own statements) or of a plot (its harvests). */
export function judge(key: string, records: readonly BookRecord[], _lists: Lists): Finding[] {
  if (!key.startsWith("plot:")) return records.filter((one) => one.doc === key).flatMap(own);
  const grounds = new Map<Produce, Ground>();
  return records.flatMap((record) => {
    const { takes } = rulesOf(record);
    if (takes === null || !counts(record) || !refs(record, "plots", "plot").includes(key)) return [];
    const taken = sorts(record, takes);
    return PRODUCE.filter((produce) => taken.has(produce)).flatMap((produce) => {
      const known = grounds.get(produce) ?? ground(key, produce, records);
      grounds.set(produce, known);
      return harvest(key, record, produce, known);
    });
  });
}

function own(record: BookRecord): Finding[] {
  return statements(record).flatMap((one) => {
    if (one.isQuiet || (one.state !== "unknown" && one.state !== "not_defined")) return [];
    const stem = one.produce === "crop" ? "phi" : "withdrawal";
    const facts = { product: one.product, produce: one.produce };
    const severity = one.state === "unknown" ? "doubt" : "note";
    return makeFinding(`${stem}_${one.state}`, severity, record.doc, facts, one.field);
  });
}

const OPEN: readonly (readonly [WaitState, Severity])[] = [
  ["unknown", "stop"],
  ["not_defined", "doubt"],
];

/** A harvest within a wait, or after work whose wait nobody knows. The worst of its days counts. */
function harvest(plot: string, record: BookRecord, produce: Produce, known: Ground): Finding[] {
  const when = dates(record, "happened_on");
  if (when.length === 0) return [];
  const [day, last] = [min(when), max(when)];
  const seasons = refs(record, "season", "season");
  const found = (seasons.length > 0 ? seasons : [""]).map((season) => waiting(known, season, last));
  const base = { day, produce, plot };
  const noticed: Finding[] = [];
  const longest = found[0]?.longest ?? null;
  if (longest !== null && longest.until > day) noticed.push(early(record, base, day, longest, known, last));
  const stem = produce === "crop" ? "harvest" : "withdrawal";
  for (const [state, severity] of OPEN) {
    const open = new Map(
      found.flatMap((one) => one.open.filter((each) => each.state === state)).map((e) => [e.record.doc, e]),
    );
    const first = open.get(min([...open.keys()]));
    if (first === undefined) continue;
    const facts = { ...base, product: first.product };
    noticed.push(
      makeFinding(`${stem}_after_${state}`, severity, record.doc, facts, "happened_on", open.keys()),
    );
  }
  return noticed;
}

function early(
  record: BookRecord,
  base: Members,
  day: string,
  longest: Statement,
  known: Ground,
  last: string,
): Finding {
  const short = daysBetween(day, longest.until);
  const facts = {
    ...base,
    product: longest.product,
    last_day: longest.lastDay,
    days: longest.days,
    until: longest.until,
    short: typeof short === "number" ? short : 0,
  };
  const held = known.timed.slice(0, upTo(known.begun, last)).filter((one) => one.until > day);
  const rule = base.produce === "crop" ? "harvest_early" : "withdrawal_early";
  return makeFinding(
    rule,
    "stop",
    record.doc,
    facts,
    "happened_on",
    held.map((one) => one.record.doc),
  );
}
