/**
 * Reminders on this phone: on, off, and the days on which it wants to be woken. Fetched when first looked at.
 *
 * The server is told an address and days, never why: what they are about is worked out here.
 * Source: PROTOCOL §Reminders.
 */
import { addDays, msToDate } from "../core/civil.ts";
import type { Engine } from "../engine/sync.ts";
import { call } from "../net/api.ts";
import { browserWaker, type Waker } from "../net/web_push.ts";
import type { IdentityRow } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import { agree } from "./consents.ts";
import { type Context, me, textIn } from "./context.ts";
import type { ReminderProblem, ReminderState, Reminders } from "./types.ts";

const PATH = "/api/v1/me/reminders";
const DAYS_MAX = 10; // PROTOCOL §Reminders
const RENEW_MS = 7 * 86_400_000; // our choice
const slotOf = (who: IdentityRow): string => `reminders ${who.device}`;

/** What is kept for one person: whether it is on, whether it was offered, and what the server was told last. */
interface Kept {
  on: boolean;
  offered: boolean;
  /** The server's key that the browser subscribed with. */
  key: string;
  told: string;
  at: number;
}

interface Sent {
  endpoint: string;
  days: readonly string[];
}

const isTrue = (x: unknown, name: string): boolean =>
  typeof x === "object" && x !== null && Reflect.get(x, name) === true;

async function keptOf(c: Context, who: IdentityRow): Promise<Kept> {
  const value = (await c.store.use((db) => db.meta.get(slotOf(who))))?.value;
  const at: unknown = Reflect.get(Object(value), "at");
  return {
    on: isTrue(value, "on"),
    offered: isTrue(value, "offered"),
    key: textIn(value, "key"),
    told: textIn(value, "told"),
    at: typeof at === "number" ? at : 0,
  };
}

async function keep(c: Context, who: IdentityRow, change: Partial<Kept>): Promise<void> {
  const value = { ...(await keptOf(c, who)), ...change };
  await c.store.use((db) => db.meta.put({ key: slotOf(who), value }));
}

/** Ask the server, or tell it; what it answers, or null. */
async function say(c: Context, engine: Engine, who: IdentityRow, data: object | null): Promise<unknown> {
  const token = await engine.sessions.open(c.store.world, who, await c.store.use(originOf));
  if (typeof token !== "string") return null;
  const reply = await call(c.store.world, PATH, data, token);
  return reply.kind === "ok" ? reply.data : null;
}

/** The days before those on which something may be harvested or must be done: the next ones, none of today. */
async function wakeDays(c: Context): Promise<string[]> {
  const today = String(msToDate(c.store.world.now()));
  const { makeNoticing } = await import("./noticing.ts"); // of its own: screens fetch it when they first ask
  const days = (await makeNoticing(c).days(today)).map((day) => String(addDays(day, -1)));
  return [...new Set(days)]
    .filter((day) => day > today)
    .sort()
    .slice(0, DAYS_MAX);
}

async function tell(c: Context, engine: Engine, who: IdentityRow, key: string, sent: Sent): Promise<boolean> {
  if (!isTrue(await say(c, engine, who, sent), "on")) return false;
  await keep(c, who, { on: true, key, told: JSON.stringify(sent), at: c.store.world.now() });
  return true;
}

/** Switch on for the current person; null: it is on. */
async function switchOn(c: Context, engine: Engine, waker: Waker): Promise<ReminderProblem | null> {
  const who = me(c);
  if (who === null) return "not_here";
  const allowed = await waker.ask(); // first of all: the browser asks only right after a tap
  if (allowed !== "granted") return allowed === "none" ? "not_here" : "denied";
  const told = await say(c, engine, who, null);
  if (told === null) return "offline";
  const key = textIn(told, "key");
  const endpoint = key === "" ? null : await waker.subscribe(key);
  if (endpoint === null) return "not_here";
  await agree(c, "push", true);
  await engine.kick(true);
  return (await tell(c, engine, who, key, { endpoint, days: await wakeDays(c) })) ? null : "offline";
}

async function switchOff(c: Context, engine: Engine, waker: Waker): Promise<void> {
  const who = me(c);
  if (who === null) return;
  await keep(c, who, { on: false, told: "" });
  const others = await Promise.all(
    c.rows.value.filter((row) => row.device !== who.device).map((row) => keptOf(c, row)),
  );
  // Without coverage too: an address that is no more ends by itself.
  if (!others.some((one) => one.on)) await waker.drop().catch(() => undefined);
  await say(c, engine, who, { endpoint: null, days: [] });
}

/** Tell the server what changed since it was told last: days, or the browser's address. */
async function renew(c: Context, engine: Engine, waker: Waker): Promise<void> {
  const who = me(c);
  const kept = who === null ? null : await keptOf(c, who);
  if (who === null || kept === null || !kept.on) return;
  if ((await waker.permission()) !== "granted") return keep(c, who, { on: false, told: "" });
  const isOld = Math.abs(c.store.world.now() - kept.at) > RENEW_MS;
  const key = isOld ? textIn(await say(c, engine, who, null), "key") : kept.key;
  // The browser may have another address by now; to have the old one it asks nobody.
  const endpoint = key === "" ? null : await waker.subscribe(key);
  if (endpoint === null) return;
  const sent = { endpoint, days: await wakeDays(c) };
  if (isOld || JSON.stringify(sent) !== kept.told) await tell(c, engine, who, key, sent);
}

export function makeReminders(c: Context, engine: Engine, waker: Waker = browserWaker()): Reminders {
  const state = async (): Promise<ReminderState> => {
    const who = me(c);
    const allowed = await waker.permission();
    if (who === null || !who.confirmed || who.revoked || allowed === "none") return "none";
    if (allowed === "denied") return "denied";
    return (await keptOf(c, who)).on && allowed === "granted" ? "on" : "off";
  };
  return {
    state,
    async mayOffer() {
      const who = me(c);
      return who !== null && (await state()) === "off" && !(await keptOf(c, who)).offered;
    },
    async skip() {
      const who = me(c);
      if (who !== null) await keep(c, who, { offered: true });
    },
    on: () => switchOn(c, engine, waker),
    off: () => switchOff(c, engine, waker),
    renew: () => renew(c, engine, waker),
  };
}
