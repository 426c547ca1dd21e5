/** Faults of the link between the phone and the real server: nothing is lost, nothing comes twice. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Engine } from "../../../pwa/src/engine/sync.ts";
import { Store } from "../../../pwa/src/store/db.ts";
import { House } from "../house.ts";
import type { Fault } from "../link.ts";
import { joined, type Phone } from "../phone.ts";

let house: House;
let phone: Phone;
let people = 0;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());
beforeEach(async () => {
  people += 1;
  phone = await joined(house, `Người ${people}`, `Nhà ${people}`);
});
afterEach(() => phone.link.heal());

const entry = { happened_on: "2026-11-08", form: "CT-10" };

/** Let one fault befall the next sync request. */
function once(fault: Fault): void {
  let isDone = false;
  phone.link.fault = (sent) => {
    if (isDone || sent.path !== "/api/v1/sync") return undefined;
    isDone = true;
    return fault;
  };
}
async function expectWhole(ops: number): Promise<void> {
  const log = await house.log(await phone.farm());
  expect(log.length).toBe(ops);
  expect((await phone.ops()).map((op) => op.id).sort()).toEqual([...log].sort());
  expect((await phone.ops()).every((op) => op.state === "sent" && op.digest !== null)).toBe(true);
  expect(await phone.outbox()).toBe(0);
}
const bodies = (data: unknown): string[] => (data as { ops: { body: string }[] }).ops.map((op) => op.body);

test("case 23: a lost request is sent again with the same bytes", async () => {
  await phone.save(entry);
  once({ kind: "request_lost" });
  expect(await phone.sync()).toBe("offline");
  expect(await phone.outbox()).toBe(1);
  expect(await phone.sync()).toBe("idle");
  const [first, second] = phone.syncs();
  expect(bodies(first?.data)).toEqual(bodies(second?.data));
  await expectWhole(1);
});

test("case 24: an answer lost after the commit: the same op again is already there", async () => {
  await phone.save(entry);
  once({ kind: "response_lost" });
  expect(await phone.sync()).toBe("offline");
  expect((await house.log(await phone.farm())).length).toBe(1);
  expect(await phone.outbox()).toBe(1);
  await phone.sync();
  expect(phone.syncs()[1]?.answer).toMatchObject({ results: [{ result: "already", seq: 1 }] });
  await expectWhole(1);
});

test("case 25: a request that arrives twice stores each op once", async () => {
  for (let i = 0; i < 3; i++) await phone.save(entry);
  once({ kind: "doubled" });
  expect(await phone.sync()).toBe("idle");
  await expectWhole(3);
});

test("case 27: a request that arrives days after a newer one changes nothing", async () => {
  await phone.save(entry);
  once({ kind: "late" });
  expect(await phone.sync()).toBe("offline");
  await phone.save(entry);
  expect(await phone.sync()).toBe("idle");
  house.now += 4 * 86_400_000;
  await phone.link.deliverLate();
  await phone.sync();
  await expectWhole(2);
});

test.each([0, 1, 40, 300])(
  "case 28: a request cut behind byte %i stores nothing and is sent again",
  async (at) => {
    await phone.save(entry, undefined, { note: "x".repeat(900) });
    once({ kind: "request_cut", at });
    expect(await phone.sync()).toBe("offline");
    expect(await house.log(await phone.farm())).toEqual([]);
    await phone.sync();
    await expectWhole(1);
  },
);

test.each([0, 1, 60, 400])("case 28: an answer cut behind byte %i is no answer", async (at) => {
  await phone.save(entry);
  once({ kind: "answer_cut", at });
  expect(await phone.sync()).toBe("offline");
  expect(await phone.outbox()).toBe(1);
  await phone.sync();
  await expectWhole(1);
});

test("case 29: a captive portal's page marks nothing as sent", async () => {
  const doc = await phone.save(entry);
  phone.link.fault = () => ({ kind: "portal" });
  expect(await phone.sync()).toBe("not_our_server");
  expect((await phone.doc(doc))?.state).toBe("onphone");
  phone.link.heal();
  await phone.sync();
  await expectWhole(1);
});

test.each([
  ["another log's", (answer: object) => ({ ...answer, origin: "khac.example/so" })],
  ["an answer without an epoch", (answer: object) => ({ ...answer, epoch: undefined })],
  ["an answer that lacks a result", (answer: object) => ({ ...answer, results: [] })],
])("case 29: %s counts as no connection", async (_name, change) => {
  await phone.save(entry);
  phone.link.change = (sent, answer) => (sent.path === "/api/v1/sync" ? change(answer as object) : answer);
  expect(await phone.sync()).toBe("not_our_server");
  expect(await phone.outbox()).toBe(1);
  phone.link.heal();
  await phone.sync();
  await expectWhole(1);
});

test("case 30: on a link that drops what is large, batches shrink until they pass", async () => {
  const noise = () => Array.from({ length: 25 }, () => Math.random().toString(36).slice(2)).join(" ");
  for (let i = 0; i < 30; i++) await phone.save(entry, undefined, { note: noise() });
  phone.boot();
  const limit = 2_500; // compressed, as it is on the wire
  phone.link.fault = (sent) => (sent.bytes > limit ? { kind: "request_lost" } : undefined);
  let runs = 0;
  while ((await phone.outbox()) > 0 && runs < 20) {
    await phone.sync();
    runs += 1;
  }
  expect(runs).toBeLessThan(20);
  const sizes = phone.syncs().map((one) => bodies(one.data).length);
  expect(sizes[0]).toBe(20);
  expect(Math.min(...sizes.filter((size) => size > 0))).toBeLessThan(10);
  await expectWhole(30);
});

test("case 30: a request of large ops stays below what the server takes", async () => {
  const note = "ữ".repeat(5_000);
  for (let i = 0; i < 70; i++) await phone.save(entry, undefined, { note });
  for (let i = 0; i < 3; i++) expect(await phone.sync()).toBe("idle");
  await expectWhole(70);
}, 20_000);

test("case 30: an answer that does not come in time is given up, and asked for in smaller pages", async () => {
  await phone.save(entry);
  const [before] = [phone.syncs().length];
  expect(before).toBe(0);
  once({ kind: "stalled" });
  const run = phone.sync();
  for (let i = 0; i < 400 && phone.states.at(-1) !== "offline"; i++) {
    await new Promise((done) => setImmediate(done));
    if (phone.link.seen.some((one) => one.path === "/api/v1/sync")) phone.timers.pass(60_000);
  }
  expect(await run).toBe("offline");
  await phone.sync();
  const pages = phone.syncs().map((one) => (one.data as { limit: { bytes: number } }).limit.bytes);
  expect(pages[1]).toBeLessThan(pages[0] ?? 0);
  await expectWhole(1);
});

test("case 31: Retry-After is kept, with a little more at random, whoever asks", async () => {
  await phone.save(entry);
  once({ kind: "status", status: 503, slug: "busy", headers: { "Retry-After": "40" } });
  expect(await phone.sync()).toBe("busy");
  phone.syncs();
  await phone.engine.kick();
  await phone.engine.kick(true);
  expect(phone.syncs()).toEqual([]);
  expect(phone.timers.next).toBe(45_000); // 40 s and an eighth of it: the test's random is 0.5
  phone.timers.pass(45_000);
  await phone.engine.kick();
  await expectWhole(1);
});

test("a gateway's page and a server that is down keep everything waiting, with growing pauses", async () => {
  await phone.save(entry);
  phone.link.fault = () => ({ kind: "gateway" });
  expect(await phone.sync(false)).toBe("busy");
  const first = phone.timers.next ?? 0;
  phone.link.heal();
  await house.ask({ do: "end" });
  await phone.engine.kick();
  expect(phone.states.at(-1)).toBe("offline");
  expect(phone.timers.next ?? 0).toBeGreaterThan(first);
  await house.ask({ do: "begin" });
  await phone.sync();
  await expectWhole(1);
});

test("the server killed before and after its commit: acknowledged is stored, the rest is sent again", async () => {
  for (const late of [false, true]) {
    for (const commits of [1, 2, 3]) {
      await phone.save(entry);
      await house.ask({ do: "kill_at", commits, late });
      await phone.sync();
      await house.ask({ do: "begin" });
      await phone.sync();
    }
  }
  await expectWhole(6);
}, 240_000); // six servers are begun, on a machine that may be busy

test("case 14: of two tabs one runs; the other comes again soon", async () => {
  await phone.save(entry);
  const other = new Engine(
    new Store(phone.world),
    {
      connection: () => undefined,
      changed: () => undefined,
      done: () => undefined,
      mismatch: () => undefined,
      nextAttempt: () => undefined,
    },
    () => true,
  );
  await Promise.all([phone.engine.kick(), other.kick()]);
  expect(phone.syncs().filter((one) => bodies(one.data).length > 0).length).toBe(1);
  await expectWhole(1);
  expect(phone.timers.next).toBeLessThan(10_000);
});

test("a page that does not chain is asked for again; twice, its scope waits and the ops go on", async () => {
  const neighbour = await joined(house, `Chị ${people}`, `Nhà ${people}`);
  await neighbour.save(entry);
  await neighbour.sync();
  const forge = (sent: { path: string }, answer: unknown) => {
    if (sent.path !== "/api/v1/sync") return answer;
    const { ops, ...rest } = answer as { ops: { received_at: number }[] };
    return { ...rest, ops: ops.map((op) => ({ ...op, received_at: op.received_at + 1 })) };
  };
  let isForged = false;
  phone.link.change = (sent, answer) => {
    if (isForged || sent.path !== "/api/v1/sync") return answer;
    isForged = true;
    return forge(sent, answer);
  };
  expect(await phone.sync()).toBe("idle"); // damaged once on its way
  expect(phone.mismatches).toBe(0);
  await expectWhole(1);

  await neighbour.save(entry);
  await neighbour.sync();
  for (let i = 0; i < 25; i++) await phone.save(entry);
  phone.link.change = forge;
  expect(await phone.sync()).toBe("broken");
  expect(phone.mismatches).toBe(1);
  expect(await phone.outbox()).toBe(0);
  expect((await house.log(await phone.farm())).length).toBe(27);
  phone.link.heal();
  expect(await phone.sync()).toBe("idle");
  await expectWhole(27);
});
