/**
 * What an answer does to the phone: results, pages, rewinds, access. One transaction for ops, cursor and digest.
 */
import type { Answer, Result } from "../core/answer.ts";
import type { Database } from "../store/db.ts";
import type { IdentityRow, OpRow } from "../store/rows.ts";
import { takePage } from "./pages.ts";
import { beginEpoch, offerUnlogged, rewind } from "./rewind.ts";
import { Taking } from "./taking.ts";

/** What of an answer the engine must know. */
export interface Taken {
  /** Scopes whose page does not chain on our own log. */
  broken: string[];
  /** Own ops came by id and are not here: ask for them in full. */
  whole: boolean;
  /** Ops that were put back for a reason that a second try at once would not change. */
  deferred: string[];
  /** The list of scopes is another one. */
  access: boolean;
  /** Something changed that a person might look at. */
  changed: boolean;
}

/** Leaves the transaction of an answer that was damaged on its way: nothing of it is kept. */
class Damaged extends Error {}

/** Mark one sent op by its result. `later` stays as it is, waiting. */
function takeResult(taking: Taking, id: string, result: Result): void {
  const row = taking.get(id);
  if (!row) return;
  const { problem } = result;
  if (result.result === "accepted" || result.result === "already") {
    // One that a page held before was only passed on again, for its private part.
    const isLogged = row.digest !== null && row.seq === result.seq;
    const place = { seq: result.seq, receivedAt: result.receivedAt, digest: null, unlogged: row.scope };
    taking.put({ ...row, ...(isLogged ? {} : place), state: "sent", tried: true, problem: null }, true);
  } else if (result.result === "held" || result.result === "refused") {
    taking.put({ ...row, state: result.result, tried: true, problem }, true);
  } else if (!row.tried || row.problem !== problem) taking.put({ ...row, tried: true, problem }, false);
}

async function takeResults(taking: Taking, sent: readonly OpRow[], answer: Answer): Promise<void> {
  const copied = new Set<string>();
  for (const [i, one] of sent.entries()) {
    const result = answer.results[i];
    if (!result) continue;
    takeResult(taking, one.id, result);
    if (result.problem === "device_copied") copied.add(one.device);
  }
  for (const device of copied) await taking.db.identities.update(device, { copied: true });
  await taking.flush();
}

async function takePages(
  taking: Taking,
  sent: readonly OpRow[],
  answer: Answer,
  taken: Taken,
  isStrict: boolean,
): Promise<void> {
  const fresh = new Set(sent.map((one) => one.id));
  for (const [scope, to] of answer.rewind) await rewind(taking, scope, to, fresh);
  for (const [scope, cursor] of answer.cursors) {
    if (answer.rewind.has(scope)) continue;
    const run = answer.ops.filter((op) => op.scope === scope);
    const outcome = await takePage(taking, scope, run, cursor);
    if (outcome === "whole") taken.whole = true;
    if (outcome === "broken") taken.broken.push(scope);
    if (outcome === "broken" && isStrict) throw new Damaged(scope);
    await taking.flush();
    // Only a log that we hold to its end says that something is not in it.
    if (outcome === "ok" && !answer.more) taken.deferred.push(...(await offerUnlogged(taking, scope)));
  }
}

/** Keep the touches of passkeys beside the ops that they confirm, for whoever asks for those again. */
async function takeTouches(taking: Taking, touches: Answer["touches"]): Promise<void> {
  if (touches.length === 0) return;
  await taking.flush();
  await taking.load(touches.flatMap((one) => one.ops));
  for (const { ops, text } of touches) {
    for (const id of ops) {
      const row = taking.get(id);
      if (row !== undefined && row.touch !== text) taking.put({ ...row, touch: text }, false);
    }
  }
}

async function takeTurnedDown(taking: Taking, ids: readonly string[]): Promise<void> {
  await taking.load(ids);
  for (const id of ids) {
    const row = taking.get(id);
    if (row?.state === "held") taking.put({ ...row, state: "turned_down" }, true);
  }
}

async function takeWant(db: Database, want: Answer["want"]): Promise<void> {
  for (const [scope, hashes] of want) {
    const keys = hashes.map((sha256): [string, string] => [scope, sha256]);
    const rows = await db.uploads.where("[scope+sha256]").anyOf(keys).toArray();
    const lost = rows.filter((row) => row.state === "sent");
    await db.uploads.bulkPut(lost.map((row) => ({ ...row, state: "waiting", sent: 0 })));
  }
}

/**
 * Take the list of scopes; true where it is another one now.
 *
 * Not from a server that was restored and may not know yet who we are: what it does not list then is not lost.
 */
async function takeAccess(db: Database, who: IdentityRow, answer: Answer): Promise<boolean> {
  if ((await db.identities.get(who.device))?.handIn === 1) return false;
  if (answer.access !== who.access) await db.identities.update(who.device, { access: answer.access });
  if (answer.scopes === null) return false;
  await db.access.where("device").equals(who.device).delete();
  await db.access.bulkPut(answer.scopes.map((one) => ({ device: who.device, ...one })));
  const known = await db.scopes.bulkGet(answer.scopes.map((one) => one.scope));
  const fresh = answer.scopes.filter((_, i) => known[i] === undefined);
  await db.scopes.bulkPut(fresh.map(({ scope }) => ({ scope, cursor: "0" })));
  return true;
}

async function takeRest(taking: Taking, answer: Answer, skew: number): Promise<void> {
  const { db } = taking;
  const [epoch, known] = await db.meta.bulkGet(["epoch", "skew"]);
  if (epoch?.value !== answer.epoch) {
    if (epoch !== undefined) await beginEpoch(taking);
    await db.meta.put({ key: "epoch", value: answer.epoch });
  }
  if (known?.value !== skew) await db.meta.put({ key: "skew", value: skew });
  for (const [scope, safe] of answer.safe) await db.scopes.update(scope, { safe });
}

/**
 * Take a whole answer in, in one transaction.
 *
 * `isStrict`: a page that does not chain throws the whole answer away, as if it had never come; else the page
 * alone is left out, so that a scope that is damaged at the server does not keep the others waiting.
 */
export async function takeAnswer(
  db: Database,
  origin: string,
  who: IdentityRow,
  sent: readonly OpRow[],
  answer: Answer,
  skew: number,
  isStrict: boolean,
): Promise<Taken> {
  const taken: Taken = { broken: [], whole: false, deferred: [], access: false, changed: false };
  const log = [db.ops, db.outbox, db.docs, db.scopes, db.keys];
  const beside = [db.access, db.identities, db.uploads, db.meta, db.requests];
  try {
    await db.transaction("rw", [...log, ...beside], async () => {
      const taking = new Taking(db, origin);
      await taking.load(sent.map((one) => one.id));
      await takeRest(taking, answer, skew);
      await takeResults(taking, sent, answer);
      await takePages(taking, sent, answer, taken, isStrict);
      await takeTouches(taking, answer.touches);
      await takeTurnedDown(taking, answer.turnedDown);
      await takeWant(db, answer.want);
      taken.access = await takeAccess(db, who, answer);
      taken.changed = taken.access || taking.touched > 0;
      await taking.end();
    });
  } catch (fault) {
    if (!(fault instanceof Damaged)) throw fault;
    return { broken: taken.broken, whole: false, deferred: [], access: false, changed: false };
  }
  return taken;
}
