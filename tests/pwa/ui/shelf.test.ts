/** The store's cards: what is left is said in one unit, once, and not at all where it is not certain. */
import { expect, test } from "vitest";
import type { Stored } from "../../../pwa/src/app/types.ts";
import type { BookRecord } from "../../../pwa/src/core/rules/shape.ts";
import { moves, stock } from "../../../pwa/src/core/rules/stock.ts";
import type { Value } from "../../../pwa/src/core/values.ts";
import { shelves } from "../../../pwa/src/ui/stock/shelf.ts";

const TODAY = "2026-11-28";
let made = 0;

function entry(form: string, happened_on: string, line: { [field: string]: Value }): BookRecord {
  made += 1;
  const fields = Object.entries({ product: "Padan", ...line });
  const values = Object.fromEntries(fields.map(([name, value]) => [`line.aaaaaaaa.${name}`, value]));
  return {
    doc: `entry:${made}`,
    type: "entry",
    values: { form, happened_on, ...values },
    rivals: {},
    deleted: false,
    by: "",
    recordedAt: 0,
    skew: null,
    receivedAt: null,
  };
}
const of = (amount: string, unit: string) => ({ amount, unit });
const buy = (quantity: Value, more = {}) => entry("CT-03", "2026-11-01", { quantity, ...more });
const use = (total_used: Value, more = {}) => entry("CT-10", "2026-11-10", { total_used, ...more });

function stored(records: readonly BookRecord[]): readonly Stored[] {
  return stock(records).map((line) => ({
    line,
    incoming: moves(line.plain, records)
      .filter((one) => one.what !== "use")
      .map((one) => one.sizes),
  }));
}
const one = (...records: BookRecord[]) => {
  const [first] = shelves(stored(records), TODAY);
  if (first === undefined) throw new Error("nothing in store");
  return first;
};

test("what is left is told in the unit that was taken from, bottles of a known size once", () => {
  expect(one(buy(of("1", "kg")), use(of("300", "g"))).left).toEqual([of("700", "g")]);
  const bottles = buy(of("3", "chai"), { pack_size: of("100", "ml") });
  expect(one(bottles)).toMatchObject({ left: [of("3", "chai")], bought: [of("3", "chai")], used: [] });
  expect(one(bottles, use(of("30", "ml"))).left).toEqual([of("270", "ml")]);
  expect(one(bottles, use(of("1", "chai"))).left).toEqual([of("2", "chai")]);
});

test("what can't be taken from each other is said as such and nothing is said to be left", () => {
  const bottles = buy(of("3", "chai"), { pack_size: of("100", "ml") });
  expect(one(bottles, use(of("30", "ml")), use(of("1", "chai")))).toMatchObject({ left: null, mixed: true });
  expect(one(bottles, buy(of("2", "chai")), use(of("30", "ml")))).toMatchObject({ left: null, mixed: true });
  const weighed = use(of("20", "g"));
  expect(one(buy(of("3", "chai")), weighed)).toMatchObject({ left: [of("3", "chai")], open: [weighed.doc] });
  expect(one(weighed)).toMatchObject({ left: null, neverBought: true, below: null, used: [of("20", "g")] });
});

test("more used than bought says how much, nothing left says so, and a count begins anew", () => {
  expect(one(buy(of("1", "kg")), use(of("1.2", "kg")))).toMatchObject({ left: [], below: of("200", "g") });
  const all = one(buy(of("1", "kg"), { expires_on: "2026-11-01" }), use(of("1", "kg")));
  expect(all).toMatchObject({ left: [], below: null, expiry: null });
  const count = entry("KK-01", "2026-11-20", { on_hand: of("2", "kg") });
  expect(one(buy(of("1", "kg")), use(of("5", "kg")), count)).toMatchObject({
    left: [of("2", "kg")],
    countedOn: "2026-11-20",
  });
});

test("what is over stands first, then what soon is; a later purchase is still good", () => {
  const kept = (product: string, expires_on: string) => buy(of("1", "kg"), { product, expires_on });
  const all = shelves(
    stored([
      kept("A", "2027-11-01"),
      kept("B", "2026-12-28"),
      kept("C", "2026-11-27"),
      kept("D", "2026-11-28"),
      kept("E", "2026-11-01"),
      kept("E", "2027-05-01"),
    ]),
    TODAY,
  );
  expect(all.map((row) => [row.name, row.expiry?.state])).toEqual([
    ["C", "over"],
    ["B", "soon"],
    ["D", "soon"],
    ["E", "some"],
    ["A", "good"],
  ]);
});
