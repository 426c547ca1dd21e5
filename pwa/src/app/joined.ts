/** Which invitation an address names, and which were used here; joining itself is fetched when somebody joins. */
import { isUuid } from "../core/ids.ts";
import type { Engine } from "../engine/sync.ts";
import type { Context } from "./context.ts";
import type { Joining } from "./types.ts";

export function parseAddress(href: string): { id: string; secret: string | null } | null {
  const found = /#i=([0-9a-f-]{36})\.([A-Za-z0-9_-]{22})$/.exec(href);
  if (found?.[1] && found[2] && isUuid(found[1])) return { id: found[1], secret: found[2] };
  const plain = /\/i\/([0-9a-f-]{36})(?:[?#].*)?$/.exec(href);
  return plain?.[1] && isUuid(plain[1]) ? { id: plain[1], secret: null } : null;
}

export const JOINED = "joined ";

/** Invitations by which somebody joined on this phone: their links lead to the diary. */
export async function loadJoined(c: Context): Promise<void> {
  const keys = await c.store.use((db) => db.meta.where("key").startsWith(JOINED).primaryKeys());
  c.joined.value = new Set(keys.map((key) => key.slice(JOINED.length)));
}

/** Joining, whose larger part comes with its first use. */
export function lazyJoining(c: Context, engine: Engine, reload: () => Promise<void>): Joining {
  const whole = async () => (await import("./joining.ts")).makeJoining(c, engine, reload);
  return {
    parseAddress,
    isJoined: (id) => c.joined.value.has(id),
    look: async (invite) => (await whole()).look(invite),
    join: async (invite, label) => (await whole()).join(invite, label),
    rejoin: async (label) => (await import("./rejoining.ts")).rejoin(c, engine, reload, label),
  };
}
