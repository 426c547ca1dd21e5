/** The households as the screens show them: the server's list, what was asked for here, what this phone still holds. */
import { msToDate } from "../../core/civil.ts";
import { Refusal } from "../../core/errors.ts";
import { type Op, parseOp } from "../../core/ops.ts";
import type { Database } from "../../store/db.ts";
import type { IdentityRow, OpRow, RequestRow } from "../../store/rows.ts";
import { originOf } from "../../store/save.ts";
import { type Context, textValue } from "../context.ts";
import { askedEntries } from "../entries.ts";
import type { Household, Invitation, TeamPerson, TeamPhone } from "../types.ts";
import { newest } from "../walk.ts";
import { byNeed, needsOf } from "./needs.ts";
import { type HouseholdRow, type PhoneRow, rowsIn } from "./rows.ts";

/** What of an invitation is kept, under `invitation <id>`. */
export type KeptInvitation = Omit<Invitation, "state" | "phone"> & { device: string };

interface Own {
  op: Op;
  row: OpRow;
}
/** Everything that is read once for all households. */
interface Ground {
  now: number;
  today: string;
  who: IdentityRow;
  requests: readonly RequestRow[];
  /** Ops on device documents by this phone. */
  ops: readonly Own[];
  unsent: ReadonlyMap<string, number>;
  kept: readonly KeptInvitation[];
}

export interface View {
  households: Household[];
  invitations: Map<string, Invitation>;
  helpedToday: number;
}

const isKept = (x: unknown): x is KeptInvitation =>
  typeof x === "object" && x !== null && "whole" in x && "membership" in x && "device" in x;

async function readGround(c: Context, db: Database, who: IdentityRow): Promise<Ground> {
  const now = c.store.world.now();
  const origin = await originOf(db);
  const rows = await db.ops
    .where("[scope+doc]")
    .between([who.org, "device:"], [who.org, "device:\uffff"])
    .toArray();
  const unsent = new Map<string, number>();
  for (const { scope } of await db.outbox.where("device").equals(who.device).toArray())
    unsent.set(scope, (unsent.get(scope) ?? 0) + 1);
  const kept = (await db.meta.where("key").startsWith("invitation ").toArray()).map((one) => one.value);
  return {
    now,
    today: String(msToDate(now)),
    who,
    requests: await db.requests.filter((one) => one.device === who.device).sortBy("order"),
    ops: rows.flatMap((row) => {
      const op = row.device === who.device ? parseOp(origin, row.body, row.private) : null;
      return op === null || op instanceof Refusal ? [] : [{ op, row }];
    }),
    unsent,
    kept: kept.filter(isKept).filter((one) => one.device === who.device),
  };
}

/** What this phone wrote about another and what is not seen in the list yet. */
function pendingOf(ground: Ground, phone: PhoneRow): TeamPhone["pending"] {
  const mine = ground.ops.filter(
    ({ op, row }) => op.doc === phone.doc && op.fields.device === phone.device && row.state !== "turned_down",
  );
  if (phone.state !== "revoked" && mine.some(({ op }) => op.fields.revoked === true)) return "ending";
  return phone.state === "waiting" && mine.some(({ op }) => op.fields.confirmed === true)
    ? "confirming"
    : null;
}

function toPhone(ground: Ground, phone: PhoneRow): TeamPhone {
  const { after: _, ...shown } = phone;
  return { ...shown, pending: pendingOf(ground, phone) };
}

function toInvitation(ground: Ground, kept: KeptInvitation, phones: readonly TeamPhone[]): Invitation {
  const { device: _, ...shown } = kept;
  const phone = phones.find((one) => one.doc === kept.doc) ?? null;
  const op = ground.ops.find((one) => one.op.doc === kept.doc)?.row;
  const waits = op === undefined || op.state !== "sent";
  const state =
    phone !== null ? "arrived" : kept.expires_at <= ground.now ? "over" : waits ? "unsent" : "open";
  return { ...shown, state, phone };
}

/** Memberships that were asked for here and that the list does not name yet. */
function peopleAsked(ground: Ground, farm: string, known: ReadonlySet<string>) {
  return ground.requests
    .filter((one) => one.kind === "membership" && one.values.farm === farm && !known.has(one.id))
    .map((one) => {
      const person = ground.requests.find((other) => other.id === one.values.person);
      const name = textValue(person?.values.name) ?? "";
      return { membership: one.id, name, role: textValue(one.values.role) ?? "", devices: [] };
    });
}

function peopleOf(ground: Ground, row: HouseholdRow): { people: TeamPerson[]; invitations: Invitation[] } {
  const known = row.diary?.people ?? [];
  const asked = peopleAsked(ground, row.farm, new Set(known.map((one) => one.membership)));
  const invitations: Invitation[] = [];
  const people = [...known, ...asked].map((one): TeamPerson => {
    const phones = one.devices.map((phone) => toPhone(ground, phone));
    const kept = ground.kept.filter((item) => item.membership === one.membership);
    const all = kept.map((item) => toInvitation(ground, item, phones));
    invitations.push(...all);
    const open = all.filter((item) => item.state === "unsent" || item.state === "open");
    const { membership, name, role } = one;
    return { membership, name, role, phones, invitation: open.at(-1) ?? null };
  });
  return { people, invitations };
}

function helpOf(ground: Ground, row: HouseholdRow, isNew: boolean): Household["help"] {
  if (isNew) return "new";
  const until = row.help?.until ?? null;
  if (row.help !== null && (until === null || until > ground.now)) return "now";
  const asked = ground.requests.some(
    (one) =>
      one.kind === "help" &&
      one.values.farm === row.farm &&
      (one.state === "unsent" || one.state === "waiting"),
  );
  return asked ? "asked" : row.help === null ? "none" : "over";
}

const ENDED = new Set(["declined", "refused"]);

/** The newest "no" to what was asked for this household, unless it was asked for once more. */
function answerOf(ground: Ground, farm: string): { text: string; enrolling: boolean } | null {
  const about = ground.requests.filter((one) => one.id === farm || one.values.farm === farm);
  const enrolling = about.find((one) => one.kind !== "help" && ENDED.has(one.state));
  if (enrolling) return { text: enrolling.reason ?? "", enrolling: true };
  const help = about.filter((one) => one.kind === "help").at(-1);
  return help && ENDED.has(help.state) ? { text: help.reason ?? "", enrolling: false } : null;
}

/** A household that was enrolled here and that the server's list does not have yet. */
function rowOf(c: Context, request: RequestRow): HouseholdRow {
  const villages: unknown = Reflect.get(Object(c.reference.value), "villages");
  const all: unknown[] = Array.isArray(villages) ? villages : [];
  const village = all.find((one) => Reflect.get(Object(one), "id") === request.values.village);
  const name: unknown = Reflect.get(Object(village), "name");
  return {
    farm: request.id,
    code: textValue(request.row?.code) ?? "",
    name: textValue(request.values.name) ?? "",
    village: typeof name === "string" ? name : "",
    help: null,
    diary: null,
  };
}

async function toHousehold(db: Database, ground: Ground, row: HouseholdRow, isNew: boolean) {
  const scope = `farm:${row.farm}`;
  const { people, invitations } = peopleOf(ground, row);
  const [last] = await newest(db, { scope, type: "entry" }, 1, (one) => !one.deleted);
  const local = textValue(last?.values.happened_on);
  const told = row.diary?.last_entry_on ?? null;
  const answer = answerOf(ground, row.farm);
  const own = ground.requests.find((one) => one.id === row.farm);
  const shown: Omit<Household, "needs"> = {
    farm: row.farm,
    scope,
    code: row.code,
    name: row.name,
    village: row.village,
    help: helpOf(ground, row, isNew),
    until: row.help?.until ?? null,
    people,
    last_entry_on: local !== null && (told === null || local > told) ? local : told,
    entries: row.diary?.entries ?? 0,
    held: row.diary?.held ?? 0,
    unsent: ground.unsent.get(scope) ?? 0,
    answer: answer?.text ?? null,
  };
  const needs = needsOf(shown, {
    today: ground.today,
    now: ground.now,
    asked: row.diary === null ? 0 : (await askedEntries(db, scope)).length,
    torn: row.diary?.conflicts ?? 0,
    declined: answer?.enrolling === true ? answer.text : null,
    waiting: isNew || own?.state === "waiting",
  });
  const helped = local === ground.today && typeof last?.values.on_behalf_of === "string";
  const enrolled = own !== undefined && String(msToDate(own.made_at)) === ground.today;
  return { household: { ...shown, needs }, invitations, helped: helped || enrolled };
}

/** Read all of it anew: tens of households, a few look-ups each. */
export async function readTeam(c: Context, who: IdentityRow): Promise<View> {
  return c.store.use(async (db) => {
    const ground = await readGround(c, db, who);
    const rows = rowsIn(c.households.value);
    const known = new Set(rows.map((row) => row.farm));
    const mine = new Set(c.farms.value.map((farm) => farm.scope));
    const asked = ground.requests.filter(
      (one) => one.kind === "farm" && !known.has(one.id) && mine.has(`farm:${one.id}`),
    );
    const all = await Promise.all([
      ...rows.map((row) => toHousehold(db, ground, row, false)),
      ...asked.map((one) => toHousehold(db, ground, rowOf(c, one), true)),
    ]);
    const invitations = all
      .flatMap((one) => one.invitations)
      .map((one): [string, Invitation] => [one.id, one]);
    return {
      households: all.map((one) => one.household).sort(byNeed),
      invitations: new Map(invitations),
      helpedToday: all.filter((one) => one.helped).length,
    };
  });
}
