/** What a phone may see and send changes: revoked, moved, waiting, carried by others. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Refusal } from "../../../pwa/src/core/errors.ts";
import { parseOp } from "../../../pwa/src/core/ops.ts";
import { takeCarried } from "../../../pwa/src/store/carried.ts";
import { saveRequest } from "../../../pwa/src/store/requests.ts";
import type { OpRow } from "../../../pwa/src/store/rows.ts";
import { saveOps } from "../../../pwa/src/store/save.ts";
import { House } from "../house.ts";
import { joined, Phone } from "../phone.ts";

const ORIGIN = "vi-du.example/so";
let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

const entry = { happened_on: "2026-11-08", form: "CT-10" };
const outside = (row: OpRow): OpRow => ({ ...row, state: "outbox", tried: false, problem: null });

async function endMembership(phone: Phone): Promise<void> {
  const { membership } = await phone.who();
  const now = house.now - 1;
  await house.change("UPDATE memberships SET valid_until = :now WHERE id = :membership", { now, membership });
}

test("case 42: a revoked device gets no session; everything stays readable, nothing is dropped", async () => {
  const phone = new Phone(house);
  const invite = await house.invite("Bà Lụa", "Nhà Lụa");
  await phone.join(invite);
  const sent = await phone.save(entry);
  await phone.sync();
  const waiting = await phone.save(entry, undefined, { note: "chưa gửi" });
  await house.settle(invite.id, { revoked: true, reason: "mất máy" });
  expect(await phone.sync()).toBe("revoked");
  expect((await phone.who()).revoked).toBe(true);
  expect((await phone.doc(sent))?.state).toBe("sent");
  expect((await phone.doc(waiting))?.values.note).toBe("chưa gửi");
  expect(await phone.outbox()).toBe(1);
});

test("case 41: what a revoked device recorded is brought by another person's session, and held", async () => {
  const phone = new Phone(house);
  const invite = await house.invite("Bà Sen", "Nhà Sen");
  const first = await phone.join(invite);
  const scope = await phone.farm();
  const doc = `entry:${phone.uuid()}`;
  await saveOps(phone.store, first, [{ scope, doc, after: [], set: entry, private: {} }]);
  await house.settle(invite.id, { revoked: true, reason: "" });
  await phone.join(await house.invite("Anh Tư", "Nhà Sen", "member"));
  expect(await phone.sync()).toBe("idle");
  await phone.sync();
  expect((await phone.doc(doc))?.state).toBe("held");
  expect((await house.held()).map((op) => op.reason)).toContain("device_revoked");
  expect(await phone.outbox()).toBe(0);
});

test("a scope that nobody on the phone may see any more goes when nothing of ours waits in it", async () => {
  const phone = await joined(house, "Bà Mai", "Nhà Mai");
  const neighbour = await joined(house, "Anh Mười", "Nhà Mai");
  const theirs = await neighbour.save(entry);
  await neighbour.sync();
  const mine = await phone.save(entry);
  await phone.sync();
  const scope = await phone.farm();
  expect(await phone.doc(theirs)).toBeDefined();
  await endMembership(phone);
  const waiting = await saveOps(phone.store, await phone.who(), [
    { scope, doc: `entry:${phone.uuid()}`, after: [], set: entry, private: {} },
  ]);
  expect(waiting.ok).toBe(true);
  await phone.sync();
  // The last op is held now, for the right is gone: until a person decides, the scope stays, out of sight.
  expect(await phone.store.use((db) => db.access.count())).toBe(0);
  expect(await phone.doc(theirs)).toBeDefined();

  await house.change("UPDATE held_ops SET is_turned_down = true");
  await phone.store.use((db) => db.ops.where("state").equals("held").modify({ state: "sent" }));
  await phone.sync();
  expect(await phone.doc(theirs)).toBeUndefined();
  expect(await phone.doc(mine)).toBeUndefined();
  expect(await phone.store.use((db) => db.scopes.count())).toBe(0);
  const { device } = await phone.who();
  expect((await phone.ops()).every((op) => op.device === device)).toBe(true); // ours, until a backup covers them
  expect((await phone.ops()).length).toBe(2);

  // The right comes back: so does the book, and what is not in it is offered again.
  const { membership } = await phone.who();
  await house.change("UPDATE memberships SET valid_until = NULL WHERE id = :membership", { membership });
  await house.change("DELETE FROM held_ops");
  for (let i = 0; i < 3; i++) await phone.sync();
  expect((await phone.doc(theirs))?.state).toBe("sent");
  expect((await phone.doc(mine))?.state).toBe("sent");
  expect((await house.log(scope)).length).toBe(3);
});

test("the ops of the own device document that a session's answer brings are kept", async () => {
  const phone = new Phone(house);
  const invite = await house.invite("Bà Cúc", "Nhà Cúc", "owner", true);
  await phone.join(invite);
  expect((await phone.who()).own.length).toBe(2);
  await house.settle(invite.id, { confirmed: true });
  phone.boot();
  await phone.sync();
  const ops = (await phone.who()).own.map((one) => parseOp(ORIGIN, one.body, one.private));
  expect(ops.map((op) => !(op instanceof Refusal) && op.fields.confirmed === true)).toContain(true);
});

test("ops of somebody whom the server does not know are sent with the key that proves them", async () => {
  const stranger = new Phone(house);
  const who = await stranger.join(await house.invite("Ông Ba", "Nhà Ba"));
  const scope = await stranger.farm();
  await stranger.save(entry, undefined, { note: "trên tệp" });
  const [row] = await stranger.ops();
  if (!row) throw new Error("nothing saved");
  await house.change("DELETE FROM devices WHERE device = :device", { device: who.device });
  const carrier = new Phone(house);
  await carrier.join(await house.invite("Bà Ba", "Nhà Ba"));
  expect(await carrier.store.use((db) => takeCarried(db, ORIGIN, outside(row), who.public))).toBe("new");
  carrier.link.seen = [];
  expect(await carrier.sync()).toBe("idle");
  expect(carrier.syncs()[0]?.data).toMatchObject({ keys: { [who.device]: who.public } });
  expect((await carrier.ops()).find((op) => op.id === row.id)?.state).toBe("held");
  expect((await house.held()).find((op) => op.id === row.id)).toMatchObject({ scope });
});

test("an op whose key is not here waits as `later`, the others go on, and it is tried in the next run", async () => {
  const stranger = new Phone(house);
  const who = await stranger.join(await house.invite("Ông Tám", "Nhà Tám"));
  await stranger.save(entry);
  const [row] = await stranger.ops();
  if (!row) throw new Error("nothing saved");
  const carrier = new Phone(house);
  await carrier.join(await house.invite("Bà Tám", "Nhà Tám"));
  await house.change("UPDATE devices SET device = 'x', key = NULL WHERE device = :device", {
    device: who.device,
  });
  await carrier.store.use((db) => takeCarried(db, ORIGIN, outside(row), who.public));
  await carrier.store.use((db) => db.keys.clear());
  const own = await carrier.save(entry);
  carrier.link.seen = [];
  expect(await carrier.sync()).toBe("idle");
  expect((await carrier.doc(own))?.state).toBe("sent");
  expect((await carrier.ops()).find((op) => op.id === row.id)).toMatchObject({
    state: "outbox",
    problem: "key_wanted",
  });
  expect(carrier.syncs().length).toBe(1); // not again and again in one run
  await carrier.store.use((db) => db.keys.put({ device: who.device, key: who.public }));
  await carrier.sync();
  expect((await carrier.ops()).find((op) => op.id === row.id)).toMatchObject({ state: "held" });
  expect(await carrier.outbox()).toBe(0);
});

test("a private part that comes later fills the op here, and at the server", async () => {
  const writer = await joined(house, "Bà Hồng", "Nhà Hồng");
  const reader = await joined(house, "Anh Hồng", "Nhà Hồng");
  const key = (await writer.who()).public;
  const doc = await writer.save(entry, undefined, { note: "riêng" });
  const [row] = await writer.ops();
  if (!row) throw new Error("nothing saved");
  await writer.sync();
  await house.change("UPDATE ops SET private = NULL WHERE id = :id", { id: row.id });
  await reader.sync();
  expect((await reader.doc(doc))?.values.note).toBeUndefined();
  expect(await reader.store.use((db) => takeCarried(db, ORIGIN, outside(row), key))).toBe("filled");
  expect((await reader.doc(doc))?.values.note).toBe("riêng");
  await reader.sync();
  expect((await house.rows("SELECT private FROM ops WHERE id = :id", { id: row.id }))[0]?.[0]).toContain(
    "riêng",
  );
  expect((await reader.ops()).find((op) => op.id === row.id)).toMatchObject({ state: "sent", seq: 1 });
  expect(await reader.outbox()).toBe(0);
  // A third phone that had pulled the op without its part gets it with the next page that holds it.
  const third = await joined(house, "Chị Hồng", "Nhà Hồng");
  await third.store.use((db) => db.ops.update(row.id, { private: null }));
  await third.store.use((db) => db.scopes.toCollection().modify({ cursor: "0" }));
  await third.sync();
  expect((await third.doc(doc))?.values.note).toBe("riêng");
});

test("rows made in the field go before the ops that speak of them, each with its own outcome", async () => {
  const helper = new Phone(house);
  const who = await helper.join(await house.invite("Chị Hạnh", null, "helper"));
  const farm = await saveRequest(helper.store, who.device, "farm", { name: "Nhà mới" });
  const wrong = await saveRequest(helper.store, who.device, "membership", { role: "owner" });
  const asked = await saveRequest(helper.store, who.device, "organisation", { name: "HTX mới" });
  const scope = `farm:${farm.id}`;
  const doc = `entry:${helper.uuid()}`;
  await saveOps(helper.store, who, [{ scope, doc, after: [], set: entry, private: {} }]);
  helper.link.seen = [];
  expect(await helper.sync()).toBe("idle");
  const paths = helper.link.seen.map((one) => one.path);
  expect(paths.indexOf("/api/v1/requests")).toBeLessThan(paths.indexOf("/api/v1/sync"));
  const rows = await helper.store.use((db) => db.requests.toArray());
  const of = (id: string) => rows.find((row) => row.id === id);
  expect(of(farm.id)).toMatchObject({ state: "settled", row: { name: "Nhà mới" } });
  expect(of(wrong.id)).toMatchObject({ state: "refused" });
  expect(of(asked.id)).toMatchObject({ state: "waiting" });
  await helper.sync();
  expect((await helper.doc(doc))?.state).toBe("sent");
  // What a person decides about is asked again, not at every turn.
  helper.link.seen = [];
  await helper.sync();
  expect(helper.link.seen.filter((one) => one.path === "/api/v1/requests")).toEqual([]);
  house.now += 20 * 60_000;
  await helper.sync();
  expect(helper.link.seen.filter((one) => one.path === "/api/v1/requests").length).toBe(1);
});

test("a request whose id was used with other values ends by itself; the others are settled", async () => {
  const helper = new Phone(house);
  const who = await helper.join(await house.invite("Chị Hiền", null, "helper"));
  const first = await saveRequest(helper.store, who.device, "person", { name: "Một" });
  await helper.sync();
  await helper.store.use((db) =>
    db.requests
      .where("id")
      .equals(first.id)
      .modify({ state: "unsent", values: { name: "Khác" } }),
  );
  const second = await saveRequest(helper.store, who.device, "person", { name: "Hai" });
  await helper.sync();
  const rows = await helper.store.use((db) => db.requests.toArray());
  expect(rows.find((row) => row.id === first.id)).toMatchObject({
    state: "refused",
    reason: "request_reused",
  });
  expect(rows.find((row) => row.id === second.id)).toMatchObject({ state: "settled" });
});

test.each([
  ["clerk", false],
  ["helper", true],
])("only whoever helps households asks for their list: %s", async (role, asks) => {
  const phone = new Phone(house);
  await phone.join(await house.invite(`Cô ${role}`, null, role));
  await phone.sync();
  const asked = phone.link.seen.filter((one) => one.path.endsWith("/api/v1/households"));
  expect(asked.length > 0).toBe(asks);
  expect(phone.link.seen.filter((one) => one.status === 403)).toEqual([]);
});
