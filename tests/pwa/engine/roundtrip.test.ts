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

test("a phone says what it still holds and what room it has, and nothing of room that it does not know", async () => {
  const phone = await joined(house, "Bà Mận", "Nhà Mận");
  const said = async () => {
    await phone.save({ happened_on: "2026-11-08", form: "CT-10" });
    await phone.sync();
    return phone.syncs().at(-1)?.data;
  };
  const before = await said();
  expect(before).toMatchObject({ phone: { unsent: 0, photos: 0, app: "0.1.0" } });
  expect(before).not.toHaveProperty("phone.free_mb");
  phone.world.estimate = async () => ({ usage: 909_500_000, quota: 1_000_000_000, persisted: true });
  expect(await said()).toHaveProperty("phone.free_mb", 90);
});
