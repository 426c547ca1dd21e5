/**
 * The browser's own part of being woken: its permission, and its subscription at its push service.
 *
 * Messages hold nothing, so the keys of a subscription are never asked for. Source: W3C Push API; RFC 8292.
 */
import { b64Decode, b64Encode } from "../core/ids.ts";

/** Whether this browser can be woken, and whether the person lets it. */
export type Permission = "none" | "denied" | "default" | "granted";

export interface Waker {
  permission(): Promise<Permission>;
  /** Ask the person, once per tap. */
  ask(): Promise<Permission>;
  /** The address at which this browser is woken by the holder of a key; null: it can't be had now. */
  subscribe(key: string): Promise<string | null>;
  /** Never to be woken again. */
  drop(): Promise<void>;
}

async function manager(): Promise<PushManager | null> {
  if (typeof Notification === "undefined" || !("serviceWorker" in navigator)) return null;
  // Not `ready`: where no worker is registered it waits for ever.
  const registration = await navigator.serviceWorker.getRegistration();
  return registration?.pushManager ?? null;
}

export function browserWaker(): Waker {
  return {
    permission: async () => ((await manager()) === null ? "none" : Notification.permission),
    ask: async () => ((await manager()) === null ? "none" : Notification.requestPermission()),
    async subscribe(key) {
      const bytes = b64Decode(key);
      const push = await manager();
      if (push === null || !(bytes instanceof Uint8Array)) return null;
      try {
        const held = await push.getSubscription();
        const of = held?.options.applicationServerKey ?? null;
        if (held !== null && of !== null && b64Encode(new Uint8Array(of)) === key) return held.endpoint;
        await held?.unsubscribe(); // of a key that the server has no more
        return (await push.subscribe({ userVisibleOnly: true, applicationServerKey: bytes })).endpoint;
      } catch {
        return null; // the browser's push service is away, or the person said no meanwhile
      }
    },
    async drop() {
      const push = await manager();
      await (await push?.getSubscription())?.unsubscribe();
    },
  };
}
