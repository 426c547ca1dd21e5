import { expect, test } from "vitest";
import { inUnit } from "../../../pwa/src/app/amounts.ts";
import { eventOf } from "../../../pwa/src/app/packing.ts";
import type { PackingKind, PackingSaid } from "../../../pwa/src/app/types.ts";

const LOT = { doc: "lot:x", code: "7K3M9QXA", ware: "w", product: "", day: "", unit: "kg", recalled: false };
const said = (change: Partial<PackingSaid>): PackingSaid => ({
  ...{ amount: "", out: "", packs: "", buyer: "", vehicle: "", reason: "", place: "" },
  ...{ day: "2026-11-27", others: {} },
  ...change,
});
const event = (kind: PackingKind, change: Partial<PackingSaid>) => eventOf(LOT, kind, said(change), NEW);
const NEW = { doc: "lot:new", code: "ZZZZZZZ1" };

test("packs take their weight from the lot, in its own unit", () => {
  expect(event("pack", { packs: "150", amount: "0,5" })).toEqual({
    set: {
      packs: 150,
      pack_size: { amount: "0.5", unit: "kg" },
      "in.aaaaaaaa.lot": "lot:x",
      "in.aaaaaaaa.amount": { amount: "75", unit: "kg" },
    },
    hidden: {},
  });
});

test("handling says what went in and what came out of the same lot", () => {
  const made = event("handle", { amount: "10", out: "9,5" });
  expect(made).toMatchObject({
    set: { "in.aaaaaaaa.amount": { amount: "10" }, "out.aaaaaaaa.amount": { amount: "9.5" } },
  });
});

test("whom a shipment goes to stays in the private part", () => {
  const made = event("ship", { amount: "40", buyer: " Bếp ăn ", vehicle: "15C", reason: "" });
  expect(made).toMatchObject({ hidden: { buyer: "Bếp ăn", vehicle: "15C" } });
  expect(JSON.stringify(typeof made === "string" ? made : made.set)).not.toContain("Bếp");
});

test("a part that is split off is a lot of its own with a code of its own; the rest stays", () => {
  expect(event("split", { amount: "40" })).toEqual({
    set: {
      "in.aaaaaaaa.lot": "lot:x",
      "in.aaaaaaaa.amount": { amount: "40", unit: "kg" },
      "out.aaaaaaaa.lot": "lot:new",
      "out.aaaaaaaa.amount": { amount: "40", unit: "kg" },
    },
    hidden: {},
    lot: { product: "w", code: "ZZZZZZZ1", happened_on: "2026-11-27" },
  });
});

test("what is merged loses nothing, whichever lots it came of", () => {
  const made = event("merge", { amount: "40", others: { "lot:y": "2,5", "lot:z": "" } });
  expect(made).toMatchObject({
    set: {
      "in.aaaaaaab.lot": "lot:y",
      "in.aaaaaaab.amount": { amount: "2.5" },
      "out.aaaaaaaa.lot": "lot:new",
      "out.aaaaaaaa.amount": { amount: "42.5", unit: "kg" },
    },
    lot: { code: "ZZZZZZZ1" },
  });
  expect(JSON.stringify(made)).not.toContain("lot:z");
});

test("what comes back comes into the lot, and who brought it stays private", () => {
  const made = event("return", { amount: "5", buyer: "Bếp ăn", reason: "dập" });
  expect(made).toEqual({
    set: { reason: "dập", "out.aaaaaaaa.lot": "lot:x", "out.aaaaaaaa.amount": { amount: "5", unit: "kg" } },
    hidden: { buyer: "Bếp ăn" },
  });
  expect(event("store", { amount: "5", place: "Kho lạnh" })).toMatchObject({ set: { place: "Kho lạnh" } });
});

test.each([
  ["pack", { packs: "0", amount: "1" }, "packs"],
  ["pack", { packs: "2", amount: "ít" }, "amount"],
  ["handle", { amount: "10", out: "11" }, "more"],
  ["handle", { amount: "10" }, "amount"],
  ["loss", { amount: "10" }, "reason"],
  ["ship", { amount: "0" }, "amount"],
  ["store", { amount: "1", day: "hôm qua" }, "day"],
  ["merge", { amount: "1", others: { "lot:y": " " } }, "none"],
  ["merge", { amount: "1", others: { "lot:y": "ít" } }, "amount"],
  ["merge", { amount: "1", others: Object.fromEntries([..."abcdefgh"].map((one) => [one, "1"])) }, "many"],
] as const)("what can't be so is told: %s %j", (kind, change, wrong) => {
  expect(event(kind, change)).toBe(wrong);
});

test.each([
  [75_000, "kg", "75"],
  [1_250, "kg", "1.25"],
  [5, "kg", "0.005"],
  [30, "vi", "3"],
  [12, "con", "12"],
])("%i base units in %s are %s", (size, unit, text) => {
  expect(inUnit(size, unit)).toBe(text);
});
