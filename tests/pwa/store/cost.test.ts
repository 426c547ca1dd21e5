/** What a save and a batch read does not grow with what the phone holds: counted in requests and rows, not in ms. */
import { IDBIndex, IDBObjectStore } from "fake-indexeddb";
import { afterEach, expect, test, vi } from "vitest";
import { b64Encode } from "../../../pwa/src/core/ids.ts";
import { makeKey } from "../../../pwa/src/core/signing.ts";
import { Taking } from "../../../pwa/src/engine/taking.ts";
import { type Database, Store } from "../../../pwa/src/store/db.ts";
import { nextBatch } from "../../../pwa/src/store/outbox.ts";
import type { IdentityRow, OpRow } from "../../../pwa/src/store/rows.ts";
import { prepareSave, saveOps } from "../../../pwa/src/store/save.ts";
import { transactionsOf } from "./transactions.ts";
import { makeWorld } from "./world.ts";

const SCOPE = "farm:019a0000-0000-7000-8000-000000000001";
const DOC = "entry:019a0000-0000-7000-8000-000000000003";

afterEach(() => {
  vi.restoreAllMocks();
});

async function identity(): Promise<IdentityRow> {
  const key = await makeKey();
  const rest = {
    name: "",
    village: "",
    confirmed: true,
    revoked: false,
    copied: false,
    access: "",
    own: [],
    me: "",
  };
  return {
    ...rest,
    device: key.device,
    privateKey: key.privateKey,
    public: b64Encode(key.public),
    membership: "019a0000-0000-7000-8000-000000000002",
    org: "org:019a0000-0000-7000-8000-000000000009",
  };
}

/** A phone that holds many documents of one op each, half of them unsent. */
async function holding(entries: number): Promise<{ store: Store; who: IdentityRow }> {
  const store = new Store(makeWorld());
  const who = await identity();
  await store.use((db) => db.meta.put({ key: "origin", value: "vi-du.example/so" }));
  await saveOps(store, who, [{ scope: SCOPE, doc: DOC, after: [], set: { form: "CT-10" }, private: {} }]);
  const [first] = await store.use((db) => db.ops.toArray());
  const [view] = await store.use((db) => db.docs.toArray());
  if (!first || !view) throw new Error("nothing saved");
  const name = (i: number) => `entry:${String(i).padStart(8, "0")}-0000-7000-8000-000000000000`;
  await store.use((db) =>
    db.transaction("rw", db.ops, db.docs, db.outbox, async () => {
      const rows: OpRow[] = Array.from({ length: entries }, (_, i) => ({
        ...first,
        id: `${i}`,
        doc: name(i),
        n: i + 2,
      }));
      await db.ops.bulkPut(rows);
      await db.docs.bulkPut(rows.map((row) => ({ ...view, doc: row.doc })));
      await db.outbox.bulkAdd(
        rows.slice(0, entries / 2).map(({ id, scope, device }) => ({ id, scope, device })),
      );
    }),
  );
  return { store, who };
}

/** Requests that read, and what `work` does besides. */
async function readsOf(work: () => Promise<unknown>): Promise<number> {
  let reads = 0;
  for (const from of [IDBObjectStore.prototype, IDBIndex.prototype]) {
    for (const name of [
      "get",
      "getAll",
      "getAllKeys",
      "getKey",
      "openCursor",
      "openKeyCursor",
      "count",
    ] as const) {
      const real = from[name] as (...args: unknown[]) => IDBRequest;
      vi.spyOn(from, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
        reads += 1;
        return real.apply(this, args) as never;
      });
    }
  }
  await work();
  vi.restoreAllMocks();
  return reads;
}

test("saving an entry reads the same, however many the phone holds", async () => {
  const reads: number[] = [];
  for (const entries of [4, 400]) {
    const { store, who } = await holding(entries);
    const doc = "entry:019a0000-0000-7000-8000-0000000000aa";
    const one = { scope: SCOPE, doc, after: [], set: { form: "CT-10" }, private: {} };
    reads.push(await readsOf(() => saveOps(store, who, [one])));
  }
  expect(reads[1]).toBe(reads[0]);
});

test("a prepared save is one transaction, a strict one, and so is each one after it", async () => {
  const { store, who } = await holding(4);
  const one = { scope: SCOPE, doc: DOC, after: [], set: { form: "CT-10" }, private: {} };
  await prepareSave(store, who.device, SCOPE);
  for (let i = 0; i < 2; i++) {
    const made = await transactionsOf(() => saveOps(store, who, [one]));
    expect(made).toEqual([{ mode: "readwrite", durability: "strict" }]);
  }
});

test("what stands ready for a save is looked at again: another tab's number, a pull's cursor", async () => {
  const { store, who } = await holding(4);
  const other = new Store(store.world);
  const one = { scope: SCOPE, doc: DOC, after: [], set: { form: "CT-10" }, private: {} };
  await prepareSave(store, who.device, SCOPE);
  await prepareSave(other, who.device, SCOPE);
  for (const tab of [other, store, other, store]) expect((await saveOps(tab, who, [one])).ok).toBe(true);
  const rows = await store.use((db) => db.ops.where("[scope+doc]").equals([SCOPE, DOC]).toArray());
  expect(rows.map((row) => row.n).sort()).toEqual([1, 2, 3, 4, 5]);
  await store.use((db) => db.scopes.put({ scope: SCOPE, cursor: `1.7.${"A".repeat(43)}` }));
  expect((await saveOps(store, who, [one])).ok).toBe(true);
  const last = await store.use((db) => db.ops.filter((row) => row.n === 6).first());
  expect(last?.body).toContain("A".repeat(43));
});

test("an answer of many ops stays one transaction to its end", async () => {
  const { store } = await holding(4);
  const [first] = await store.use((db) => db.ops.toArray());
  if (!first) throw new Error("nothing saved");
  const rows = Array.from({ length: 300 }, (_, i) => ({ ...first, id: `new ${i}`, n: i + 100 }));
  const take = (db: Database) =>
    db.transaction("rw", [db.ops, db.outbox, db.docs, db.scopes], async () => {
      const taking = new Taking(db, "vi-du.example/so");
      for (const row of rows) taking.put(row, true);
      await taking.flush();
      await taking.end();
    });
  expect(await transactionsOf(() => store.use(take))).toHaveLength(1);
  expect(await store.use((db) => db.ops.count())).toBe(305);
});

test("the next batch reads no more of the outbox than it takes", async () => {
  const { store } = await holding(2_000);
  const limits = { after: 0, opsMax: 20, bytesMax: 1_000_000, takes: () => true };
  let rows = 0;
  const real = IDBObjectStore.prototype.getAll;
  vi.spyOn(IDBObjectStore.prototype, "getAll").mockImplementation(function (this: IDBObjectStore, ...args) {
    const asked = real.apply(this, args);
    asked.addEventListener("success", () => {
      rows += asked.result.length;
    });
    return asked;
  });
  const batch = await store.use((db) => nextBatch(db, limits));
  expect(batch.ops.length).toBe(20);
  expect(rows).toBeLessThanOrEqual(200);
  const next = await store.use((db) => nextBatch(db, { ...limits, after: batch.last }));
  expect(next.ops.map((op) => op.id)).not.toContain(batch.ops.at(-1)?.id);
  expect(next.ops[0]?.n).toBe((batch.ops.at(-1)?.n ?? 0) + 1);
});

test("a batch stays below its bytes, but never empty", async () => {
  const { store } = await holding(200);
  const limits = { after: 0, opsMax: 100, takes: () => true };
  const small = await store.use((db) => nextBatch(db, { ...limits, bytesMax: 1 }));
  expect(small.ops.length).toBe(1);
  const more = await store.use((db) => nextBatch(db, { ...limits, bytesMax: 5_000 }));
  expect(more.ops.length).toBeGreaterThan(1);
  expect(more.ops.length).toBeLessThan(20);
  const none = await store.use((db) => nextBatch(db, { ...limits, bytesMax: 5_000, takes: () => false }));
  expect(none.ops).toEqual([]);
});
