/** The home view: what was recorded today, what waits, and what somebody has to look at. */
import { msToDate } from "../core/civil.ts";
import { unsettled } from "../store/again.ts";
import type { Database } from "../store/db.ts";
import type { DocRow } from "../store/rows.ts";
import { type Context, countVoices, maySee } from "./context.ts";
import { askedEntries, toEntries } from "./entries.ts";
import { workersIn } from "./last_like.ts";
import { isMine } from "./stuck.ts";
import type { EntryRow, Home } from "./types.ts";
import { byNewest, newest } from "./walk.ts";

const TODAY_MAX = 20;
/** So far back entries are looked for on which two phones disagree. */
const RECENT_ROWS = 200;

/** Where in `meta` a scope's `noticed` stands: a view, kept so that the first screen waits for no search. */
const slotOf = (scope: string): string => `noticed ${scope}`;

/** Read what is on the home screen: the same work, however many entries the phone holds. */
export async function loadHome(c: Context): Promise<Omit<Home, "runningSeasons" | "drafts">> {
  const scope = c.farm.value?.scope ?? "";
  const today = String(msToDate(c.store.world.now()));
  return c.store.use(async (db) => {
    const [rows, noticed, uploads, counts] = await Promise.all([
      newest(db, { scope, type: "entry", from: today, to: today }, TODAY_MAX),
      noticedRows(c, db, scope),
      db.uploads.where("state").equals("waiting").toArray(),
      countOps(c, db),
    ]);
    const waiting = uploads.filter((row) => maySee(c, row.scope));
    const entries = await toEntries(db, [...rows, ...noticed]);
    const looked = entries.slice(rows.length);
    const conflicts = looked.filter((entry) => entry.conflict);
    const asked = looked.filter((entry) => entry.question?.answered === false && !entry.deleted);
    forget(c, scope, looked, [...conflicts, ...asked]);
    return {
      today: entries.slice(0, rows.length),
      waitingPhotos: waiting.length,
      waitingVoices: countVoices(waiting),
      ...counts,
      conflicts,
      asked,
    };
  });
}

/** What waits, and what does not simply wait. */
async function countOps(c: Context, db: Database): Promise<Pick<Home, "waitingOps" | "held" | "refused">> {
  const of = async (...states: string[]) => {
    const found = await Promise.all(states.map((state) => db.ops.where("state").equals(state).toArray()));
    return found.flat().filter((op) => isMine(c, op));
  };
  const [waiting, held, out] = await Promise.all([of("outbox"), of("held"), of("refused", "turned_down")]);
  // What a person would count as waiting: documents, however often changed; a photo is counted by its bytes.
  const lines = waiting.flatMap((op) => (op.doc.startsWith("photo:") ? [] : [op.scope + op.doc]));
  const refused = await unsettled(db, out);
  return { waitingOps: new Set(lines).size, held: held.length, refused: refused.length };
}

/** The entries that were noticed last, newest first; whether they still are to be looked at is seen in them. */
async function noticedRows(c: Context, db: Database, scope: string): Promise<DocRow[]> {
  if (!c.noticed.has(scope)) {
    const kept: unknown = (await db.meta.get(slotOf(scope)))?.value;
    c.noticed.set(scope, Array.isArray(kept) ? kept.filter((one) => typeof one === "string") : []);
  }
  const docs = c.noticed.get(scope) ?? [];
  if (docs.length === 0) return [];
  const rows = await db.docs.bulkGet(docs.map((doc): [string, string] => [scope, doc]));
  return rows.flatMap((row) => (row?.type === "entry" ? [row] : [])).sort(byNewest);
}

/** Of what was looked at only this is still to be noticed. */
function forget(c: Context, scope: string, looked: readonly EntryRow[], kept: readonly EntryRow[]): void {
  const gone = new Set(looked.map((entry) => entry.doc));
  for (const entry of kept) gone.delete(entry.doc);
  c.noticed.set(
    scope,
    (c.noticed.get(scope) ?? []).filter((doc) => !gone.has(doc)),
  );
}

/** Look through the recent entries and all reviews for what is to be noticed; true where it is not what was known. */
export async function lookAround(c: Context): Promise<boolean> {
  const scope = c.farm.value?.scope ?? "";
  const found = await c.store.use(async (db) => {
    const recent = await newest(db, { scope, type: "entry" }, RECENT_ROWS);
    c.workers.value = workersIn(recent);
    const torn = recent.filter((row) => row.conflicts.length > 0).map((row) => row.doc);
    const asked = (await askedEntries(db, scope)).map((entry) => entry.doc);
    return [...new Set([...torn, ...asked])].sort();
  });
  const known = [...(c.noticed.get(scope) ?? [])].sort();
  c.noticed.set(scope, found);
  if (found.join() === known.join()) return false;
  if (c.store.newer === null) await c.store.use((db) => db.meta.put({ key: slotOf(scope), value: found }));
  return true;
}
