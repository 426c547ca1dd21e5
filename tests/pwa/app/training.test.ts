/** Attendance without any network: none twice, one taken back is gone, codes that are nobody's are said so. */
import { expect, test } from "vitest";
import { loadPeople } from "../../../pwa/src/app/people.ts";
import { makeTraining } from "../../../pwa/src/app/training.ts";
import type { TrainingDesk, TrainingSession } from "../../../pwa/src/app/types.ts";
import { attendanceDoc, makeAttendeeCode } from "../../../pwa/src/core/attendance.ts";
import type { Values } from "../../../pwa/src/store/rows.ts";
import { Desk, ORIGIN, uuid } from "./desk.ts";

const SESSION = "019a0000-0000-7000-8000-0000000000aa";
const LUA = uuid();
const MAN = uuid();
const MEMBER = uuid();
const CODE = makeAttendeeCode(ORIGIN, { kind: "farm", id: LUA, membership: MEMBER });
const DOC = attendanceDoc(SESSION, `farm:${LUA}`, MEMBER);
const home = (farm: string, name: string): Values => ({
  farm,
  code: "H001",
  name,
  village: "Đông",
  help: null,
});

/** A team member's phone; `came`: what the server told of the session. */
async function helping(came: readonly [string, string][] = []) {
  const desk = await Desk.open();
  const session = { id: SESSION, topic: "Ghi nhật ký", kind: "digital", happened_on: "2026-11-08", came };
  const me = { role: "helper", farm: null };
  const training = { sessions: [session as unknown as Values], trained: [] };
  const value = {
    at: desk.now,
    tag: "t",
    data: { households: [home(LUA, "Nhà Lụa"), home(MAN, "Nhà Mận")] },
  };
  await desk.store.use((db) =>
    db.meta.bulkPut([
      { key: `reference ${desk.who.device}`, value: { me, training } },
      { key: `households ${desk.who.device}`, value },
      { key: "origin", value: ORIGIN },
    ]),
  );
  await loadPeople(desk.c);
  const training_ = makeTraining(desk.c);
  const [of] = training_.sessions();
  if (of === undefined) throw new Error("no session");
  return { desk, training: training_, of };
}

const find = async (training: TrainingDesk, of: TrainingSession, name: string) => {
  const found = (await training.attended(of.id)).households.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};

test("a code that is scanned again is told, and is one attendance", async () => {
  const { desk, training, of } = await helping();
  expect(training.records()).toBe(true);
  expect(await training.scan(of, CODE)).toEqual({ ok: true, name: "Nhà Lụa", again: false });
  expect(await training.scan(of, ` ${CODE}\n`)).toEqual({ ok: true, name: "Nhà Lụa", again: true });
  expect(await training.attended(of.id)).toMatchObject({ count: 1, waiting: 1 });
  const rows = await desk.store.use((db) =>
    db.docs.where("[scope+doc]").equals([desk.who.org, DOC]).toArray(),
  );
  const set = { training: SESSION, farm: `farm:${LUA}`, membership: MEMBER, how: "scan", kind: "digital" };
  expect(rows.map((row) => row.values)).toEqual([{ ...set, happened_on: "2026-11-08" }]);
});

test("who was recorded on another phone is not recorded again, and is not taken back here", async () => {
  const { training, of } = await helping([[DOC, `farm:${LUA}`]]);
  expect(await training.scan(of, CODE)).toMatchObject({ again: true });
  expect(await training.attended(of.id)).toMatchObject({ count: 1, waiting: 0 });
  expect(await find(training, of, "Nhà Lụa")).toMatchObject({ came: true, own: false });
});

test("a household that was ticked and then scanned is still one person", async () => {
  const { training, of } = await helping();
  await training.tick(of, await find(training, of, "Nhà Lụa"));
  await training.scan(of, CODE);
  expect((await training.attended(of.id)).count).toBe(1);
});

test("a household is ticked, taken back and ticked again", async () => {
  const { training, of } = await helping();
  for (const came of [true, false, true]) {
    expect(await training.tick(of, await find(training, of, "Nhà Mận"))).toBe(true);
    expect(await find(training, of, "Nhà Mận")).toMatchObject({ came, own: came });
    expect((await training.attended(of.id)).count).toBe(came ? 1 : 0);
  }
});

test("somebody without a household is kept by name, in the private part alone", async () => {
  const { desk, training, of } = await helping();
  expect(await training.walkIn(of, "  Trần Văn Ba ")).toBe(true);
  const ops = await desk.store.use((db) => db.ops.toArray());
  const [op] = ops.filter((one) => one.doc.startsWith("attendance:"));
  expect(op?.body).not.toContain("Ba");
  expect(op?.private).toContain("Trần Văn Ba");
  expect((await training.attended(of.id)).count).toBe(1);
});

test.each([
  ["HTTPS://VI-DU.EXAMPLE/T/7K3M9QXA", "not_attendee"],
  [`${CODE.slice(0, -1)}`, "bad_attendee"],
  [makeAttendeeCode("khac.example/so", { kind: "farm", id: LUA, membership: MEMBER }), "foreign_attendee"],
])("what is no attendee's code is told and writes nothing: %s", async (code, problem) => {
  const { training, of } = await helping();
  expect(await training.scan(of, code)).toEqual({ ok: false, problem });
  expect((await training.attended(of.id)).count).toBe(0);
});

test("a cooperative's phone shows the code of its organisation", async () => {
  const { desk, training } = await helping();
  const id = desk.who.org.slice("org:".length);
  const { membership } = desk.who;
  expect(await training.code()).toBe(makeAttendeeCode(ORIGIN, { kind: "organisation", id, membership }));
});
