/**
 * Enrolling a household: its rows as requests, its book, places, season and invitation as ops, all in one write.
 *
 * Nothing needs the server: ids are made here, and what speaks of what follows it in the outbox.
 */
import { msToDate } from "../../core/civil.ts";
import { makeUuid7 } from "../../core/ids.ts";
import { INVITE_RANDOM_BYTES, makeInvite } from "../../core/invites.ts";
import { newRequest } from "../../store/requests.ts";
import type { IdentityRow, RequestRow } from "../../store/rows.ts";
import { type NewOp, readMeta, saveOps } from "../../store/save.ts";
import { randomBytes } from "../../store/world.ts";
import { type Context, problemOf } from "../context.ts";
import { splitFields } from "../split.ts";
import type { Enrolment, EnrolResult, Values } from "../types.ts";
import { consentsIn } from "./lists.ts";
import type { KeptInvitation } from "./reading.ts";

export const BLANK: Enrolment = {
  step: 0,
  name: "",
  phone: "",
  village: null,
  consents: [],
  plots: [],
  season: null,
};

export const begunKey = (device: string): string => `enrolling ${device}`;
const keptKey = (id: string): string => `invitation ${id}`;
/** How the person agreed: the helper read the text out, in the yard. */
const MEANS = "spoken";
const KEPT_MS = 30 * 86_400_000;

interface Whom {
  farm: string;
  membership: string;
  name: string;
}

/** An invitation for a membership: its op, and what stays on this phone. It always has to be confirmed. */
async function inviteOf(
  c: Context,
  who: IdentityRow,
  whom: Whom,
): Promise<{ op: NewOp; kept: KeptInvitation }> {
  const { world } = c.store;
  const skew = await c.store.use((db) => readMeta(db, "skew"));
  // It is the server that says when it is over: by its clock.
  const now = world.now() + (typeof skew === "number" ? skew : 0);
  const made = makeInvite(now, randomBytes(world, INVITE_RANDOM_BYTES), whom.membership, "phone", true);
  const { id, doc, whole, code } = made;
  return {
    op: { scope: who.org, doc, after: [], set: { ...made.fields } as Values, private: {} },
    kept: { device: who.device, id, doc, ...whom, whole, code, expires_at: made.expiresAt },
  };
}

/** Store ops, requests and invitations together; what was kept of a begun enrolment goes where `ends` says so. */
async function store(
  c: Context,
  who: IdentityRow,
  ops: readonly NewOp[],
  requests: readonly RequestRow[],
  kept: KeptInvitation,
  ends: boolean,
): Promise<EnrolResult> {
  try {
    const old = c.store.world.now() - KEPT_MS;
    const saved = await saveOps(c.store, who, ops, {
      async write(db) {
        await db.requests.bulkAdd([...requests]);
        const before = await db.meta.where("key").startsWith("invitation ").toArray();
        const over = before.filter((row) => Number(Reflect.get(Object(row.value), "expires_at")) < old);
        await db.meta.bulkDelete(over.map((row) => row.key));
        await db.meta.put({ key: keptKey(kept.id), value: kept });
        if (ends) await db.meta.delete(begunKey(who.device));
      },
    });
    if (!saved.ok) return saved;
    c.bell();
    c.kick();
    return { ok: true, invitation: kept.id };
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}

const idOf = (c: Context): string => makeUuid7(c.store.world.now(), randomBytes(c.store.world, 10));

function farmOps(c: Context, who: IdentityRow, farm: string, enrolment: Enrolment): NewOp[] {
  const scope = `farm:${farm}`;
  const op = (type: string, form: string, fields: Values): NewOp => ({
    scope,
    doc: `${type}:${idOf(c)}`,
    after: [],
    ...splitFields(c, form, fields),
  });
  const book: NewOp = {
    scope,
    doc: `book:${idOf(c)}`,
    after: [],
    set: { organisation: who.org.slice("org:".length) },
    private: {},
  };
  const plots = enrolment.plots.map((fields) => op("plot", "plot", fields));
  if (enrolment.season === null) return [book, ...plots];
  const started = String(msToDate(c.store.world.now()));
  const fields = { started_on: started, ...enrolment.season, plots: plots.map((one) => one.doc) };
  return [book, ...plots, op("season", "season", fields)];
}

export async function enrol(c: Context, who: IdentityRow, enrolment: Enrolment): Promise<EnrolResult> {
  const name = enrolment.name.trim();
  const { village } = enrolment;
  const farm = newRequest(c.store.world, who.device, "farm", { name: `Hộ ${name}`, village });
  const phone = enrolment.phone.trim();
  const of = { name, village, phone: phone === "" ? null : phone };
  const { membership, requests } = personOf(c, who, farm.id, "owner", of, enrolment.consents);
  const { op, kept } = await inviteOf(c, who, { farm: farm.id, membership, name });
  const ops = [...farmOps(c, who, farm.id, enrolment), op];
  return store(c, who, ops, [farm, ...requests], kept, true);
}

/** The rows that a person of a household asks for: who it is, that they belong there, what they agreed to. */
function personOf(
  c: Context,
  who: IdentityRow,
  farm: string,
  role: "owner" | "member",
  values: Values,
  consents: readonly string[],
): { membership: string; requests: RequestRow[] } {
  const request = (kind: RequestRow["kind"], of: Values) => newRequest(c.store.world, who.device, kind, of);
  const person = request("person", values);
  const membership = request("membership", { person: person.id, farm, role });
  const agreed = consentsIn(c.reference.value).filter((one) => consents.includes(one.purpose));
  const given = agreed.map(({ purpose, version }) =>
    request("consent", { person: person.id, purpose, text_version: version, means: MEANS }),
  );
  return { membership: membership.id, requests: [person, membership, ...given] };
}

/** One more person of a household, asked as the first one was. */
export async function addMember(
  c: Context,
  who: IdentityRow,
  farm: string,
  asked: Pick<Enrolment, "name" | "village" | "consents">,
): Promise<EnrolResult> {
  const name = asked.name.trim();
  const of = { name, village: asked.village };
  const { membership, requests } = personOf(c, who, farm, "member", of, asked.consents);
  const { op, kept } = await inviteOf(c, who, { farm, membership, name });
  return store(c, who, [op], requests, kept, false);
}

export async function invite(c: Context, who: IdentityRow, whom: Whom): Promise<EnrolResult> {
  const { op, kept } = await inviteOf(c, who, whom);
  return store(c, who, [op], [], kept, false);
}
