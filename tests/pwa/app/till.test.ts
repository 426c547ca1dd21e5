import { expect, test } from "vitest";
import { saidOf, workOut } from "../../../pwa/src/app/till_work.ts";
import type { TillSaid } from "../../../pwa/src/app/types.ts";

const said: TillSaid = {
  direction: "buy",
  farm: "019a0000-0000-7000-8000-000000000001",
  party: "",
  lot: "",
  product: "tomato",
  weighed: { amount: "52", unit: "kg" },
  tare: { amount: "2", unit: "kg" },
  price: { amount: "8500", unit: "kg" },
  moisture: "",
  impurity: "2",
  other: "",
  pay: "vietqr",
  corrects: "",
};

test("what was weighed less its packing is what changes hands; the price stays private", () => {
  const made = workOut(said);
  expect(made).toMatchObject({
    ok: true,
    dong: 416_500,
    set: {
      direction: "buy",
      amount: { amount: "50", unit: "kg" },
      farm: `farm:${said.farm}`,
      paid: "claimed",
    },
    hidden: { total: 416_500, price: { dong: 8500, per: "kg" }, weighed: { amount: "52", unit: "kg" } },
  });
  expect(made.ok && Object.keys(made.set)).not.toContain("price");
});

test("cash is paid, a code is claimed, credit is owed", () => {
  const paid = (["cash", "vietqr", "transfer", "wallet", "credit"] as const).map((pay) => {
    const made = workOut({ ...said, pay });
    return made.ok && made.set.paid;
  });
  expect(paid).toEqual(["confirmed", "claimed", "claimed", "claimed", "unpaid"]);
});

test.each<[string, Partial<TillSaid>, string]>([
  ["nothing weighed", { weighed: null }, "amount"],
  ["below zero", { weighed: { amount: "-5", unit: "kg" } }, "amount"],
  ["packing as heavy as the goods", { tare: { amount: "52", unit: "kg" } }, "tare"],
  ["no price", { price: null }, "price"],
  ["a price below zero", { price: { amount: "-1", unit: "kg" } }, "price"],
  ["a price of another kind of unit", { price: { amount: "8500", unit: "l" } }, "price"],
  ["more moisture than there is", { moisture: "99" }, "deductions"],
  ["a sum that no code can ask for", { price: { amount: "9999999999999", unit: "kg" } }, "total"],
  ["no goods", { product: " " }, "product"],
])("%s is said at its field", (_name, some, problem) => {
  expect(workOut({ ...said, ...some })).toEqual({ ok: false, problem });
});

test("what was said of a sale begins the next one like it, and its correction", () => {
  const made = workOut({ ...said, moisture: "1.5", other: "5000" });
  if (!made.ok) throw new Error(made.problem);
  const again = saidOf({ ...made.set, ...made.hidden }, null);
  expect(again).toMatchObject({ moisture: "1.5", impurity: "2", other: "5000", weighed: null });
  expect(again).toMatchObject({ price: said.price, product: "tomato", farm: said.farm });
});
