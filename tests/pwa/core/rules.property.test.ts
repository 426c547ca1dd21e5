/** What holds for every book: rules forget no stop, know no order, and judge a group at a time. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_LISTS } from "../../../pwa/src/core/lists.ts";
import { findings, judge, keysOf } from "../../../pwa/src/core/rules/book.ts";
import type { BookRecord, Finding } from "../../../pwa/src/core/rules/shape.ts";
import type { Members, Value } from "../../../pwa/src/core/values.ts";

/** `TIMES=20` (`make check-long`): so many times as many books, and other ones each time. */
const TIMES = Number(process.env.TIMES ?? 1);
const RUN = { ...(TIMES === 1 ? { seed: 20261124 } : {}), numRuns: 100 * TIMES };

const uuid = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const PLOTS = [0, 1].map((n) => `plot:${uuid(n)}`);
const SEASONS = [0, 1].map((n) => `season:${uuid(n)}`);
const FORMS = [
  "CT-10",
  "CT-10",
  "CT-12",
  "CT-14",
  "CT-03",
  "CN-06",
  "CN-12",
  "CN-14",
  "TS-06",
  "TS-11",
  "KK-01",
];
const day = fc.integer({ min: 1, max: 28 }).map((one) => `2026-11-${String(one).padStart(2, "0")}`);
const kind = fc.constantFrom("days", "unknown", "not_defined_on_label", null);
const amount = fc.record({
  amount: fc.integer({ min: 0, max: 30 }).map(String),
  unit: fc.constantFrom("kg", "ml", "chai"),
});
const line = "line.aaaaaaaa.";

/** A treatment, harvest, sale, purchase or count, sometimes torn between two phones or taken out. */
const entry = (n: number): fc.Arbitrary<BookRecord> =>
  fc
    .record({
      form: fc.constantFrom(...FORMS),
      days: fc.tuple(day, day, fc.boolean()),
      plots: fc.subarray(PLOTS, { minLength: 1 }),
      season: fc.constantFrom(...SEASONS),
      product: fc.constantFrom("A", "B"),
      kinds: fc.tuple(kind, kind, fc.boolean()),
      wait: fc.option(fc.integer({ min: 0, max: 20 })),
      amounts: fc.tuple(amount, amount),
      isDeleted: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
    })
    .map(({ form, days, plots, season, product, kinds, wait, amounts, isDeleted }) => {
      const said: Members = {
        form,
        happened_on: days[0],
        plots,
        season,
        quantity: amounts[0],
        [`${line}product`]: product,
        [`${line}phi_kind`]: kinds[0],
        [`${line}phi_days`]: wait,
        [`${line}withdrawal_kind`]: kinds[0],
        [`${line}withdrawal_days`]: wait,
        [`${line}quantity`]: amounts[0],
        [`${line}total_used`]: amounts[1],
        [`${line}on_hand`]: amounts[1],
      };
      const rivals: { [field: string]: readonly Value[] } = {};
      if (days[2]) rivals.happened_on = [days[0], days[1]];
      if (kinds[2]) rivals[`${line}phi_kind`] = [kinds[0], kinds[1]];
      const values = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null));
      const times = { by: "", recordedAt: 0, skew: null, receivedAt: null };
      return { doc: `entry:${uuid(n)}`, type: "entry", values, rivals, deleted: isDeleted, ...times };
    });
const book = fc
  .integer({ min: 1, max: 8 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, n) => entry(n))));

const stops = (found: readonly Finding[]): string[] => [
  ...new Set(found.filter((one) => one.severity === "stop").map((one) => `${one.rule} ${one.about}`)),
];
const inGroup = (key: string, records: readonly BookRecord[]): Finding[] =>
  judge(
    key,
    records.filter((one) => keysOf(one).has(key)),
    NO_LISTS,
  );

test("order does not matter", () => {
  fc.assert(
    fc.property(book, fc.nat(), (records, turn) => {
      const at = turn % records.length;
      const turned = [...records.slice(at), ...records.slice(0, at)].reverse();
      expect(findings(turned, NO_LISTS)).toEqual(findings(records, NO_LISTS));
    }),
    RUN,
  );
});

test("one more entry takes no stop away", () => {
  fc.assert(
    fc.property(book, entry(99), (records, more) => {
      const now = stops(findings([...records, more], NO_LISTS));
      expect(now).toEqual(expect.arrayContaining(stops(findings(records, NO_LISTS))));
    }),
    RUN,
  );
});

test("a wait that is not known lets no harvest pass", () => {
  const values = {
    form: "CT-10",
    happened_on: "2026-10-01",
    plots: PLOTS,
    "line.bbbbbbbb.phi_kind": "unknown",
  };
  const times = { by: "", recordedAt: 0, skew: null, receivedAt: null };
  const spray = { doc: `entry:${uuid(998)}`, type: "entry", values, rivals: {}, deleted: false, ...times };
  fc.assert(
    fc.property(book, (records) => {
      const told = stops(findings([...records, spray], NO_LISTS));
      const harvests = records.filter((one) => one.values.form === "CT-12" && !one.deleted);
      expect(told).toEqual(expect.arrayContaining(harvests.map((one) => `harvest_after_unknown ${one.doc}`)));
    }),
    RUN,
  );
});

test("judging the groups of what changed gives what judging everything gives", () => {
  fc.assert(
    fc.property(book, entry(0), fc.nat(), (records, drawn, turn) => {
      const place = turn % records.length;
      const before = records[place] as BookRecord;
      const after = { ...drawn, doc: before.doc };
      const changed = records.with(place, after);
      const kept = new Map<string, Finding[]>();
      for (const one of records) for (const key of keysOf(one)) kept.set(key, inGroup(key, records));
      for (const key of [...keysOf(before), ...keysOf(after)]) kept.set(key, inGroup(key, changed));
      const texts = (found: readonly Finding[]): string[] => found.map((one) => JSON.stringify(one)).sort();
      expect(texts([...kept.values()].flat())).toEqual(texts(findings(changed, NO_LISTS)));
    }),
    RUN,
  );
});
