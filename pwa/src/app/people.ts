/** The persons of this phone, the farms they may see, and the snapshot of names beside the log. */
import { computed } from "@preact/signals";
import { readHouseholds } from "../store/households.ts";
import type { IdentityRow } from "../store/rows.ts";
import { type Context, listIn, textIn } from "./context.ts";
import { farmsOf } from "./farms.ts";
import type { Identity, People } from "./types.ts";

export function toIdentity(row: IdentityRow): Identity {
  const { device, name, village, membership, org, orgName = "", confirmed, revoked } = row;
  // The new key of a copied phone comes within a moment; why it waits is said until somebody lets it in.
  const copied = row.copied || row.joining !== undefined;
  return { device, name, village, membership, org, orgName, confirmed, revoked, copied };
}

/** Read identities, access and reference anew; the choice of person and farm stays. */
export async function loadPeople(c: Context): Promise<void> {
  const [rows, current] = await c.store.use((db) =>
    Promise.all([db.identities.toArray(), db.meta.get("current")]),
  );
  const chosen = current?.value;
  // One whose key was found in two places gave way to its successor; it only sends what it still has.
  const shown = rows.filter((r) => r.successor === undefined);
  const row = shown.find((r) => r.device === chosen) ?? shown[0] ?? null;
  c.rows.value = shown;
  c.current.value = row === null ? null : toIdentity(row);
  if (row === null) {
    c.farms.value = [];
    c.farm.value = null;
    c.households.value = null;
    return;
  }
  const [reference, households, last, seen] = await c.store.use((db) =>
    Promise.all([
      db.meta.get(`reference ${row.device}`),
      readHouseholds(db, row.device),
      db.meta.get(`farm ${row.device}`),
      db.access.where("device").equals(row.device).toArray(),
    ]),
  );
  c.reference.value = reference?.value ?? null;
  c.households.value = households;
  c.farms.value = await farmsOf(c, row, seen);
  c.farm.value = c.farms.value.find((f) => f.scope === last?.value) ?? c.farms.value[0] ?? null;
}

/** Name of the person behind a membership, where the snapshot has it. */
export function nameOf(c: Context, membership: string): string | null {
  const mine = c.rows.value.find((r) => r.membership === membership);
  if (mine) return mine.name;
  const found = listIn(c.reference.value, "memberships").find((m) => textIn(m, "id") === membership);
  const person = listIn(c.reference.value, "persons").find(
    (p) => textIn(p, "id") === textIn(found, "person"),
  );
  return textIn(person, "name") || null;
}

export function makePeople(c: Context): People {
  const set = async (key: string, value: string) => {
    if (c.store.newer !== null) return;
    await c.store.use((db) => db.meta.put({ key, value }));
    await loadPeople(c);
    c.bell();
  };
  return {
    identities: computed(() => c.rows.value.filter((r) => r.successor === undefined).map(toIdentity)),
    current: c.current,
    switchTo: (device) => set("current", device),
    farms: c.farms,
    farm: c.farm,
    helps: computed(() => c.households.value !== null),
    switchFarm: (scope) => set(`farm ${c.current.value?.device ?? ""}`, scope),
    household: computed(() => {
      const uuid = c.farm.value?.scope.slice("farm:".length);
      const members = listIn(c.reference.value, "memberships").filter((m) => textIn(m, "farm") === uuid);
      const names = members.flatMap((m) => nameOf(c, textIn(m, "id")) ?? []);
      return [...new Set([...(c.current.value ? [c.current.value.name] : []), ...names, ...c.workers.value])];
    }),
  };
}
