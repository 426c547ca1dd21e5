/** What the person asks of those who keep his data: a request like any other, with the law's clock at the server. */
import { saveRequest } from "../store/requests.ts";
import { type Context, me, member, textIn } from "./context.ts";
import type { AskedData, DataAsk } from "./types.ts";

/** The longest of the law's clocks, with its extension: what was asked before is done. */
const SHOWN_MS = 35 * 86_400_000;
const KINDS: readonly DataAsk[] = ["access", "erase"];

export async function askedOf(c: Context): Promise<AskedData[]> {
  const who = me(c);
  const rows = await c.store.use((db) => db.requests.toArray());
  const now = c.store.world.now();
  return KINDS.flatMap((kind) => {
    const newest = rows
      .filter((row) => row.device === who?.device && row.kind === "data_request" && row.values.kind === kind)
      .filter((row) => row.state !== "refused" && Math.abs(now - row.made_at) < SHOWN_MS)
      .at(-1);
    if (newest === undefined) return [];
    return [{ kind, at: newest.made_at, isWaiting: newest.state === "unsent" || newest.state === "waiting" }];
  });
}

export async function askFor(c: Context, kind: DataAsk): Promise<void> {
  const who = me(c);
  const person = textIn(member(c.reference.value, "me"), "person");
  if (who === null || person === "" || (await askedOf(c)).some((one) => one.kind === kind)) return;
  await saveRequest(c.store, who.device, "data_request", { person, kind });
  c.bell();
  c.kick();
}
