/**
 * Saving: one strict transaction that adds ops, outbox rows and views, and proves that `n` is the next number.
 *
 * What is signed beforehand, on what is remembered, is written only where the transaction finds the same; else it is
 * read and signed anew, under a lock, so that several who have to do so don't disturb each other. The transaction and
 * not the lock keeps two ops from one number: asking for a lock costs a slow phone more than the write itself.
 *
 * Resolves only after the transaction's `complete`. A retry of the caller makes new ops; a retry of sending never does.
 */
import { Refusal } from "../core/errors.ts";
import { b64Encode } from "../core/ids.ts";
import { parseCursor } from "../core/log.ts";
import { makeBody, makePrivate, message, parseOp, privateHash } from "../core/ops.ts";
import type { Database, Store } from "./db.ts";
import { type DocKey, noteParsed, putViews, readOps } from "./fold.ts";
import type { IdentityRow, OpRow, Values } from "./rows.ts";
import { VERIFIED, type Verified } from "./tree.ts";
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
  /** Size and root of the newest checkpoint that was verified. */
  tree: Verified | undefined;
  /** Scope → the last `n` used there. */
  last: ReadonlyMap<string, number>;
  cursors: ReadonlyMap<string, string>;
}

/** The ground as it was after the last look: what is signed on it stands only where the transaction finds it so. */
const seen = new WeakMap<Store, Ground>();

/** The tables of `readGround`. */
const groundTables = (db: Database) => [db.meta, db.counters, db.scopes];

async function readGround(db: Database, device: string, scopes: readonly string[]): Promise<Ground> {
  const [[skew, origin, tree], [counters, rows]] = await Promise.all([
    db.meta.bulkGet(["skew", "origin", VERIFIED]),
    readMoving(db, device, scopes),
  ]);
  return {
    device,
    origin: typeof origin?.value === "string" ? origin.value : "",
    skew: typeof skew?.value === "number" ? skew.value : null,
    tree: tree?.value as Verified | undefined,
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

/** Says whether the numbers are still those of a ground, and where it counts the cursors. */
const isStill = (db: Database, ground: Ground, scopes: readonly string[], exactly: boolean) =>
  readMoving(db, ground.device, scopes).then(([counters, rows]) =>
    scopes.every(
      (scope, i) =>
        ground.last.get(scope) === (counters[i]?.n ?? 0) &&
        (!exactly || ground.cursors.get(scope) === (rows[i]?.cursor ?? "0")),
    ),
  );

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
  /** All of it are first ops of new documents: nothing of them is on the phone. */
  isNew: boolean;
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
  const isNew = fresh.every((one) => one.after.length === 0);
  return { rows, isNew, before, after: { ...before, last } };
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
      point === null || point instanceof Refusal
        ? null
        : { seq: point.seq, digest: b64Encode(point.digest), ...ground.tree },
    fields: fresh.set,
    private: part === null ? null : privateHash(origin, part),
  });
  const checked = parseOp(origin, body, part);
  if (checked instanceof Refusal) return checked;
  const signature = await world.crypto.subtle.sign(SIGN, who.privateKey, message(origin, body));
  const row: OpRow = {
    id: checked.id,
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
  noteParsed(row, checked);
  return row;
}

interface How {
  /** The cursors count too; else only the numbers. */
  exactly: boolean;
  /** After a lost connection: its own rows may be there, and then it is done. */
  again: boolean;
}

/** Leaves the transaction: the ground is no longer the one that was signed on. */
class Moved extends Error {}

/**
 * Add what was signed, in one transaction. Each wait for an answer costs a slow phone some milliseconds: where nothing
 * that is written turns on an answer, all is asked and written at once, and an answer that is against it undoes it.
 *
 * No `await` in here: for each one inside a transaction Dexie runs some two hundred empty microtasks, so as not to lose
 * it, and a slow phone takes six milliseconds for them. `then` on its own promises costs nothing.
 */
async function write(db: Database, signed: Signed, how: How, also: Also | undefined): Promise<void> {
  const { rows, before } = signed;
  const more = also ? [db.drafts, db.uploads, db.blobs, db.requests] : [];
  const tables = [...groundTables(db), db.ops, db.outbox, db.docs, ...more];
  const scopes = [...new Set(rows.map((row) => row.scope))];
  const docs = [
    ...new Map(rows.map(({ scope, doc }) => [`${scope} ${doc}`, [scope, doc] as const])).values(),
  ];
  await db.transaction("rw", tables, () => {
    const asked = Promise.all([
      how.again ? db.ops.bulkGet(rows.map((row) => row.id)) : [],
      isStill(db, before, scopes, how.exactly),
      readOps(db, docs),
      also?.check?.(db),
    ]);
    const atOnce = signed.isNew && !how.again && (also?.isReady ?? true);
    const putting = atOnce ? put(db, signed, docs, [], also) : null;
    // What is refused first says why: an answer, before what could not be written.
    putting?.catch(() => undefined);
    return asked.then(([there, still, held, against]): unknown => {
      if (there.length > 0 && there.every((row) => row !== undefined)) return undefined;
      if (against) throw against;
      if (!still) throw new Moved();
      if (putting === null) return put(db, signed, docs, held, also);
      // Recorded anew under a name that is here: what was refused of it before belongs to its view.
      const isAgain = held.some((some) => some.length > 0);
      return isAgain ? putting.then(() => putAll(db, signed, docs, held)) : putting;
    });
  });
}

/** Write the rows, what counts them, and the views of their documents, of which these ops were held before. */
function put(
  db: Database,
  { rows, before }: Signed,
  docs: readonly DocKey[],
  held: readonly OpRow[][],
  also: Also | undefined,
): Promise<unknown> {
  const last = [...new Map(rows.map((row) => [row.scope, row])).values()];
  return Promise.all([
    db.ops.bulkAdd([...rows]),
    db.outbox.bulkAdd(rows.map(({ id, scope, device }) => ({ id, scope, device }))),
    db.counters.bulkPut(last.map(({ device, scope, n }) => ({ device, scope, n }))),
    putAll(db, { rows, before }, docs, held),
    also?.write(db, rows),
  ]);
}

/** Write the views of these documents from what was held of them and what was signed. */
const putAll = (
  db: Database,
  { rows, before }: Pick<Signed, "rows" | "before">,
  docs: readonly DocKey[],
  held: readonly OpRow[][],
): Promise<unknown> =>
  putViews(
    db,
    before.origin,
    docs.map(([scope, doc], i) => {
      const own = rows.filter((row) => row.scope === scope && row.doc === doc);
      return { scope, doc, rows: [...(held[i] ?? []), ...own] };
    }),
  );

/** What a save does besides, in the same transaction: on drafts, photo rows, bytes, requests and meta. */
export interface Also {
  /** Reads; gives what stands against the save. */
  check?: (db: Database) => PromiseLike<Error | null>;
  /** False: what it writes turns on what `check` reads. */
  isReady?: boolean;
  write: (db: Database, rows: readonly OpRow[]) => PromiseLike<unknown>;
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
  const ahead = isKnown ? await attempt(store, await signAll(store, who, known, fresh), true, also) : null;
  const saved = ahead ?? (await store.world.lock(SAVE_LOCK, () => saveAnew(store, who, fresh, also)));
  if (saved === undefined) throw new Error("the save lock always waits");
  if (saved.ok) store.world.announce();
  return saved;
}

/** Read the ground and sign on it, until nobody came in between. */
async function saveAnew(
  store: Store,
  who: IdentityRow,
  fresh: readonly NewOp[],
  also: Also | undefined,
): Promise<SaveOutcome> {
  const scopes = [...new Set(fresh.map((one) => one.scope))];
  for (;;) {
    const ground = await store.use((db) =>
      db.transaction("r", groundTables(db), () => readGround(db, who.device, scopes)),
    );
    const done = await attempt(store, await signAll(store, who, ground, fresh), false, also);
    if (done !== null) return done;
  }
}

/** Write what was signed; null where its ground moved meanwhile. */
async function attempt(
  store: Store,
  signed: Signed | Refusal,
  exactly: boolean,
  also: Also | undefined,
): Promise<SaveOutcome | null> {
  if (signed instanceof Refusal)
    return { ok: false, problem: signed.slug === "too_large" ? "too_large" : "bad_value" };
  try {
    let again = false;
    await store.use((db) => {
      const how = { exactly, again };
      again = true;
      return write(db, signed, how, also);
    });
  } catch (error) {
    seen.delete(store);
    if (isMoved(error)) return null;
    throw error;
  }
  seen.set(store, signed.after);
  return { ok: true };
}

/** Dexie may wrap what ended a transaction. */
function isMoved(error: unknown): boolean {
  return error instanceof Moved || (error instanceof Error && Reflect.get(error, "inner") instanceof Moved);
}
