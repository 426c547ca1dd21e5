/** What goes beside ops: requests for rows, the snapshot of names, the own device document after a restore. */
import { Refusal } from "../core/errors.ts";
import { b64Decode, keyToDevice } from "../core/ids.ts";
import { isHelper } from "../core/rights.ts";
import { call, type Reply } from "../net/api.ts";
import { toSent, toTouches } from "../net/session.ts";
import type { Store } from "../store/db.ts";
import { householdsKey } from "../store/households.ts";
import { listsKey, listsVersionKey } from "../store/lists.ts";
import { newsKey } from "../store/news.ts";
import { dueRequests, requestLine, takeOutcome } from "../store/requests.ts";
import type { IdentityRow, KeyRow, RequestRow } from "../store/rows.ts";
import { sensorsKey } from "../store/sensing.ts";
import { tillKey } from "../store/till.ts";

const member = (x: unknown, name: string): unknown =>
  typeof x === "object" && x !== null ? Reflect.get(x, name) : undefined;

async function ask(store: Store, token: string, rows: readonly RequestRow[]): Promise<Reply> {
  const reply = await call(store.world, "/api/v1/requests", { requests: rows.map(requestLine) }, token);
  if (reply.kind !== "ok") return reply;
  const results = member(reply.data, "results");
  if (!Array.isArray(results) || results.length !== rows.length) return { kind: "not_our_server" };
  const now = store.world.now();
  await store.use((db) =>
    db.transaction("rw", db.requests, async () => {
      for (const [i, row] of rows.entries()) await takeOutcome(db, row.id, results[i], now);
    }),
  );
  return reply;
}

/** Ask for the rows that wait; null where nothing stands in the way of going on. */
export async function sendRequests(store: Store, who: IdentityRow, token: string): Promise<Reply | null> {
  const rows = await store.use((db) => dueRequests(db, who.device, store.world.now()));
  if (rows.length === 0) return null;
  const reply = await ask(store, token, rows);
  if (reply.kind !== "problem" || reply.status !== 409) return reply.kind === "ok" ? null : reply;
  // One of them was asked before with other values: each by itself, so that one never decides another's fate.
  for (const row of rows) {
    const single = await ask(store, token, [row]);
    if (single.kind === "problem" && single.status === 409) {
      const outcome = { result: "refused", reason: "request_reused" };
      await store.use((db) => takeOutcome(db, row.id, outcome, store.world.now()));
    } else if (single.kind !== "ok") return single;
  }
  return null;
}

/** The keys of those who write in our books: whoever brings their ops back after a restore names them. */
function keysIn(data: unknown): KeyRow[] {
  return Object.entries(Object(member(data, "keys")) as object).flatMap(
    ([device, key]: [string, unknown]) => {
      const bytes = typeof key === "string" ? b64Decode(key) : null;
      const isKey = bytes !== null && !(bytes instanceof Refusal) && keyToDevice(bytes) === device;
      return isKey && typeof key === "string" ? [{ device, key }] : [];
    },
  );
}

/** The snapshot of names and lists; not worth failing a run for. True: something in it is new. */
export async function fetchReference(store: Store, who: IdentityRow, token: string): Promise<boolean> {
  const slot = `reference ${who.device}`;
  const tag = await store.use((db) => db.meta.get(`tag ${who.device}`));
  const known = typeof tag?.value === "string" ? tag.value : null;
  const reply = await call(store.world, "/api/v1/reference", null, token, undefined, known);
  if (reply.kind !== "ok" || typeof reply.data !== "object" || reply.data === null) return false;
  const me = member(reply.data, "me");
  const fresh = { confirmed: member(me, "state") === "confirmed" };
  await store.use((db) =>
    db.transaction("rw", db.meta, db.identities, db.keys, async () => {
      await db.keys.bulkPut(keysIn(reply.data));
      await db.meta.put({ key: slot, value: reply.data });
      await db.meta.put({ key: `tag ${who.device}`, value: reply.tag });
      const copied = member(me, "copied") === true ? { copied: true } : {};
      await db.identities.update(who.device, { ...fresh, ...copied });
    }),
  );
  return true;
}

/** The reference lists, where the snapshot names others than those kept; the old ones stay until the new are here. */
export async function fetchLists(store: Store, who: IdentityRow, token: string): Promise<boolean> {
  const key = listsVersionKey(who.org);
  const [names, kept] = await store.use((db) => db.meta.bulkGet([`reference ${who.device}`, key]));
  const version = member(member(names?.value, "lists"), "version");
  if (typeof version !== "string" || version === kept?.value) return false;
  const reply = await call(store.world, "/api/v1/lists", null, token);
  if (reply.kind !== "ok" || member(reply.data, "shape") !== 1) return false;
  const found = member(reply.data, "version");
  await store.use((db) =>
    db.meta.bulkPut([
      { key: listsKey(who.org), value: reply.data },
      { key, value: found },
    ]),
  );
  return true;
}

/** A helper's households. */
export const fetchHouseholds = (store: Store, who: IdentityRow, token: string): Promise<boolean> =>
  fetchKept(store, token, "households", householdsKey(who.device));

/** What the person is told: bulletins, prices, answers to proposals. */
export const fetchNews = (store: Store, who: IdentityRow, token: string): Promise<boolean> =>
  fetchKept(store, token, "bulletins", newsKey(who.device));

/** Points, accounts and sales, or a household's own; not worth failing a run for. */
export const fetchTill = (store: Store, who: IdentityRow, token: string): Promise<boolean> =>
  fetchKept(store, token, "till", tillKey(who.device));

/** What the sensors of the farms measured last. */
export const fetchSensors = (store: Store, who: IdentityRow, token: string): Promise<boolean> =>
  fetchKept(store, token, "sensors", sensorsKey(who.device));

/**
 * A snapshot with an ETag, kept in `meta`; not worth failing a run for. True: something in it is new.
 *
 * `at` is set anew even where nothing changed: what was asked for before is known to the server by now.
 */
async function fetchKept(store: Store, token: string, name: string, key: string): Promise<boolean> {
  const kept = (await store.use((db) => db.meta.get(key)))?.value;
  const tag = member(kept, "tag");
  const at = store.world.now();
  const known = typeof tag === "string" ? tag : null;
  const reply = await call(store.world, `/api/v1/${name}`, null, token, undefined, known);
  if (reply.kind !== "ok" && reply.kind !== "unchanged") return false;
  const value = reply.kind === "ok" ? { at, tag: reply.tag, data: reply.data } : { ...Object(kept), at };
  await store.use((db) => db.meta.put({ key, value }));
  return reply.kind === "ok";
}

/** Says whether the device is of somebody who helps households, by the snapshot it has: others get no list. */
export async function isHelping(store: Store, device: string): Promise<boolean> {
  const kept = await store.use((db) => db.meta.get(`reference ${device}`));
  const role = member(member(kept?.value, "me"), "role");
  return typeof role === "string" && isHelper(role);
}

/** After a restore: the own documents, as ops like any other. Done when none of them has to wait. */
export async function handIn(store: Store, who: IdentityRow, token: string): Promise<void> {
  const keys = await store.use((db) => db.keys.toArray());
  const request = {
    cursors: {},
    ops: who.own.map(toSent),
    keys: Object.fromEntries(keys.slice(0, 100).map((row) => [row.device, row.key])),
    access: who.access,
    ...toTouches(who),
  };
  const reply = await call(store.world, "/api/v1/sync", request, token);
  const results = reply.kind === "ok" ? member(reply.data, "results") : null;
  if (!Array.isArray(results) || results.some((one: unknown) => member(one, "result") === "later")) return;
  await store.use((db) => db.identities.update(who.device, { handIn: 0 }));
}
