/** For whom a helper records: the owner of the household, by what the server told or what was asked for here. */
import { isOwner } from "../../core/rights.ts";
import type { Database } from "../../store/db.ts";
import { type Context, textValue } from "../context.ts";
import { rowsIn } from "./rows.ts";

export interface Behalf {
  membership: string;
  name: string;
}

async function askedOwner(db: Database, farm: string): Promise<Behalf | null> {
  const rows = await db.requests.toArray();
  const member = rows.find(
    (one) => one.kind === "membership" && one.values.farm === farm && isOwner(String(one.values.role)),
  );
  const person = rows.find((one) => one.id === member?.values.person);
  return member ? { membership: member.id, name: textValue(person?.values.name) ?? "" } : null;
}

/** Return whom the current person records for in a farm's book; null where nobody of it is known. */
export async function behalfOf(c: Context, scope: string): Promise<Behalf | null> {
  const farm = scope.slice("farm:".length);
  const people = rowsIn(c.households.value).find((row) => row.farm === farm)?.diary?.people ?? [];
  const owner = people.find((one) => isOwner(one.role)) ?? people[0];
  if (owner) return { membership: owner.membership, name: owner.name };
  return c.store.use((db) => askedOwner(db, farm));
}
