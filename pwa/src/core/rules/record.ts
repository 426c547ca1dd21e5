/**
 * What one record says of itself: when it was written, what it leaves out, its photos, and what failed.
 *
 * Private fields are not read, so nothing of them is missed. The day of writing is that of the phone's clock, put
 * right by the server's where they were compared, and never after the arrival.
 * Twin of `sync/rules/record.py`. Source: TCVN 11892-1:2017, 3.1.4, 3.1.5.1; PROTOCOL §Rules and findings.
 */
import { daysBetween, msToDate } from "../civil.ts";
import { checkValues, type FormFinding } from "../form_values.ts";
import { type Form, fieldOf, type Words } from "../forms.ts";
import { type Lists, usesOf } from "../lists.ts";
import { DELETED, type Members } from "../values.ts";
import { FORMS } from "./form_files.ts";
import { at, linesOf, rulesOf } from "./form_rules.ts";
import {
  type BookRecord,
  counts,
  dates,
  type Finding,
  lineIds,
  makeFinding,
  options,
  refs,
  texts,
} from "./shape.ts";

export const KINDS: ReadonlySet<string> = new Set(["entry", "photo", "book"]);
export const TRAINING = "book:training";
export const LATE_DAYS = 3; // our choice: later than this is told
export const LATE_LONG_DAYS = 30; // our choice: and later than this is doubted
export const UNHEARD_DAYS = 365; // our choice: a clock that nobody compared, and a longer way than any phone takes
export const NAMED_MAX = 3; // our choice: fields that a sentence names
const DAY_MS = 86_400_000;
const MISSING: ReadonlySet<string> = new Set(["required_missing", "one_of_missing", "line_missing"]);
const UNTOLD: ReadonlySet<string> = new Set(["advised_missing", "private_in_public"]);
const SAME_AGAIN: ReadonlySet<string> = new Set(["label", "document"]); // one label or invoice for several entries
const STANDARDS: ReadonlySet<string> = new Set(["vietgap", "organic", "conversion"]);

/** The groups of a record: an entry's own, which its photos share, a picture's, and trainings. */
export function keys(record: BookRecord): string[] {
  if (record.type === "entry") return rulesOf(record).trains ? [record.doc, TRAINING] : [record.doc];
  if (record.type === "season") return [TRAINING];
  if (record.type !== "photo") return [];
  return [...refs(record, "of", "entry"), ...texts(record, "sha256").map((one) => `photo:${one}`)];
}

/** What is noticed in the group of an entry, of a picture, or of seasons and trainings. */
export function judge(key: string, records: readonly BookRecord[], lists: Lists): Finding[] {
  if (key === TRAINING) return untrained(records);
  if (key.startsWith("photo:")) return photoTwice(records);
  const photos = records.filter((one) => one.type === "photo");
  return records.flatMap((record) => {
    if (record.doc !== key || !counts(record)) return [];
    const form = FORMS.get(texts(record, "form")[0] ?? "");
    const told = [...times(record), ...failed(record)];
    return form === undefined
      ? told
      : [...told, ...fields(record, form), ...wantedPhotos(record, form, photos, lists)];
  });
}

/** The civil day of a time, "" for one that no calendar here holds. */
function dayOf(ms: number): string {
  const day = msToDate(ms);
  return day === "bad_date" ? "" : day;
}

/** By how many whole days the phone's clock was wrong when it saved; 0 where nobody can say. */
export function clockOff({ skew, receivedAt, recordedAt }: BookRecord): number {
  if (skew !== null) return Math.floor(Math.abs(skew) / DAY_MS);
  const way = receivedAt === null ? 0 : receivedAt - recordedAt;
  const ahead = Math.floor(Math.max(0, -way) / DAY_MS);
  const late = Math.floor(way / DAY_MS);
  return ahead > 0 ? ahead : late > UNHEARD_DAYS ? late : 0;
}

function between(earlier: string, later: string): number {
  const days = earlier !== "" && later !== "" ? daysBetween(earlier, later) : 0;
  return typeof days === "number" ? days : 0;
}

/** What was written late, early, or by a wrong clock. A record without a time is not judged. */
function times(record: BookRecord): Finding[] {
  if (record.recordedAt <= 0) return [];
  const { doc, receivedAt, recordedAt, skew } = record;
  const corrected = recordedAt + (skew ?? 0);
  const written = receivedAt === null ? corrected : Math.min(corrected, receivedAt);
  const said = dayOf(written);
  const bound = dayOf(skew === null && receivedAt !== null ? receivedAt : written);
  const when = [...dates(record, "happened_on")].sort();
  const [first, last, off] = [when[0] ?? "", when.at(-1) ?? "", clockOff(record)];
  const late = between(first, said);
  const isBackdated = late > LATE_DAYS && off > 0 && between(first, dayOf(recordedAt)) <= LATE_DAYS;
  const found: Finding[] = [];
  if (late > LATE_DAYS) {
    const severity = isBackdated || late > LATE_LONG_DAYS ? "doubt" : "note";
    const facts = { day: first, recorded_on: said, late };
    found.push(makeFinding(isBackdated ? "backdated" : "late", severity, doc, facts, "happened_on"));
  }
  const ahead = between(bound, last);
  if (ahead > 0) {
    const facts = { day: last, recorded_on: bound, ahead };
    found.push(makeFinding("dated_ahead", "doubt", doc, facts, "happened_on"));
  }
  if (off > 0 && !isBackdated) found.push(makeFinding("clock_wrong", "note", doc, { days: off }));
  return found;
}

/** A check that failed, and whether what was done about it is written. */
function failed(record: BookRecord): Finding[] {
  const { fails } = rulesOf(record);
  if (fails === null) return [];
  return ["", ...lineIds(record)].flatMap((line) => {
    if (!texts(record, at(line, fails.by)).some((one) => fails.values.has(one))) return [];
    const empty = fails.needs.map((name) => at(line, name)).find((name) => !isFilled(record, name));
    return empty === undefined
      ? makeFinding("check_failed", "note", record.doc, {}, at(line, fails.by))
      : makeFinding("check_failed_open", "doubt", record.doc, {}, empty);
  });
}

const isFilled = (record: BookRecord, name: string): boolean =>
  options(record, name).every((one) => typeof one === "string" && one !== "");

/** What the form asks and any head leaves out, and values that are odd in any head. */
function fields(record: BookRecord, form: Form): Finding[] {
  const elsewhere = toldElsewhere(record);
  const [missing, odd] = [new Set<string>(), new Set<string>()];
  for (const { code, field } of checked(record, form)) {
    if (!UNTOLD.has(code) && !elsewhere.has(field)) (MISSING.has(code) ? missing : odd).add(field);
  }
  const told: readonly (readonly [string, ReadonlySet<string>])[] = [
    ["field_missing", missing],
    ["value_odd", odd],
  ];
  return told.flatMap(([rule, names]) => {
    const [first] = names;
    if (first === undefined) return [];
    const what = [...names].slice(0, NAMED_MAX).map((name) => labelOf(form, name));
    return makeFinding(rule, "doubt", record.doc, { what, count: names.size }, first);
  });
}

function checked(record: BookRecord, form: Form): FormFinding[] {
  const { [DELETED]: _, ...shown } = record.values;
  const found = checkValues(form, shown, null);
  for (const name of Object.keys(record.rivals).sort()) {
    if (name === DELETED || name === "form") continue;
    for (const value of (record.rivals[name] ?? []).slice(1)) {
      found.push(...checkValues(form, { ...shown, [name]: value }, null));
    }
  }
  return found;
}

/** The fields about which another rule speaks when they are empty. */
function toldElsewhere(record: BookRecord): ReadonlySet<string> {
  const { fails, waits } = rulesOf(record);
  const names = [...waits.flatMap((wait) => [wait.kind, wait.days]), ...(fails?.needs ?? [])];
  return new Set(["", ...lineIds(record)].flatMap((line) => names.map((name) => at(line, name))));
}

const inWords = ({ vi, en }: Words): Members => ({ en, vi });

const labelOf = (form: Form, name: string): Members =>
  inWords(fieldOf(form, name)?.label ?? form.lines?.title ?? form.title);

/** A photo that the form always wants, and a label that nobody has a picture of. */
function wantedPhotos(
  record: BookRecord,
  form: Form,
  photos: readonly BookRecord[],
  lists: Lists,
): Finding[] {
  const held = new Set(photos.flatMap((photo) => texts(photo, "kind")));
  const wanted = form.photos.filter((photo) => !held.has(photo.kind));
  return wanted.flatMap((photo) => {
    if (photo.wanted === "always")
      return makeFinding("photo_missing", "doubt", record.doc, { what: inWords(photo.label) });
    const product = photo.wanted === "new_product" ? unknownLabel(record, lists) : "";
    return product === "" ? [] : makeFinding("label_photo_missing", "note", record.doc, { product });
  });
}

/** The first product whose days to wait were written and which no list tells. */
function unknownLabel(record: BookRecord, lists: Lists): string {
  const when = [...dates(record, "happened_on")].sort()[0] ?? "";
  for (const line of linesOf(record)) {
    for (const wait of rulesOf(record).waits) {
      if (!texts(record, at(line, wait.kind)).includes("days")) continue;
      const product = texts(record, at(line, "product")).find((one) => usesOf(lists, one, when).length === 0);
      if (product !== undefined) return product;
    }
  }
  return "";
}

/** One picture at several entries, told at all of them but the first. */
function photoTwice(records: readonly BookRecord[]): Finding[] {
  const shown = records.filter((one) => !texts(one, "kind").some((kind) => SAME_AGAIN.has(kind)));
  shown.sort((a, b) => a.recordedAt - b.recordedAt || (a.doc < b.doc ? -1 : 1));
  const entries = [...new Set(shown.flatMap((one) => refs(one, "of", "entry")))];
  const behind = [...entries, ...shown.map((one) => one.doc)];
  return entries.slice(1).map((entry) => makeFinding("photo_twice", "doubt", entry, {}, "", behind));
}

/** A season under a standard by whose end no training is written. */
function untrained(records: readonly BookRecord[]): Finding[] {
  const days = records.filter((one) => one.type === "entry").flatMap((one) => dates(one, "happened_on"));
  const trained = days.sort()[0] ?? "";
  return records.flatMap((season) => {
    if (season.type !== "season" || !texts(season, "standard").some((one) => STANDARDS.has(one))) return [];
    const end = [...dates(season, "ended_on")].sort()[0] ?? "";
    const isLate = end !== "" && trained > end;
    return trained === "" || isLate ? makeFinding("untrained", "note", season.doc, {}) : [];
  });
}
