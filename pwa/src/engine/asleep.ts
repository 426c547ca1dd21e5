/**
 * Sending with no page open: the page's own engine, run once by the service worker when the browser wakes it.
 *
 * Chromium alone wakes it, without any promise on time: a bonus, the next start of the app sends too. One runner
 * at a time: where a page is sending it holds the lock, and the worker leaves it alone.
 */
import { Store, StoreError } from "../store/db.ts";
import type { World } from "../store/world.ts";
import { type Connection, Engine } from "./sync.ts";

/** Ends that trying again soon does not change. */
const DONE: ReadonlySet<Connection> = new Set(["idle", "revoked", "update_needed"]);

/** Resolves when nothing has to be tried again; rejects where the browser should wake us once more. */
export async function sendAsleep(outside: World): Promise<void> {
  let isElsewhere = false;
  const world: World = {
    ...outside,
    lock: async (name, work, ifFree) => {
      const got = await outside.lock(name, work, ifFree);
      isElsewhere ||= ifFree === true && got === undefined;
      return got;
    },
  };
  const store = new Store(world);
  const end: { state: Connection } = { state: "idle" };
  try {
    const wifiOnly = (await store.use((db) => db.meta.get("settings")))?.value;
    const events = {
      connection: (state: Connection) => {
        end.state = state;
      },
      changed: world.announce,
      done: () => undefined,
      mismatch: () => undefined,
      nextAttempt: () => undefined,
    };
    const engine = new Engine(store, events, () => !isWifiOnly(wifiOnly) || world.onWifi());
    await engine.kick();
    engine.stop();
    world.announce();
    if (isElsewhere || DONE.has(end.state)) return;
    throw new Error(`not sent: ${end.state}`);
  } catch (error) {
    // Data of a newer version are a newer worker's to send.
    if (!(error instanceof StoreError && error.problem === "newer_data")) throw error;
  } finally {
    store.close();
  }
}

const isWifiOnly = (settings: unknown): boolean =>
  typeof settings === "object" && settings !== null && Reflect.get(settings, "wifiOnlyPhotos") === true;
