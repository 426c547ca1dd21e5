/** The real world of a page or a service worker: the floors below the app touch globals here alone. */
import type { World } from "../store/world.ts";

declare const __APP_VERSION__: string;

/** One for both directions: what this page tells the others does not come back to itself. */
export const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("so-nha-nong");

export function browserWorld(): World {
  return {
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    random: () => Math.random(),
    crypto,
    indexedDB,
    keyRange: IDBKeyRange,
    lock: async (name, work, ifFree = false) =>
      navigator.locks.request(name, { ifAvailable: ifFree }, async (held) =>
        held === null ? undefined : work(),
      ),
    setTimer: (work, ms) => {
      const id = setTimeout(work, ms);
      return () => clearTimeout(id);
    },
    estimate: async () => {
      const room = await navigator.storage?.estimate?.();
      const persisted = await navigator.storage?.persisted?.();
      return { usage: room?.usage ?? null, quota: room?.quota ?? null, persisted: persisted ?? null };
    },
    announce: () => channel?.postMessage("changed"),
    onWifi: () => {
      const link: unknown = Reflect.get(navigator, "connection");
      const type: unknown = typeof link === "object" && link !== null ? Reflect.get(link, "type") : undefined;
      return type === undefined || type === "wifi" || type === "ethernet";
    },
    appVersion: __APP_VERSION__,
  };
}
