/** Versions apart: an old app beside a new one, a new app beside an old server, an app that waited a month. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { opId } from "../../../pwa/src/core/ops.ts";
import { House } from "../house.ts";
import { joined, type Phone } from "../phone.ts";

const ORIGIN = "vi-du.example/so";
let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

const entry = { happened_on: "2026-11-08", form: "CT-10" };

interface Item {
  seq: number;
  body?: string;
  id?: string;
}

/**
 * The server's log as a newer one would send it: the op of this id stands in it with a `v` that we don't know.
 *
 * Its place in the chain is made anew, as the newer server would have; so are the cursors.
 */
async function foreignVersion(phone: Phone, id: string, change: (body: string) => string): Promise<string> {
  const [row] = await house.rows("SELECT body FROM ops WHERE id = :id", { id });
  const body = change(String(row?.[0]));
  const fresh = opId(ORIGIN, body);
  await house.change("UPDATE ops SET body = :body, id = :fresh WHERE id = :id", { body, fresh, id });
  await house.ask({ do: "chain", scope: await phone.farm() });
  return fresh;
}
const asV2 = (body: string) => body.replace('{"v":1,', '{"v":2,"mood":"vui",');

test("case 111: an op of a newer version is kept aside, chains on, and is folded after the update", async () => {
  const writer = await joined(house, "Bà Lụa", "Nhà Lụa");
  const reader = await joined(house, "Anh Thịnh", "Nhà Lụa");
  const doc = await writer.save(entry);
  await writer.sync();
  await reader.sync();
  const edit = await writer.save({ dose: "9" }, doc);
  expect(edit).toBe(doc);
  await writer.sync();
  const log = await house.log(await writer.farm());
  const v1 = (await writer.ops()).find((op) => op.id === log[1]);
  const newer = await foreignVersion(reader, log[1] ?? "", asV2);
  reader.link.seen = [];
  expect(await reader.sync()).toBe("idle");
  const aside = (await reader.ops()).find((op) => op.id === newer);
  expect(aside).toMatchObject({ doc: "", newer: 1, seq: 2, state: "sent" });
  expect(reader.mismatches).toBe(0);
  expect((await reader.doc(doc))?.values.dose).toBeUndefined();
  const cursors = reader.syncs().map((one) => Object.values((one.data as { cursors: object }).cursors)[0]);
  expect(cursors).not.toContain("0");

  // Later ops of the scope come in behind it.
  const third = await joined(house, "Chị Thơ", "Nhà Lụa");
  const next = await third.save(entry);
  await third.sync();
  await reader.sync();
  expect((await reader.doc(next))?.state).toBe("sent");

  // The update reads it: here, by giving the row the bytes of a version that this app knows.
  const fields = { id: v1?.id ?? "", body: v1?.body ?? "" };
  await reader.store.use(async (db) => {
    await db.ops.delete(newer);
    if (aside) await db.ops.put({ ...aside, ...fields });
  });
  await reader.sync();
  expect((await reader.doc(doc))?.values.dose).toBe("9");
  expect((await reader.ops()).find((op) => op.id === v1?.id)?.newer).toBeUndefined();
});

test("case 111: an op that this app can't read is passed on after a restore, byte for byte", async () => {
  const writer = await joined(house, "Bà Sen", "Nhà Sen");
  const reader = await joined(house, "Anh Sen", "Nhà Sen");
  await writer.save(entry);
  await writer.sync();
  await house.snapshot("one");
  await writer.save(entry);
  await writer.sync();
  const log = await house.log(await writer.farm());
  const newer = await foreignVersion(reader, log[1] ?? "", asV2);
  await reader.sync();
  await house.restore("one");
  reader.link.seen = [];
  await reader.sync();
  const sent = reader.syncs().flatMap((one) => (one.data as { ops: { body: string }[] }).ops);
  expect(sent.map((op) => opId(ORIGIN, op.body))).toContain(newer);
  // Our own server does not know the version either: it says `later`, and the op stays and waits.
  expect((await reader.ops()).find((op) => op.id === newer)).toMatchObject({
    state: "outbox",
    problem: "newer_version",
  });
});

test("case 20: an app that was a month without coverage sends what it recorded, under any clock", async () => {
  const phone = await joined(house, "Bà Mai", "Nhà Mai");
  for (const years of [-2, 2]) {
    phone.off = years * 365 * 86_400_000;
    house.now += 30 * 86_400_000;
    const doc = await phone.save(entry);
    expect(await phone.sync()).toBe("idle");
    expect((await phone.doc(doc))?.state).toBe("sent");
  }
  // A clock that is years ahead does not make the phone open a session for every request.
  phone.link.seen = [];
  await phone.sync();
  expect(phone.link.seen.filter((one) => one.path.startsWith("/api/v1/device"))).toEqual([]);
});

test("case 20: a server that gives no more pages to so old an app still takes what it recorded", async () => {
  const phone = await joined(house, "Bà Cúc", "Nhà Cúc");
  const doc = await phone.save(entry);
  phone.link.fault = (sent) => {
    const cursors = Object(sent.data).cursors as object | undefined;
    const isPull = sent.path === "/api/v1/sync" && Object.keys(cursors ?? {}).length > 0;
    return isPull ? { kind: "status", status: 426, slug: "update" } : undefined;
  };
  expect(await phone.sync()).toBe("update_needed");
  expect((await phone.doc(doc))?.state).toBe("sent");
  expect((await house.log(await phone.farm())).length).toBe(1);
});

test("members and results of a later server are passed over", async () => {
  const phone = await joined(house, "Bà Đào", "Nhà Đào");
  const doc = await phone.save(entry);
  let isFirst = true;
  phone.link.change = (sent, answer) => {
    if (sent.path !== "/api/v1/sync" || !isFirst) return answer;
    isFirst = false;
    const { ops: _, ...rest } = answer as { ops: Item[] };
    const cursors = (sent.data as { cursors: object }).cursors;
    return { ...rest, ops: [], cursors, results: [{ result: "pondered", mood: 1 }], tree: {} };
  };
  expect(await phone.sync()).toBe("idle");
  phone.link.heal();
  await phone.sync();
  expect((await phone.doc(doc))?.state).toBe("sent");
});
