/** Giúp bà con, put together: fetched when a helper first looks at it. */
import { signal } from "@preact/signals";
import type { Engine } from "../../engine/sync.ts";
import { saveRequest } from "../../store/requests.ts";
import type { IdentityRow, Values } from "../../store/rows.ts";
import { type NewOp, saveOps } from "../../store/save.ts";
import { type Context, me, problemOf } from "../context.ts";
import type { Enrolment, EnrolResult, Household, Invitation, Team, TeamPhone, TeamResult } from "../types.ts";
import { addMember, BLANK, begunKey, enrol, invite } from "./enrolling.ts";
import { consentsIn, villagesIn } from "./lists.ts";
import { readTeam } from "./reading.ts";
import { rowsIn } from "./rows.ts";

const READ_ONLY = { ok: false, problem: "read_only" } as const;

/** Write fields of somebody's device document, which names what the server's list was drawn from. */
async function writeDevice(c: Context, who: IdentityRow, phone: TeamPhone, set: Values): Promise<TeamResult> {
  const people = rowsIn(c.households.value).flatMap((row) => row.diary?.people ?? []);
  const known = people.flatMap((one) => one.devices).find((one) => one.device === phone.device);
  if (!known) return { ok: false, problem: "missing" };
  const { doc, device, after } = known;
  const op: NewOp = { scope: who.org, doc, after, set: { ...set, device }, private: {} };
  try {
    const saved = await saveOps(c.store, who, [op]);
    if (!saved.ok) return saved;
    c.bell();
    c.kick();
    return { ok: true };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

async function askForHelp(c: Context, who: IdentityRow, farm: string): Promise<TeamResult> {
  try {
    await saveRequest(c.store, who.device, "help", { farm, membership: who.membership });
    c.bell();
    c.kick();
    return { ok: true };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

function toEnrolment(kept: unknown, village: string | null): Enrolment {
  const blank = { ...BLANK, village };
  return typeof kept === "object" && kept !== null ? { ...blank, ...kept } : blank;
}

/** The village that households of this helper are in most likely: his own. */
function ownVillage(c: Context): string | null {
  const name = c.current.value?.village ?? "";
  return villagesIn(c.reference.value).find((one) => one.name === name)?.id ?? null;
}

export function makeTeam(c: Context, engine: Engine): Team {
  const households = signal<readonly Household[] | null>(null);
  const invitations = signal<ReadonlyMap<string, Invitation>>(new Map());
  const helpedToday = signal(0);
  const draw = async () => {
    const who = me(c);
    if (who === null) return;
    const view = await readTeam(c, who);
    households.value = view.households;
    invitations.value = view.invitations;
    helpedToday.value = view.helpedToday;
  };
  let tail: Promise<void> = Promise.resolve();
  let waits = false;
  /** Read anew, one reading behind another: an older one never covers a newer one. */
  const read = (): Promise<void> => {
    if (!waits) {
      waits = true;
      tail = tail.then(() => {
        waits = false;
        return draw().catch(() => undefined);
      });
    }
    return tail;
  };
  c.households.subscribe(() => void read());
  c.farms.subscribe(() => void read());
  const as = async <T>(work: (who: IdentityRow) => Promise<T>): Promise<T | typeof READ_ONLY> => {
    const who = me(c);
    if (who === null || c.store.newer !== null) return READ_ONLY;
    const done = await work(who);
    await read();
    return done;
  };
  const begun = () => begunKey(c.current.value?.device ?? "");
  const villageOf = (household: Household) =>
    villagesIn(c.reference.value).find((one) => one.name === household.village)?.id ?? null;
  return {
    households,
    helpedToday,
    invitations,
    consents: () => consentsIn(c.reference.value),
    villages: () => villagesIn(c.reference.value),
    begun: async () => toEnrolment((await c.store.use((db) => db.meta.get(begun())))?.value, ownVillage(c)),
    keep: async (enrolment) =>
      void (await c.store.use((db) => db.meta.put({ key: begun(), value: enrolment }))),
    drop: () => c.store.use((db) => db.meta.delete(begun())),
    enrol: (enrolment) => as((who) => enrol(c, who, enrolment)),
    addMember: (household, name, consents) =>
      as((who) => addMember(c, who, household.farm, { name, village: villageOf(household), consents })),
    invite: ({ farm }, { membership, name }): Promise<EnrolResult> =>
      as((who) => invite(c, who, { farm, membership, name })),
    confirm: (phone) => as((who) => writeDevice(c, who, phone, { confirmed: true })),
    end: (phone, reason) => as((who) => writeDevice(c, who, phone, { revoked: true, reason })),
    askForHelp: ({ farm }) => as((who) => askForHelp(c, who, farm)),
    async look() {
      const who = me(c);
      if (who !== null && c.store.newer === null) await engine.households(who);
    },
  };
}
