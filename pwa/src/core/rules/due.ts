/**
 * What a farm has to do by a day: inspection, faults to put right, training, papers and equipment that end.
 *
 * It depends on today, so it is no finding; group `book:due` is what it reads. Only a farm with an open season has
 * anything to do. An inspection counts when every item was looked at. Whose a checkup is, is private: of a farm's the
 * one that runs longest counts.
 * Twin of `sync/rules/due.py`. Source: TCVN 11892-1:2017, 3.1.1, 3.1.8; PROTOCOL §Rules and findings.
 */
import { ANNEX_D, INSPECTION, type Item, itemField, DUE_DAYS as REPAIR_DAYS } from "../checklists.ts";
import { addDays } from "../civil.ts";
import { plainName } from "../plain.ts";
import { type FormRules, rulesOf } from "./form_rules.ts";
import { type BookRecord, counts, dates, type Finding, options, texts } from "./shape.ts";

export type DueKind = "inspection" | "fault" | "training" | "certificate" | "checkup" | "equipment";
export type When = "never" | "late" | "soon" | "later";

/** One thing to do. */
export interface Due {
  readonly kind: DueKind;
  readonly when: When;
  /** The last day for it, "" where it was never done. */
  readonly day: string;
  /** The document to open, "" for the farm itself. */
  readonly about: string;
  /** Of a fault the code of its item, of a season its product, of equipment its name. */
  readonly what: string;
}

export const KINDS: ReadonlySet<string> = new Set();
export const KEY = "book:due";
const YEAR_DAYS = 365; // never more than the 12 months of clause 3.1.8
const SOON_DAYS: Readonly<Record<DueKind, number>> = {
  inspection: 30,
  fault: 14,
  training: 0,
  certificate: 60,
  checkup: 30,
  equipment: 14,
}; // our choice
const INSPECTED = new Set(["vietgap"]);
const TRAINED = new Set(["vietgap", "organic", "conversion"]);
const WHENS: readonly When[] = ["late", "never", "soon", "later"];

/** The one group of all that says until when something is good. */
export function keys(record: BookRecord): string[] {
  const known = rulesOf(record);
  const isOf = record.type === "season" || record.type === INSPECTION;
  return isOf || known.trains || known.ends !== null ? [KEY] : [];
}

/** Nothing: what depends on today is no finding. */
export const judge = (): readonly Finding[] => [];

/**
 * What one farm has to do, what is late or was never done first; of a farm at rest nothing. `records`: at least the
 * group `book:due` of the farm, in any order.
 */
export function due(records: Iterable<BookRecord>, today: string): Due[] {
  const book = [...records].filter(counts).sort((a, b) => (a.doc < b.doc ? -1 : 1));
  const seasons = book.filter((one) => one.type === "season" && isOpen(one, today));
  if (seasons.length === 0) return [];
  const checked = book.filter((one) => one.type === INSPECTION);
  const found = [
    ...inspection(seasons, checked, today),
    ...checked.flatMap((one) => faults(one, today)),
    ...training(seasons, book, today),
    ...seasons.flatMap((one) => certificate(one, today)),
    ...ends(book, today),
  ];
  const orderOf = (one: Due) => [String(WHENS.indexOf(one.when)), one.day, one.kind, one.about, one.what];
  return found.sort((a, b) => byText(orderOf(a), orderOf(b)));
}

function byText(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((one, i) => one !== b[i]);
  return at < 0 ? 0 : (a[at] ?? "") < (b[at] ?? "") ? -1 : 1;
}

/** Says whether a season runs on a day, by any head. */
export function isOpen(season: BookRecord, today: string): boolean {
  const isBegun = dates(season, "started_on").some((day) => day <= today);
  return isBegun && options(season, "ended_on").some((one) => typeof one !== "string" || one >= today);
}

/** Says whether every item of an inspection has a result. */
export const isWhole = (of: BookRecord): boolean =>
  ANNEX_D.items.every((item) => texts(of, itemField(item.code, "result")).length > 0);

/** The items of an inspection that failed and are not put right, by any head. */
export const openItems = (of: BookRecord): readonly Item[] =>
  ANNEX_D.items.filter(
    (item) =>
      texts(of, itemField(item.code, "result")).includes("fail") &&
      !options(of, itemField(item.code, "closed_on")).every((one) => typeof one === "string" && one !== ""),
  );

function whenOf(kind: DueKind, day: string, today: string): When {
  if (day < today) return "late";
  return day <= addDays(today, SOON_DAYS[kind]) ? "soon" : "later";
}

const least = (some: readonly string[]): string => [...some].sort()[0] ?? "";
const most = (some: readonly string[]): string => [...some].sort().at(-1) ?? "";

/** The next inspection; where one is begun it is the one to go on with. */
function inspection(seasons: readonly BookRecord[], checked: readonly BookRecord[], today: string): Due[] {
  const isWanted = seasons.some(
    (one) =>
      texts(one, "sector").includes("crop") && texts(one, "standard").some((code) => INSPECTED.has(code)),
  );
  if (!isWanted) return [];
  const days = checked.filter(isWhole).map((one) => least(dates(one, "happened_on")));
  const last = most(days.filter((day) => day <= today));
  const begun = checked
    .filter((one) => !isWhole(one))
    .map((one) => [most(dates(one, "happened_on")), one.doc])
    .sort(byText)
    .at(-1);
  const about = (begun?.[0] ?? "") >= last ? (begun?.[1] ?? "") : "";
  if (last === "") return [{ kind: "inspection", when: "never", day: "", about, what: "" }];
  const day = addDays(last, YEAR_DAYS);
  const when = whenOf("inspection", day, today);
  return when === "later" ? [] : [{ kind: "inspection", when, day, about, what: "" }];
}

function faults(of: BookRecord, today: string): Due[] {
  const found = least(dates(of, "happened_on"));
  return openItems(of).flatMap((item): Due[] => {
    const said = least(dates(of, itemField(item.code, "due_on")));
    const day = said || (found && addDays(found, REPAIR_DAYS));
    return day === ""
      ? []
      : [{ kind: "fault", when: whenOf("fault", day, today), day, about: of.doc, what: item.code }];
  });
}

/** What was never done: how often it is repeated no source says. */
function training(seasons: readonly BookRecord[], book: readonly BookRecord[], today: string): Due[] {
  const isDone = book.some(
    (one) => rulesOf(one).trains && dates(one, "happened_on").some((day) => day <= today),
  );
  const isWanted = seasons.some((one) => texts(one, "standard").some((code) => TRAINED.has(code)));
  return isWanted && !isDone ? [{ kind: "training", when: "never", day: "", about: "", what: "" }] : [];
}

function certificate(season: BookRecord, today: string): Due[] {
  const day = least(dates(season, "certificate_valid_to"));
  const when = whenOf("certificate", day, today);
  if (day === "" || when === "later") return [];
  return [
    { kind: "certificate", when, day, about: season.doc, what: texts(season, "product_name")[0] ?? "" },
  ];
}

interface Last {
  readonly ends: NonNullable<FormRules["ends"]>;
  readonly order: readonly string[];
  readonly day: string;
  readonly about: string;
  readonly what: string;
}

/** Checkups and equipment whose last day comes; the latest stands for those of its name. */
function ends(book: readonly BookRecord[], today: string): Due[] {
  const last = new Map<string, Last>();
  for (const record of book) {
    const known = rulesOf(record).ends;
    const day = known === null ? "" : least(dates(record, known.day));
    if (known === null || day === "") continue;
    const what = known.by === "" ? "" : (texts(record, known.by)[0] ?? "");
    const written = known.by === "" ? "" : most(dates(record, "happened_on"));
    const key = `${known.kind} ${plainName(what)}`;
    const mine = { ends: known, order: [written, day, record.doc], day, about: record.doc, what };
    const before = last.get(key);
    if (before === undefined || byText(mine.order, before.order) > 0) last.set(key, mine);
  }
  return [...last.values()].flatMap(({ ends: { kind }, day, about, what }): Due[] => {
    const when = whenOf(kind, day, today);
    return when === "later" ? [] : [{ kind, when, day, about, what }];
  });
}
