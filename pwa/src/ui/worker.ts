/**
 * The page's side of the service worker: register it, offer a waiting version, reload once it took over, and heal.
 *
 * A new version never takes over by itself: `offer` gives the app what the person's tap runs. When the shell is
 * broken (the server's `/sw-version.json` names this version) caches and worker go and the page loads anew; the
 * diary's database is not touched.
 */
import { effect } from "@preact/signals";
import type { App } from "../app/types.ts";
import { scriptUrl } from "../shared/trusted.ts";
import { isBrokenRelease, SYNC_TAG } from "../sw/messages.ts";

interface SyncManager {
  register(tag: string): Promise<void>;
}

const isSyncManager = (x: unknown): x is SyncManager =>
  typeof x === "object" && x !== null && "register" in x;

export async function startWorker(app: App): Promise<void> {
  const workers = navigator.serviceWorker;
  if (workers === undefined || !import.meta.env.PROD) return;
  await heal();
  let asked = false;
  workers.addEventListener("controllerchange", () => {
    if (asked) location.reload();
  });
  // The address has passed the policy; the library's type knows only text.
  const address = scriptUrl("/sw.js") as string;
  const registration = await workers.register(address, { scope: "/", updateViaCache: "none" });
  const offer = (waiting: ServiceWorker) =>
    app.updates.offer(() => {
      asked = true;
      waiting.postMessage({ kind: "take-over" });
    });
  if (registration.waiting !== null && workers.controller !== null) offer(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => {
      if (coming.state === "installed" && workers.controller !== null) offer(coming);
    });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void registration.update().catch(() => undefined);
    else void askSync(app, registration);
  });
  // A page that is killed says no more: it asks as soon as an attempt to send found no way.
  effect(() => {
    if (app.sync.status.value.connection === "offline") void askSync(app, registration);
  });
}

/** Something is unsent: ask the browser to wake the worker with coverage (Chromium only, no promise). */
async function askSync(app: App, registration: ServiceWorkerRegistration): Promise<void> {
  const { waitingOps, waitingPhotos } = app.sync.status.value;
  const sync: unknown = Reflect.get(registration, "sync");
  if (waitingOps + waitingPhotos > 0 && isSyncManager(sync))
    await sync.register(SYNC_TAG).catch(() => undefined);
}

async function heal(): Promise<void> {
  try {
    const answer = await fetch("/sw-version.json", { cache: "no-store" });
    if (!answer.ok || !isBrokenRelease(await answer.json(), __APP_VERSION__)) return;
  } catch {
    return; // offline or not our server
  }
  const had = await navigator.serviceWorker.getRegistrations();
  if (had.length === 0) return;
  for (const name of await caches.keys()) await caches.delete(name);
  for (const one of had) await one.unregister();
  location.reload();
}
