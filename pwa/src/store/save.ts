/**
 * Saving: one lock around `n`, and one strict transaction that adds ops, outbox rows and views.
 *
 * What is signed beforehand, on what is remembered, is written only where the transaction finds the same; else it is
 * read and signed anew.
 *
 * Resolves only after the transaction's `complete`. A retry of the caller makes new ops; a retry of sending never does.
 */
import { Refusal } from "../core/errors.ts";
import { b64Encode } from "../core/ids.ts";
import { parseCursor } from "../core/log.ts";
import { makeBody, makePrivate, message, opId, parseOp, privateHash } from "../core/ops.ts";
import type { Database, Store } from "./db.ts";
import { putViews, readOps } from "./fold.ts";
import type { IdentityRow, OpRow, Values } from "./rows.ts";
import { randomBytes } from "./world.ts";

export interface NewOp {
  scope: string;
  doc: string;
  after: readonly string[];
  set: Values;
  private: Values;
}
export type SaveOutcome = { ok: true } | { ok: false; problem: "too_large" | "bad_value" };

export const SAVE_LOCK = "so-nha-nong save";
const SIGN = { name: "ECDSA", hash: "SHA-256" };

export async function readMeta(db: Database, key: string): Promise<unknown> {
  return (await db.meta.get(key))?.value;
}
export async function originOf(db: Database): Promise<string> {
  const value = await readMeta(db, "origin");
  return typeof value === "string" ? value : "";
}

/** What the next ops of a device are made of: read once for a save, however many ops it has. */
interface Ground {
  device: string;
  origin: string;
  skew: number | null;
  /** Scope → the last `n` used there. */
  last: ReadonlyMap<string, number>;
  cursors: ReadonlyMap<string, string>;
}

/** The ground as it was after the last look: what is signed on it stands only where the transaction finds it so. */
const seen = new WeakMap<Store, Ground>();

/** The tables of `readGround`. */
const groundTables = (db: Database) => [db.meta, db.counters, db.scopes];

async function readGround(db: Database, device: string, scopes: readonly string[]): Promise<Ground> {
  const [[skew, origin], [counters, rows]] = await Promise.all([
    db.meta.bulkGet(["skew", "origin"]),
    readMoving(db, device, scopes),
  ]);
  return {
    device,
    origin: typeof origin?.value === "string" ? origin.value : "",
    skew: typeof skew?.value === "number" ? skew.value : null,
    last: new Map(scopes.map((scope, i) => [scope, counters[i]?.n ?? 0])),
    cursors: new Map(scopes.map((scope, i) => [scope, rows[i]?.cursor ?? "0"])),
  };
}

/** What of the ground moves: the numbers with each save, the cursors with each pull. */
const readMoving = (db: Database, device: string, scopes: readonly string[]) =>
  Promise.all([
    db.counters.bulkGet(scopes.map((scope): [string, string] => [device, scope])),
    db.scopes.bulkGet([...scopes]),
  ]);

/** Says whether the numbers and cursors are still those of a ground. */
async function isStill(db: Database, ground: Ground, scopes: readonly string[]): Promise<boolean> {
  const [counters, rows] = await readMoving(db, ground.device, scopes);
  return scopes.every(
    (scope, i) =>
      ground.last.get(scope) === (counters[i]?.n ?? 0) &&
      ground.cursors.get(scope) === (rows[i]?.cursor ?? "0"),
  );
}

/** Look at what the next save of a device in a scope stands on, while its form is filled in. */
export async function prepareSave(store: Store, device: string, scope: string): Promise<void> {
  const ground = await store.use((db) =>
    db.transaction("r", groundTables(db), () => readGround(db, device, [scope])),
  );
  seen.set(store, ground);
}

/** The rows of ops, signed on a ground, and the ground after them. */
interface Signed {
  rows: OpRow[];
  before: Ground;
  after: Ground;
}

async function signAll(
  store: Store,
  who: IdentityRow,
  before: Ground,
  fresh: readonly NewOp[],
): Promise<Signed | Refusal> {
  const last = new Map(before.last);
  const rows: OpRow[] = [];
  for (const one of fresh) {
    const n = (last.get(one.scope) ?? 0) + 1;
    const row = await sign(store, who, before, one, n);
    if (row instanceof Refusal) return row;
    last.set(one.scope, n);
    rows.push(row);
  }
  return { rows, before, after: { ...before, last } };
}

async function sign(store: Store, who: IdentityRow, ground: Ground, fresh: NewOp, n: number) {
  const { world } = store;
  const { origin, skew } = ground;
  const hasPrivate = Object.keys(fresh.private).length > 0;
  const part = hasPrivate ? makePrivate(randomBytes(world, 16), fresh.private) : null;
  const point = parseCursor(ground.cursors.get(fresh.scope) ?? "0");
  const body = makeBody({
    device: who.device,
    n,
    by: who.membership,
    scope: fresh.scope,
    doc: fresh.doc,
    after: [...fresh.after].sort(),
    recordedAt: world.now(),
    skew,
    anchor:
      point === null || point instanceof Refusal ? null : { seq: point.seq, digest: b64Encode(point.digest) },
    fields: fresh.set,
    private: part === null ? null : privateHash(origin, part),
  });
  const checked = parseOp(origin, body, part);
  if (checked instanceof Refusal) return checked;
  const signature = await world.crypto.subtle.sign(SIGN, who.privateKey, message(origin, body));
  const row: OpRow = {
    id: opId(origin, body),
    scope: fresh.scope,
    doc: fresh.doc,
    device: who.device,
    n,
    seq: null,
    receivedAt: null,
    digest: null,
    body,
    private: part,
    signature: b64Encode(new Uint8Array(signature)),
    state: "outbox",
    problem: null,
    tried: false,
  };
  return row;
}

interface How {
  /** Throws Moved where the ground moved; else only the numbers count, which the lock holds. */
  exactly: boolean;
  /** After a lost connection: its own rows may be there, and then it is done. */
  again: boolean;
}

/** Leaves the transaction: the ground is no longer the one that was signed on. */
class Moved extends Error {}

/**
 * Add what was signed, in one transaction: first it asks all that it has to know, then it writes, waiting for nothing
 * in between. Each question costs a slow phone some milliseconds.
 */
async function write(db: Database, signed: Signed, how: How, also: Also | undefined): Promise<void> {
  const { rows, before } = signed;
  const more = also ? [db.drafts, db.uploads, db.blobs, db.requests] : [];
  const tables = [...groundTables(db), db.ops, db.outbox, db.docs, ...more];
  await db.transaction("rw", tables, async () => {
    const scopes = [...new Set(rows.map((row) => row.scope))];
    const docs = new Map(rows.map((row) => [`${row.scope} ${row.doc}`, [row.scope, row.doc] as const]));
    const [there, still, held, against] = await Promise.all([
      how.again ? db.ops.bulkGet(rows.map((row) => row.id)) : [],
      how.exactly ? isStill(db, before, scopes) : true,
      readOps(db, [...docs.values()]),
      also?.check?.(db),
    ]);
    if (there.length > 0 && there.every((row) => row !== undefined)) return;
    if (against) throw against;
    if (!still) throw new Moved();
    const last = [...new Map(rows.map((row) => [row.scope, row])).values()];
    await Promise.all([
      db.ops.bulkAdd([...rows]),
      db.outbox.bulkAdd(rows.map(({ id, scope, device }) => ({ id, scope, device }))),
      db.counters.bulkPut(last.map(({ device, scope, n }) => ({ device, scope, n }))),
      putViews(
        db,
        before.origin,
        [...docs.values()].map(([scope, doc], i) => {
          const own = rows.filter((row) => row.scope === scope && row.doc === doc);
          return { scope, doc, rows: [...(held[i] ?? []), ...own] };
        }),
      ),
      also?.write(db, rows),
    ]);
  });
}

/** What a save does besides, in the same transaction: on drafts, photo rows, bytes, requests and meta. */
export interface Also {
  /** Reads; gives what stands against the save. */
  check?: (db: Database) => Promise<Error | null>;
  write: (db: Database, rows: readonly OpRow[]) => Promise<void>;
}

/** Sign and store ops of one person. */
export async function saveOps(
  store: Store,
  who: IdentityRow,
  fresh: readonly NewOp[],
  also?: Also,
): Promise<SaveOutcome> {
  const scopes = [...new Set(fresh.map((one) => one.scope))];
  const known = seen.get(store);
  const isKnown = known?.device === who.device && scopes.every((scope) => known.last.has(scope));
  // Signing needs no lock: on a ground that moved meanwhile it is done again, under it.
  const ahead = isKnown ? signAll(store, who, known, fresh) : null;
  ahead?.catch(() => undefined); // told where it is waited for
  const saved = await store.world.lock(SAVE_LOCK, async (): Promise<SaveOutcome> => {
    for (let signed = await ahead; ; signed = null) {
      const exactly = signed !== null;
      signed ??= await signAll(
        store,
        who,
        await store.use((db) =>
          db.transaction("r", groundTables(db), () => readGround(db, who.device, scopes)),
        ),
        fresh,
      );
      if (signed instanceof Refusal)
        return { ok: false, problem: signed.slug === "too_large" ? "too_large" : "bad_value" };
      const { after } = signed;
      try {
        let again = false;
        await store.use((db) => {
          const how = { exactly, again };
          again = true;
          return write(db, signed as Signed, how, also);
        });
      } catch (error) {
        seen.delete(store);
        if (exactly && isMoved(error)) continue;
        throw error;
      }
      seen.set(store, after);
      return { ok: true };
    }
  });
  if (saved === undefined) throw new Error("the save lock always waits");
  if (saved.ok) store.world.announce();
  return saved;
}

/** Dexie may wrap what ended a transaction. */
function isMoved(error: unknown): boolean {
  return error instanceof Moved || (error instanceof Error && Reflect.get(error, "inner") instanceof Moved);
}
