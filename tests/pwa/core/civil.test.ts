import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addDays,
  dateShown,
  dateToDay,
  daysBetween,
  dayToDate,
  isCivilDate,
  msToDate,
  parseDate,
  weekdayName,
} from "../../../pwa/src/core/civil.ts";
import type { Language } from "../../../pwa/src/core/units.ts";

interface Case {
  name: string;
  given: { date: string; days: number; earlier: string; later: string; language: Language; ms: number };
  expect?: unknown;
  reject?: string;
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}

const path = new URL("../../vectors/civil.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));
const calls: Record<string, (given: Case["given"]) => unknown> = {
  parse_date: (g) => parseDate(g.date),
  add_days: (g) => addDays(g.date, g.days),
  days_between: (g) => daysBetween(g.earlier, g.later),
  weekday_name: (g) => weekdayName(g.date, g.language),
  date_shown: (g) => dateShown(g.date, g.language),
  ms_to_date: (g) => msToDate(g.ms),
};

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    expect(calls[group.description]?.(one.given)).toEqual(one.reject ?? one.expect);
  });
}

test("every day number of 1900 to 2199 and its date are inverses", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2_415_021, max: 2_524_593 }), (day) => {
      const date = dayToDate(day);
      expect(isCivilDate(date)).toBe(true);
      expect(dateToDay(date)).toBe(day);
    }),
  );
});
