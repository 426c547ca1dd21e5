/**
 * The service worker: keeps the shell on the phone, and sends what waits when no page is open.
 *
 * Precached by content hash; `/` and `/i/…` answer with the shell; the API, the console and the trace pages are
 * never touched. A new version waits until the page says `take-over`, which it does when the person agreed and no
 * form is dirty. A push holds nothing: it shows one sentence, and what is new is fetched meanwhile. `/sw-version.json` is the way out of a broken release (fault case 22). The diary's database is
 * opened only when the browser says that there is coverage again: by the page's own engine, under its lock.
 */
/// <reference lib="webworker" />

import type { PrecacheEntry } from "workbox-precaching";
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { sendAsleep } from "../engine/asleep.ts";
import { browserWorld } from "../net/browser_world.ts";
import { isBrokenRelease, isTakeOver, REMINDER, SYNC_TAG } from "./messages.ts";

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

self.addEventListener("push", (event) => {
  // What went wrong with fetching is tried again by the app; the sentence is shown all the same.
  const fetched = sendAsleep(browserWorld()).catch(() => undefined);
  event.waitUntil(Promise.all([remind(), fetched]));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openBook());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim().then(heal));
});

/** Show the one sentence, in the place of an older one; none to somebody who has the book before him. */
async function remind(): Promise<void> {
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (open.some((one) => one.visibilityState === "visible")) return;
  const { title, body } = REMINDER;
  await self.registration.showNotification(title, { body, lang: "vi", tag: "book", icon: "/icon-192.png" });
}

/** The page that is there already comes to the front, as it was left. */
async function openBook(): Promise<void> {
  const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  await (open === undefined ? self.clients.openWindow("/") : open.focus());
}

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
