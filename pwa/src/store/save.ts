/**
 * Saving: one lock around reading `n`, signing, and one strict transaction that adds ops, outbox rows and views.
 *
 * Resolves only after the transaction's `complete`. A retry of the caller makes new ops; a retry of sending never does.
 */
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

const SIGN = { name: "ECDSA", hash: "SHA-256" };

export async function readMeta(db: Database, key: string): Promise<unknown> {
  return (await db.meta.get(key))?.value;
}
export async function originOf(db: Database): Promise<string> {
  const value = await readMeta(db, "origin");
  return typeof value === "string" ? value : "";
}

async function sign(store: Store, who: IdentityRow, origin: string, fresh: NewOp, n: number, anchor: string) {
  const { world } = store;
  const skew = await store.use((db) => readMeta(db, "skew"));
  const hasPrivate = Object.keys(fresh.private).length > 0;
  const part = hasPrivate ? makePrivate(randomBytes(world, 16), fresh.private) : null;
  const point = parseCursor(anchor);
  const body = makeBody({
    device: who.device,
    n,
    by: who.membership,
    scope: fresh.scope,
    doc: fresh.doc,
    after: [...fresh.after].sort(),
    recordedAt: world.now(),
    skew: typeof skew === "number" ? skew : null,
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

/** Sign and store ops of one person; `also` runs in the same transaction (drafts, photo rows). */
export async function saveOps(
  store: Store,
  who: IdentityRow,
  fresh: readonly NewOp[],
  also: (db: Database) => Promise<void> = async () => undefined,
): Promise<SaveOutcome> {
  const saved = await store.world.lock("so-nha-nong save", async (): Promise<SaveOutcome> => {
    const origin = await store.use(originOf);
    const rows: OpRow[] = [];
    const next = new Map<string, number>();
    for (const one of fresh) {
      const before =
        next.get(one.scope) ?? (await store.use((db) => db.counters.get([who.device, one.scope])))?.n ?? 0;
      const cursor = (await store.use((db) => db.scopes.get(one.scope)))?.cursor ?? "0";
      const row = await sign(store, who, origin, one, before + 1, cursor);
      if (row instanceof Refusal)
        return { ok: false, problem: row.slug === "too_large" ? "too_large" : "bad_value" };
      next.set(one.scope, row.n);
      rows.push(row);
    }
    await store.use((db) =>
      db.transaction("rw", db.tables, async () => {
        for (const row of rows) {
          await db.ops.add(row);
          await db.outbox.add({ id: row.id, scope: row.scope, device: row.device });
        }
        for (const [scope, n] of next) await db.counters.put({ device: who.device, scope, n });
        for (const row of rows) await refold(db, origin, row.scope, row.doc);
        await also(db);
      }),
    );
    return { ok: true };
  });
  if (saved === undefined) throw new Error("the save lock always waits");
  if (saved.ok) store.world.announce();
  return saved;
}
