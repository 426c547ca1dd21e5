/** "Máy của nhà" and consents: what the person sees of himself, and what he says, also without a connection. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeMine } from "../../../pwa/src/app/mine.ts";
import { loadPeople } from "../../../pwa/src/app/people.ts";
import { House } from "../house.ts";
import { joined, Phone } from "../phone.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

async function mineOf(phone: Phone) {
  await loadPeople(phone.context);
  return makeMine(phone.context, phone.engine, () => loadPeople(phone.context));
}

/** Two phones of one person; the second one is in the hand. */
async function replaced(name: string) {
  const old = await joined(house, name, `Nhà ${name}`);
  const phone = new Phone(house);
  await phone.join(await house.invite(name, `Nhà ${name}`, "owner"));
  return { old, phone, mine: await mineOf(phone) };
}

test("the phones of the household are told, this one marked, and kept for days without coverage", async () => {
  const { old, phone, mine } = await replaced("Bà Lụa");
  const list = await mine.devices();
  expect(list?.isFresh).toBe(true);
  const devices = list?.people.flatMap((one) => one.devices) ?? [];
  expect(devices.map((one) => [one.device, one.isThis, one.mayEnd])).toEqual([
    [(await old.who()).device, false, true],
    [(await phone.who()).device, true, false],
  ]);
  // The last line that was sent is not told as waiting: no request follows to say that it went.
  await old.save({ form: "CT-10", happened_on: "2026-11-08" });
  expect(await old.sync()).toBe("idle");
  const told = (await mine.devices())?.people.flatMap((one) => one.devices) ?? [];
  expect(told.map((one) => one.unsent)).toEqual([0, 0]);
  phone.link.fault = () => ({ kind: "request_lost" });
  await phone.save({ form: "CT-10", happened_on: "2026-11-08" });
  const kept = await mine.devices();
  expect(kept?.people[0]?.devices.map((one) => one.unsent)).toEqual([0, 1]);
  expect(kept?.isFresh).toBe(false);
  expect(kept?.people).toHaveLength(1);
});

test("a lost phone is ended by its owner from the new one, which goes on", async () => {
  const { old, phone, mine } = await replaced("Ông Tạo");
  const lost = (await mine.devices())?.people[0]?.devices.find((one) => !one.isThis);
  if (!lost) throw new Error("no other phone");
  phone.link.fault = (sent) => (sent.path === "/api/v1/sync" ? { kind: "request_lost" } : undefined);
  expect(await mine.endDevice(lost)).toBe(true);
  const ending = (await mine.devices())?.people[0]?.devices.find((one) => !one.isThis);
  expect([ending?.state, ending?.isEnding, ending?.mayEnd]).toEqual(["confirmed", true, false]);
  phone.link.heal();
  expect(await phone.sync()).toBe("idle");
  const ended = (await mine.devices())?.people[0]?.devices.find((one) => !one.isThis);
  expect([ended?.state, ended?.isEnding]).toEqual(["revoked", false]);
  expect(await old.sync()).toBe("revoked");
  await phone.save({ form: "CT-10", happened_on: "2026-11-08" });
  expect(await phone.sync()).toBe("idle");
});

test("a consent is given and taken back on the phone, also before the server has heard of it", async () => {
  const phone = await joined(house, "Bà Mận", "Nhà Mận");
  const mine = await mineOf(phone);
  const gps = async () => (await mine.consents())?.find((one) => one.purpose === "gps");
  expect((await gps())?.state).toBe("never");
  expect(await mine.mayLocate()).toBe(true);
  phone.link.fault = () => ({ kind: "request_lost" });
  await mine.agree("gps", true);
  expect(await gps()).toMatchObject({ state: "given", isWaiting: true });
  await mine.agree("gps", false);
  expect(await gps()).toMatchObject({ state: "taken_back", isWaiting: true });
  expect(await mine.mayLocate()).toBe(false); // at once, whether the server has heard it or not
  phone.link.heal();
  expect(await phone.sync()).toBe("idle");
  await loadPeople(phone.context);
  expect(await gps()).toMatchObject({ state: "taken_back", isWaiting: false });
  const rows = await house.rows("SELECT purpose, text_version, withdrawn_at IS NOT NULL FROM consents");
  expect(rows.map(([purpose, version, over]) => [purpose, version, Boolean(over)])).toEqual([
    ["gps", "1", true],
  ]);
  await mine.agree("gps", true);
  expect(await gps()).toMatchObject({ state: "given" });
  expect(await mine.mayLocate()).toBe(true);
});

test("a file of one's data is asked for on the phone, once, and stands in the register", async () => {
  const phone = await joined(house, "Ông Ba", "Nhà Ba");
  const mine = await mineOf(phone);
  phone.link.fault = () => ({ kind: "request_lost" });
  await mine.askFor("access");
  await mine.askFor("access");
  expect(await mine.asked()).toMatchObject([{ kind: "access", isWaiting: true }]);
  phone.link.heal();
  expect(await phone.sync()).toBe("idle");
  expect(await mine.asked()).toMatchObject([{ kind: "access", isWaiting: false }]);
  expect(await house.rows("SELECT kind, means, outcome FROM data_requests")).toEqual([
    ["access", "app", null],
  ]);
});
