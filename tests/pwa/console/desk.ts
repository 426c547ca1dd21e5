/** A desk for tests: a fresh fake IndexedDB, locks in order, a clock, and a server that the test plays. */
import { IDBFactory } from "fake-indexeddb";
import { type Desk, type Person, Shelf } from "../../../pwa/src/console/desk.ts";
import { makeKey } from "../../../pwa/src/core/signing.ts";

export const ORIGIN = "vi-du.example/so";
export const ORG = "org:019a0000-0000-7000-8000-0000000000aa";
export const FARM = "farm:019a0000-0000-7000-8000-0000000000bb";
export const MEMBERSHIP = "019a0000-0000-7000-8000-000000000002";

/** What the played server was asked, and what it answers: a status and a body, or "down". */
export interface Asked {
  readonly path: string;
  readonly data: Record<string, unknown>;
  readonly token: string;
}
export type Answer = readonly [status: number, body: unknown, type?: string] | "down";

export interface Table {
  readonly desk: Desk;
  readonly shelf: Shelf;
  readonly asked: Asked[];
}

export async function makeTable(answer: (asked: Asked) => Answer): Promise<Table> {
  const asked: Asked[] = [];
  const tails = new Map<string, Promise<unknown>>();
  let now = 1_762_600_000_000;
  const indexedDB = new IDBFactory();
  const desk: Desk = {
    fetch: async (path, init) => {
      const headers = new Headers(init.headers);
      const token = (headers.get("Authorization") ?? "").replace("Bearer ", "");
      const one = { path, data: JSON.parse(String(init.body)), token };
      asked.push(one);
      const came = answer(one);
      if (came === "down") throw new TypeError("no network");
      const [status, body, said] = came;
      const type = said ?? (status < 400 ? "application/json" : "application/problem+json");
      return new Response(JSON.stringify(body), { status, headers: { "Content-Type": type } });
    },
    now: () => {
      now += 1;
      return now;
    },
    crypto: globalThis.crypto,
    indexedDB,
    lock: (name, work) => {
      const next = (tails.get(name) ?? Promise.resolve()).then(work);
      tails.set(
        name,
        next.catch(() => undefined),
      );
      return next;
    },
  };
  return { desk, shelf: await Shelf.open(indexedDB), asked };
}

/** A staff member whose browser has joined: its join took number 1 of the organisation's log. */
export async function addPerson(table: Table, name = "Nguyễn Thị Hà"): Promise<Person> {
  const key = await makeKey();
  const person: Person = {
    device: key.device,
    privateKey: key.privateKey,
    name,
    organisation: "HTX Thụy Hương",
    membership: MEMBERSHIP,
    doc: "device:019a0000-0000-7000-8000-0000000000cc",
    origin: ORIGIN,
    since: 1,
    own: [],
  };
  await table.shelf.write(
    { store: "persons", put: person },
    { store: "counters", put: { device: person.device, scope: ORG, n: 1 } },
  );
  return person;
}

/** The server's side of a session, then what it says to a sync. */
export function serving(sync: (asked: Asked) => Answer): (asked: Asked) => Answer {
  return (asked) => {
    if (asked.path.endsWith("/challenge")) return [200, { nonce: "A".repeat(43) }];
    if (asked.path.endsWith("/session")) return [200, { token: "t", expires_at: 9e12, ops: [] }];
    return sync(asked);
  };
}

/** A sync answer with one result for every op that came. */
export function results(asked: Asked, ...list: readonly object[]): Answer {
  const ops = asked.data.ops as unknown[];
  return [
    200,
    { origin: ORIGIN, epoch: 1, now: 1_762_600_009_000, results: ops.map((_, i) => list[i % list.length]) },
  ];
}
