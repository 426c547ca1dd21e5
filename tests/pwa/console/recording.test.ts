/** What a staff member's browser signs is numbered once, kept until the server has it, and never signed twice. */
import { describe, expect, it } from "vitest";
import type { Person, Statement } from "../../../pwa/src/console/desk.ts";
import { record, send } from "../../../pwa/src/console/recording.ts";
import { Refusal } from "../../../pwa/src/core/errors.ts";
import { b64Decode } from "../../../pwa/src/core/ids.ts";
import { message, parseOp } from "../../../pwa/src/core/ops.ts";
import {
  type Answer,
  type Asked,
  addPerson,
  FARM,
  makeTable,
  ORG,
  ORIGIN,
  results,
  serving,
  type Table,
} from "./desk.ts";

const DOC = "entry:019a0000-0000-7000-8000-000000000003";
const HEADS = ["vGpbuVygoRuhjWxaCdj5d0SFt3ISysYtV1CFMx6-ceg", "mJU8ELIExcVzXEDw0ElQfDVIAUu2Ak5oSgR4ryyeR2k"];

function statement(change: Partial<Statement> = {}): Statement {
  return { scope: FARM, doc: DOC, after: HEADS, set: { water: "2" }, private: {}, ...change };
}

async function kept(table: Table, person: Person) {
  return (await table.shelf.unsent(person.device)).map((row) => {
    const op = parseOp(ORIGIN, row.body, row.private);
    if (op instanceof Refusal) throw op;
    return { row, op };
  });
}

const accepted = { result: "accepted", seq: 1, received_at: 1 };
const quiet = () => serving((asked) => results(asked, accepted));

describe("recording", () => {
  it("an op names the heads of the page in ascending order and is signed by the person's key", async () => {
    const table = await makeTable(quiet());
    const person = await addPerson(table);
    await record(table.desk, table.shelf, person, [statement({ private: { note: "Phun bờ ao" } })]);
    const [one] = await kept(table, person);
    expect(one?.op.after).toEqual([...HEADS].sort());
    expect(one?.op.privateFields).toEqual({ note: "Phun bờ ao" });
    expect(one?.op.by).toBe(person.membership);
    const point = await crypto.subtle.sign(
      { name: "ECDSA", hash: "SHA-256" },
      person.privateKey,
      message(ORIGIN, one?.row.body ?? ""),
    );
    expect(new Uint8Array(point)).toHaveLength(64);
    expect(b64Decode(one?.row.signature ?? "")).toHaveLength(64);
  });

  it("numbers go on where the join ended, in each log for itself, also from two tabs at once", async () => {
    const table = await makeTable(quiet());
    const person = await addPerson(table);
    const both = [statement(), statement({ scope: ORG, doc: DOC, after: [] })];
    await Promise.all([1, 2, 3].map(() => record(table.desk, table.shelf, person, both)));
    const found = await kept(table, person);
    const of = (scope: string) => found.filter((one) => one.op.scope === scope).map((one) => one.op.n);
    expect(of(FARM)).toEqual([1, 2, 3]);
    expect(of(ORG)).toEqual([2, 3, 4]);
  });

  it("all statements are stored or none", async () => {
    const table = await makeTable(quiet());
    const person = await addPerson(table);
    const said = await record(table.desk, table.shelf, person, [statement(), statement({ scope: "farm:x" })]);
    expect(said).toBeInstanceOf(Refusal);
    expect(await kept(table, person)).toEqual([]);
    await record(table.desk, table.shelf, person, [statement()]);
    expect((await kept(table, person))[0]?.op.n).toBe(1);
  });

  it("case 24: an op whose answer is lost is sent again as the same bytes", async () => {
    let isUp = false;
    const table = await makeTable(
      serving((asked) => (isUp ? results(asked, { ...accepted, result: "already" }) : "down")),
    );
    const person = await addPerson(table);
    await record(table.desk, table.shelf, person, [statement()]);
    expect(await send(table.desk, table.shelf, person)).toBe("offline");
    expect(await kept(table, person)).toHaveLength(1);
    isUp = true;
    expect(await send(table.desk, table.shelf, person)).toBe("done");
    const sent = table.asked.filter((one) => one.path === "/api/v1/sync").map((one) => one.data.ops);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(await kept(table, person)).toEqual([]);
  });

  const outcomes: readonly [string, object, string, number][] = [
    ["accepted leaves the outbox", accepted, "done", 0],
    ["held is durable at the server", { result: "held", problem: "no_right" }, "held", 0],
    ["a copied key is said", { result: "held", problem: "device_copied" }, "copied", 0],
    ["later is kept", { result: "later", problem: "busy" }, "later", 1],
    ["an unknown result is kept", { result: "perhaps" }, "later", 1],
  ];
  it.each(outcomes)("%s", async (_name, result, outcome, left) => {
    const table = await makeTable(serving((asked) => results(asked, result)));
    const person = await addPerson(table);
    await record(table.desk, table.shelf, person, [statement()]);
    expect(await send(table.desk, table.shelf, person)).toBe(outcome);
    expect(await kept(table, person)).toHaveLength(left);
  });

  it("a refused op stays in the browser under its problem and is not sent again", async () => {
    const table = await makeTable(
      serving((asked) => results(asked, { result: "refused", problem: "bad_body" })),
    );
    const person = await addPerson(table);
    await record(table.desk, table.shelf, person, [statement()]);
    expect(await send(table.desk, table.shelf, person)).toBe("refused");
    const [row] = await table.shelf.all("outbox");
    expect(row).toMatchObject({ problem: "bad_body" });
    const asked = table.asked.length;
    expect(await send(table.desk, table.shelf, person)).toBe("done");
    expect(table.asked).toHaveLength(asked);
  });

  it("one op's fate is not another's, and the worst is said", async () => {
    const held = { result: "held", problem: "no_right" };
    const table = await makeTable(serving((asked) => results(asked, accepted, held)));
    const person = await addPerson(table);
    await record(table.desk, table.shelf, person, [statement(), statement()]);
    expect(await send(table.desk, table.shelf, person)).toBe("held");
    expect(await kept(table, person)).toEqual([]);
  });

  const strange: readonly [string, (asked: Asked) => Answer][] = [
    [
      "another log's answer",
      (asked) => [200, { ...(results(asked, accepted)[1] as object), origin: "la.example/so" }],
    ],
    ["an answer without results", () => [200, { origin: ORIGIN }]],
    ["an answer with too few results", () => [200, { origin: ORIGIN, results: [] }]],
  ];
  it.each(strange)("case 29: %s counts as no connection", async (_name, answer) => {
    const table = await makeTable(serving(answer));
    const person = await addPerson(table);
    await record(table.desk, table.shelf, person, [statement()]);
    expect(await send(table.desk, table.shelf, person)).toBe("offline");
    expect(await kept(table, person)).toHaveLength(1);
  });

  it("case 29: a page that is not ours is no connection, a proxy's failure is tried again", async () => {
    let status = 200;
    const table = await makeTable(
      serving((asked) => [status, (results(asked, accepted) as readonly unknown[])[1], "text/html"]),
    );
    const person = await addPerson(table);
    await record(table.desk, table.shelf, person, [statement()]);
    expect(await send(table.desk, table.shelf, person)).toBe("offline");
    status = 502;
    expect(await send(table.desk, table.shelf, person)).toBe("later");
    expect(await kept(table, person)).toHaveLength(1);
  });

  it("a revoked browser keeps what it signed and is signed out", async () => {
    const table = await makeTable((asked) =>
      asked.path.endsWith("/challenge")
        ? [200, { nonce: "A".repeat(43) }]
        : [403, { type: "/problems/device_revoked" }],
    );
    const person = await addPerson(table);
    await record(table.desk, table.shelf, person, [statement()]);
    expect(await send(table.desk, table.shelf, person)).toBe("signed_out");
    expect(await kept(table, person)).toHaveLength(1);
  });

  it("two persons of one computer send each their own", async () => {
    const table = await makeTable(quiet());
    const ha = await addPerson(table);
    const tuan = await addPerson(table, "Trần Văn Tuấn");
    await record(table.desk, table.shelf, ha, [statement()]);
    await record(table.desk, table.shelf, tuan, [statement()]);
    await send(table.desk, table.shelf, tuan);
    expect(await kept(table, ha)).toHaveLength(1);
    expect(await kept(table, tuan)).toEqual([]);
  });

  it("the server's clock is noted and named in the next op", async () => {
    const table = await makeTable(quiet());
    const person = await addPerson(table);
    await record(table.desk, table.shelf, person, [statement()]);
    await send(table.desk, table.shelf, person);
    await record(table.desk, table.shelf, person, [statement()]);
    const [one] = await kept(table, person);
    expect(one?.op.skew).toBeGreaterThan(8000);
    expect(one?.op.skew).toBeLessThan(9000);
  });
});
