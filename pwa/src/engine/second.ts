/**
 * A new key for a phone whose key is in two places (a cloned profile, a restored backup).
 *
 * It joins a second time on the same invitation and goes on recording at once; a person lets it in. What the
 * old key wrote stays as it is, and the old identity stays for sending what it still has (PROTOCOL §11, §14).
 */
import { Refusal } from "../core/errors.ts";
import { b64Encode } from "../core/ids.ts";
import { PARENTS_MAX } from "../core/limits.ts";
import { makeBody, message, type Op, parseOp } from "../core/ops.ts";
import { makeKey } from "../core/signing.ts";
import { call } from "../net/api.ts";
import { ownTexts, type Sessions } from "../net/session.ts";
import { joinKey, keepOwn } from "../store/carried.ts";
import type { Database, Store } from "../store/db.ts";
import type { IdentityRow } from "../store/rows.ts";
import { SAVE_LOCK } from "../store/save.ts";

/** How often the server is asked whether a person let the new key in. */
const ASK_AGAIN_MS = 10 * 60_000;
const SIGN = { name: "ECDSA", hash: "SHA-256" };

interface Ground {
  join: Op;
  after: string[];
}

/** The own join, and the newest ops of the device document as far as they are known here. */
function groundOf(origin: string, who: IdentityRow): Ground | null {
  const ops = who.own.flatMap((one) => {
    const op = parseOp(origin, one.body, one.private);
    return op instanceof Refusal ? [] : [op];
  });
  const join = ops.find((op) => op.device === who.device && joinKey(op) !== null);
  if (!join || (typeof join.fields.secret !== "string" && who.code === undefined)) return null;
  const named = new Set(ops.flatMap((op) => op.after));
  const after = ops.map((op) => op.id).filter((id) => !named.has(id));
  return { join, after: after.sort().slice(0, PARENTS_MAX) };
}

async function makeSuccessor(
  store: Store,
  origin: string,
  old: IdentityRow,
  ground: Ground,
): Promise<IdentityRow> {
  const { world } = store;
  const key = await makeKey(world.crypto.subtle);
  const { join } = ground;
  const { secret, label } = join.fields;
  const body = makeBody({
    device: key.device,
    n: 1,
    by: join.by,
    scope: join.scope,
    doc: join.doc,
    after: ground.after,
    recordedAt: world.now(),
    fields: {
      key: b64Encode(key.public),
      ...(typeof secret === "string" ? { secret } : {}),
      label: label ?? "",
    },
  });
  const signed = await world.crypto.subtle.sign(SIGN, key.privateKey, message(origin, body));
  const signature = b64Encode(new Uint8Array(signed));
  return {
    ...old,
    device: key.device,
    privateKey: key.privateKey,
    public: b64Encode(key.public),
    confirmed: false,
    copied: false,
    access: "",
    own: [...old.own, { body, private: null, signature }],
    joining: { body, signature, askedAt: null, problem: null },
  };
}

/** Put the new identity in the place of the old one: its rights until it has its own, its drafts, its choices. */
async function replace(db: Database, old: IdentityRow, fresh: IdentityRow): Promise<void> {
  const tables = [db.identities, db.access, db.drafts, db.meta, db.counters, db.keys];
  await db.transaction("rw", tables, async () => {
    await db.identities.update(old.device, { successor: fresh.device });
    await db.identities.put(fresh);
    await db.keys.put({ device: fresh.device, key: fresh.public });
    await db.counters.put({ device: fresh.device, scope: fresh.org, n: 1 });
    const access = await db.access.where("device").equals(old.device).toArray();
    await db.access.bulkPut(access.map((row) => ({ ...row, device: fresh.device })));
    await db.drafts.where("device").equals(old.device).modify({ device: fresh.device });
    const farm = await db.meta.get(`farm ${old.device}`);
    if (farm) await db.meta.put({ key: `farm ${fresh.device}`, value: farm.value });
    const names = await db.meta.get(`reference ${old.device}`);
    if (names) await db.meta.put({ key: `reference ${fresh.device}`, value: names.value });
    const current = await db.meta.get("current");
    if (current?.value === old.device) await db.meta.put({ key: "current", value: fresh.device });
  });
}

/** Whether an identity has come to its end: its key is in two places, or a person did not let it in. */
export function isSpent(who: IdentityRow): boolean {
  return who.copied || (who.joining !== undefined && who.joining.problem !== null);
}
const isGood = (who: IdentityRow): boolean => !isSpent(who) && !who.revoked && who.successor === undefined;

/**
 * Give a spent identity its successor: one that the person joined with since, or a new key made here.
 *
 * Null where the phone can't join by itself: it came by a code that it does not hold. A person invites it anew.
 */
export async function succeed(store: Store, origin: string, old: IdentityRow): Promise<IdentityRow | null> {
  const made = await store.world.lock(SAVE_LOCK, async () => {
    const people = await store.use((db) => db.identities.toArray());
    const now = people.find((row) => row.device === old.device);
    if (!now || now.successor !== undefined) return null;
    const other = people.find((row) => row.membership === old.membership && isGood(row));
    if (other) {
      await store.use((db) => db.identities.update(old.device, { successor: other.device }));
      return null;
    }
    const ground = now.joining ? null : groundOf(origin, now);
    if (ground === null) return null;
    const fresh = await makeSuccessor(store, origin, now, ground);
    await store.use((db) => replace(db, now, fresh));
    return fresh;
  });
  if (made) store.world.announce();
  return made ?? null;
}

/** Send the second join, the same bytes each time, until a person decided. True: it is in, and has a session. */
export async function askToJoin(
  store: Store,
  sessions: Sessions,
  origin: string,
  who: IdentityRow,
  isTap: boolean,
): Promise<boolean> {
  const { joining } = who;
  const now = store.world.now();
  if (!joining || joining.problem !== null) return false;
  const isEarly = joining.askedAt !== null && Math.abs(now - joining.askedAt) < ASK_AGAIN_MS;
  if (isEarly && !isTap) return false;
  const { body, signature } = joining;
  const code = who.code === undefined ? {} : { code: who.code };
  const reply = await call(store.world, "/api/v1/device/join", { body, signature, key: who.public, ...code });
  if (reply.kind === "problem" && (reply.status === 429 || reply.status >= 500)) return false;
  if (reply.kind === "problem") {
    await store.use((db) =>
      db.identities.update(who.device, { joining: { ...joining, problem: reply.slug } }),
    );
    return false;
  }
  if (reply.kind !== "ok") return false;
  const result: unknown = Reflect.get(Object(reply.data), "result");
  if (result !== "accepted" && result !== "already") {
    await store.use((db) => db.identities.update(who.device, { joining: { ...joining, askedAt: now } }));
    return false;
  }
  await keepOwnOf(store, origin, who.device, reply.data);
  sessions.remember(who.device, reply.data);
  return true;
}

async function keepOwnOf(store: Store, origin: string, device: string, data: unknown): Promise<void> {
  await store.use(async (db) => {
    await keepOwn(db, origin, device, ownTexts(data));
    await db.identities
      .where("device")
      .equals(device)
      .modify((row) => {
        delete row.joining;
        row.confirmed = true;
      });
  });
}
