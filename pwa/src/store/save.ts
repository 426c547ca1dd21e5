/**
 * Saving: one lock around reading `n`, signing, and one strict transaction that adds ops, outbox rows and views.
 *
 * Resolves only after the transaction's `complete`. A retry of the caller makes new ops; a retry of sending never does.
 */
import type { Table } from "dexie";
import { Refusal } from "../core/errors.ts";
import { b64Encode } from "../core/ids.ts";
import { parseCursor } from "../core/log.ts";
import { makeBody, makePrivate, message, opId, parseOp, privateHash } from "../core/ops.ts";
import type { Database, Store } from "./db.ts";
import { refold } from "./fold.ts";
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
  origin: string;
  skew: number | null;
  /** Scope → the last `n` used there. */
  last: Map<string, number>;
  cursors: Map<string, string>;
}

async function readGround(db: Database, device: string, scopes: readonly string[]): Promise<Ground> {
  return db.transaction("r", [db.meta, db.counters, db.scopes], async () => {
    const skew = await readMeta(db, "skew");
    const counters = await db.counters.bulkGet(scopes.map((scope): [string, string] => [device, scope]));
    const rows = await db.scopes.bulkGet([...scopes]);
    return {
      origin: await originOf(db),
      skew: typeof skew === "number" ? skew : null,
      last: new Map(scopes.map((scope, i) => [scope, counters[i]?.n ?? 0])),
      cursors: new Map(scopes.map((scope, i) => [scope, rows[i]?.cursor ?? "0"])),
    };
  });
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

/** Add what was signed, in one transaction. Done again after a lost connection it finds its own rows and is done. */
async function write(
  db: Database,
  origin: string,
  rows: readonly OpRow[],
  also: (db: Database) => Promise<void>,
  more: readonly Table[],
): Promise<void> {
  await db.transaction("rw", [db.ops, db.outbox, db.counters, db.docs, ...more], async () => {
    const there = await db.ops.bulkGet(rows.map((row) => row.id));
    if (rows.length > 0 && there.every((row) => row !== undefined)) return;
    await db.ops.bulkAdd([...rows]);
    await db.outbox.bulkAdd(rows.map(({ id, scope, device }) => ({ id, scope, device })));
    const next = new Map(rows.map((row) => [row.scope, row]));
    await db.counters.bulkPut([...next.values()].map(({ device, scope, n }) => ({ device, scope, n })));
    const docs = new Map(rows.map((row) => [`${row.scope} ${row.doc}`, [row.scope, row.doc] as const]));
    await refold(db, origin, [...docs.values()]);
    await also(db);
  });
}

/** Sign and store ops of one person; `also` runs in the same transaction, on drafts, photo rows, bytes, requests and meta. */
export async function saveOps(
  store: Store,
  who: IdentityRow,
  fresh: readonly NewOp[],
  also?: (db: Database) => Promise<void>,
): Promise<SaveOutcome> {
  const saved = await store.world.lock(SAVE_LOCK, async (): Promise<SaveOutcome> => {
    const scopes = [...new Set(fresh.map((one) => one.scope))];
    const ground = await store.use((db) => readGround(db, who.device, scopes));
    const rows: OpRow[] = [];
    for (const one of fresh) {
      const n = (ground.last.get(one.scope) ?? 0) + 1;
      const row = await sign(store, who, ground, one, n);
      if (row instanceof Refusal)
        return { ok: false, problem: row.slug === "too_large" ? "too_large" : "bad_value" };
      ground.last.set(one.scope, n);
      rows.push(row);
    }
    const nothing = async () => undefined;
    await store.use((db) =>
      write(
        db,
        ground.origin,
        rows,
        also ?? nothing,
        also ? [db.drafts, db.uploads, db.blobs, db.meta, db.requests] : [],
      ),
    );
    return { ok: true };
  });
  if (saved === undefined) throw new Error("the save lock always waits");
  if (saved.ok) store.world.announce();
  return saved;
}
