/**
 * A passkey for the farmer: never needed, offered after the first saved entry, and not again for a month.
 *
 * With it a new phone joins alone; without it the cooperative sends an invitation.
 */
import type { Engine } from "../engine/sync.ts";
import { call } from "../net/api.ts";
import { hasScreenLock, isProblem, offered, type PasskeyProblem, register } from "../net/passkeys.ts";
import { originOf, saveOps } from "../store/save.ts";
import { type Context, me, newId } from "./context.ts";
import type { PasskeyState } from "./types.ts";

const ASK_AGAIN_MS = 30 * 86_400_000;
const madeSlot = (device: string): string => `passkey ${device}`;
const askedSlot = (device: string): string => `passkey-asked ${device}`;

/** What can be said or done about a passkey here, for the current person. */
export async function passkeyState(c: Context): Promise<PasskeyState> {
  const who = me(c);
  if (who === null) return "none";
  const [made, asked] = await c.store.use((db) =>
    db.meta.bulkGet([madeSlot(who.device), askedSlot(who.device)]),
  );
  if (made !== undefined) return "made";
  if (!(await hasScreenLock())) return "no_lock";
  if (!who.confirmed || who.revoked || who.copied || !(await offered())) return "none";
  const at = asked?.value;
  const isLately = typeof at === "number" && Math.abs(c.store.world.now() - at) < ASK_AGAIN_MS;
  return isLately ? "asked" : "offer";
}

export async function noteAsked(c: Context): Promise<void> {
  const who = me(c);
  if (who === null) return;
  await c.store.use((db) => db.meta.put({ key: askedSlot(who.device), value: c.store.world.now() }));
}

/** Make one and sign its document; null: it is made, and goes out like any op. */
export async function makePasskey(c: Context, engine: Engine, label: string): Promise<PasskeyProblem | null> {
  const who = me(c);
  if (who === null) return "server";
  const { world } = c.store;
  const token = await engine.sessions.open(world, who, await c.store.use(originOf));
  if (typeof token !== "string") return token.kind === "problem" ? "server" : "offline";
  const made = await register((path, data, with_) => call(world, path, data, with_), token);
  await noteAsked(c); // whatever came of it: the next offer is a month away
  if (made !== "exists" && isProblem(made)) return made;
  if (made !== "exists") {
    const { scope, set } = made;
    const fresh = { scope, doc: `passkey:${newId(c)}`, after: [], set: { ...set, label }, private: {} };
    if (!(await saveOps(c.store, who, [fresh])).ok) return "server";
  }
  await c.store.use((db) => db.meta.put({ key: madeSlot(who.device), value: world.now() }));
  c.bell();
  await engine.kick(true);
  return null;
}
