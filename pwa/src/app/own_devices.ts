/** "Máy của nhà": the phones of the household as the server told last, and ending another one of one's own. */
import { PARENTS_MAX } from "../core/limits.ts";
import type { Engine } from "../engine/sync.ts";
import { call } from "../net/api.ts";
import type { IdentityRow } from "../store/rows.ts";
import { originOf, saveOps } from "../store/save.ts";
import { type Context, listIn, me, member, textIn } from "./context.ts";
import type { DeviceList, OwnDevice, OwnPerson } from "./types.ts";

const slotOf = (who: IdentityRow): string => `devices ${who.device}`;

function numberIn(x: unknown, name: string): number | null {
  const found = member(x, name);
  return typeof found === "number" ? found : null;
}

/** What this very phone holds now: it knows better than what it said last. */
interface Here {
  ending: ReadonlySet<string>;
  unsent: number;
  photos: number;
}

function deviceOf(x: unknown, isMe: boolean, who: IdentityRow, here: Here): OwnDevice {
  const told = textIn(x, "state");
  const state = told === "waiting" || told === "revoked" ? told : "confirmed";
  const device = textIn(x, "device");
  const isThis = device === who.device;
  const isEnding = state !== "revoked" && here.ending.has(textIn(x, "doc"));
  return {
    doc: textIn(x, "doc"),
    device,
    label: textIn(x, "label"),
    state,
    joined_at: numberIn(x, "joined_at"),
    last_seen: numberIn(x, "last_seen"),
    unsent: isThis ? here.unsent : numberIn(x, "unsent"),
    photos: isThis ? here.photos : numberIn(x, "photos"),
    app: textIn(x, "app") || null,
    after: listIn(x, "after").filter((id): id is string => typeof id === "string"),
    isThis,
    mayEnd: isMe && !isThis && !isEnding && state !== "revoked" && who.confirmed && !who.revoked,
    isEnding,
  };
}

function personOf(x: unknown, who: IdentityRow, here: Here): OwnPerson {
  const isMe = textIn(x, "membership") === who.membership;
  return {
    membership: textIn(x, "membership"),
    name: textIn(x, "name"),
    farm: textIn(x, "farm") || null,
    organisation: textIn(x, "organisation"),
    isMe,
    devices: listIn(x, "devices").map((one) => deviceOf(one, isMe, who, here)),
  };
}

/** Documents of devices that were ended here and of which the server has not heard yet. */
async function endingOf(c: Context, who: IdentityRow): Promise<Set<string>> {
  const rows = await c.store.use((db) => db.outbox.where("scope").equals(who.org).toArray());
  const ops = await c.store.use((db) => db.ops.bulkGet(rows.map((row) => row.id)));
  return new Set(ops.flatMap((op) => (op?.doc.startsWith("device:") ? [op.doc] : [])));
}

async function ask(c: Context, engine: Engine, who: IdentityRow): Promise<boolean> {
  const token = await engine.sessions.open(c.store.world, who, await c.store.use(originOf));
  if (typeof token !== "string") return false;
  const reply = await call(c.store.world, "/api/v1/me/devices", null, token);
  if (reply.kind !== "ok" || !Array.isArray(member(reply.data, "people"))) return false;
  const value = { at: c.store.world.now(), people: member(reply.data, "people") };
  await c.store.use((db) => db.meta.put({ key: slotOf(who), value }));
  return true;
}

export async function ownDevices(c: Context, engine: Engine): Promise<DeviceList | null> {
  const who = me(c);
  if (who === null) return null;
  const isFresh = await ask(c, engine, who);
  const kept = (await c.store.use((db) => db.meta.get(slotOf(who))))?.value;
  if (kept === undefined) return null;
  const here = {
    ending: await endingOf(c, who),
    unsent: await c.store.use((db) => db.outbox.count()),
    photos: await c.store.use((db) => db.uploads.where("state").equals("waiting").count()),
  };
  const people = listIn(kept, "people").map((one) => personOf(one, who, here));
  return { at: numberIn(kept, "at") ?? 0, isFresh, people };
}

/** Sign the end of a device of one's own. False: it could not be stored. */
export async function endDevice(
  c: Context,
  who: IdentityRow,
  device: Pick<OwnDevice, "doc" | "device" | "after">,
): Promise<boolean> {
  const fresh = {
    scope: who.org,
    doc: device.doc,
    after: device.after.slice(0, PARENTS_MAX),
    set: { revoked: true, device: device.device },
    private: {},
  };
  return (await saveOps(c.store, who, [fresh])).ok;
}
