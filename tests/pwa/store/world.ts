/** A world for tests: a fresh fake IndexedDB, locks by name, time and randomness given, no network. */
import { IDBFactory, IDBKeyRange } from "fake-indexeddb";
import type { World } from "../../../pwa/src/store/world.ts";

export const NOW = 1_762_600_000_000;

/** Web Locks as the browser has them: one holder a name, others wait in order or are told at once. */
export function makeLocks(): World["lock"] {
  const held = new Map<string, Promise<unknown>>();
  return async <T>(name: string, work: () => Promise<T>, ifFree = false): Promise<T | undefined> => {
    if (ifFree && held.has(name)) return undefined;
    const mine = (held.get(name) ?? Promise.resolve()).then(work);
    const done = mine.then(
      () => undefined,
      () => undefined,
    );
    held.set(name, done);
    try {
      return await mine;
    } finally {
      if (held.get(name) === done) held.delete(name);
    }
  };
}

export function makeWorld(change: Partial<World> = {}): World {
  return {
    fetch: () => Promise.reject(new TypeError("no network")),
    now: () => NOW,
    random: () => 0.5,
    crypto: globalThis.crypto,
    indexedDB: new IDBFactory(),
    keyRange: IDBKeyRange,
    lock: makeLocks(),
    setTimer: () => () => undefined,
    estimate: async () => ({ usage: null, quota: null, persisted: null }),
    announce: () => undefined,
    onWifi: () => true,
    appVersion: "0.1.0",
    ...change,
  };
}

/** Timers that run only when the test lets time pass. */
export class Timers {
  private due: { at: number; work: () => void }[] = [];
  at = 0;

  readonly set = (work: () => void, ms: number): (() => void) => {
    const timer = { at: this.at + ms, work };
    this.due.push(timer);
    return () => {
      this.due = this.due.filter((one) => one !== timer);
    };
  };
  /** How long until the next one, in ms. */
  get next(): number | null {
    return this.due.length === 0 ? null : Math.min(...this.due.map((one) => one.at)) - this.at;
  }
  pass(ms: number): void {
    this.at += ms;
    const ready = this.due.filter((one) => one.at <= this.at);
    this.due = this.due.filter((one) => one.at > this.at);
    for (const one of ready) one.work();
  }
}
