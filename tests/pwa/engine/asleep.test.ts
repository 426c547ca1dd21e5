/** Sending with no page open: the worker runs the page's own engine, and never beside it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendAsleep } from "../../../pwa/src/engine/asleep.ts";
import { LAST_SYNC } from "../../../pwa/src/store/rows.ts";
import { House } from "../house.ts";
import { joined } from "../phone.ts";
import { makeWorld } from "../store/world.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

/** A phone whose page was closed with a line that is not sent. */
async function closed() {
  const phone = await joined(house, "Bà Lụa", "Nhà Lụa");
  const scope = await phone.farm();
  const before = (await house.log(scope)).length;
  await phone.save({ form: "CT-10", happened_on: "2026-11-08" });
  phone.engine.stop();
  phone.store.close();
  return { phone, scope, before };
}

test("what waited is at the server, acknowledged on the phone, and open pages are told", async () => {
  const { phone, scope, before } = await closed();
  let told = 0;
  const announce = () => {
    told += 1;
  };
  await sendAsleep({ ...phone.world, announce });
  expect(await house.log(scope)).toHaveLength(before + 1);
  expect(told).toBeGreaterThan(0);
  phone.boot();
  expect(await phone.outbox()).toBe(0);
  const last = await phone.store.use((db) => db.meta.get(LAST_SYNC));
  expect(last?.value).toBe(phone.world.now());
});

test("without coverage the browser is asked to wake us again, and nothing is lost", async () => {
  const { phone } = await closed();
  phone.link.fault = () => ({ kind: "request_lost" });
  await expect(sendAsleep(phone.world)).rejects.toThrow("offline");
  phone.link.heal();
  phone.boot();
  expect(await phone.outbox()).toBe(1);
  expect(await phone.sync()).toBe("idle");
  expect(await phone.outbox()).toBe(0);
});

test("while a page sends, the worker leaves it alone", async () => {
  const { phone, scope, before } = await closed();
  let release = () => {};
  const ended = new Promise<void>((done) => {
    release = done;
  });
  const page = phone.world.lock("so-nha-nong sync", () => ended);
  phone.link.seen = [];
  await sendAsleep(phone.world);
  expect(phone.link.seen).toEqual([]);
  release();
  await page;
  expect(await house.log(scope)).toHaveLength(before);
});

test("a phone whose right was withdrawn, or on which nobody joined, is left in peace", async () => {
  const { phone } = await closed();
  await house.change("UPDATE devices SET state = 'revoked' WHERE device = :device", {
    device: (await phone.who()).device,
  });
  await sendAsleep(phone.world);
  await sendAsleep(makeWorld());
});
