/** The farms whose books a person may open on this phone: what the server grants, and what he asked for himself. */
import Dexie from "dexie";
import { helpEnd } from "../store/households.ts";
import type { AccessRow, IdentityRow } from "../store/rows.ts";
import { type Context, listIn, member, textIn, textValue } from "./context.ts";
import type { FarmRef } from "./types.ts";

interface Granted {
  scope: string;
  write: boolean;
  /** As asked for, where no snapshot names the farm yet. */
  asked?: { name: string; village: string };
}

/** Return the farms of a person, those of the server's list (`seen`) first. */
export async function farmsOf(c: Context, row: IdentityRow, seen: readonly AccessRow[]): Promise<FarmRef[]> {
  const villages = listIn(c.reference.value, "villages");
  const known = listIn(c.reference.value, "farms");
  const isOver = (scope: string) =>
    (helpEnd(c.households.value, scope) ?? Number.POSITIVE_INFINITY) <= c.store.world.now();
  return (await granted(c, row, seen)).map(({ scope, write, asked }): FarmRef => {
    const farm = known.find((f) => `farm:${textIn(f, "id")}` === scope);
    const id = asked?.village ?? textIn(farm, "village");
    const village = villages.find((v) => textIn(v, "id") === id);
    return {
      scope,
      name: textIn(farm, "name") || (asked?.name ?? row.name),
      village: textIn(village, "name") || row.village,
      write: write && c.store.newer === null && !isOver(scope),
      sector: null,
    };
  });
}

async function granted(c: Context, row: IdentityRow, seen: readonly AccessRow[]): Promise<Granted[]> {
  const access: readonly Granted[] =
    seen.length > 0 ? seen : own(row, textIn(member(c.reference.value, "me"), "farm"));
  const farms = access.filter((one) => one.scope.startsWith("farm:"));
  const list = c.households.value;
  if (list === null) return farms;
  // Whoever reads all screens in one transaction keeps it open until a helper's part is here.
  const { farmsAsked } = await Dexie.waitFor(import("./team/rows.ts"));
  const asked = await c.store.use((db) => farmsAsked(db, row.device, list));
  const more = asked
    .filter((one) => !farms.some((farm) => farm.scope === `farm:${one.id}`))
    .map(({ id, state, values }) => ({
      scope: `farm:${id}`,
      write: state !== "declined",
      asked: { name: textValue(values.name) ?? "", village: textValue(values.village) ?? "" },
    }));
  return [...farms, ...more];
}

/**
 * The household's own book for a phone that waits to be confirmed: it reads nothing yet, and records at once; what
 * it sends is held until the confirmation admits it.
 */
function own(row: IdentityRow, farm: string): Granted[] {
  return row.confirmed || row.revoked || farm === "" ? [] : [{ scope: `farm:${farm}`, write: true }];
}
