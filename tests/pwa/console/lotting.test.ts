import { expect, test } from "vitest";
import { amountOf, dayOf, lineId } from "../../../pwa/src/console/lotting.ts";

test("an amount is read as people type it, in whole base units", () => {
  expect(amountOf("12,5", "kg")).toEqual({ value: { amount: "12.5", unit: "kg" }, size: 12_500 });
  expect(amountOf(" 3 ", "vi")).toEqual({ value: { amount: "3", unit: "vi" }, size: 30 });
});

test.each(["", "0", "-1", "1e3", "ba cân", "1.2.3"])("what is no amount is none: %j", (text) => {
  expect(amountOf(text, "kg")).toBeNull();
});

test("a sack without a size is no amount", () => {
  expect(amountOf("2", "bao")).toBeNull();
});

test.each([
  ["28/11/2026", "2026-11-28"],
  ["8-1-2026", "2026-01-08"],
  ["2026-11-28", "2026-11-28"],
  ["31/02/2026", ""],
  ["11/28/2026", ""],
  ["hôm nay", ""],
])("a day that is typed as %s is %j", (text, day) => {
  expect(dayOf(text)).toBe(day);
});

test("lines of one document have ids of their own that the wire takes", () => {
  const all = Array.from({ length: 200 }, (_, n) => lineId(n));
  expect(new Set(all).size).toBe(200);
  for (const one of all) expect(one).toMatch(/^[a-z2-7]{8}$/);
});
