/** A phone follows the tree of heads: it proves its own books, and never takes another tree than the one it knows. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parseOp } from "../../../pwa/src/core/ops.ts";
import type { Fork, Tree } from "../../../pwa/src/store/tree.ts";
import { House } from "../house.ts";
import { joined, type Phone } from "../phone.ts";

let house: House;
let phone: Phone;
let people = 0;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());
beforeEach(async () => {
  people += 1;
  phone = await joined(house, `Người ${people}`, `Nhà ${people}`);
});

const entry = { happened_on: "2026-11-08", form: "CT-10" };
const LATER = 11 * 60_000;
const meta = async (key: string) => (await phone.store.use((db) => db.meta.get(key)))?.value;
const tree = async () => (await meta("tree")) as Tree | undefined;
const fork = async () => (await meta("tree fork")) as Fork | undefined;
async function logged(): Promise<number | undefined> {
  const scope = await phone.farm();
  return (await phone.store.use((db) => db.scopes.get(scope)))?.logged?.seq;
}
/** Ten minutes pass, the server writes its tree, the phone syncs. */
async function later(): Promise<void> {
  house.now += LATER;
  await house.tick();
  await house.ask({ do: "tree" });
  await phone.sync();
}
const asked = () => phone.link.seen.filter((one) => "tree" in Object(one.data)).length;

test("own ops are proven once a checkpoint covers them, and the next op names that checkpoint", async () => {
  await phone.save(entry);
  await phone.save(entry);
  await phone.sync();
  expect(await logged()).toBeUndefined();
  await later();
  expect(await logged()).toBe(2);
  const held = await tree();
  await phone.save(entry);
  const last = (await phone.ops()).find((op) => op.state === "outbox");
  const op = parseOp("vi-du.example/so", last?.body ?? "", null);
  expect(op).toMatchObject({ anchor: { seq: 2, size: held?.size, root: held?.root } });
  await phone.sync();
  await later();
  expect(await logged()).toBe(3);
  expect((await tree())?.size).toBeGreaterThan(held?.size ?? 0);
  expect(await fork()).toBeUndefined();
});

test("the tree is asked for at most every ten minutes, and not where everything is proven", async () => {
  await phone.save(entry);
  await phone.sync();
  await later();
  const before = asked();
  await phone.save(entry);
  await phone.sync();
  await phone.sync();
  expect(asked()).toBe(before);
  await later();
  expect(asked()).toBe(before + 1);
  await later();
  expect(asked()).toBe(before + 1);
});

test("a restored server's new log is proven anew", async () => {
  await phone.save(entry);
  await phone.sync();
  await house.snapshot("before");
  await phone.save(entry);
  await phone.sync();
  await later();
  expect(await logged()).toBe(2);
  await house.ask({ do: "end" });
  await house.restore("before");
  await phone.sync();
  await phone.sync();
  await later(); // the database is older than what was signed: nothing is proven, data go on
  expect(await fork()).toBeUndefined();
  expect(await phone.outbox()).toBe(0);
  await house.ask({ do: "recover" });
  await later();
  expect(await logged()).toBe(2);
  expect(await fork()).toBeUndefined();
});

test.each([
  ["another root of the same size", 0],
  ["a smaller tree", 1],
])("case 82: %s: the held checkpoint stays, both are sent, data go on", async (_name, shrink) => {
  const own = await House.open();
  phone = await joined(own, "Lụa", "Nhà Lụa");
  const outer = house;
  house = own;
  try {
    await phone.save(entry);
    await phone.sync();
    await later();
    const held = await tree();
    await own.ask({ do: "fork", shrink });
    await phone.save(entry);
    await phone.sync();
    house.now += LATER;
    await phone.sync();
    expect(await fork()).toMatchObject({ held: held?.note, told: true });
    expect((await tree())?.note).toBe(held?.note);
    expect(await own.rows("SELECT count(*) FROM tree_evidence")).toEqual([[1]]);
    await phone.save(entry);
    expect(await phone.sync()).toBe("idle");
    expect(await phone.outbox()).toBe(0);
    phone.boot();
    await later().catch(() => undefined); // this server signs nothing more
    expect(await fork()).toMatchObject({ told: true });
  } finally {
    house = outer;
    await own.close();
  }
});

test("a checkpoint that the log's key did not sign proves nothing and raises no alarm", async () => {
  await phone.save(entry);
  await phone.sync();
  await later();
  const held = await tree();
  const real = phone.world.fetch;
  phone.world.fetch = async (input, init) => {
    const answer = await real(input, init);
    const data: unknown = await answer
      .clone()
      .json()
      .catch(() => null);
    const told = Reflect.get(Object(data), "tree") as { checkpoint: string } | undefined;
    if (told === undefined) return answer;
    told.checkpoint = told.checkpoint.replace(/\n\n.*/s, "\n\n— vi-du.example/so AAAAAAAA\n");
    return new Response(JSON.stringify(data), { headers: { "Content-Type": "application/json" } });
  };
  await phone.save(entry);
  await phone.sync();
  await later();
  expect((await tree())?.note).toBe(held?.note);
  expect(await fork()).toBeUndefined();
  expect(await logged()).toBe(1);
});
