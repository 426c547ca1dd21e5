/** Going back after the server was restored: what it lost is offered again, whoever wrote it (PROTOCOL §12). */
import { Refusal } from "../core/errors.ts";
import { b64Encode } from "../core/ids.ts";
import { type Cursor, parseCursor } from "../core/log.ts";
import { putBack } from "../store/outbox.ts";
import type { OpRow } from "../store/rows.ts";
import type { Taking } from "./taking.ts";

/** Put ops back into the outbox, own ones first, in the order of their old numbers. */
async function offer(taking: Taking, rows: readonly OpRow[]): Promise<void> {
  const { db } = taking;
  const own = new Set(await db.identities.toCollection().primaryKeys());
  const order = [...rows].sort(
    (a, b) => Number(own.has(b.device)) - Number(own.has(a.device)) || (a.seq ?? 0) - (b.seq ?? 0),
  );
  await putBack(db, order);
  taking.forget(rows.map((row) => row.id));
  for (const row of rows) taking.touch(row);
}

async function isOurs(taking: Taking, scope: string, point: Cursor): Promise<boolean> {
  if (point.seq === 0) return false;
  const rows = await taking.db.ops.where("[scope+seq]").equals([scope, point.seq]).toArray();
  return rows.some((row) => row.digest === b64Encode(point.digest));
}

/**
 * Go back to a point of a scope, or to its start where our log is not the same there.
 *
 * `fresh`: ops that this very answer acknowledged; they are in the new log already.
 */
export async function rewind(
  taking: Taking,
  scope: string,
  to: string,
  fresh: ReadonlySet<string>,
): Promise<void> {
  const { db } = taking;
  const point = parseCursor(to);
  const back =
    point !== null && !(point instanceof Refusal) && (await isOurs(taking, scope, point)) ? point : null;
  const above = await db.ops
    .where("[scope+seq]")
    .between([scope, (back?.seq ?? 0) + 1], [scope, Number.MAX_SAFE_INTEGER])
    .filter((row) => !fresh.has(row.id))
    .toArray();
  const held = await db.ops
    .where("state")
    .equals("held")
    .filter((row) => row.scope === scope && !fresh.has(row.id))
    .toArray();
  await offer(taking, [...above, ...held]);
  const row = await db.scopes.get(scope);
  await db.scopes.put({ ...row, scope, cursor: back === null ? "0" : to });
}

/**
 * A new epoch: what no cursor tells of is offered again (PROTOCOL §12).
 *
 * Held ops have no number, acknowledged ones of scopes that we don't read come in no page, requests are no ops;
 * and our own document may be gone.
 */
export async function beginEpoch(taking: Taking): Promise<void> {
  const { db } = taking;
  const held = await db.ops.where("state").equals("held").toArray();
  const unseen = await db.ops.where("unlogged").above("").toArray();
  await offer(taking, [...held, ...unseen]);
  await db.identities.toCollection().modify({ handIn: 1 });
  await db.requests.where("state").anyOf("settled", "waiting", "declined").modify({ state: "unsent" });
}

/**
 * Offer again what was acknowledged and is not in the log that we now hold to its end: a restore lost it between
 * the acknowledgement and the page. Gives the ids; they are sent in the next run, not in this one.
 */
export async function offerUnlogged(taking: Taking, scope: string): Promise<string[]> {
  const rows = await taking.db.ops.where("unlogged").equals(scope).toArray();
  if (rows.length > 0) await offer(taking, rows);
  return rows.map((row) => row.id);
}
