/** What the server refused for good can be read, done again where it belongs, and carried away whole. */
import { expect, it } from "vitest";
import { record, send } from "../../../pwa/src/console/recording.ts";
import { fileOf, pageOf, saidBy } from "../../../pwa/src/console/refused.ts";
import { addPerson, FARM, makeTable, ORG, results, serving } from "./desk.ts";

const ENTRY = "entry:019a0000-0000-7000-8000-000000000003";
const DEVICE = "device:019a0000-0000-7000-8000-000000000004";
const refusing = () => serving((asked) => results(asked, { result: "refused", problem: "bad_body" }));

async function refused() {
  const table = await makeTable(refusing());
  const person = await addPerson(table);
  const set = { water: { amount: "2", unit: "binh" } };
  await record(table.desk, table.shelf, person, [
    { scope: FARM, doc: ENTRY, after: [], set, private: { note: "Phun bờ ao" } },
    { scope: ORG, doc: DEVICE, after: [], set: { confirmed: true }, private: {} },
  ]);
  expect(await send(table.desk, table.shelf, person)).toBe("refused");
  return { table, person, rows: await table.shelf.refused(person.device) };
}

it("is listed in the order of signing, is not sent again, and goes when its person drops it", async () => {
  const { table, person, rows } = await refused();
  expect(rows.map((row) => row.problem)).toEqual(["bad_body", "bad_body"]);
  expect(await table.shelf.unsent(person.device)).toEqual([]);
  await table.shelf.write({ store: "outbox", drop: rows[0]?.id ?? "" });
  expect(await table.shelf.refused(person.device)).toEqual(rows.slice(1));
  expect(await table.shelf.refused("another")).toEqual([]);
});

it("says every field in words of its own, the private ones too, and names the page to do it again on", async () => {
  const { rows } = await refused();
  const [entry, device] = rows;
  if (!entry || !device) throw new Error("none");
  expect(saidBy(entry).split("\n")).toEqual([
    ENTRY,
    'water: {"amount":"2","unit":"binh"}',
    "note: Phun bờ ao",
  ]);
  expect(pageOf(entry)).toBe(`/htx/dong/${FARM.slice(5)}/${ENTRY.slice(6)}`);
  expect(pageOf(device)).toBe(`/htx/may/${DEVICE.slice(7)}`);
  expect(pageOf({ ...entry, body: "{" })).toBeNull();
});

it("is carried away with the very bytes that were signed", async () => {
  const { person, rows } = await refused();
  const [entry] = rows;
  if (!entry) throw new Error("none");
  const [head, op] = fileOf(entry, person, 7)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(head).toEqual({ so_nha_nong: 1, origin: person.origin, made_at: 7 });
  expect(op).toEqual({ body: entry.body, private: entry.private, signature: entry.signature });
});
