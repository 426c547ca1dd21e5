/** The vectors of rules, run against the core; tests/sync/test_vectors_rules.py runs the same. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ANNEX_D, standOf } from "../../../pwa/src/core/checklists.ts";
import { NO_LISTS } from "../../../pwa/src/core/lists.ts";
import { listsFromWire } from "../../../pwa/src/core/lists_wire.ts";
import { findings, keysOf } from "../../../pwa/src/core/rules/book.ts";
import { completeness } from "../../../pwa/src/core/rules/completeness.ts";
import { due } from "../../../pwa/src/core/rules/due.ts";
import type { Produce } from "../../../pwa/src/core/rules/form_rules.ts";
import { seasonGaps } from "../../../pwa/src/core/rules/season.ts";
import type { BookRecord } from "../../../pwa/src/core/rules/shape.ts";
import { stock } from "../../../pwa/src/core/rules/stock.ts";
import { ground, waiting } from "../../../pwa/src/core/rules/waiting.ts";
import { type Part, sentence } from "../../../pwa/src/core/rules/words.ts";
import type { Members } from "../../../pwa/src/core/values.ts";

/** A record as the vectors write it. */
interface RecordGiven extends Partial<BookRecord> {
  recorded_at?: number;
  received_at?: number | null;
}
interface Given {
  records: RecordGiven[];
  rules?: string[];
  lists?: unknown;
  today: string;
  values: Members;
  plot: string;
  produce: Produce;
  season: string;
  day: string | null;
  rule: string;
  facts: Members;
  part: Part;
  language: "vi" | "en";
}
interface Vectors {
  rules: string[];
  lists?: unknown;
  groups: { description: string; cases: { name: string; given: Given; expect: unknown }[] }[];
}

const folder = new URL("../../vectors/", import.meta.url);
const files = readdirSync(folder).filter((name) => /^rules.*\.json$/.test(name));

const toRecord = ({ recorded_at = 0, received_at = null, ...given }: RecordGiven): BookRecord => ({
  doc: "",
  type: "",
  values: {},
  rivals: {},
  deleted: false,
  by: "",
  recordedAt: recorded_at,
  skew: null,
  receivedAt: received_at,
  ...given,
});

const shown = (sizes: ReadonlyMap<string, bigint>): unknown =>
  Object.fromEntries([...sizes].map(([unit, size]) => [unit, String(size)]));

const calls: Record<string, (given: Given) => unknown> = {
  findings: ({ records, rules = [], lists }) =>
    findings(records.map(toRecord), listsFromWire(lists) ?? NO_LISTS).filter((one) =>
      rules.includes(one.rule),
    ),
  waiting: ({ records, plot, produce, season, day }) => {
    const found = waiting(ground(plot, produce, records.map(toRecord)), season, day);
    return {
      state: found.state,
      until: found.until,
      longest: found.longest?.record.doc ?? "",
      open: found.open.map((one) => one.record.doc),
    };
  },
  season_gaps: ({ records, today }) => {
    const [season, ...entries] = records.map(toRecord);
    return season && seasonGaps(season, entries, today);
  },
  due: ({ records, today }) => due(records.map(toRecord), today),
  completeness: ({ records, today }) => {
    const [season, ...others] = records.map(toRecord);
    if (season === undefined) return undefined;
    const found = completeness(season, [season, ...others], today);
    return found.map(({ code, table, state, count, form }) => [code, table, state, count, form]);
  },
  stand_of: ({ values }) => {
    const { failed, open, ...counts } = standOf(ANNEX_D, values);
    return { ...counts, failed: failed.map((item) => item.code), open: open.map((item) => item.code) };
  },
  stock: ({ records }) =>
    stock(records.map(toRecord)).map(({ plain, name, countedOn, expires, lots, open, ...line }) => ({
      plain,
      name,
      counted_on: countedOn,
      expires,
      lots,
      open,
      kinds: [...line.kinds].sort(),
      sizes: { bought: shown(line.bought), used: shown(line.used), left: shown(line.left) },
    })),
  sentence: ({ rule, facts, part, language }) =>
    sentence({ rule, severity: "note", about: "entry:x", field: "", behind: [], facts }, part, language),
  keys_of: ({ records }) => records.flatMap((one) => [...keysOf(toRecord(one))].sort()),
};

for (const file of files) {
  const vectors: Vectors = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
  for (const { description, cases } of vectors.groups) {
    describe(`${file}: ${description}`, () => {
      test.each(cases)("$name", ({ given, expect: expected }) => {
        expect(calls[description]?.({ rules: vectors.rules, lists: vectors.lists, ...given })).toEqual(
          expected,
        );
      });
    });
  }
}
