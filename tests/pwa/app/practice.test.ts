/** Practising: a household of its own that reaches nobody, beside a real diary of which not a byte changes. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApp } from "../../../pwa/src/app/app.ts";
import { forgetPractice, furnish, PRACTICE, practiceWorld } from "../../../pwa/src/app/practice.ts";
import type { App } from "../../../pwa/src/app/types.ts";
import { NAME, Store } from "../../../pwa/src/store/db.ts";
import type { World } from "../../../pwa/src/store/world.ts";
import { Desk, FARM, scaled } from "./desk.ts";

const NAMES = {
  person: "Người tập",
  farm: "Hộ mẫu",
  village: "Thôn mẫu",
  field: "Ruộng mẫu",
  pond: "Ao mẫu",
};
const fetched = vi.fn(() => Promise.reject(new TypeError("no network")));
const marked = vi.fn();
let app: App | null = null;

beforeEach(() => {
  fetched.mockClear();
  marked.mockClear();
  vi.stubGlobal("navigator", { userAgent: "Chrome", locks: {}, serviceWorker: {} });
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: marked, removeItem: marked });
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("location", new URL("https://so.example/"));
  vi.stubGlobal("indexedDB", {});
  vi.stubGlobal("document", { visibilityState: "visible", addEventListener() {}, removeEventListener() {} });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => {
  app?.stop();
  app = null;
  vi.unstubAllGlobals();
});

/** Every row of the real database, and which databases there are. */
async function kept(world: World) {
  const store = new Store(world);
  const tables = await store.use((db) =>
    Promise.all(db.tables.map(async (table) => [table.name, await table.toArray()])),
  );
  store.close();
  const names = (await world.indexedDB.databases()).map((one) => one.name);
  return { tables: JSON.stringify(tables), names: names.sort() };
}

test("what is practised stays in its own database, is never sent, and is gone afterwards", async () => {
  const desk = await Desk.open({ fetch: fetched });
  await desk.store.use((db) => db.access.put({ device: desk.who.device, scope: FARM, write: true }));
  await desk.entry({ note: "Phun thật" });
  desk.store.close();
  const before = await kept(desk.world);

  const world = practiceWorld(desk.world);
  await furnish(world, NAMES, { products: [] });
  app = createApp(world, scaled);
  await app.start();
  expect(app.practice).toBe(true);
  expect(app.people.current.value?.name).toBe("Người tập");
  expect(app.home.value).toMatchObject({ waitingOps: 0, held: 0, refused: 0 });
  expect(app.home.value?.runningSeasons).toHaveLength(2);
  const begun = await app.drafts.create({ form: "CT-10", values: { note: "Phun thử" } });
  if (!begun.ok) throw new Error(begun.problem);
  expect((await app.drafts.save(begun.draft.id)).ok).toBe(true);
  await app.sync.now();
  expect((await app.diary.page({})).rows).toHaveLength(1);
  expect(fetched).not.toHaveBeenCalled();
  expect(marked).not.toHaveBeenCalled();

  expect((await kept(desk.world)).tables).toBe(before.tables);
  app.stop();
  await forgetPractice(desk.world);
  expect(await kept(desk.world)).toEqual(before);
  expect(before.names).toEqual([NAME]);
});

test("who practises again begins anew", async () => {
  const desk = await Desk.open({ fetch: fetched });
  const world = practiceWorld(desk.world);
  const device = async () => {
    await furnish(world, NAMES, { products: [] });
    const store = new Store(world);
    const rows = await store.use((db) => db.identities.toArray());
    store.close();
    return rows.map((row) => row.device);
  };
  const [first, second] = [await device(), await device()];
  expect([first.length, second.length]).toEqual([1, 1]);
  expect(first).not.toEqual(second);
  expect((await world.indexedDB.databases()).map((one) => one.name)).toContain(PRACTICE);
});
