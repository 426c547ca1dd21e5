/** What the phone holds for others and of itself: carried ops, device keys, the ops of the own device document. */
import { Refusal } from "../core/errors.ts";
import { b64Decode, keyToDevice } from "../core/ids.ts";
import { type Op, parseOp } from "../core/ops.ts";
import type { Database } from "./db.ts";
import { erasedIn, stripped } from "./erase.ts";
import { refold } from "./fold.ts";
import { putBack } from "./outbox.ts";
import type { OpRow, OwnTexts, SignedText } from "./rows.ts";

/** The key that an op carries for its own device: a join, in whatever document. */
export function joinKey(op: Op): string | null {
  const { key } = op.fields;
  if (typeof key !== "string") return null;
  const bytes = b64Decode(key);
  return !(bytes instanceof Refusal) && keyToDevice(bytes) === op.device ? key : null;
}

/** The tables that `takeCarried` writes. */
export const carriedTables = (db: Database) => [db.ops, db.outbox, db.docs, db.keys, db.scopes];

/**
 * Take an op that somebody else brought (a file): verified by the caller with this key.
 *
 * `filled`: the op was here without its private part; it is sent again, so that the server has the part too.
 */
export async function takeCarried(
  db: Database,
  origin: string,
  brought: OpRow,
  key: string,
): Promise<"new" | "filled" | "already"> {
  return db.transaction("rw", carriedTables(db), async () => {
    await db.keys.put({ device: brought.device, key });
    const isErased = (await erasedIn(db, brought.scope)).has(brought.doc);
    const row = isErased ? stripped(brought) : brought;
    const known = await db.ops.get(row.id);
    if (known && (known.private !== null || row.private === null)) return "already";
    if (known) {
      await db.ops.put({ ...known, private: row.private });
      if ((await db.outbox.where("id").equals(row.id).count()) === 0) {
        await db.outbox.add({ id: row.id, scope: row.scope, device: row.device });
      }
    } else await putBack(db, [row]);
    await refold(db, origin, [[row.scope, row.doc]]);
    return known ? "filled" : "new";
  });
}

/** Both lists without doubles, the first one's order kept: an op is known by its body. */
export function joinTexts(held: readonly SignedText[], fresh: readonly SignedText[]): SignedText[] {
  const found = new Map(held.map((one) => [one.body, one]));
  for (const one of fresh) {
    const known = found.get(one.body);
    found.set(one.body, known ? { ...known, private: known.private ?? one.private } : one);
  }
  return [...found.values()];
}

/** Keep what an answer brought of a device's own documents: it makes the device known again after a restore. */
export async function keepOwn(
  db: Database,
  origin: string,
  device: string,
  brought: OwnTexts,
): Promise<void> {
  await db.transaction("rw", [db.identities, db.keys], async () => {
    const who = await db.identities.get(device);
    if (!who) return;
    const readable = brought.ops.filter(
      (one) => !(parseOp(origin, one.body, one.private) instanceof Refusal),
    );
    const own = joinTexts(who.own, readable);
    const touches = [...new Set([...(who.touches ?? []), ...brought.touches])];
    const isNew = own.length !== who.own.length || touches.length !== (who.touches ?? []).length;
    if (isNew) await db.identities.update(device, { own, touches });
    for (const one of readable) {
      const op = parseOp(origin, one.body, one.private);
      const key = op instanceof Refusal ? null : joinKey(op);
      if (key !== null && !(op instanceof Refusal)) await db.keys.put({ device: op.device, key });
    }
  });
}

/** Ops that an older version could not read: those that this one can take their place in their documents. */
export async function readNewer(db: Database, origin: string): Promise<number> {
  if ((await db.ops.where("newer").equals(1).count()) === 0) return 0; // a strict write holds up the one of a person
  return db.transaction("rw", [db.ops, db.docs], async () => {
    const rows = await db.ops.where("newer").equals(1).toArray();
    const read: OpRow[] = [];
    for (const row of rows) {
      const op = parseOp(origin, row.body, row.private);
      if (op instanceof Refusal) continue;
      const { newer: _, ...rest } = row;
      read.push({ ...rest, doc: op.doc, device: op.device, n: op.n });
    }
    await db.ops.bulkPut(read);
    await refold(
      db,
      origin,
      read.map((row) => [row.scope, row.doc] as const),
    );
    return read.length;
  });
}
