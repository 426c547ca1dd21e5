/**
 * The service worker: keeps the shell on the phone, and sends what waits when no page is open.
 *
 * Precached by content hash; `/` and `/i/…` answer with the shell; the API, the console and the trace pages are
 * never touched. A new version waits until the page says `take-over`, which it does when the person agreed and no
 * form is dirty. `/sw-version.json` is the way out of a broken release (fault case 22). The diary's database is
 * opened only when the browser says that there is coverage again: by the page's own engine, under its lock.
 */
/// <reference lib="webworker" />

import type { PrecacheEntry } from "workbox-precaching";
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { sendAsleep } from "../engine/asleep.ts";
import { browserWorld } from "../net/browser_world.ts";
import { isBrokenRelease, isTakeOver, SYNC_TAG } from "./messages.ts";

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] };

interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

declare const __APP_VERSION__: string;

precacheAndRoute(self.__WB_MANIFEST, { directoryIndex: "index.html", cleanURLs: false });
cleanupOutdatedCaches();
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/index.html"), { allowlist: [/^\/$/, /^\/i\/[^/]+$/] }),
);

self.addEventListener("message", (event) => {
  // Only a page of ours may ask, and only for this (ASVS 3.5.5).
  if (event.origin !== self.location.origin || !isTakeOver(event.data)) return;
  event.waitUntil(self.skipWaiting());
});

self.addEventListener("sync", (event) => {
  const asked = event as SyncEvent;
  if (asked.tag === SYNC_TAG) asked.waitUntil(sendAsleep(browserWorld()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim().then(heal));
});

/** Drop the shell's caches when the server says that this version is broken; the diary's data are not in them. */
async function heal(): Promise<void> {
  try {
    const answer = await fetch("/sw-version.json", { cache: "no-store" });
    if (!answer.ok || !isBrokenRelease(await answer.json(), __APP_VERSION__)) return;
  } catch {
    return; // offline, or not our server: the shell stands
  }
  for (const name of await caches.keys()) await caches.delete(name);
  await self.registration.unregister();
}
