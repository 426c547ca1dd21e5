/** A server that was restored from an older backup: the phones bring back what it lost. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { saveRequest } from "../../../pwa/src/store/requests.ts";
import { saveOps } from "../../../pwa/src/store/save.ts";
import { House } from "../house.ts";
import { joined, Phone } from "../phone.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

const entry = { happened_on: "2026-11-08", form: "CT-10" };
const allOf = async (phone: Phone) => (await phone.ops()).map((op) => op.id).sort();

/** Everybody syncs until nothing waits and nobody learns anything new. */
async function settle(phones: Phone[]): Promise<void> {
  for (let i = 0; i < 4; i++) for (const phone of phones) expect(await phone.sync()).toBe("idle");
}
async function expectSame(phones: Phone[]): Promise<void> {
  const [first] = phones;
  const log = await house.log((await first?.farm()) ?? "");
  for (const phone of phones) {
    expect(await allOf(phone)).toEqual([...log].sort());
    expect(await phone.outbox()).toBe(0);
    expect((await phone.ops()).every((op) => op.state === "sent" && op.digest !== null)).toBe(true);
  }
  const views = await Promise.all(
    phones.map((p) => p.store.use((db) => db.docs.orderBy("[scope+doc]").toArray())),
  );
  for (const view of views) expect(view).toEqual(views[0]);
}

test("case 32: two phones bring back all that a restore lost, whoever wrote it", async () => {
  const mother = await joined(house, "Bà Lụa", "Nhà Lụa");
  const son = await joined(house, "Anh Thịnh", "Nhà Lụa");
  const kept = await mother.save(entry, undefined, { note: "trước" });
  await settle([mother, son]);
  await house.snapshot("before");
  await son.save({ dose: "2" }, kept);
  await mother.save({ dose: "3" }, kept);
  await mother.save(entry, undefined, { note: "sau" });
  await settle([mother, son]);
  const before = await house.log(await mother.farm());
  // The son's phone never comes back: his op is brought by his mother's.
  await house.restore("before");
  expect((await house.log(await mother.farm())).length).toBe(1);
  await mother.save(entry);
  await settle([mother]);
  expect((await house.log(await mother.farm())).length).toBe(before.length + 1);
  await settle([son, mother]);
  await expectSame([mother, son]);
  expect((await mother.doc(kept))?.conflicts).toEqual(["dose"]);
  const evidence = (await mother.ops()).filter((op) => op.was !== undefined);
  expect(evidence.map((op) => op.was?.seq).sort()).toEqual([2, 3, 4]);
});

test("case 32: nothing disappears from the screen while it is sent again", async () => {
  const phone = await joined(house, "Bà Sen", "Nhà Sen");
  await house.snapshot("sen");
  const doc = await phone.save(entry);
  await phone.sync();
  await house.restore("sen");
  phone.link.fault = (sent) => {
    const isSecond = phone.link.seen.filter((one) => one.path === "/api/v1/sync").length > 0;
    return sent.path === "/api/v1/sync" && isSecond ? { kind: "request_lost" } : undefined;
  };
  phone.link.seen = [];
  expect(await phone.sync()).toBe("offline");
  expect((await phone.doc(doc))?.values.form).toBe("CT-10");
  expect((await phone.doc(doc))?.state).toBe("waiting");
  phone.link.heal();
  await settle([phone]);
  await expectSame([phone]);
});

test("case 32: what was acknowledged and never seen in a page is noticed and sent again", async () => {
  const phone = await joined(house, "Bà Mai", "Nhà Mai");
  await phone.save(entry);
  await phone.sync();
  await house.snapshot("mai");
  await phone.save(entry);
  // The op is acknowledged, its page is full and comes with the next request, which is lost.
  phone.link.change = (sent, answer) => {
    if (sent.path !== "/api/v1/sync") return answer;
    const { ops: _, ...rest } = answer as { ops: unknown };
    const cursors = (sent.data as { cursors: object }).cursors;
    return { ...rest, ops: [], cursors, more: true };
  };
  let syncs = 0;
  phone.link.fault = (sent) =>
    sent.path === "/api/v1/sync" && ++syncs > 1 ? { kind: "request_lost" } : undefined;
  expect(await phone.sync()).toBe("offline");
  expect(await phone.outbox()).toBe(0);
  phone.link.heal();
  await house.restore("mai");
  await settle([phone]);
  await expectSame([phone]);
  expect((await phone.ops()).length).toBe(2);
});

test("case 32: a held op that the restored server forgot is offered again", async () => {
  const phone = await joined(house, "Bà Cúc", "Nhà Cúc");
  const who = await phone.who();
  await house.snapshot("cuc");
  await house.change("UPDATE memberships SET valid_until = :now WHERE id = :id", {
    now: house.now - 1,
    id: who.membership,
  });
  const doc = await phone.save(entry);
  await phone.sync();
  expect((await phone.doc(doc))?.state).toBe("held");
  const held = await house.held();
  await house.restore("cuc");
  expect(await house.held()).toEqual([]);
  await settle([phone]);
  expect(held.length).toBe(1);
  expect(await house.log(await phone.farm())).toEqual([held[0]?.id]); // the membership is back, too
});

test("case 32: a device that the restored server never knew is itself again without any person", async () => {
  await house.snapshot("empty");
  const phone = new Phone(house);
  const invite = await house.invite("Bà Đào", "Nhà Đào", "owner", true);
  // The invitation's op and the person's rows are in the backup; the join and the confirmation are not.
  await house.snapshot("invited");
  const who = await phone.join(invite);
  await house.settle(invite.id, { confirmed: true });
  phone.boot();
  await phone.sync();
  expect((await phone.who()).confirmed).toBe(true);
  expect((await phone.who()).own.length).toBe(3);
  const doc = await phone.save(entry);
  await phone.sync();
  expect((await phone.doc(doc))?.state).toBe("sent");
  await house.restore("invited");
  phone.boot();
  await settle([phone]);
  expect((await house.rows("SELECT state FROM devices WHERE device = :d", { d: who.device }))[0]).toEqual([
    "confirmed",
  ]);
  await expectSame([phone]);
});

test("case 32: a confirmation alone that was lost is handed in again", async () => {
  const phone = new Phone(house);
  const invite = await house.invite("Bà Hồng", "Nhà Hồng", "owner", true);
  await phone.join(invite);
  await house.snapshot("joined");
  await house.settle(invite.id, { confirmed: true });
  phone.boot();
  await phone.sync();
  const doc = await phone.save(entry);
  await phone.sync();
  await house.restore("joined");
  for (let i = 0; i < 3; i++) await phone.sync();
  expect((await phone.who()).confirmed).toBe(true);
  expect((await phone.doc(doc))?.state).toBe("sent");
  await expectSame([phone]);
});

test("case 32: until the restored server knows the phone again, nothing of its farms is dropped", async () => {
  const phone = new Phone(house);
  const invite = await house.invite("Bà Huệ", "Nhà Huệ", "owner", true);
  const other = await joined(house, "Anh Huệ", "Nhà Huệ");
  await phone.join(invite);
  await house.snapshot("waiting");
  await house.settle(invite.id, { confirmed: true });
  const theirs = await other.save(entry);
  await other.sync();
  phone.boot();
  for (let i = 0; i < 2; i++) await phone.sync();
  expect((await phone.doc(theirs))?.state).toBe("sent");
  await house.restore("waiting"); // and the other phone never comes back
  phone.link.fault = (sent) => {
    const isHandedIn = JSON.stringify(Object(sent.data).ops ?? []).includes("confirmed");
    return isHandedIn ? { kind: "request_lost" } : undefined;
  };
  for (let i = 0; i < 2; i++) await phone.sync();
  expect(await phone.doc(theirs)).toBeDefined();
  expect((await phone.farm()).startsWith("farm:")).toBe(true);
  phone.link.heal();
  await settle([phone]);
  expect((await phone.doc(theirs))?.state).toBe("sent");
  await expectSame([phone]);
  expect((await house.log(await phone.farm())).length).toBe(1);
});

test("case 32: requests, and ops of books that the phone does not read, are brought again with a new epoch", async () => {
  const helper = new Phone(house);
  const who = await helper.join(await house.invite("Chị Hạnh", null, "helper"));
  await house.snapshot("before the farm");
  const farm = await saveRequest(helper.store, who.device, "farm", { name: "Nhà mới" });
  const scope = `farm:${farm.id}`;
  const one = { scope, doc: `entry:${helper.uuid()}`, after: [], set: entry, private: {} };
  await helper.sync();
  await saveOps(helper.store, who, [one]);
  await helper.sync();
  expect((await house.log(scope)).length).toBe(1);
  // As if the right to read the book had ended meanwhile: no page will ever tell what became of the op.
  await helper.store.use(async (db) => {
    await db.scopes.clear();
    await db.ops.toCollection().modify({ unlogged: scope, digest: null });
  });
  await house.restore("before the farm");
  for (let i = 0; i < 3; i++) await helper.sync();
  expect((await helper.store.use((db) => db.requests.toArray()))[0]).toMatchObject({ state: "settled" });
  expect((await house.log(scope)).length).toBe(1);
});

test("the snapshot's keys are kept: whoever brings others' ops back can name who signed them", async () => {
  const phone = await joined(house, "Bà Thơm", "Nhà Thơm");
  const other = await joined(house, "Anh Thơm", "Nhà Thơm");
  await phone.sync();
  const theirs = await other.who();
  const kept = await phone.store.use((db) => db.keys.get(theirs.device));
  expect(kept?.key).toBe(theirs.public);
});

test("a phone that was set back to an older profile asks for its own ops in full", async () => {
  const phone = await joined(house, "Bà Lan", "Nhà Lan");
  const first = await phone.save(entry, undefined, { note: "một" });
  await phone.save({ dose: "1" }, first);
  await phone.sync();
  const scope = await phone.farm();
  await phone.store.use((db) =>
    Promise.all([db.ops.clear(), db.docs.clear(), db.outbox.clear(), db.scopes.put({ scope, cursor: "0" })]),
  );
  await settle([phone]);
  expect((await phone.doc(first))?.values).toMatchObject({ note: "một", dose: "1" });
  await expectSame([phone]);
});

test("the touch of a passkey is kept beside its op and goes wherever the op goes", async () => {
  const writer = await joined(house, "Bà Chạm", "Nhà Chạm");
  const reader = await joined(house, "Anh Chạm", "Nhà Chạm");
  await writer.sync();
  await house.snapshot("touched");
  await writer.save(entry);
  await writer.sync();
  const scope = await writer.farm();
  const [id = ""] = (await house.log(scope)).slice(-1);
  const touch = { ops: [id], response: { id: "AAAA", rawId: "AAAA", type: "public-key", response: {} } };
  await house.change(
    "INSERT INTO assertions (scope, op, credential, assertion) VALUES (:scope, :id, 'AAAA', :touch)",
    { scope, id, touch: JSON.stringify(touch) },
  );
  await reader.sync();
  await house.restore("touched");
  reader.link.seen = [];
  await reader.sync();
  const sent = reader.syncs().map((one) => one.data as { assertions?: unknown[] });
  expect(sent.flatMap((one) => one.assertions ?? [])).toEqual([touch]);
});
