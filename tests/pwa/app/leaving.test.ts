/** Leaving a phone: blocked while something is unsent, then nothing of the person is left and the server knows. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportUnsent } from "../../../pwa/src/app/carry.ts";
import { makeMine } from "../../../pwa/src/app/mine.ts";
import { loadPeople, makePeople } from "../../../pwa/src/app/people.ts";
import { House } from "../house.ts";
import { joined, type Phone } from "../phone.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

async function mineOf(phone: Phone) {
  await loadPeople(phone.context);
  return makeMine(phone.context, phone.engine, () => loadPeople(phone.context));
}

/** How many rows each table has. */
async function rows(phone: Phone): Promise<{ [table: string]: number }> {
  return phone.store.use(async (db) =>
    Object.fromEntries(
      await Promise.all(db.tables.map(async (table) => [table.name, await table.count()] as const)),
    ),
  );
}

const stateOf = async (device: string) =>
  (await house.rows("SELECT state FROM devices WHERE device = :device", { device }))[0]?.[0];

test("case 21: without a connection what is unsent keeps the person here, whole", async () => {
  const phone = await joined(house, "Bà Lụa", "Nhà Lụa");
  const mine = await mineOf(phone);
  await phone.save({ form: "CT-10", happened_on: "2026-11-08" });
  phone.link.fault = () => ({ kind: "request_lost" });
  const before = await rows(phone);
  expect(await mine.unsent()).toMatchObject({ ops: 1, photos: 0, isExported: false });
  expect(await mine.leave()).toEqual({ ok: false, problem: "unsent" });
  expect(await rows(phone)).toEqual(before);
});

test("case 21: with a connection it is sent first, the key ends at the server, nothing stays", async () => {
  const phone = await joined(house, "Ông Tạo", "Nhà Tạo");
  const mine = await mineOf(phone);
  const scope = await phone.farm();
  const { device } = await phone.who();
  await phone.save({ form: "CT-10", happened_on: "2026-11-08" });
  const before = (await house.log(scope)).length;
  expect(await mine.leave()).toEqual({ ok: true, isLast: true });
  expect(await house.log(scope)).toHaveLength(before + 1);
  expect(await stateOf(device)).toBe("revoked");
  expect(Object.values(await rows(phone)).every((count) => count === 0)).toBe(true);
  expect(phone.context.state.value).toEqual({ kind: "unjoined", before: null });
  expect(phone.link.seen.at(-1)?.path).toBe("/api/v1/device/leave");
});

test("case 21: nothing waits, but nobody hears the goodbye: the person stays, and may try again", async () => {
  const phone = await joined(house, "Bà Mận", "Nhà Mận");
  const mine = await mineOf(phone);
  phone.link.fault = (sent) => (sent.path === "/api/v1/sync" ? { kind: "response_lost" } : undefined);
  expect(await mine.leave()).toEqual({ ok: false, problem: "no_connection" });
  expect((await rows(phone)).identities).toBe(1);
  phone.link.heal();
  expect(await mine.leave()).toEqual({ ok: true, isLast: true });
});

test("case 21: what is in a file that was handed on no longer keeps the person; later lines do", async () => {
  const phone = await joined(house, "Ông Ba", "Nhà Ba");
  const mine = await mineOf(phone);
  const { device } = await phone.who();
  await phone.save({ form: "CT-10", happened_on: "2026-11-08" });
  phone.link.fault = () => ({ kind: "request_lost" });
  const file = await exportUnsent(phone.context);
  await mine.noteExported();
  await phone.save({ form: "CT-10", happened_on: "2026-11-09" });
  expect(await mine.leave()).toEqual({ ok: false, problem: "unsent" });
  await mine.noteExported();
  expect(await mine.leave()).toEqual({ ok: true, isLast: true });
  expect(file.ops).toBe(1);
  expect(await stateOf(device)).toBe("confirmed"); // else the file's lines would be held as late
});

test("two persons on one phone: one leaves, the other keeps his own, and only that", async () => {
  const phone = await joined(house, "Bà Tư", "Nhà Tư");
  const tu = await phone.who();
  await phone.join(await house.invite("Ông Năm", "Nhà Năm", "owner"));
  const nam = await phone.who();
  const mine = await mineOf(phone);
  const people = makePeople(phone.context);
  await people.switchTo(tu.device);
  const farm = await phone.farm();
  await phone.save({ form: "CT-10", happened_on: "2026-11-08" });
  await people.switchTo(nam.device);
  await phone.save({ form: "CT-10", happened_on: "2026-11-08" });
  await phone.sync();
  await people.switchTo(tu.device);

  expect(await mine.leave()).toEqual({ ok: true, isLast: false });
  expect(phone.context.current.value?.device).toBe(nam.device);
  const left = await phone.store.use(async (db) => ({
    devices: (await db.identities.toArray()).map((row) => row.device),
    scopes: new Set((await db.ops.toArray()).map((row) => row.scope)),
    docs: new Set((await db.docs.toArray()).map((row) => row.scope)),
    meta: (await db.meta.toArray()).filter((row) => JSON.stringify(row).includes(tu.device)),
  }));
  expect(left.devices).toEqual([nam.device]);
  expect(left.scopes.has(farm)).toBe(false);
  expect(left.docs.has(farm)).toBe(false);
  expect(left.meta).toEqual([]);
  await phone.save({ form: "CT-10", happened_on: "2026-11-09" });
  expect(await phone.sync()).toBe("idle");
});

test("two persons of one household: one leaves, the common book stays for the other", async () => {
  const phone = await joined(house, "Bà Sáu", "Nhà Sáu");
  const first = await phone.who();
  await phone.save({ form: "CT-10", happened_on: "2026-11-08" });
  await phone.join(await house.invite("Anh Bảy", "Nhà Sáu", "member"));
  const scope = await phone.farm();
  const ops = (await phone.ops()).filter((row) => row.scope === scope).length;
  const mine = await mineOf(phone);
  await makePeople(phone.context).switchTo(first.device);
  expect(await mine.leave()).toEqual({ ok: true, isLast: false });
  expect((await phone.ops()).filter((row) => row.scope === scope)).toHaveLength(ops);
});

test("a phone whose right was withdrawn is left without any goodbye", async () => {
  const phone = await joined(house, "Bà Tám", "Nhà Tám");
  const mine = await mineOf(phone);
  const { device } = await phone.who();
  await phone.store.use((db) => db.identities.update(device, { revoked: true }));
  phone.link.fault = () => ({ kind: "request_lost" });
  await loadPeople(phone.context);
  expect(await mine.leave()).toEqual({ ok: true, isLast: true });
});
