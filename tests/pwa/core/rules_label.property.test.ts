/** What holds of every book beside labels and ranges: nothing forgotten, no order, and what was kept is right. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { listsFromWire } from "../../../pwa/src/core/lists_wire.ts";
import { findings, judge, keysOf } from "../../../pwa/src/core/rules/book.ts";
import type { BookRecord, Finding } from "../../../pwa/src/core/rules/shape.ts";
import type { Value } from "../../../pwa/src/core/values.ts";

/** `TIMES=20` (`make check-long`): so many times as many books, and other ones each time. */
const TIMES = Number(process.env.TIMES ?? 1);
const RUN = { ...(TIMES === 1 ? { seed: 20261128 } : {}), numRuns: 100 * TIMES };

const file = new URL("../../vectors/rules_inputs.json", import.meta.url);
const read = listsFromWire(JSON.parse(readFileSync(file, "utf8")).lists);
if (read === null) throw new Error("the vectors hold no lists");
const lists = read;
const uuid = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const SEASONS = [0, 1].map((n) => `season:${uuid(n)}`);
const TIMELESS = { by: "", recordedAt: 0, skew: null, receivedAt: null };
const line = "line.aaaaaaaa.";
const crop = fc.constantFrom(
  "Lúa Bắc Thơm",
  "lua",
  "Lúa mì",
  "Ngô",
  "Đậu tương",
  "Gai xanh",
  "Gà đẻ trứng",
  "Tôm",
);
const product = fc.constantFrom(
  "Mẫu Xanh 5EC",
  "Mẫu Trỗ 20WP",
  "mau cu 50wp",
  "Mẫu Cấm 1G",
  "Mẫu Nhóm 2EC",
  "Thú Y Mẫu 10%",
  "Lạ 1SL",
);
const stage = fc.constantFrom("seedling", "growing", "flowering", "ripe", null);
const day = fc.integer({ min: 1, max: 28 }).map((n) => {
  const [month, date] = [(n % 11) + 1, n].map((one) => String(one).padStart(2, "0"));
  return `2026-${month}-${date}`;
});
const wait = fc.option(fc.integer({ min: 0, max: 20 }));
const amount = (...units: string[]) =>
  fc.record({ amount: fc.integer({ min: 0, max: 40 }).map(String), unit: fc.constantFrom(...units) });
const torn = fc.integer({ min: 0, max: 3 }).map((one) => one === 0);

/** Something used, or water measured, in some season; sometimes torn between two phones or taken out. */
const entry = (n: number): fc.Arbitrary<BookRecord> =>
  fc
    .record({
      said: fc.record({
        form: fc.constantFrom("CT-10", "CT-10", "CN-06", "TS-07", "TS-08"),
        happened_on: day,
        season: fc.constantFrom(...SEASONS),
        target_pest: fc.constantFrom("sâu cuốn lá", "rầy nâu", "cỏ", null),
        growth_stage: stage,
        [`${line}product`]: product,
        [`${line}dose`]: amount("ml/binh", "ml/sao", "l/ha", "pct"),
        tank_size: amount("l"),
        [`${line}phi_kind`]: fc.constant("days"),
        [`${line}phi_days`]: wait,
        [`${line}withdrawal_kind`]: fc.constant("days"),
        [`${line}withdrawal_days`]: wait,
        [`${line}withdrawal_eggs_kind`]: fc.constant("days"),
        [`${line}withdrawal_eggs_days`]: wait,
        temperature: amount("c"),
        ph: amount("ph"),
        ammonia: amount("mg_l"),
      }),
      others: fc.record({ growth_stage: stage, [`${line}product`]: product, ph: amount("ph") }),
      isTorn: fc.tuple(torn, torn, torn),
      isDeleted: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
    })
    .map(({ said, others, isTorn, isDeleted }) => {
      const all: Record<string, Value> = said;
      const rivals = Object.fromEntries(
        Object.entries<Value>(others)
          .filter((_, at) => isTorn[at])
          .map(([name, other]) => [name, [all[name] ?? null, other]]),
      );
      const values = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
      return { doc: `entry:${uuid(n)}`, type: "entry", values, rivals, deleted: isDeleted, ...TIMELESS };
    });

/** A season, whose crop two phones sometimes write differently. */
const season = (doc: string): fc.Arbitrary<BookRecord> =>
  fc
    .tuple(crop, crop, torn, fc.constantFrom("rice", "maize", "whiteleg_shrimp", "layer"))
    .map(([name, other, isTorn, code]) => {
      const values = { product: code, product_name: name, sector: "crop", started_on: "2026-01-01" };
      const rivals: Record<string, readonly Value[]> = isTorn ? { product_name: [name, other] } : {};
      return { doc, type: "season", values, rivals, deleted: false, ...TIMELESS };
    });
const book = fc
  .integer({ min: 1, max: 6 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, n) => entry(n)), ...SEASONS.map(season)));

/** The same records, of which nothing was worked out yet. */
const fresh = (records: readonly BookRecord[]): BookRecord[] => records.map((one) => ({ ...one }));
const texts = (found: readonly Finding[]): string[] => found.map((one) => JSON.stringify(one)).sort();
const inGroup = (key: string, records: readonly BookRecord[]): Finding[] =>
  judge(
    key,
    records.filter((one) => keysOf(one).has(key)),
    lists,
  );
const isKept = ({ rule, severity }: Finding): boolean =>
  severity === "stop" || /^(?:water|crop|pest|dose|stage|wait)_/.test(rule);

test("order does not matter", () => {
  fc.assert(
    fc.property(book, fc.nat(), (records, turn) => {
      const at = turn % records.length;
      const turned = fresh([...records.slice(at), ...records.slice(0, at)]).reverse();
      expect(findings(turned, lists)).toEqual(findings(records, lists));
    }),
    RUN,
  );
});

test("one more entry takes nothing away that is about another", () => {
  fc.assert(
    fc.property(book, entry(99), (records, more) => {
      const before = findings(records, lists).filter(isKept);
      expect(texts(findings([...records, more], lists))).toEqual(expect.arrayContaining(texts(before)));
    }),
    RUN,
  );
});

test("judging what changed, with what was kept, gives what judging everything anew gives", () => {
  fc.assert(
    fc.property(book, entry(0), season(SEASONS[0] ?? ""), fc.nat(), (records, drawn, grown, turn) => {
      const place = turn % records.length;
      const before = records[place] as BookRecord;
      const after = { ...(before.type === "season" ? grown : drawn), doc: before.doc };
      const changed = records.with(place, after);
      const kept = new Map<string, Finding[]>();
      for (const one of records) for (const key of keysOf(one)) kept.set(key, inGroup(key, records));
      for (const key of [...keysOf(before), ...keysOf(after)]) kept.set(key, inGroup(key, changed));
      expect(texts([...kept.values()].flat())).toEqual(texts(findings(fresh(changed), lists)));
    }),
    RUN,
  );
});

test("other lists are asked anew", () => {
  fc.assert(
    fc.property(book, (records) => {
      findings(records, lists);
      const bare = { ...lists, products: new Map() };
      expect(findings(records, bare)).toEqual(findings(fresh(records), bare));
    }),
    RUN,
  );
});
