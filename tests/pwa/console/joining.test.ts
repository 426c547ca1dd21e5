/** A staff member's browser joins once by its invitation, with a key that can't be taken out. */
import { describe, expect, it } from "vitest";
import { begun, join, labelOf, look, parseInvite, problemOf } from "../../../pwa/src/console/joining.ts";
import { openSession } from "../../../pwa/src/console/session.ts";
import { isB64 } from "../../../pwa/src/core/ids.ts";
import { parseOp } from "../../../pwa/src/core/ops.ts";
import { type Answer, type Asked, addPerson, MEMBERSHIP, makeTable, ORG, ORIGIN, serving } from "./desk.ts";

const INVITE = { id: "019a0000-0000-7000-8000-0000000000cc", secret: "AAAAAAAAAAAAAAAAAAAAAA" };
const TIP = "vGpbuVygoRuhjWxaCdj5d0SFt3ISysYtV1CFMx6-ceg";
const LOOK = {
  origin: ORIGIN,
  epoch: 1,
  scope: ORG,
  doc: `device:${INVITE.id}`,
  after: [TIP],
  by: MEMBERSHIP,
  kind: "browser",
  pages: true,
  confirm: false,
  shown: { name: "Nguyễn Thị Hà", village: "", farm: "", organisation: "HTX Thụy Hương" },
};
const JOINED = { result: "accepted", ops: [{ body: "{}", signature: "s" }], token: "t", expires_at: 9e12 };

function door(joined: () => Answer, shown: object = LOOK): (asked: Asked) => Answer {
  return (asked) => (asked.path.endsWith("/invite") ? [200, shown] : joined());
}

describe("joining", () => {
  it("joins with the invitation's secret, keeps the person, and the counter stands at the join's number", async () => {
    const table = await makeTable(door(() => [200, JOINED]));
    const seen = await look(table.desk, INVITE);
    if (typeof seen === "string") throw new Error(seen);
    expect(seen).toMatchObject({ name: "Nguyễn Thị Hà", organisation: "HTX Thụy Hương", confirm: false });
    const person = await join(table.desk, table.shelf, INVITE, seen, "Chrome, Windows");
    if (typeof person === "string") throw new Error(person);
    const sent = table.asked[1]?.data ?? {};
    const op = parseOp(ORIGIN, String(sent.body));
    expect(op).toMatchObject({ n: 1, scope: ORG, after: [TIP], by: MEMBERSHIP, doc: LOOK.doc });
    expect(op).toMatchObject({ fields: { secret: INVITE.secret, label: "Chrome, Windows", key: sent.key } });
    expect(isB64(sent.key, 65)).toBe(true);
    expect(person.privateKey.extractable).toBe(false);
    expect(await table.shelf.person(person.device)).toMatchObject({
      name: "Nguyễn Thị Hà",
      own: [{ body: "{}" }],
    });
    expect(await table.shelf.get("counters", [person.device, ORG])).toMatchObject({ n: 1 });
    expect(await begun(table.shelf, INVITE)).toBeNull();
  });

  it("case 24: a join whose answer was lost is asked for again with the same bytes, without another look", async () => {
    let answer: Answer = "down";
    const table = await makeTable(door(() => answer));
    const seen = await look(table.desk, INVITE);
    if (typeof seen === "string") throw new Error(seen);
    expect(await join(table.desk, table.shelf, INVITE, seen, "Chrome")).toBe("offline");
    answer = [200, { ...JOINED, result: "already" }];
    const again = await begun(table.shelf, INVITE);
    if (again === null) throw new Error("forgotten");
    expect(typeof (await join(table.desk, table.shelf, INVITE, again, "Firefox"))).toBe("object");
    expect(table.asked[2]?.data).toEqual(table.asked[1]?.data);
  });

  const refused: readonly [string, Answer, string][] = [
    ["case 33: used", [410, { type: "/problems/invite_used" }], "invite_used"],
    ["case 34: expired", [410, { type: "/problems/invite_expired" }], "invite_expired"],
    ["unknown", [404, { type: "/problems/invite_unknown" }], "invite_unknown"],
    ["case 35: burnt", [410, { type: "/problems/invite_burnt" }], "invite_burnt"],
    ["too many", [429, { type: "/problems/too_many" }], "too_many"],
    ["busy", [503, { type: "/problems/busy" }], "server"],
    ["no connection", "down", "offline"],
  ];
  it.each(refused)(
    "%s: named for the page's sentence, and no person is kept",
    async (_name, answer, problem) => {
      const table = await makeTable(() => answer);
      expect(await look(table.desk, INVITE)).toBe(problem);
      const seen = { name: "", organisation: "", confirm: false, data: LOOK };
      expect(await join(table.desk, table.shelf, INVITE, seen, "Chrome")).toBe(problem);
      expect(await table.shelf.persons()).toEqual([]);
    },
  );

  it("a phone's invitation is none for the console, and a held join keeps no person", async () => {
    const phone = await makeTable(door(() => [200, JOINED], { ...LOOK, kind: "phone" }));
    expect(await look(phone.desk, INVITE)).toBe("not_staff");
    const second = await makeTable(door(() => [200, { result: "held", ops: [] }]));
    const seen = { name: "", organisation: "", confirm: false, data: LOOK };
    expect(await join(second.desk, second.shelf, INVITE, seen, "Chrome")).toBe("held");
    expect(await second.shelf.persons()).toEqual([]);
  });

  it("a second join that waits is asked for with the same bytes until a person decided", async () => {
    let answer: Answer = [200, { result: "held", ops: [] }];
    const table = await makeTable(door(() => answer));
    const seen = { name: "", organisation: "", confirm: false, data: LOOK };
    expect(await join(table.desk, table.shelf, INVITE, seen, "Chrome")).toBe("held");
    expect(await begun(table.shelf, INVITE)).not.toBeNull();
    answer = [200, { ...JOINED, result: "already" }];
    expect(await join(table.desk, table.shelf, INVITE, seen, "Chrome")).toMatchObject({
      membership: MEMBERSHIP,
    });
    expect(table.asked[1]?.data).toEqual(table.asked[0]?.data);
    const down = await makeTable(door(() => [403, { type: "/problems/no_right" }]));
    expect(await join(down.desk, down.shelf, INVITE, seen, "Chrome")).toBe("session");
    expect(await begun(down.shelf, INVITE)).toBeNull();
  });

  it("a browser that does not give keys back makes no person and asks nothing of the server", async () => {
    const table = await makeTable(door(() => [200, JOINED]));
    const seen = { name: "", organisation: "", confirm: false, data: LOOK };
    const broken = Object.assign(Object.create(Object.getPrototypeOf(table.shelf)), table.shelf, {
      setMeta: () => Promise.reject(new Error("DataCloneError")),
    });
    expect(await join(table.desk, broken, INVITE, seen, "Chrome")).toBe("no_store");
    expect(table.asked).toEqual([]);
  });

  it("a link is whole or it is none", () => {
    expect(parseInvite(`#i=${INVITE.id}.${INVITE.secret}`)).toEqual(INVITE);
    expect(parseInvite("")).toBeNull();
    expect(parseInvite("#muc-luc")).toBeNull();
    for (const cut of [
      `#i=${INVITE.id}`,
      `#i=${INVITE.id}.AAAA`,
      `#i=x.${INVITE.secret}`,
      `#i=${INVITE.id}.${INVITE.secret}A`,
    ]) {
      expect(parseInvite(cut)).toBe("bad");
    }
  });

  it("a browser is called what it is", () => {
    const windows =
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";
    expect(labelOf(windows)).toBe("Chrome, Windows");
    expect(labelOf(`${windows} Edg/156.0`)).toBe("Edge, Windows");
    expect(labelOf(windows.replace("Chrome/", "coc_coc_browser/130.0 Chrome/"))).toBe("Cốc Cốc, Windows");
    expect(labelOf("")).toBe("Trình duyệt");
  });

  it("a session proves the key, sends the device's own ops, and keeps new ones that the server has", async () => {
    const own = [
      { body: "{}", signature: "s" },
      { body: "[]", signature: "c" },
    ];
    const table = await makeTable((asked) =>
      asked.path.endsWith("/session") ? [200, { token: "abc", ops: own }] : [200, { nonce: "A".repeat(43) }],
    );
    const person = await addPerson(table);
    expect(
      await openSession(table.desk, table.shelf, {
        ...person,
        own: [{ body: "{}", private: null, signature: "s" }],
      }),
    ).toBe("abc");
    expect(table.asked[1]?.data).toMatchObject({
      device: person.device,
      ops: [{ body: "{}", signature: "s" }],
    });
    expect((await table.shelf.person(person.device))?.own).toHaveLength(2);
    expect(problemOf({ kind: "problem", status: 403, slug: "device_revoked" })).toBe("revoked");
    const quiet = await makeTable(serving(() => "down"));
    expect(await openSession(quiet.desk, quiet.shelf, await addPerson(quiet))).toBe("t");
  });

  it("keeps the touches over its own ops beside them, and shows them with the challenge's answer", async () => {
    const touch = { ops: [TIP], response: { id: "key" } };
    const given = {
      token: "t",
      expires_at: 9e12,
      ops: [{ body: "{}", signature: "s" }],
      assertions: [touch],
    };
    const table = await makeTable((asked) =>
      asked.path.endsWith("/challenge") ? [200, { nonce: "A".repeat(43) }] : [200, given],
    );
    const person = await addPerson(table);
    await openSession(table.desk, table.shelf, person);
    const kept = await table.shelf.person(person.device);
    expect(kept).toMatchObject({ own: [{ body: "{}" }], touches: [touch] });
    if (kept === null) throw new Error("forgotten");
    await openSession(table.desk, table.shelf, kept);
    expect(table.asked[1]?.data).not.toHaveProperty("assertions");
    expect(table.asked[3]?.data).toMatchObject({ ops: [{ body: "{}" }], assertions: [touch] });
  });
});
