/** A server that takes nothing for the moment: the phone goes on, keeps everything, and sends it afterwards. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { House } from "../house.ts";
import { joined } from "../phone.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

const entry = { happened_on: "2026-11-08", form: "CT-10" };

/** Let every process look again. */
async function pass(seconds: number): Promise<void> {
  house.now += seconds * 1000;
  await house.tick();
}

test("in read-only mode nothing is lost, what others wrote comes, and all of it arrives afterwards", async () => {
  const phone = await joined(house, "Bà Lụa", "Nhà Lụa");
  const other = await joined(house, "Anh Thịnh", "Nhà Lụa");
  const before = await other.save(entry);
  await other.sync();
  await house.ask({ do: "pause" });
  await pass(3);

  const docs = [];
  for (let i = 0; i < 45; i++) docs.push(await phone.save(entry));
  expect(await phone.sync()).toBe("busy");
  expect((await phone.doc(before))?.state).toBe("sent");
  const rounds = phone.syncs();
  expect(rounds.filter((one) => (one.data as { ops: unknown[] }).ops.length > 0)).toHaveLength(1);
  expect(await phone.outbox()).toBe(45);
  expect((await house.log(await phone.farm())).length).toBe(1);
  for (const doc of docs) expect(["waiting", "onphone"]).toContain((await phone.doc(doc))?.state);

  // The app is closed and opened meanwhile, and its session runs out.
  phone.boot();
  await pass(25 * 3600);
  expect(await phone.sync()).toBe("busy");
  expect(await phone.outbox()).toBe(45);

  await house.ask({ do: "go_on" });
  await pass(3);
  expect(await phone.sync()).toBe("idle");
  expect(await phone.outbox()).toBe(0);
  for (const doc of docs) expect((await phone.doc(doc))?.state).toBe("sent");
  expect((await house.log(await phone.farm())).length).toBe(46);
});
