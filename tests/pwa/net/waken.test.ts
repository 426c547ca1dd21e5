import { IDBFactory } from "fake-indexeddb";
import { expect, test, vi } from "vitest";
import { NAME } from "../../../pwa/src/store/db.ts";

async function waken(factory: IDBFactory): Promise<void> {
  vi.stubGlobal("indexedDB", factory);
  vi.resetModules();
  await import("../../../pwa/src/net/waken.ts");
  vi.unstubAllGlobals();
}

/** Opens behind what was asked before; gives the version that it was. */
const open = (factory: IDBFactory, version: number) =>
  new Promise<number>((done, fail) => {
    const asked = factory.open(NAME, version);
    let before = version;
    asked.onupgradeneeded = (event) => {
      before = event.oldVersion;
    };
    asked.onblocked = () => fail(new Error("blocked"));
    asked.onsuccess = () => {
      asked.result.close();
      done(before);
    };
  });

test("waking a database that is not there makes none", async () => {
  const factory = new IDBFactory();
  await waken(factory);
  expect(await open(factory, 20)).toBe(0);
});

test("waking a database leaves its version and stands in the way of no newer one", async () => {
  const factory = new IDBFactory();
  await open(factory, 20);
  await waken(factory);
  expect(await open(factory, 30)).toBe(20);
});
