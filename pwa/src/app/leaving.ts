/**
 * Leaving this phone: nothing unsent may be lost by it, the server hears of it, then keys and data go.
 *
 * Where all that is unsent is in a file, the key stays good at the server until somebody ends it there: what the
 * file holds would be held as late otherwise.
 */
import { Refusal } from "../core/errors.ts";
import { parseOp } from "../core/ops.ts";
import type { Engine } from "../engine/sync.ts";
import { call } from "../net/api.ts";
import { type Lost, lostBy, removePerson } from "../store/leaving.ts";
import type { IdentityRow } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import { type Context, me } from "./context.ts";
import { forgetHeld } from "./held_before.ts";
import { endDevice } from "./own_devices.ts";
import type { LeaveResult, Unsent } from "./types.ts";

const EXPORTED = "exported";

/** The own device's document and its newest ops, as far as they are known here. */
async function ownDocument(c: Context, who: IdentityRow) {
  const origin = await c.store.use(originOf);
  const ops = who.own.flatMap((one) => {
    const op = parseOp(origin, one.body, one.private);
    return op instanceof Refusal ? [] : [op];
  });
  const doc = ops.find((op) => op.device === who.device)?.doc;
  const its = ops.filter((op) => op.doc === doc); // beside the passkey's that let it in
  const named = new Set(its.flatMap((op) => op.after));
  return doc === undefined ? null : { doc, after: its.map((op) => op.id).filter((id) => !named.has(id)) };
}

/** The op that ended this very phone, where an earlier try to leave signed it. */
async function ownEnd(c: Context, who: IdentityRow, doc: string) {
  const rows = await c.store.use((db) => db.ops.where("[scope+doc]").equals([who.org, doc]).toArray());
  return rows.find((row) => row.device === who.device) ?? null;
}

async function lost(c: Context, who: IdentityRow): Promise<Lost> {
  const found = await c.store.use((db) => lostBy(db, who.membership));
  const own = await ownDocument(c, who);
  const end = own === null ? null : await ownEnd(c, who, own.doc);
  return { ...found, ops: found.ops.filter((id) => id !== end?.id) };
}

async function isExported(c: Context, left: Lost): Promise<boolean> {
  const kept = (await c.store.use((db) => db.meta.get(EXPORTED)))?.value;
  const held = new Set(Array.isArray(kept) ? kept : []);
  return [...left.ops, ...left.photos, ...left.requests].every((id) => held.has(id));
}

const isNothing = ({ ops, photos, requests }: Lost): boolean =>
  ops.length + photos.length + requests.length === 0;

export async function unsentOf(c: Context): Promise<Unsent> {
  const who = me(c);
  if (who === null) return { ops: 0, photos: 0, requests: 0, drafts: 0, isExported: true };
  const left = await lost(c, who);
  return {
    ops: left.ops.length,
    photos: left.photos.length,
    requests: left.requests.length,
    drafts: left.drafts.length,
    isExported: await isExported(c, left),
  };
}

/** Everything that is unsent now is in the file that was just handed on. */
export async function noteExported(c: Context): Promise<void> {
  const who = me(c);
  if (who === null) return;
  const { ops, photos, requests } = await lost(c, who);
  await c.store.use((db) => db.meta.put({ key: EXPORTED, value: [...ops, ...photos, ...requests] }));
}

/** Tell the server that this key is at its end; true where it heard so, or knows. */
async function sayGoodbye(c: Context, engine: Engine, who: IdentityRow): Promise<boolean> {
  const own = await ownDocument(c, who);
  if (who.revoked || own === null) return true;
  const token = await engine.sessions.open(c.store.world, who, await c.store.use(originOf));
  if (typeof token !== "string") return token.kind === "problem" && token.slug === "device_revoked";
  if ((await ownEnd(c, who, own.doc)) === null) {
    if (!(await endDevice(c, who, { ...own, device: who.device }))) return false;
  }
  await engine.kick(true);
  // Where the answer was lost, the next one says that the key has ended already.
  if ((await c.store.use((db) => db.identities.get(who.device)))?.revoked === true) return true;
  const end = await ownEnd(c, who, own.doc);
  return end !== null && end.state !== "outbox";
}

export async function leave(c: Context, engine: Engine): Promise<LeaveResult> {
  const who = me(c);
  if (who === null) return { ok: true, isLast: true };
  let left = await lost(c, who);
  if (!isNothing(left) && !(await isExported(c, left))) {
    await engine.kick(true);
    left = await lost(c, who);
    if (!isNothing(left)) return { ok: false, problem: "unsent" };
  }
  if (isNothing(left) && !(await sayGoodbye(c, engine, who))) return { ok: false, problem: "no_connection" };
  engine.sessions.forget(who.device);
  const isLast = await c.store.use((db) => removePerson(db, who.membership));
  if (isLast) {
    forgetHeld(); // before another window looks: nothing was dropped here, somebody left
    engine.stop();
    // What the browser itself keeps of us goes too, where the server is reached; the diary's own is gone already.
    await call(c.store.world, "/api/v1/device/leave", {}, null, 10_000);
  }
  c.store.world.announce();
  return { ok: true, isLast };
}
