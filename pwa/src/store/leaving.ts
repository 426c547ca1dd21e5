/**
 * One person leaves the phone: what nobody else on it may see goes, and says beforehand what would be lost by it.
 *
 * It does not ask whether that is wanted, and tells the server nothing.
 */
import Dexie from "dexie";
import type { Database } from "./db.ts";
import type { IdentityRow } from "./rows.ts";

const ANY = [Dexie.minKey, Dexie.maxKey] as const;
const UNDECIDED: ReadonlySet<string> = new Set(["unsent", "waiting", "declined"]);

/** What is nowhere but on this phone, by name: ids of ops and requests, names of photos and drafts. */
export interface Lost {
  ops: string[];
  photos: string[];
  requests: string[];
  drafts: string[];
}

interface Parting {
  going: ReadonlySet<string>;
  isLast: boolean;
  scopes: string[];
}

/** A household's book is theirs before the first pull too: the snapshot names it. */
async function seenBy(db: Database, who: IdentityRow): Promise<string[]> {
  const rows = await db.access.where("device").equals(who.device).toArray();
  const kept: unknown = (await db.meta.get(`reference ${who.device}`))?.value;
  const me: unknown = Reflect.get(Object(kept), "me");
  const farm: unknown = Reflect.get(Object(me), "farm");
  return [who.org, ...rows.map((row) => row.scope), ...(typeof farm === "string" ? [`farm:${farm}`] : [])];
}

/** All keys that the person ever had here go together; scopes that somebody else sees stay. */
async function partingOf(db: Database, membership: string): Promise<Parting> {
  const people = await db.identities.toArray();
  const others = people.filter((row) => row.membership !== membership);
  const going = new Set(people.filter((row) => row.membership === membership).map((row) => row.device));
  const stay = new Set((await Promise.all(others.map((row) => seenBy(db, row)))).flat());
  const known = new Set([
    ...(await db.scopes.toCollection().primaryKeys()),
    ...((await db.outbox.orderBy("scope").uniqueKeys()) as string[]),
    ...(await db.drafts.toArray()).map((row) => row.scope),
    ...(await Promise.all(people.map((row) => seenBy(db, row)))).flat(),
  ]);
  return { going, isLast: others.length === 0, scopes: [...known].filter((scope) => !stay.has(scope)) };
}

const parting = (db: Database) => [db.identities, db.access, db.meta, db.scopes, db.outbox, db.drafts];

/** What would be lost if the person left now. */
export async function lostBy(db: Database, membership: string): Promise<Lost> {
  return db.transaction("r", [...parting(db), db.ops, db.uploads, db.requests], async () => {
    const { going, isLast, scopes } = await partingOf(db, membership);
    const gone = new Set(scopes);
    const isTheirs = (row: { scope: string; device: string }) =>
      isLast || gone.has(row.scope) || going.has(row.device);
    const rows = await db.ops.where("state").anyOf("outbox", "refused").toArray();
    const photos = await db.uploads.where("state").anyOf("waiting", "broken").toArray();
    const requests = await db.requests.toArray();
    return {
      ops: rows.filter(isTheirs).map((row) => row.id),
      photos: photos.filter((row) => isLast || gone.has(row.scope)).map((row) => row.doc),
      requests: requests
        .filter((row) => UNDECIDED.has(row.state) && (isLast || going.has(row.device)))
        .map((row) => row.id),
      drafts: (await db.drafts.toArray()).filter(isTheirs).map((row) => row.id),
    };
  });
}

async function removeScope(db: Database, scope: string): Promise<void> {
  const range = [[scope, ANY[0]] as [string, unknown], [scope, ANY[1]] as [string, unknown]] as const;
  await db.ops.where("[scope+doc]").between(range[0], range[1], true, true).delete();
  await db.docs.where("[scope+doc]").between(range[0], range[1], true, true).delete();
  await db.blobs.where("[scope+sha256]").between(range[0], range[1], true, true).delete();
  await db.uploads.where("[scope+sha256]").between(range[0], range[1], true, true).delete();
  await db.outbox.where("scope").equals(scope).delete();
  await db.drafts.filter((draft) => draft.scope === scope).delete();
  await db.scopes.delete(scope);
}

/** Remove a person's keys, rights, drafts and what only he saw. True: nobody is left, nothing at all is kept. */
export async function removePerson(db: Database, membership: string): Promise<boolean> {
  return db.transaction("rw", db.tables, async () => {
    const { going, isLast, scopes } = await partingOf(db, membership);
    if (isLast) {
      for (const table of db.tables) await table.clear();
      return true;
    }
    for (const scope of scopes) await removeScope(db, scope);
    const keys = [...going];
    await db.identities.bulkDelete(keys);
    await db.access.where("device").anyOf(keys).delete();
    await db.outbox.where("device").anyOf(keys).delete();
    await db.drafts.where("device").anyOf(keys).delete();
    await db.counters.filter((row) => going.has(row.device)).delete();
    await db.requests.filter((row) => going.has(row.device)).delete();
    // "reference <device>", "farm <device>", "joined <invite>" → device, and what else is kept for one person.
    const isTheirs = (key: string, value: unknown) =>
      going.has(key.slice(key.lastIndexOf(" ") + 1)) || (typeof value === "string" && going.has(value));
    await db.meta.filter((row) => isTheirs(row.key, row.value)).delete();
    return false;
  });
}
