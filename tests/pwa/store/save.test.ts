import { expect, test, vi } from "vitest";
import { b64Encode } from "../../../pwa/src/core/ids.ts";
import { makeKey } from "../../../pwa/src/core/signing.ts";
import { NAME, SCHEMA, Store } from "../../../pwa/src/store/db.ts";
import type { IdentityRow } from "../../../pwa/src/store/rows.ts";
import { type NewOp, prepareSave, saveOps } from "../../../pwa/src/store/save.ts";
import { makeWorld } from "./world.ts";

const SCOPE = "farm:019a0000-0000-7000-8000-000000000001";
const ENTRY = "entry:019a0000-0000-7000-8000-000000000003";
const fresh: NewOp = {
  scope: SCOPE,
  doc: ENTRY,
  after: [],
  set: { happened_on: "2026-11-08", form: "CT-10" },
  private: { note: "Phun chiều ở Đồng Rọc" },
};

async function start() {
  const store = new Store(makeWorld());
  const key = await makeKey();
  const who: IdentityRow = {
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
  await store.use((db) => db.meta.put({ key: "origin", value: "vi-du.example/so" }));
  return { store, who };
}

test("a save keeps the op, its outbox row and the folded document", async () => {
  const { store, who } = await start();
  expect(await saveOps(store, who, [fresh])).toEqual({ ok: true });
  const doc = await store.use((db) => db.docs.get([SCOPE, ENTRY]));
  expect(doc?.values.note).toBe("Phun chiều ở Đồng Rọc");
  expect(doc?.words).toContain("dong roc");
  expect(doc?.state).toBe("onphone");
  expect(await store.use((db) => db.outbox.count())).toBe(1);
});

test("test_case_002 a failure inside the save transaction keeps nothing of it", async () => {
  const { store, who } = await start();
  const failing = saveOps(store, who, [fresh], {
    write: async () => {
      throw new Error("killed");
    },
  });
  await expect(failing).rejects.toThrow("killed");
  expect(await store.use((db) => db.ops.count())).toBe(0);
  expect(await store.use((db) => db.outbox.count())).toBe(0);
  expect(await store.use((db) => db.counters.count())).toBe(0);
});

test("test_case_006 a full phone refuses the save as storage_full and keeps nothing", async () => {
  const { store, who } = await start();
  const full = saveOps(store, who, [fresh], {
    write: async () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  });
  await expect(full).rejects.toMatchObject({ problem: "storage_full" });
  expect(await store.use((db) => db.ops.count())).toBe(0);
});

test("test_case_007 a lost connection is opened anew once, the second failure is typed", async () => {
  const { store } = await start();
  let calls = 0;
  const lost = async () => {
    calls += 1;
    throw new DOMException("Connection to Indexed Database server lost", "UnknownError");
  };
  await expect(store.use(lost)).rejects.toMatchObject({ problem: "storage_broken" });
  expect(calls).toBe(2);
});

test("test_case_010 data of a newer version are refused and left alone", async () => {
  const world = makeWorld();
  await new Promise<void>((done) => {
    const asked = world.indexedDB.open(NAME, (SCHEMA + 1) * 10);
    asked.onsuccess = () => {
      asked.result.close();
      done();
    };
  });
  await expect(new Store(world).use((db) => db.ops.count())).rejects.toMatchObject({ problem: "newer_data" });
});

test("test_case_014 sixty saves at once get sixty different numbers", async () => {
  const { store, who } = await start();
  await Promise.all(Array.from({ length: 60 }, () => saveOps(store, who, [fresh])));
  const rows = await store.use((db) => db.ops.toArray());
  expect(rows.map((r) => r.n).sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
});

test("test_case_014 a tab that signed ahead and one that read first never give one number twice", async () => {
  const { store, who } = await start();
  const other = new Store(store.world);
  await prepareSave(store, who.device, SCOPE);
  const sign = crypto.subtle.sign.bind(crypto.subtle);
  // The other one has read its number and signs: now the first one, which asks for no lock, is quicker.
  vi.spyOn(crypto.subtle, "sign").mockImplementationOnce(async (...given) => {
    expect(await saveOps(store, who, [fresh])).toEqual({ ok: true });
    return sign(...given);
  });
  expect(await saveOps(other, who, [fresh])).toEqual({ ok: true });
  const rows = await store.use((db) => db.ops.toArray());
  expect(rows.map((r) => r.n).sort()).toEqual([1, 2]);
  expect(await store.use((db) => db.outbox.count())).toBe(2);
});

test("what is recorded anew under its own name is shown with what was refused of it", async () => {
  const { store, who } = await start();
  await saveOps(store, who, [fresh]);
  await store.use((db) => db.ops.toCollection().modify({ state: "turned_down" }));
  await prepareSave(store, who.device, SCOPE);
  expect(await saveOps(store, who, [{ ...fresh, private: {} }])).toEqual({ ok: true });
  expect(await store.use((db) => db.docs.get([SCOPE, ENTRY]))).toMatchObject({ state: "refused" });
});
