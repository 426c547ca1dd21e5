/** A key in two places: the phone makes a new one and goes on; a person lets it in. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { saveOps } from "../../../pwa/src/store/save.ts";
import { House } from "../house.ts";
import { admitAll, joined, Phone, reviewer } from "../phone.ts";
import { cloneStore } from "../store/clone.ts";

let house: House;
let staff: Phone;
beforeAll(async () => {
  house = await House.open();
  staff = await reviewer(house);
});
afterAll(() => house.close());

const entry = { happened_on: "2026-11-08", form: "CT-10" };

/** Another phone with everything that this one holds, as a backup app makes it. */
async function clone(phone: Phone): Promise<Phone> {
  const copy = new Phone(house);
  await cloneStore(phone.store, copy.store);
  return copy;
}
const identities = (phone: Phone) => phone.store.use((db) => db.identities.toArray());

test("case 15, case 59: a cloned profile gets a key of its own, and nothing of either is lost", async () => {
  const phone = await joined(house, "Bà Lụa", "Nhà Lụa");
  await phone.save(entry);
  await phone.sync();
  const scope = await phone.farm();
  const old = await phone.who();
  const copy = await clone(phone);
  await phone.save(entry, undefined, { note: "máy cũ" });
  await phone.sync();
  const doubled = await copy.save(entry, undefined, { note: "bản sao" });
  await copy.sync();
  expect((await copy.doc(doubled))?.state).toBe("held");
  expect((await house.held()).map((op) => op.reason).sort()).toEqual(["device_copied", "invite_used"]);

  const fresh = await copy.who();
  expect(fresh.device).not.toBe(old.device);
  expect(fresh.joining).toMatchObject({ problem: null });
  await expect(crypto.subtle.exportKey("pkcs8", fresh.privateKey)).rejects.toThrow();
  expect((await identities(copy)).find((row) => row.device === old.device)).toMatchObject({
    copied: true,
    successor: fresh.device,
  });
  // It goes on recording with the new key; the old one's session carries it.
  const next = await copy.save(entry, undefined, { note: "khóa mới" });
  await copy.sync();
  expect((await copy.doc(next))?.state).toBe("held");
  expect((await copy.doc(next))?.values.note).toBe("khóa mới");
  expect((await house.held()).map((op) => op.reason).sort()).toEqual([
    "device_copied",
    "invite_used",
    "not_confirmed",
  ]);

  // The first phone's key is copied as well: it goes the same way.
  await phone.save(entry);
  await phone.sync();
  expect((await phone.who()).device).not.toBe(old.device);
  expect(new Set([(await phone.who()).device, fresh.device, old.device]).size).toBe(3);

  for (let i = 0; i < 3; i++) {
    await admitAll(house, staff);
    house.now += 3_600_000;
    for (const one of [phone, copy]) await one.sync();
  }
  for (const one of [phone, copy]) await one.sync();
  expect(await house.held()).toEqual([]);
  for (const one of [phone, copy]) {
    expect((await one.who()).joining).toBeUndefined();
    expect((await one.who()).confirmed).toBe(true);
    expect(await one.outbox()).toBe(0);
    expect((await one.ops()).filter((op) => op.scope === scope && op.state !== "sent")).toEqual([]);
  }
  const entries = () =>
    house.rows("SELECT id FROM ops WHERE scope = :scope AND doc LIKE 'entry:%'", { scope });
  expect((await entries()).length).toBe(5);
  expect((await phone.ops()).map((op) => op.id).sort()).toEqual((await house.log(scope)).sort());
  await copy.save(entry);
  expect(await copy.sync()).toBe("idle");
  expect((await entries()).length).toBe(6);
});

test("case 59: an op that lost its place to the copy is never made again with another number", async () => {
  const phone = await joined(house, "Bà Sen", "Nhà Sen");
  const copy = await clone(phone);
  await phone.save(entry);
  await phone.sync();
  await copy.save(entry);
  await copy.save(entry);
  await copy.sync();
  const numbers = (await copy.ops()).filter((op) => op.state === "held").map((op) => op.n);
  expect(numbers.sort()).toEqual([1, 2]);
  const fresh = await copy.who();
  await copy.save(entry);
  const [mine] = (await copy.ops()).filter((op) => op.device === fresh.device);
  expect(mine?.n).toBe(1);
});

test("case 15: the drafts, the choice of farm and the right to write go over to the new key", async () => {
  const phone = await joined(house, "Bà Mai", "Nhà Mai");
  const old = await phone.who();
  const scope = await phone.farm();
  const draft = {
    id: "d",
    device: old.device,
    scope,
    doc: "entry:x",
    document: "entry" as const,
    form: "CT-10",
  };
  const rest = { isNew: true, values: {}, base: {}, after: [], photos: [], removedPhotos: [] };
  const last = { focus: null, pendingCapture: null, updated_at: 1 };
  await phone.store.use((db) => db.drafts.put({ ...draft, ...rest, ...last }));
  await phone.store.use((db) => db.meta.put({ key: `farm ${old.device}`, value: scope }));
  await phone.store.use((db) => db.identities.update(old.device, { copied: true }));
  await phone.sync();
  const fresh = await phone.who();
  expect(fresh.device).not.toBe(old.device);
  expect((await phone.store.use((db) => db.drafts.get("d")))?.device).toBe(fresh.device);
  expect((await phone.store.use((db) => db.meta.get(`farm ${fresh.device}`)))?.value).toBe(scope);
  expect(await phone.farm()).toBe(scope);
});

test("case 15: who joined by a code joins by it again", async () => {
  const phone = new Phone(house);
  const invite = await house.invite("Bà Cúc", "Nhà Cúc");
  const old = await phone.join(invite, "code");
  await house.settle(invite.id, { confirmed: true });
  await phone.sync();
  await phone.store.use((db) => db.identities.update(old.device, { copied: true }));
  await phone.sync();
  expect((await house.held()).at(-1)?.reason).toBe("invite_used");
  await admitAll(house, staff);
  await phone.sync();
  expect((await phone.who()).device).not.toBe(old.device);
  expect((await phone.who()).joining).toBeUndefined();
});

test("case 15: a new key that a person turns down stops asking, and keeps what it wrote", async () => {
  const phone = await joined(house, "Bà Đào", "Nhà Đào");
  const old = await phone.who();
  await phone.store.use((db) => db.identities.update(old.device, { copied: true }));
  await phone.sync();
  const doc = await phone.save(entry);
  const join = (await house.held()).filter((op) => op.reason === "invite_used").map((op) => op.id);
  await house.operator(old.org, "admission", { turn_down: join, reason: "máy lạ" });
  await phone.sync();
  expect((await phone.who()).joining?.problem).toBe("no_right");
  phone.link.seen = [];
  await phone.sync();
  expect(phone.link.seen.filter((one) => one.path === "/api/v1/device/join")).toEqual([]);
  expect((await phone.doc(doc))?.values.form).toBe("CT-10");
});

test("case 15: a phone that was invited anew takes that key for the successor", async () => {
  const phone = await joined(house, "Bà Lan", "Nhà Lan");
  const old = await phone.who();
  await phone.store.use((db) => db.identities.update(old.device, { copied: true, own: [] }));
  await phone.sync();
  expect((await phone.who()).device).toBe(old.device); // nothing to join with: a person must invite it
  const link = await house.invite("Bà Lan", "Nhà Lan");
  const fresh = await phone.join(link);
  await phone.sync();
  expect((await identities(phone)).find((row) => row.device === old.device)?.successor).toBe(fresh.device);
  const scope = await phone.farm();
  const saved = await saveOps(phone.store, fresh, [
    { scope, doc: `entry:${phone.uuid()}`, after: [], set: entry, private: {} },
  ]);
  expect(saved.ok).toBe(true);
  await phone.sync();
  expect(await phone.outbox()).toBe(0);
});
