/** A helper's phone without any network: a household is there as soon as it was enrolled, whole or not at all. */
import { IDBObjectStore } from "fake-indexeddb";
import { afterEach, expect, test, vi } from "vitest";
import { loadPeople, makePeople } from "../../../pwa/src/app/people.ts";
import { makeTeam } from "../../../pwa/src/app/team/team.ts";
import type { Enrolment, Team } from "../../../pwa/src/app/types.ts";
import { Engine } from "../../../pwa/src/engine/sync.ts";
import type { Values } from "../../../pwa/src/store/rows.ts";
import { Desk, ORG } from "./desk.ts";

const DAY = 86_400_000;
const DIARY = { purpose: "diary", version: "2", required: true, title: {}, text: {} };
const GPS = { purpose: "gps", version: "1", required: false, title: {}, text: {} };
const ENROLMENT: Enrolment = {
  step: 3,
  name: " Phạm Thị Lụa ",
  phone: "",
  village: "v1",
  consents: ["diary"],
  plots: [{ kind: "field", name: "Ruộng", area: { amount: "3", unit: "sao" }, boundary: [[1, 2]] }],
  season: { product: "tomato", product_name: "Cà chua", sector: "crop", started_on: "2026-11-20" },
};
const NOBODY = {
  connection: () => {},
  changed: () => {},
  done: () => {},
  mismatch: () => {},
  nextAttempt: () => {},
};

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the server told of this helper and his households last. */
async function tell(desk: Desk, households: readonly Values[]): Promise<void> {
  const { device } = desk.who;
  const villages = [{ id: "v1", name: "Thôn Đông" }];
  const reference = { me: { farm: null }, consents: [DIARY, GPS], villages, farms: [] };
  await desk.store.use((db) => db.meta.put({ key: `reference ${device}`, value: reference }));
  const value = { at: desk.now, tag: "t", data: { households } };
  await desk.store.use((db) => db.meta.put({ key: `households ${device}`, value }));
  await loadPeople(desk.c);
}

async function helping(households: readonly Values[] = []): Promise<{ desk: Desk; team: Team }> {
  const desk = await Desk.open();
  await tell(desk, households);
  return { desk, team: makeTeam(desk.c, new Engine(desk.store, NOBODY, () => true)) };
}

/** The household that was enrolled, once it is read. */
async function enrolled(desk: Desk, team: Team) {
  await loadPeople(desk.c);
  return vi.waitUntil(() => team.households.value?.[0]);
}

const known = (farm: string, until: number | null, people: readonly Values[] = []): Values => ({
  farm,
  code: "H001",
  name: "Hộ bà Mận",
  village: "Thôn Đông",
  help: { until },
  people: [...people],
  last_entry_on: null,
  entries: 0,
  held: 0,
  conflicts: 0,
});

test("enrolling asks for the rows and signs the book, the place, the season and the invitation", async () => {
  const { desk, team } = await helping();
  const made = await team.enrol(ENROLMENT);
  expect(made.ok).toBe(true);
  const requests = await desk.store.use((db) => db.requests.orderBy("order").toArray());
  expect(requests.map((one) => one.kind)).toEqual(["farm", "person", "membership", "consent"]);
  const [farm, person, membership, consent] = requests;
  expect(farm?.values).toEqual({ name: "Hộ Phạm Thị Lụa", village: "v1" });
  expect(person?.values).toMatchObject({ name: "Phạm Thị Lụa", phone: null });
  expect(membership?.values).toEqual({ person: person?.id, farm: farm?.id, role: "owner" });
  expect(consent?.values).toMatchObject({ person: person?.id, text_version: "2", means: "spoken" });

  const scope = `farm:${farm?.id}`;
  const docs = await desk.store.use((db) => db.docs.toArray());
  const of = (type: string) => docs.find((row) => row.type === type);
  expect(docs.map((row) => row.type).sort()).toEqual(["book", "device", "plot", "season"]);
  expect(of("book")).toMatchObject({ scope, values: { organisation: ORG.slice(4) } });
  expect(of("season")?.values).toMatchObject({ plots: [of("plot")?.doc], product: "tomato" });
  expect(of("device")).toMatchObject({ scope: ORG, values: { membership: membership?.id, confirm: true } });
  const bodies = await desk.store.use((db) => db.ops.toArray());
  expect(bodies.find((op) => op.doc === of("plot")?.doc)?.body).not.toContain("boundary");
});

test("the household and its code are on the phone at once; neither secret nor code is in any op", async () => {
  const { desk, team } = await helping();
  const made = await team.enrol(ENROLMENT);
  const household = await enrolled(desk, team);
  expect(household).toMatchObject({ help: "new", village: "Thôn Đông", name: "Hộ Phạm Thị Lụa", unsent: 3 });
  expect(household?.people).toMatchObject([{ name: "Phạm Thị Lụa", role: "owner", phones: [] }]);
  const invitation = made.ok ? team.invitations.value.get(made.invitation) : undefined;
  expect(invitation).toMatchObject({ state: "unsent", phone: null });
  expect(household?.people[0]?.invitation?.id).toBe(invitation?.id);
  const secret = invitation?.whole.split(".")[1] ?? "";
  const ops = await desk.store.use((db) => db.ops.toArray());
  for (const { body } of ops)
    for (const hidden of [secret, invitation?.code ?? "", invitation?.code.replace("-", "") ?? ""])
      expect(body).not.toContain(hidden);
  const isNow = (state: string) => team.invitations.value.get(invitation?.id ?? "")?.state === state;
  await desk.acknowledge();
  await enrolled(desk, team);
  await vi.waitUntil(() => isNow("open"));
  desk.now += 4 * DAY;
  await enrolled(desk, team);
  await vi.waitUntil(() => isNow("over"));
});

test("a person added later is asked as the first one was: what they agreed to goes with them", async () => {
  const { desk, team } = await helping([known("f1", null)]);
  const household = await vi.waitUntil(() => team.households.value?.[0]);
  expect((await team.addMember(household, " Anh Thịnh ", ["diary"])).ok).toBe(true);
  const requests = await desk.store.use((db) => db.requests.orderBy("order").toArray());
  expect(requests.map((one) => one.kind)).toEqual(["person", "membership", "consent"]);
  const [person, membership, consent] = requests;
  expect(person?.values).toEqual({ name: "Anh Thịnh", village: "v1" });
  expect(membership?.values).toEqual({ person: person?.id, farm: "f1", role: "member" });
  const agreed = { person: person?.id, purpose: "diary", text_version: "2", means: "spoken" };
  expect(consent?.values).toEqual(agreed);
});

test("what is written for a household names the person, before the server has heard of either", async () => {
  const { desk, team } = await helping();
  await team.enrol(ENROLMENT);
  const household = await enrolled(desk, team);
  await makePeople(desk.c).switchFarm(household?.scope ?? "");
  const doc = await desk.entry({ note: "Tưới" }, "CT-07");
  const row = await desk.store.use((db) => db.docs.get([household?.scope ?? "", doc]));
  const { membership } = household?.people[0] ?? {};
  expect(row?.values).toMatchObject({ on_behalf_of: membership, performed_by: "Phạm Thị Lụa" });
});

test("killed at any write of an enrolment, the phone has all of it or what was filled in", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined); // Dexie tells of handles that it closes
  let reached = 0;
  for (let at = 1; reached === 0; at++) {
    const { desk, team } = await helping();
    await team.keep(ENROLMENT);
    let writes = 0;
    for (const name of ["add", "put", "delete"] as const) {
      const real = IDBObjectStore.prototype[name] as (...args: unknown[]) => IDBRequest;
      vi.spyOn(IDBObjectStore.prototype, name).mockImplementation(function (
        this: IDBObjectStore,
        ...args: unknown[]
      ) {
        writes += 1;
        if (writes >= at) {
          this.transaction.abort();
          throw new DOMException("gone", "InvalidStateError");
        }
        return real.apply(this, args) as IDBRequest<IDBValidKey> & IDBRequest<undefined>;
      });
    }
    const made = await team.enrol(ENROLMENT);
    vi.restoreAllMocks();
    const after = await desk.store.use(async (db) => ({
      requests: await db.requests.count(),
      ops: await db.ops.count(),
      invitations: await db.meta.where("key").startsWith("invitation ").count(),
      begun: await db.meta.where("key").startsWith("enrolling ").count(),
    }));
    if (made.ok) {
      expect(after).toEqual({ requests: 4, ops: 4, invitations: 1, begun: 0 });
      reached = at;
    } else expect(after).toEqual({ requests: 0, ops: 0, invitations: 0, begun: 1 });
  }
  expect(reached).toBeGreaterThan(10);
});

test("a household that the cooperative did not take says why, and is not written in any more", async () => {
  const { desk, team } = await helping();
  await team.enrol(ENROLMENT);
  const told = { state: "declined", reason: "Hộ này đã có" } as const;
  await desk.store.use((db) => db.requests.filter((one) => one.kind === "farm").modify(told));
  const household = await vi.waitUntil(async () => {
    const one = await enrolled(desk, team);
    return one?.answer === null ? undefined : one;
  });
  expect(household?.needs[0]).toEqual({ kind: "declined", reason: "Hộ này đã có" });
  expect(desk.c.farms.value.map((farm) => farm.write)).toEqual([false]);
});

test("a help that is over ends writing at that moment, with or without coverage", async () => {
  const farm = "019a0000-0000-7000-8000-000000000001";
  const { desk } = await helping([known(farm, null)]);
  const access = { device: desk.who.device, scope: `farm:${farm}`, write: true };
  await desk.store.use((db) => db.access.put(access));
  await tell(desk, [known(farm, desk.now + DAY)]);
  expect(desk.c.farms.value.map((one) => one.write)).toEqual([true]);
  desk.now += 2 * DAY;
  await loadPeople(desk.c);
  expect(desk.c.farms.value.map((one) => one.write)).toEqual([false]);
});

test("confirming names the phone and what the list was drawn from", async () => {
  const doc = "device:019a0000-0000-7000-8000-00000000000d";
  const after = "A".repeat(43);
  const phone = { doc, device: "b".repeat(32), label: "Máy Android", state: "waiting", after: [after] };
  const owner = { membership: "m", person: "p", name: "Bà Mận", role: "owner", devices: [phone] };
  const { desk, team } = await helping([known("f", null, [owner])]);
  const [household] = await vi.waitUntil(() => team.households.value);
  const shown = household?.people[0]?.phones[0];
  expect(shown && (await team.confirm(shown))).toEqual({ ok: true });
  const [op] = await desk.store.use((db) => db.ops.toArray());
  expect(JSON.parse(op?.body ?? "{}")).toMatchObject({
    scope: ORG,
    doc,
    after: [after],
    set: { confirmed: true, device: phone.device },
  });
  expect(team.households.value?.[0]?.people[0]?.phones[0]?.pending).toBe("confirming");
});
