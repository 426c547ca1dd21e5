/**
 * Where the book of a season is silent for long. It depends on today, so it is no finding.
 *
 * Twin of `sync/rules/season.py`. Source: sync/rules/gaps.json (our choice); PROTOCOL §Rules and findings.
 */
import data from "../../../../sync/rules/gaps.json";
import { daysBetween } from "../civil.ts";
import { type BookRecord, counts, dates, refs, texts } from "./shape.ts";

/** Days without an entry: after `begin`, before `end`. */
export interface Gap {
  readonly begin: string;
  readonly end: string;
  readonly days: number;
}

const ALLOWED: ReadonlyMap<string, number> = new Map(Object.entries(data.days));

/** The silences of a season from its start to its end or today, longer than its sector allows. */
export function seasonGaps(season: BookRecord, records: Iterable<BookRecord>, today: string): Gap[] {
  const began = [...dates(season, "started_on")].sort()[0];
  const last = [...dates(season, "ended_on"), today].sort()[0] ?? today;
  const allowed = texts(season, "sector").flatMap((one) => ALLOWED.get(one) ?? []);
  if (began === undefined || allowed.length === 0 || began > last) return [];
  const told = new Set<string>();
  for (const one of records) {
    if (one.type !== "entry" || !counts(one) || !refs(one, "season", "season").includes(season.doc)) continue;
    for (const day of dates(one, "happened_on")) if (began < day && day < last) told.add(day);
  }
  const turns = [began, ...[...told].sort(), last];
  return turns.slice(1).flatMap((end, i) => {
    const begin = turns[i] ?? began;
    const days = daysBetween(begin, end);
    return typeof days === "number" && days > Math.min(...allowed) ? [{ begin, end, days }] : [];
  });
}
