/**
 * Attendance of training on the phone: recorded without coverage, by a scan or by the list, none of them twice.
 *
 * The document of an attendance is named by session and attendee (`core/attendance`), so two phones write the same one.
 * Who came is counted from what this phone wrote and what the snapshot told last. Source: PROTOCOL §40.
 */
import { attendanceDoc, makeAttendeeCode, readAttendeeCode } from "../core/attendance.ts";
import { msToDate } from "../core/civil.ts";
import { isHousehold, mayWrite } from "../core/rights.ts";
import type { DocRow, Values } from "../store/rows.ts";
import { originOf, saveOps } from "../store/save.ts";
import { type Context, listIn, me, member, newId, textIn } from "./context.ts";
import { rowsIn } from "./team/rows.ts";
import type { Attending, TrainingDesk, TrainingSession } from "./types.ts";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What one session's documents say: each attendee, and who wrote it. */
interface Known {
  /** Document → of whom; told by the server or written here. */
  readonly all: ReadonlyMap<string, string>;
  readonly own: ReadonlyMap<string, DocRow>;
  readonly told: ReadonlySet<string>;
}

export function makeTraining(c: Context): TrainingDesk {
  const mine = () => member(c.reference.value, "me");
  const training = () => member(c.reference.value, "training");
  const today = () => String(msToDate(c.store.world.now()));
  const toldOf = (session: string): ReadonlyMap<string, string> => {
    const row = listIn(training(), "sessions").find((one) => textIn(one, "id") === session);
    const pairs = listIn(row, "came").filter((one): one is [string, string] => Array.isArray(one));
    return new Map(pairs.map(([doc, of]) => [text(doc), text(of)]));
  };
  const known = async (session: string): Promise<Known> => {
    const rows = await ownRows(c);
    const own = new Map(
      rows.filter((row) => text(row.values.training) === session).map((row) => [row.doc, row] as const),
    );
    const told = toldOf(session);
    const all = new Map(told);
    for (const [doc, row] of own) {
      // Taken back here, and by nobody else's word: the server's older list may still name it.
      if (row.deleted) all.delete(doc);
      else all.set(doc, ofWhom(row.values));
    }
    return { all, own, told: new Set(told.keys()) };
  };
  const write = async (doc: string, before: DocRow | undefined, set: Values, hidden: Values) => {
    const who = me(c);
    if (who === null || c.store.newer !== null) return false;
    const op = { scope: who.org, doc, after: before?.tips ?? [], set, private: hidden };
    const saved = await saveOps(c.store, who, [op]).catch(() => ({ ok: false }));
    if (!saved.ok) return false;
    c.bell();
    c.kick();
    return true;
  };
  const said = (session: TrainingSession, how: "scan" | "list"): Values => ({
    training: session.id,
    kind: session.kind,
    how,
    happened_on: session.day,
  });
  const nameOf = (of: string): string => {
    const farm = rowsIn(c.households.value).find((row) => `farm:${row.farm}` === of);
    if (farm !== undefined) return farm.name;
    const id = of.slice(of.indexOf(":") + 1);
    const found = [...listIn(c.reference.value, "farms"), ...listIn(c.reference.value, "organisations")];
    return textIn(
      found.find((one) => textIn(one, "id") === id),
      "name",
    );
  };
  return {
    records: () => mayWrite(textIn(mine(), "role"), "org", "attendance", { first: true }),
    sessions: () =>
      listIn(training(), "sessions")
        .map((one): TrainingSession => toSession(one, today()))
        .filter((one) => one.id !== ""),
    trained: () =>
      listIn(training(), "trained").map((one) => ({
        topic: textIn(one, "topic"),
        day: textIn(one, "happened_on"),
      })),
    async attended(session) {
      const { all, own, told } = await known(session);
      const by = new Map<string, string[]>();
      for (const [doc, of] of all) by.set(of, [...(by.get(of) ?? []), doc]);
      const list = [...householdsOf(c)].map(([of, one]): Attending => {
        const docs = by.get(of) ?? [];
        return { of, ...one, came: docs.length > 0, own: docs.length > 0 && docs.every((d) => !told.has(d)) };
      });
      const waits = [...own.values()].filter((row) => row.state !== "sent");
      const count = [...by].reduce((sum, [of, docs]) => sum + people(session, of, docs), 0);
      return { count, households: list.sort(byVillage), waiting: waits.length };
    },
    async scan(session, scanned) {
      const origin = await c.store.use((db) => originOf(db));
      const who = readAttendeeCode(origin, scanned.trim());
      if (typeof who === "string") return { ok: false, problem: who };
      const of = `${who.kind === "farm" ? "farm" : "org"}:${who.id}`;
      const doc = attendanceDoc(session.id, of, who.membership);
      const { all, own } = await known(session.id);
      const name = nameOf(of);
      if (all.has(doc)) return { ok: true, name, again: true };
      const whom: Values = who.kind === "farm" ? { farm: of } : { organisation: who.id };
      const set = { ...said(session, "scan"), ...whom, membership: who.membership };
      const done = await write(doc, own.get(doc), revived(own.get(doc), set), {});
      return done ? { ok: true, name, again: false } : { ok: false, problem: "not_saved" };
    },
    async tick(session, { of, came }) {
      const { all, own } = await known(session.id);
      if (!came) {
        const doc = attendanceDoc(session.id, of, "");
        const set = { ...said(session, "list"), farm: of };
        return write(doc, own.get(doc), revived(own.get(doc), set), {});
      }
      let done = true;
      for (const [doc, row] of own)
        if (all.get(doc) === of && !row.deleted)
          done = (await write(doc, row, { _deleted: true }, {})) && done;
      return done;
    },
    walkIn: (session, name) =>
      write(`attendance:${newId(c)}`, undefined, said(session, "list"), { name: name.trim().slice(0, 200) }),
    async code() {
      const who = me(c);
      if (who === null) return null;
      const origin = await c.store.use((db) => originOf(db));
      const { membership } = who;
      const farm = textIn(mine(), "farm") || (c.farm.value?.scope.slice("farm:".length) ?? "");
      if (isHousehold(textIn(mine(), "role")) || (mine() === undefined && farm !== ""))
        return farm === "" ? null : makeAttendeeCode(origin, { kind: "farm", id: farm, membership });
      return makeAttendeeCode(origin, {
        kind: "organisation",
        id: who.org.slice("org:".length),
        membership,
      });
    },
  };
}

/** Of whom an attendance speaks; "" for somebody known by name alone. */
function ofWhom(values: Values): string {
  const organisation = text(values.organisation);
  return text(values.farm) || (organisation === "" ? "" : `org:${organisation}`);
}

/** How many people these documents of one household are: the list's own counts where nobody of it was scanned. */
function people(session: string, of: string, docs: readonly string[]): number {
  if (of === "") return docs.length;
  const listed = attendanceDoc(session, of, "");
  return Math.max(1, docs.filter((doc) => doc !== listed).length);
}

/** The fields of an attendance that was taken back before: it stands again. */
const revived = (row: DocRow | undefined, set: Values): Values =>
  row?.deleted === true ? { ...set, _deleted: null } : set;

const ownRows = async (c: Context): Promise<DocRow[]> => {
  const scope = me(c)?.org ?? "";
  return c.store.use((db) =>
    db.docs
      .where("[scope+type+sort]")
      .between([scope, "attendance", ""], [scope, "attendance", "\uffff"])
      .toArray(),
  );
};

/** The households that this person knows: those of a helper's villages, or of the own cooperative. */
function householdsOf(c: Context): Map<string, { name: string; code: string; village: string }> {
  const villages = new Map(
    listIn(c.reference.value, "villages").map((one) => [textIn(one, "id"), textIn(one, "name")]),
  );
  const found = new Map<string, { name: string; code: string; village: string }>();
  for (const one of listIn(c.reference.value, "farms"))
    found.set(`farm:${textIn(one, "id")}`, {
      name: textIn(one, "name"),
      code: textIn(one, "code"),
      village: villages.get(textIn(one, "village")) ?? "",
    });
  for (const { farm, name, code, village } of rowsIn(c.households.value))
    found.set(`farm:${farm}`, { name, code, village });
  return found;
}

function byVillage(a: Attending, b: Attending): number {
  const [left, right] = [`${a.village} ${a.name}`, `${b.village} ${b.name}`];
  return left.localeCompare(right, "vi");
}

function toSession(one: unknown, today: string): TrainingSession {
  const day = textIn(one, "happened_on");
  const places = [textIn(one, "place"), textIn(one, "village")].filter(Boolean);
  return {
    id: textIn(one, "id"),
    topic: textIn(one, "topic"),
    kind: textIn(one, "kind"),
    heldBy: textIn(one, "held_by"),
    team: textIn(one, "team"),
    place: places.join(", "),
    day,
    starts: textIn(one, "starts_at"),
    ends: textIn(one, "ends_at"),
    today: day === today,
  };
}
