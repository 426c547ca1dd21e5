/** Households as the server tells them, and what was asked for here that it can't name yet. */
import type { Database } from "../../store/db.ts";
import type { HouseholdList } from "../../store/households.ts";
import type { RequestRow } from "../../store/rows.ts";

export interface PhoneRow {
  doc: string;
  device: string;
  label: string;
  state: "waiting" | "confirmed" | "revoked";
  joined_at: number | null;
  last_seen: number | null;
  unsent: number | null;
  photos: number | null;
  app: string | null;
  /** Newest ops of `doc`: what an op on it names. */
  after: string[];
}
export interface HelpedPerson {
  membership: string;
  person: string;
  name: string;
  role: string;
  devices: PhoneRow[];
}
export interface HouseholdRow {
  farm: string;
  code: string;
  name: string;
  village: string;
  /** Null: no right to help; `until` in ms, null for no end, may be over. */
  help: { until: number | null } | null;
  /** Null: known by name alone. */
  diary: {
    people: HelpedPerson[];
    last_entry_on: string | null;
    entries: number;
    held: number;
    conflicts: number;
  } | null;
}
const member = (x: unknown, name: string): unknown =>
  typeof x === "object" && x !== null ? Reflect.get(x, name) : undefined;
const text = (x: unknown, name: string): string => {
  const found = member(x, name);
  return typeof found === "string" ? found : "";
};
const number = (x: unknown, name: string): number | null => {
  const found = member(x, name);
  return typeof found === "number" ? found : null;
};
const list = (x: unknown, name: string): readonly unknown[] => {
  const found = member(x, name);
  return Array.isArray(found) ? found : [];
};

function toPhone(x: unknown): PhoneRow[] {
  const state = text(x, "state");
  if (state !== "waiting" && state !== "confirmed" && state !== "revoked") return [];
  const after = list(x, "after").filter((one): one is string => typeof one === "string");
  const { doc, device, label } = { doc: text(x, "doc"), device: text(x, "device"), label: text(x, "label") };
  return [
    {
      doc,
      device,
      label,
      state,
      joined_at: number(x, "joined_at"),
      last_seen: number(x, "last_seen"),
      unsent: number(x, "unsent"),
      photos: number(x, "photos"),
      app: text(x, "app") || null,
      after,
    },
  ];
}

const toPerson = (x: unknown): HelpedPerson => ({
  membership: text(x, "membership"),
  person: text(x, "person"),
  name: text(x, "name"),
  role: text(x, "role"),
  devices: list(x, "devices").flatMap(toPhone),
});

function toHousehold(x: unknown): HouseholdRow {
  const help = member(x, "help");
  return {
    farm: text(x, "farm"),
    code: text(x, "code"),
    name: text(x, "name"),
    village: text(x, "village"),
    help: typeof help === "object" && help !== null ? { until: number(help, "until") } : null,
    diary: Array.isArray(member(x, "people"))
      ? {
          people: list(x, "people").map(toPerson),
          last_entry_on: text(x, "last_entry_on") || null,
          entries: number(x, "entries") ?? 0,
          held: number(x, "held") ?? 0,
          conflicts: number(x, "conflicts") ?? 0,
        }
      : null,
  };
}

/** The rows of a list that name a farm. */
export function rowsIn(list: HouseholdList | null): HouseholdRow[] {
  return (list?.rows ?? []).map(toHousehold).filter((row) => row.farm !== "");
}

/** Farms that this device asked for and that no list of the server can name yet, as they were asked for. */
export async function farmsAsked(
  db: Database,
  device: string,
  list: HouseholdList | null,
): Promise<RequestRow[]> {
  const rows = await db.requests
    .where("state")
    .anyOf("unsent", "waiting", "settled", "declined")
    .filter((row) => row.device === device && row.kind === "farm")
    .sortBy("order");
  const at = list?.at ?? 0;
  return rows.filter((row) => row.state !== "settled" || (row.askedAt ?? 0) >= at);
}
