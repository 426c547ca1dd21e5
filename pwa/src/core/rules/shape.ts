/**
 * What rules read and what they say: records and findings, and the careful reading of a record.
 *
 * Rules take a record's public values only. Where heads disagree every head's value is looked at, and each rule
 * takes the one that is least favourable to it.
 * Twin of `sync/rules/shape.py`. Source: DESIGN §2 "finding", §3 "Merge"; PROTOCOL §Rules and findings.
 */
import { isCivilDate } from "../civil.ts";
import { isDoc } from "../ids.ts";
import { DELETED, type Members, splitLine, type Value, writeText } from "../values.ts";

export type Severity = "note" | "doubt" | "stop";
export const SEVERITIES: readonly Severity[] = ["note", "doubt", "stop"];
const DAYS = /^(0|[1-9][0-9]{0,4})$/;

/** A folded document as rules see it. */
export interface BookRecord {
  readonly doc: string;
  readonly type: string;
  /** What shows of the public fields. */
  readonly values: Members;
  /** Of the fields in conflict alone: every head's value (null: cleared), the one that shows first. */
  readonly rivals: Readonly<{ [field: string]: readonly Value[] }>;
  readonly deleted: boolean;
  /** Of the first op; `receivedAt` is null while it is not in the log. */
  readonly by: string;
  readonly recordedAt: number;
  readonly skew: number | null;
  readonly receivedAt: number | null;
}

/** What a rule noticed. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** The document at which it is shown. */
  readonly about: string;
  /** The field to open, "" for none. */
  readonly field: string;
  /** The documents that led to it: `about` first, then the others in the order of their names. */
  readonly behind: readonly string[];
  /** What its sentence says: integers, civil dates, texts, amounts. */
  readonly facts: Members;
}

/** A finding; `others` are the documents behind it beside the one that it is about. */
export function makeFinding(
  rule: string,
  severity: Severity,
  about: string,
  facts: Members,
  field = "",
  others: Iterable<string> = [],
): Finding {
  const rest = new Set(others);
  rest.delete(about);
  return { rule, severity, about, field, behind: [about, ...[...rest].sort()], facts };
}

/** Sorts findings: the same order in both languages. Facts are written out only where nothing else tells two apart. */
export function byOrder(a: Finding, b: Finding): number {
  if (a.about !== b.about) return a.about < b.about ? -1 : 1;
  if (a.rule !== b.rule) return a.rule < b.rule ? -1 : 1;
  if (a.field !== b.field) return a.field < b.field ? -1 : 1;
  const [left, right] = [factsText(a), factsText(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}

function factsText({ facts }: Finding): string {
  return writeText(Object.fromEntries(Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** A function of a record alone, worked out once for each record; nobody changes what it gives. */
export function once<T extends object | string | boolean>(
  work: (record: BookRecord) => T,
): (record: BookRecord) => T {
  const known = new WeakMap<BookRecord, T>();
  return (record) => {
    const found = known.get(record);
    if (found !== undefined) return found;
    const told = work(record);
    known.set(record, told);
    return told;
  };
}

/** Says whether a record counts: one whose tombstone is in conflict does. */
export const counts = (record: BookRecord): boolean => !record.deleted || DELETED in record.rivals;

/** All values that stand for a field, the one that shows first; [null] where it is empty. */
export function options(record: BookRecord, name: string): readonly Value[] {
  const rivals = record.rivals[name];
  return rivals !== undefined && rivals.length > 0 ? rivals : [record.values[name] ?? null];
}

/** The ids of the lines that any head still has, sorted. */
export const lineIds: (record: BookRecord) => readonly string[] = once((record) => {
  const found = new Set<string>();
  for (const name of [...Object.keys(record.values), ...Object.keys(record.rivals)]) {
    const line = splitLine(name);
    if (line !== undefined && options(record, name).some((value) => value !== null)) found.add(line[0]);
  }
  return [...found].sort();
});

/** The texts that stand for a field, empty ones left out. */
export function texts(record: BookRecord, name: string): string[] {
  return options(record, name).filter((one) => typeof one === "string" && one !== "") as string[];
}

const datesBy = once(() => new Map<string, readonly string[]>());
const refsBy = once(() => new Map<string, readonly string[]>());

/** The civil dates that stand for a field. */
export function dates(record: BookRecord, name: string): readonly string[] {
  const known = datesBy(record);
  const found = known.get(name) ?? texts(record, name).filter(isCivilDate);
  known.set(name, found);
  return found;
}

/** The documents of a type that any head of a field names, sorted. */
export function refs(record: BookRecord, name: string, type: string): readonly string[] {
  const known = refsBy(record);
  const asked = `${name} ${type}`;
  const told = known.get(asked);
  if (told !== undefined) return told;
  const found = new Set<string>();
  for (const value of options(record, name)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one === "string" && one.startsWith(`${type}:`) && isDoc(one)) found.add(one);
    }
  }
  const sorted = [...found].sort();
  known.set(asked, sorted);
  return sorted;
}

/** A number of days that somebody wrote, null where it is none. Text and integers alike. */
export function days(value: Value): number | null {
  const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
  return DAYS.test(text) ? Number(text) : null;
}

/** The gravest of severities; null where there is none. */
export function worst(severities: readonly Severity[]): Severity | null {
  const at = Math.max(-1, ...severities.map((one) => SEVERITIES.indexOf(one)));
  return SEVERITIES[at] ?? null;
}
