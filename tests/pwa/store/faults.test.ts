/** Storage that fails, at every single write of a save: what said "saved" is whole, the rest is still the draft. */
import { IDBObjectStore } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeContext } from "../../../pwa/src/app/context.ts";
import { makeDrafts } from "../../../pwa/src/app/drafts.ts";
import { toIdentity } from "../../../pwa/src/app/people.ts";
import { b64Encode } from "../../../pwa/src/core/ids.ts";
import { makeKey } from "../../../pwa/src/core/signing.ts";
import { NAME, SCHEMA, Store } from "../../../pwa/src/store/db.ts";
import type { IdentityRow } from "../../../pwa/src/store/rows.ts";
import { saveOps } from "../../../pwa/src/store/save.ts";
import type { World } from "../../../pwa/src/store/world.ts";
import { makeWorld } from "./world.ts";

const FARM = "farm:019a0000-0000-7000-8000-000000000001";

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined); // Dexie tells of handles that it closes
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function identity(): Promise<IdentityRow> {
  const key = await makeKey();
  return {
    device: key.device,
    privateKey: key.privateKey,
    public: b64Encode(key.public),
    name: "Bà Lụa",
    village: "",
    membership: "019a0000-0000-7000-8000-000000000002",
    org: "org:019a0000-0000-7000-8000-000000000009",
    confirmed: true,
    revoked: false,
    copied: false,
    access: "",
    own: [],
    me: "",
  };
}

/** A phone with a draft that has a text and a voice note, ready to be saved. */
async function withDraft(world: World, store = new Store(world)) {
  const who = await identity();
  await store.use((db) => db.meta.put({ key: "origin", value: "vi-du.example/so" }));
  await store.use((db) => db.identities.put(who));
  const c = makeContext(store);
  c.rows.value = [who];
  c.current.value = toIdentity(who);
  const farm = { scope: FARM, name: "", village: "", write: true, sector: null };
  c.farm.value = farm;
  c.farms.value = [farm];
  const drafts = makeDrafts(c);
  const made = await drafts.create({ form: "CT-10" });
  if (!made.ok) throw new Error(made.problem);
  const { id } = made.draft;
  drafts.keep(id, { values: { ...made.draft.values, note: "Phun chiều" } });
  await drafts.addVoice(id, new Blob([new Uint8Array(50).fill(7)], { type: "audio/webm" }), 3);
  return { store, drafts, id };
}

/** What a fresh start of the app finds. */
async function found(world: World) {
  return new Store(world).use(async (db) => ({
    ops: await db.ops.count(),
    outbox: await db.outbox.count(),
    uploads: await db.uploads.count(),
    docs: await db.docs.count(),
    counters: await db.counters.count(),
    drafts: await db.drafts.count(),
    blobs: await db.blobs.count(),
  }));
}
const WHOLE = { ops: 2, outbox: 2, uploads: 1, docs: 2, counters: 1, drafts: 0, blobs: 1 };
const DRAFT = { ops: 0, outbox: 0, uploads: 0, docs: 0, counters: 0, drafts: 1, blobs: 1 };

/** Fail write number `at`; `isLasting`: and every one after it. */
function failAt(at: number, isLasting: boolean, fail: (store: IDBObjectStore) => never): () => number {
  let writes = 0;
  for (const name of ["add", "put", "delete"] as const) {
    const real = IDBObjectStore.prototype[name] as (...args: unknown[]) => IDBRequest;
    vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function (
      this: IDBObjectStore,
      ...args: unknown[]
    ) {
      writes += 1;
      if (writes === at || (isLasting && writes > at)) fail(this);
      return real.apply(this, args) as IDBRequest<IDBValidKey> & IDBRequest<undefined>;
    });
  }
  return () => writes;
}
const lost = (): never => {
  throw new DOMException("Connection to Indexed Database server lost", "UnknownError");
};
const full = (): never => {
  throw new DOMException("full", "QuotaExceededError");
};
const killed = (store: IDBObjectStore): never => {
  store.transaction.abort();
  throw new DOMException("gone", "InvalidStateError");
};

/** Save once with the fault at each write in turn, until there are no more writes. */
async function atEveryWrite(
  isLasting: boolean,
  fail: (store: IDBObjectStore) => never,
  check: (saved: unknown, after: object) => void,
): Promise<number> {
  for (let at = 1; ; at++) {
    const world = makeWorld();
    const { drafts, id } = await withDraft(world);
    const writes = failAt(at, isLasting, fail);
    const saved = await drafts.save(id);
    const reached = writes();
    vi.restoreAllMocks();
    if (reached < at) {
      expect(saved.ok).toBe(true);
      expect(await found(world)).toMatchObject(WHOLE);
      return at - 1;
    }
    check(saved, await found(world));
  }
}

test("case 2: killed at any write of a save, the phone has the whole entry or the draft", async () => {
  const writes = await atEveryWrite(true, killed, (saved, after) => {
    expect(saved).toMatchObject({ ok: false });
    expect(after).toEqual(DRAFT);
  });
  expect(writes).toBeGreaterThan(8);
});

test("case 7: a connection lost once, at any write, is opened anew and the entry is saved", async () => {
  await atEveryWrite(false, lost, (saved, after) => {
    expect(saved).toMatchObject({ ok: true });
    expect(after).toEqual(WHOLE);
  });
});

test("case 7: a connection that stays lost is told, never reported as saved", async () => {
  await atEveryWrite(true, lost, (saved, after) => {
    expect(saved).toMatchObject({ ok: false, problem: "storage_broken" });
    expect(after).toEqual(DRAFT);
  });
});

test("case 6: a full phone says so at any write, and the text stays in the draft", async () => {
  await atEveryWrite(true, full, (saved, after) => {
    expect(saved).toMatchObject({ ok: false, problem: "storage_full" });
    expect(after).toEqual(DRAFT);
  });
});

test("case 5: no room for a picture: the text is saved, the picture stays in the draft", async () => {
  const world = makeWorld();
  const { store, drafts, id } = await withDraft(world);
  const real = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...args) {
    if (this.name === "blobs") full();
    return real.apply(this, args);
  });
  const second = await drafts.addVoice(id, new Blob([new Uint8Array(60)], { type: "audio/webm" }), 3);
  expect(second).toMatchObject({ ok: false, problem: "storage_full" });
  expect(await drafts.save(id)).toMatchObject({ ok: true, photosLeft: 1, draft: id });
  expect(await store.use((db) => db.ops.count())).toBe(2);
  expect(await store.use((db) => db.drafts.count())).toBe(1);
});

test("case 7: a save whose answer was lost after the commit is found saved, not saved twice", async () => {
  const store = new Store(makeWorld());
  const who = await identity();
  await store.use((db) => db.meta.put({ key: "origin", value: "vi-du.example/so" }));
  const use = store.use.bind(store);
  let isLost = false;
  store.use = (work) =>
    use(async (db) => {
      const done = await work(db);
      if (!isLost && (await db.ops.count()) > 0) {
        isLost = true;
        lost();
      }
      return done;
    });
  const fresh = { scope: FARM, doc: "entry:019a0000-0000-7000-8000-000000000003", after: [], private: {} };
  expect(await saveOps(store, who, [{ ...fresh, set: { form: "CT-10" } }])).toEqual({ ok: true });
  expect(isLost).toBe(true);
  expect(await use((db) => db.outbox.count())).toBe(1);
});

test("case 8: an old tab gives way to a newer version; one that does not is told of", async () => {
  const world = makeWorld();
  const old = new Store(world);
  await old.use((db) => db.ops.count());
  const open = () =>
    new Promise<IDBDatabase>((done) => {
      const asked = world.indexedDB.open(NAME, (SCHEMA + 1) * 10);
      asked.onsuccess = () => done(asked.result);
    });
  (await open()).close(); // the old tab closed its handle, or this would wait for ever
  await expect(old.use((db) => db.ops.count())).rejects.toMatchObject({ problem: "newer_data" });

  const stuck = makeWorld();
  const held = await new Promise<IDBDatabase>((done) => {
    const asked = stuck.indexedDB.open(NAME, 5);
    asked.onsuccess = () => done(asked.result);
  });
  const blocked = await new Promise<boolean>((done) => {
    const waiting = new Store(stuck, () => {
      done(true);
      held.close();
    });
    void waiting.use((db) => db.ops.count()).then(() => waiting.close());
  });
  expect(blocked).toBe(true);
});

test("case 9: an upgrade that was cut off leaves the old data, and runs again", async () => {
  const world = makeWorld();
  await new Promise<void>((done) => {
    const asked = world.indexedDB.open(NAME, 10);
    asked.onupgradeneeded = () => {
      const ops = asked.result.createObjectStore("ops", { keyPath: "id" });
      ops.put({ id: "x", scope: FARM, doc: "entry:1", state: "outbox" });
      asked.result.createObjectStore("outbox", { keyPath: "order", autoIncrement: true });
    };
    asked.onsuccess = () => {
      asked.result.close();
      done();
    };
  });
  const real = IDBObjectStore.prototype.createIndex;
  let indexes = 0;
  vi.spyOn(IDBObjectStore.prototype, "createIndex").mockImplementation(function (
    this: IDBObjectStore,
    ...args
  ) {
    indexes += 1;
    if (indexes > 2) lost();
    return real.apply(this, args);
  });
  await expect(new Store(world).use((db) => db.ops.count())).rejects.toThrow();
  vi.restoreAllMocks();
  expect(await new Store(world).use((db) => db.ops.toCollection().primaryKeys())).toEqual(["x"]);
});
