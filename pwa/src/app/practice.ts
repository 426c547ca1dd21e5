/**
 * Tập ghi thử: a made-up household in a database of its own, and a world without a network.
 *
 * The app on it is the real one; what it writes is signed by a key that nobody knows, for a log that is nowhere, and
 * nothing of it is sent: this world reaches no server, and the app of such a world never begins to send.
 */
import Dexie from "dexie";
import { addDays, msToDate } from "../core/civil.ts";
import { b64Encode, makeUuid7 } from "../core/ids.ts";
import { makeKey } from "../core/signing.ts";
import { Store } from "../store/db.ts";
import type { IdentityRow, Values } from "../store/rows.ts";
import { type NewOp, saveOps } from "../store/save.ts";
import { randomBytes, type World } from "../store/world.ts";

export const PRACTICE = "so-nha-nong-tap-ghi";
const ORIGIN = "tap-ghi/khong-gui";

/** What the made-up household is called, in the reader's language. */
export interface PracticeNames {
  readonly person: string;
  readonly farm: string;
  readonly village: string;
  readonly field: string;
  readonly pond: string;
}

/** A world that reaches nobody, on a database of its own. */
export function practiceWorld(base: World): World {
  return {
    ...base,
    practice: PRACTICE,
    fetch: () => Promise.reject(new TypeError("practice reaches nobody")),
    lock: (name, work, ifFree) => base.lock(`${PRACTICE} ${name}`, work, ifFree),
    announce: () => undefined,
  };
}

/** Forget what was practised; nothing else is touched. */
export async function forgetPractice(world: World): Promise<void> {
  await new Dexie(PRACTICE, { indexedDB: world.indexedDB, IDBKeyRange: world.keyRange }).delete();
}

/** Make the household anew. `lists`: products and villages of the real snapshot, which are no secret. */
export async function furnish(
  world: World,
  names: PracticeNames,
  lists: { readonly products: readonly unknown[] },
): Promise<void> {
  await forgetPractice(world);
  const store = new Store(world);
  const now = world.now();
  const id = () => makeUuid7(now, randomBytes(world, 10));
  const farm = id();
  const scope = `farm:${farm}`;
  const who = await identityOf(world, names, id());
  const village = id();
  const reference = {
    me: { role: "owner", farm, name: names.person, membership: who.membership },
    farms: [{ id: farm, name: names.farm, code: "TẬP", village, demo: true }],
    villages: [{ id: village, name: names.village }],
    products: lists.products,
  } as unknown as Values;
  await store.use((db) =>
    db.transaction("rw", [db.meta, db.identities, db.access], async () => {
      await db.meta.bulkPut([
        { key: "origin", value: ORIGIN },
        { key: `reference ${who.device}`, value: reference },
      ]);
      await db.identities.put(who);
      await db.access.put({ device: who.device, scope, write: true });
    }),
  );
  const saved = await saveOps(store, who, booksOf(scope, id, String(msToDate(now)), names));
  // The household was there before: nothing of it waits to be sent.
  await store.use((db) =>
    db.transaction("rw", [db.ops, db.outbox, db.docs], async () => {
      await db.outbox.clear();
      await db.ops.toCollection().modify({ state: "sent" });
      await db.docs.toCollection().modify({ state: "sent" });
    }),
  );
  store.close();
  if (!saved.ok) throw new Error(saved.problem);
}

async function identityOf(world: World, names: PracticeNames, org: string): Promise<IdentityRow> {
  const key = await makeKey(world.crypto.subtle);
  return {
    device: key.device,
    privateKey: key.privateKey,
    public: b64Encode(key.public),
    name: names.person,
    village: names.village,
    membership: makeUuid7(world.now(), randomBytes(world, 10)),
    org: `org:${org}`,
    orgName: names.farm,
    confirmed: true,
    revoked: false,
    copied: false,
    access: "",
    own: [],
    me: "",
  };
}

/** Two places, a season on each, and what was done yesterday. */
function booksOf(scope: string, id: () => string, today: string, names: PracticeNames): NewOp[] {
  const op = (type: string, set: Values): NewOp => ({
    scope,
    doc: `${type}:${id()}`,
    after: [],
    set,
    private: {},
  });
  const field = op("plot", { kind: "field", name: names.field, area: { amount: "3", unit: "sao" } });
  const pond = op("plot", { kind: "pond", name: names.pond, area: { amount: "2", unit: "sao" } });
  const began = String(addDays(today, -40));
  const season = (product: string, name: string, sector: string, plot: string) =>
    op("season", {
      sector,
      product,
      product_name: name,
      plots: [plot],
      started_on: began,
      standard: "vietgap",
    });
  return [
    field,
    pond,
    season("rice", "Lúa", "crop", field.doc),
    season("", "Cá chép", "aquaculture", pond.doc),
  ];
}
