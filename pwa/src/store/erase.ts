/**
 * What an erasure takes from the phone: the private parts of its documents' ops, the bytes of its photos, the
 * drafts that were opened from them. Ids, bodies, signatures and digests stay, so that the log still holds.
 *
 * A scope's row names what was erased there; whatever comes later of these documents is kept without its part.
 * Source: DESIGN §3 "Erasure"; PROTOCOL §5 "Erasure".
 */
import { Refusal } from "../core/errors.ts";
import { parseOp } from "../core/ops.ts";
import type { Database } from "./db.ts";
import type { OpRow } from "./rows.ts";

/** Set in `meta` while bytes and drafts of erased documents may still lie here. */
const PENDING = "erasing";

/** The op as it is kept of an erased document. */
export function stripped(row: OpRow): OpRow {
  return row.erased === 1 && row.private === null ? row : { ...row, private: null, erased: 1 };
}

/** The names of the documents that were erased in a scope. */
export async function erasedIn(db: Database, scope: string): Promise<ReadonlySet<string>> {
  return new Set((await db.scopes.get(scope))?.erased ?? []);
}

/** Note that these documents were erased and strip what is here of them; in the caller's transaction. */
export async function eraseDocs(db: Database, scope: string, docs: readonly string[]): Promise<void> {
  const row = await db.scopes.get(scope);
  await db.scopes.put({
    cursor: "0",
    ...row,
    scope,
    erased: [...new Set([...(row?.erased ?? []), ...docs])],
  });
  const keys = docs.map((doc): [string, string] => [scope, doc]);
  const ops = await db.ops.where("[scope+doc]").anyOf(keys).toArray();
  await db.ops.bulkPut(ops.map(stripped));
  await db.meta.put({ key: PENDING, value: true });
}

/** The hashes that these photos name. */
async function hashesOf(db: Database, origin: string, keys: [string, string][]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const row of await db.ops.where("[scope+doc]").anyOf(keys).toArray()) {
    const op = parseOp(origin, row.body, null);
    if (!(op instanceof Refusal) && typeof op.fields.sha256 === "string") found.add(op.fields.sha256);
  }
  return found;
}

/**
 * Remove the bytes and drafts of what was erased; true where there was something to do.
 *
 * Apart from the answer that brought the erasure, so that no answer keeps photos and drafts waiting.
 */
export async function sweepErased(db: Database, origin: string): Promise<boolean> {
  if ((await db.meta.get(PENDING)) === undefined) return false;
  await db.transaction("rw", [db.scopes, db.ops, db.blobs, db.uploads, db.drafts, db.meta], async () => {
    for (const { scope, erased = [] } of await db.scopes.toArray()) {
      if (erased.length === 0) continue;
      const names = new Set(erased);
      const photos = erased.filter((doc) => doc.startsWith("photo:"));
      const keys = photos.map((doc): [string, string] => [scope, doc]);
      for (const sha256 of await hashesOf(db, origin, keys)) {
        await db.blobs.delete([scope, sha256]);
        await db.uploads.where("[scope+sha256]").equals([scope, sha256]).modify({ state: "erased" });
      }
      await db.drafts
        .filter((draft) => draft.scope === scope && !draft.isNew && names.has(draft.doc))
        .delete();
    }
    await db.meta.delete(PENDING);
  });
  return true;
}
