import { afterAll, beforeAll, expect, test } from "vitest";
import { House } from "../house.ts";
import { joined } from "../phone.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

test("an entry reaches the log and comes back as sent", async () => {
  const phone = await joined(house, "Bà Lụa", "Nhà Lụa");
  const doc = await phone.save({ happened_on: "2026-11-08", form: "CT-10" }, undefined, {
    note: "Phun chiều",
  });
  expect((await phone.doc(doc))?.state).toBe("onphone");
  expect(await phone.sync()).toBe("idle");
  expect((await phone.doc(doc))?.state).toBe("sent");
  expect(await phone.outbox()).toBe(0);
  expect(await house.log(await phone.farm())).toEqual((await phone.ops()).map((op) => op.id));
});
