/** A world for tests: a fresh fake IndexedDB, locks in order, time and randomness given, no network. */
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import type { World } from "../../../pwa/src/store/world.ts";

export function makeWorld(change: Partial<World> = {}): World {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    fetch: () => Promise.reject(new TypeError("no network")),
    now: () => 1_762_600_000_000,
    random: () => 0.5,
    crypto: globalThis.crypto,
    indexedDB: new IDBFactory(),
    keyRange: IDBKeyRange,
    lock: <T>(_name: string, work: () => Promise<T>): Promise<T | undefined> => {
      const next = tail.then(work);
      tail = next.catch(() => undefined);
      return next;
    },
    setTimer: () => () => undefined,
    estimate: async () => ({ usage: null, quota: null, persisted: null }),
    announce: () => undefined,
    onWifi: () => true,
    appVersion: "0.1.0",
    ...change,
  };
}
