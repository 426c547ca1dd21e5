/** The app as a whole: where it refuses to start, what it shows of a newer version's data, updates, settings. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApp } from "../../../pwa/src/app/app.ts";
import type { App } from "../../../pwa/src/app/types.ts";
import { NAME, SCHEMA, Store } from "../../../pwa/src/store/db.ts";
import { LAST_SYNC } from "../../../pwa/src/store/rows.ts";
import type { World } from "../../../pwa/src/store/world.ts";
import { transactionsOf } from "../store/transactions.ts";
import { makeWorld } from "../store/world.ts";
import { Desk, FARM, scaled } from "./desk.ts";

const CHROME = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36";
/** What a browser has that can keep a book. */
const ABLE = { locks: {}, serviceWorker: {} };
let opened: App[] = [];

/** The page around the app. */
function stand(
  change: { agent?: string; secure?: boolean; href?: string; has?: object; kept?: string } = {},
): void {
  vi.stubGlobal("navigator", { userAgent: change.agent ?? CHROME, ...(change.has ?? ABLE) });
  vi.stubGlobal("localStorage", {
    getItem: () => change.kept ?? null,
    setItem: () => undefined,
    removeItem: () => undefined,
  });
  vi.stubGlobal("isSecureContext", change.secure ?? true);
  vi.stubGlobal("location", new URL(change.href ?? "https://so.example/"));
  vi.stubGlobal("indexedDB", {});
  vi.stubGlobal("document", { visibilityState: "visible", addEventListener() {}, removeEventListener() {} });
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("removeEventListener", () => undefined);
}
beforeEach(() => stand());
afterEach(() => {
  for (const app of opened) app.stop();
  opened = [];
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function started(world: World): Promise<App> {
  const app = createApp(world, scaled);
  opened.push(app);
  await app.start();
  return app;
}

/** A phone with one entry and the right to write. */
async function used(): Promise<{ world: World; doc: string; desk: Desk }> {
  const desk = await Desk.open();
  await desk.store.use((db) => db.access.put({ device: desk.who.device, scope: FARM, write: true }));
  const doc = await desk.entry({ note: "Phun chiều" });
  desk.store.close();
  return { world: desk.world, doc, desk };
}

/** Raise the version of the data, as a later app does. */
async function raise(world: World): Promise<void> {
  await new Promise<void>((done) => {
    const asked = world.indexedDB.open(NAME, (SCHEMA + 3) * 10);
    asked.onsuccess = () => {
      asked.result.close();
      done();
    };
  });
}

test("a phone that nobody joined yet says so, one that did is ready with what it holds", async () => {
  expect((await started(makeWorld())).state.value).toEqual({ kind: "unjoined", before: null });
  const { world, doc } = await used();
  const app = await started(world);
  expect(app.state.value).toEqual({ kind: "ready" });
  expect((await app.diary.page({})).rows.map((row) => row.doc)).toEqual([doc]);
  expect(app.sync.status.value.waitingOps).toBe(1);
});

test("when the phone sent last is known after the app was closed, whoever sent: page or worker", async () => {
  const { world, desk } = await used();
  expect((await started(world)).sync.status.value.last_sync_at).toBeNull();
  const sent = world.now() - 7_200_000;
  await desk.boot();
  await desk.store.use((db) => db.meta.put({ key: LAST_SYNC, value: sent }));
  desk.store.close();
  const app = await started(world);
  await vi.waitFor(() => expect(app.sync.status.value.last_sync_at).toBe(sent));
});

test("the first screen is one transaction, whatever the phone holds; a page of the diary is two", async () => {
  const { world, desk } = await used();
  for (const more of [0, 80]) {
    await desk.boot();
    for (let i = 0; i < more; i++) await desk.entry({ note: `Dòng ${i}` });
    expect(await transactionsOf(() => desk.diary.page({}, null, 30))).toHaveLength(2);
    desk.store.close();
    const app = createApp(world, scaled);
    opened.push(app);
    const ready = new Promise<void>((done) => {
      app.state.subscribe((state) => state.kind === "ready" && done());
    });
    let going: Promise<void> | undefined;
    const made = await transactionsOf(async () => {
      going = app.start();
      await ready;
    });
    // The one before it is the library's own look at the tables.
    expect(made).toHaveLength(2);
    expect(app.home.value?.today).toHaveLength(Math.min(1 + more, 20));
    await going;
  }
});

test("the first screen shows what was noticed before, as far as it still is", async () => {
  const { world, doc, desk } = await used();
  await desk.boot();
  await desk.acknowledge();
  const [mine] = (await desk.doc(doc)).tips;
  await desk.edit(doc, { note: "hai" });
  await desk.pull(doc, {}, [mine ?? ""], { note: "ba" });
  desk.store.close();
  const first = await started(world);
  expect(first.home.value?.conflicts.map((row) => row.doc)).toEqual([doc]);
  first.stop();
  /** What stood on the very first screen. */
  const firstSeen = async (): Promise<string[] | undefined> => {
    const seen: string[][] = [];
    const app = createApp(world, scaled);
    opened.push(app);
    app.home.subscribe((home) => void (home && seen.push(home.conflicts.map((row) => row.doc))));
    await app.start();
    app.stop();
    return seen[0];
  };
  expect(await firstSeen()).toEqual([doc]);
  // Settled while the app was closed: the kept list is a hint and nothing more.
  const { tips } = await desk.boot().then(() => desk.doc(doc));
  await desk.pull(doc, {}, tips, { note: "bốn" });
  desk.store.close();
  expect(await firstSeen()).toEqual([]);
});

test("without a secure context nothing is opened", async () => {
  stand({ secure: false });
  const open = vi.fn();
  const world = makeWorld({ indexedDB: { open } as unknown as IDBFactory });
  expect((await started(world)).state.value).toEqual({ kind: "insecure" });
  expect(open).not.toHaveBeenCalled();
});

test.each([
  ["Zalo", `${CHROME} Zalo android/12`],
  ["Facebook", `${CHROME} [FB_IAB/FB4A;FBAV/400.0]`],
  ["WebView", CHROME.replace("; K)", "; K; wv)")],
])("case 50: inside %s no key is made, and the address goes to Chrome", async (name, agent) => {
  const id = "019a0000-0000-7000-8000-000000000001";
  stand({ agent, href: `https://so.example/#i=${id}.AAAAAAAAAAAAAAAAAAAAAA` });
  const app = await started(makeWorld());
  expect(app.state.value).toMatchObject({ kind: "in_app_browser", name, system: "android" });
  const url = app.state.value.kind === "in_app_browser" ? app.state.value.openUrl : "";
  expect(url).toMatch(/#Intent;scheme=https;package=com\.android\.chrome;/);
  // Android takes the last "#" for the intent's own: the invitation arrives with its secret.
  const parsed = new URL(url ?? "").href;
  const handed = parsed.slice(0, parsed.lastIndexOf("#")).replace("intent:", "https:");
  expect(app.joining.parseAddress(handed)).toEqual({ id, secret: "AAAAAAAAAAAAAAAAAAAAAA" });
  // Where an app cuts at the first one, the path names it still, and its code is asked for.
  const cut = parsed.slice(0, parsed.indexOf("#")).replace("intent:", "https:");
  expect(app.joining.parseAddress(cut)).toEqual({ id, secret: null });
});

test("case 13: a window with little room is taken for a private one, and nobody joins in it", async () => {
  const world = makeWorld({ estimate: async () => ({ usage: 0, quota: 80_000_000, persisted: false }) });
  expect((await started(world)).state.value).toEqual({ kind: "private_window" });
  const room = makeWorld({ estimate: async () => ({ usage: 0, quota: 8_000_000_000, persisted: false }) });
  expect((await started(room)).state.value).toEqual({ kind: "unjoined", before: null });
});

test.each([
  ["SecurityError", "private_window"],
  ["UnknownError", "private_window"],
  ["QuotaExceededError", "unjoined"],
])("case 13: a browser that keeps no files there (%s) leaves the phone %s", async (name, kind) => {
  const getDirectory = () => Promise.reject(new DOMException("", name));
  stand({ has: { ...ABLE, storage: { getDirectory } } });
  expect((await started(makeWorld())).state.value).toMatchObject({ kind });
});

test.each([{}, { locks: {} }, { serviceWorker: {} }])(
  "a browser that can't keep a book (it has %j) is told apart before a key is made",
  async (has) => {
    stand({ has });
    expect((await started(makeWorld())).state.value).toEqual({ kind: "too_old" });
  },
);

test("case 11: where the browser dropped the book, the first screen knows what was not sent", async () => {
  stand({ kept: '{"lines":3,"photos":1}' });
  const { state } = await started(makeWorld());
  expect(state.value).toEqual({ kind: "unjoined", before: { lines: 3, photos: 1 } });
});

test.each(["", "{", "[]", "7", '{"lines":"3"}'])("case 11: a damaged mark (%s) is no mark", async (kept) => {
  stand({ kept });
  expect((await started(makeWorld())).state.value).toEqual({ kind: "unjoined", before: null });
});

test("case 10: data of a newer version are shown and exported, and nothing is written or sent", async () => {
  const { world, doc } = await used();
  await raise(world);
  const sent = vi.fn(world.fetch);
  const app = await started({ ...world, fetch: sent });
  expect(app.state.value).toEqual({ kind: "newer_data", found: SCHEMA + 3, known: SCHEMA });
  const file = await app.sync.exportUnsent();
  expect(file.ops).toBe(1);
  app.readNewer();
  expect(app.state.value).toEqual({ kind: "ready" });
  expect((await app.diary.detail(doc))?.values.note).toBe("Phun chiều");
  expect(await app.diary.void(doc, "x")).toEqual({ ok: false, problem: "read_only" });
  expect(await app.drafts.create({ form: "CT-10" })).toEqual({ ok: false, problem: "read_only" });
  await app.changeSettings({ language: "en" });
  await app.sync.now();
  expect(sent).not.toHaveBeenCalled();
  expect(app.state.value).toEqual({ kind: "ready" });
});

test("case 10: the floor under the tables lets no write through, whoever asks", async () => {
  const { world } = await used();
  await raise(world);
  const store = new Store(
    world,
    () => undefined,
    () => undefined,
  );
  const put = store.use((db) => db.meta.put({ key: "x", value: 1 }));
  await expect(put).rejects.toMatchObject({ problem: "newer_data" });
  await expect(store.use((db) => db.ops.clear())).rejects.toMatchObject({ problem: "newer_data" });
  expect(await store.use((db) => db.ops.count())).toBe(1);
  store.close();
});

test("a new version waits while something typed is open, and is taken when nothing is", async () => {
  const { world } = await used();
  const app = await started(world);
  const took = vi.fn();
  expect(app.updates.available.value).toBe(false);
  expect(await app.updates.apply()).toBe(false);
  app.updates.offer(took);
  expect(app.updates.available.value).toBe(true);
  const begun = await app.drafts.create({ form: "CT-10" });
  if (!begun.ok) throw new Error(begun.problem);
  app.drafts.keep(begun.draft.id, { values: { ...begun.draft.values, note: "đang ghi" }, focus: "note" });
  await app.drafts.flush();
  expect(app.updates.dirty.value).toBe(true);
  expect(await app.updates.apply()).toBe(false);
  expect(took).not.toHaveBeenCalled();
  app.drafts.keep(begun.draft.id, { focus: null });
  await app.drafts.flush();
  expect(await app.updates.apply()).toBe(true);
  expect(took).toHaveBeenCalledOnce();
});

test("settings are there after a restart", async () => {
  const { world } = await used();
  const app = await started(world);
  await app.changeSettings({ language: "en", wifiOnlyPhotos: true });
  app.stop();
  expect((await started(world)).settings.value).toMatchObject({ language: "en", wifiOnlyPhotos: true });
});

test("hiding the page keeps what is typed at once", async () => {
  const { world } = await used();
  const app = await started(world);
  const begun = await app.drafts.create({ form: "CT-10" });
  if (!begun.ok) throw new Error(begun.problem);
  app.drafts.keep(begun.draft.id, { values: { note: "nửa chừng" } });
  await app.hidden();
  const row = await new Store(world).use((db) => db.drafts.get(begun.draft.id));
  expect(row?.values.note).toBe("nửa chừng");
});
