/**
 * Scopes that no person of this phone may see any more: hidden at once, for everything is shown by access, and
 * removed when nothing of ours waits in them. What this phone made itself is kept until a backup covers it.
 */
import Dexie from "dexie";
import type { Database } from "./db.ts";
import type { IdentityRow, OpRow } from "./rows.ts";

const MOST = [Dexie.minKey, Dexie.maxKey] as const;
const WAITING = new Set(["outbox", "held", "refused", "turned_down"]);

async function lostScopes(db: Database): Promise<string[]> {
  // A restored server may not know us yet, and lists nothing.
  const isUnsure = (who: IdentityRow) => who.handIn === 1 && !who.revoked && who.successor === undefined;
  if ((await db.identities.filter(isUnsure).count()) > 0) return [];
  const seen = new Set((await db.access.toArray()).map((row) => row.scope));
  const scopes = await db.scopes.toCollection().primaryKeys();
  return scopes.filter((scope) => !seen.has(scope));
}

/** Remove the lost scopes in which nothing waits; gives how many there were. */
export async function removeLostScopes(db: Database): Promise<number> {
  const isNone = await db.transaction(
    "r",
    db.identities,
    db.access,
    db.scopes,
    async () => (await lostScopes(db)).length === 0,
  );
  if (isNone) return 0;
  const tables = [db.access, db.scopes, db.identities, db.ops, db.docs, db.uploads, db.blobs, db.drafts];
  return db.transaction("rw", tables, async () => {
    const own = new Set(await db.identities.toCollection().primaryKeys());
    let removed = 0;
    for (const scope of await lostScopes(db)) {
      const all = db.ops.where("[scope+doc]").between([scope, MOST[0]], [scope, MOST[1]]);
      const rows = await all.toArray();
      const photos = await db.uploads
        .where("[scope+sha256]")
        .between([scope, MOST[0]], [scope, MOST[1]])
        .toArray();
      const drafts = await db.drafts.filter((draft) => draft.scope === scope).count();
      const waits = rows.some((row) => WAITING.has(row.state)) || photos.some((p) => p.state === "waiting");
      if (waits || drafts > 0) continue;
      await removeScope(db, scope, rows, own, new Set(photos.map((photo) => photo.sha256)));
      removed += 1;
    }
    return removed;
  });
}

async function removeScope(
  db: Database,
  scope: string,
  rows: readonly OpRow[],
  own: ReadonlySet<string>,
  photos: ReadonlySet<string>,
): Promise<void> {
  const mine = rows.filter((row) => own.has(row.device));
  await db.ops.bulkDelete(rows.filter((row) => !own.has(row.device)).map((row) => row.id));
  // Should the scope come back, its pages say whether these are still in the log.
  await db.ops.bulkPut(mine.map((row) => ({ ...row, digest: null, unlogged: scope })));
  await db.docs.where("[scope+doc]").between([scope, MOST[0]], [scope, MOST[1]]).delete();
  const bytes = db.blobs.where("[scope+sha256]").between([scope, MOST[0]], [scope, MOST[1]]);
  const names = await bytes.primaryKeys();
  await db.blobs.bulkDelete(names.filter(([, sha256]) => !photos.has(sha256)));
  await db.scopes.delete(scope);
}
