/** The households of a helper as the server told them last, kept for days without coverage; read by `app/team`. */
import type { Database } from "./db.ts";

/** `at`: the phone's clock when the list was heard to be so; `rows` as they came. */
export interface HouseholdList {
  at: number;
  rows: readonly unknown[];
}

export const householdsKey = (device: string): string => `households ${device}`;

const member = (x: unknown, name: string): unknown =>
  typeof x === "object" && x !== null ? Reflect.get(x, name) : undefined;

/** The list that a device heard last; null where it never heard one: its person helps nobody. */
export async function readHouseholds(db: Database, device: string): Promise<HouseholdList | null> {
  const kept = (await db.meta.get(householdsKey(device)))?.value;
  if (kept === undefined) return null;
  const rows = member(member(kept, "data"), "households");
  return { at: Number(member(kept, "at")), rows: Array.isArray(rows) ? rows : [] };
}

/** When the right to help a farm ends, in ms; null where it has no end or there is none. */
export function helpEnd(list: HouseholdList | null, scope: string): number | null {
  const row = list?.rows.find((one) => `farm:${String(member(one, "farm"))}` === scope);
  const until = member(member(row, "help"), "until");
  return typeof until === "number" ? until : null;
}
