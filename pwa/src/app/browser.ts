/** Where the page stands: what it can tell of the browser that it is in. */
import { channel } from "../net/browser_world.ts";
import type { World } from "../store/world.ts";
import type { AppState } from "./types.ts";

const IN_APP: readonly [RegExp, string][] = [
  [/Zalo/i, "Zalo"],
  [/FBAN|FBAV|FB_IAB/, "Facebook"],
  [/Instagram/, "Instagram"],
  [/\bLine\//, "Line"],
  [/; wv\)/, "WebView"],
];

/** What the diary can't do without: packing what it sends, voices of several windows in one order. */
const NEEDED = ["CompressionStream", "BroadcastChannel", "structuredClone"];

/**
 * The address that hands this place over to Chrome, the invitation with its secret.
 *
 * Android takes what stands behind the last `#` for the intent and the rest for the address, so a fragment before it
 * arrives (AOSP `Intent.parseUri`). Where an app cuts at the first one, the path still names the invitation, and its
 * code is asked for.
 */
function intentUrl(): string {
  const invite = /^#i=([0-9a-f-]{36})\.[A-Za-z0-9_-]{22}$/.exec(location.hash)?.[1];
  const path = invite === undefined ? location.pathname : `/i/${invite}${location.hash}`;
  const scheme = location.protocol.slice(0, -1);
  const back = encodeURIComponent(location.href);
  return `intent://${location.host}${path}#Intent;scheme=${scheme};package=com.android.chrome;S.browser_fallback_url=${back};end`;
}

/**
 * A private window has little room: less than this, or than the page's own memory (case 13).
 *
 * Today's Chromium reports the same room for both, so there a private window is not told apart.
 */
const PRIVATE_QUOTA_BYTES = 120_000_000;
const HEAP_BYTES_MAX = 1_000_000_000;

/** Safari's and Firefox's private windows have no file system of their own. */
const PRIVATE_ERRORS = new Set(["SecurityError", "UnknownError", "NotAllowedError"]);

async function hasNoFiles(): Promise<boolean> {
  const storage: unknown = Reflect.get(navigator, "storage");
  const open: unknown = Reflect.get(Object(storage), "getDirectory");
  if (typeof open !== "function") return false;
  try {
    await Reflect.apply(open, storage, []);
    return false;
  } catch (error) {
    return error instanceof Error && PRIVATE_ERRORS.has(error.name);
  }
}

/** Says whether what is written here would vanish with the window, as far as a browser lets that be known. */
export async function looksPrivate(world: World): Promise<boolean> {
  if (await hasNoFiles()) return true;
  const { quota } = await world.estimate();
  if (quota === null) return false;
  const memory: unknown = Reflect.get(globalThis.performance ?? {}, "memory");
  const heap: unknown =
    typeof memory === "object" && memory !== null ? Reflect.get(memory, "jsHeapSizeLimit") : 0;
  return quota < Math.max(PRIVATE_QUOTA_BYTES, typeof heap === "number" ? Math.min(heap, HEAP_BYTES_MAX) : 0);
}

/** A state that stops everything, or null where the diary may work. */
export function checkPlace(): AppState | null {
  const agent = navigator.userAgent;
  const found = IN_APP.find(([mark]) => mark.test(agent));
  if (found) {
    const system = /Android/.test(agent) ? "android" : /iPhone|iPad/.test(agent) ? "ios" : "other";
    return {
      kind: "in_app_browser",
      name: found[1],
      system,
      openUrl: system === "android" ? intentUrl() : null,
    };
  }
  if (!isSecureContext || typeof crypto.subtle === "undefined") return { kind: "insecure" };
  if (typeof indexedDB === "undefined") return { kind: "private_window" };
  const isOld = NEEDED.some((name) => !(name in globalThis));
  if (isOld || !("locks" in navigator) || !("serviceWorker" in navigator)) return { kind: "too_old" };
  return null;
}

/** Call back when another tab wrote, the page shows again, or the connection came back. */
export function listen(changed: () => void, woken: () => void, hidden: () => void): () => void {
  const seen = () => (document.visibilityState === "visible" ? woken() : hidden());
  channel?.addEventListener("message", changed);
  document.addEventListener("visibilitychange", seen);
  addEventListener("online", woken);
  addEventListener("pagehide", hidden);
  return () => {
    channel?.removeEventListener("message", changed);
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("online", woken);
    removeEventListener("pagehide", hidden);
  };
}
