/**
 * Recording: ops that a staff member's browser signs, keeps, and sends until the server has settled them.
 *
 * Saving is one lock around reading `n`, signing, and one strict transaction that adds the ops with their counters;
 * a retry sends the same bytes. What the server refuses for good stays in the browser, under its problem.
 */
import { Refusal } from "../core/errors.ts";
import { makeBody, makePrivate, message, opId, parseOp, privateHash } from "../core/ops.ts";
import type { Assertion, PasskeyProblem } from "../net/passkeys.ts";
import {
  type Desk,
  member,
  type Person,
  type Shelf,
  type Statement,
  type Unsent,
  type Write,
} from "./desk.ts";
import { isRevoked, openSession, post, type Reply, signed } from "./session.ts";

/** What came of what a person did, the worst of its ops counting. */
export type Outcome = "done" | "step_up" | "held" | "copied" | "later" | "offline" | "refused" | "signed_out";

const SAVE = "so-nha-nong-console save";
const SEND = "so-nha-nong-console send";
const BATCH = 100;

/** Asks the person to touch a passkey over the ids of ops that are signed and not yet stored. */
export type Touch = (ids: readonly string[]) => Promise<Assertion | PasskeyProblem>;

/**
 * Sign statements and store them, all or none. Refuses: too_large, bad_body.
 *
 * With `touch` the person confirms all of them at once before anything is stored; where nothing was touched they are
 * dropped, and their numbers with them.
 */
export async function record(
  desk: Desk,
  shelf: Shelf,
  person: Person,
  statements: readonly Statement[],
  touch: Touch | null = null,
): Promise<string[] | Refusal | PasskeyProblem> {
  if (touch === null) {
    const keep = (rows: readonly Unsent[], counters: readonly Write[]) =>
      shelf.write(...adding(rows), ...counters);
    return signAll(desk, shelf, person, statements, keep);
  }
  let signedRows: readonly Unsent[] = [];
  const ids = await signAll(desk, shelf, person, statements, (rows, counters) => {
    signedRows = rows;
    return shelf.write(...counters);
  });
  if (ids instanceof Refusal) return ids;
  const touched = await touch(ids);
  if (typeof touched === "string") return touched;
  await shelf.write(...adding(signedRows.map((row) => ({ ...row, assertion: touched }))));
  return ids;
}

function adding(rows: readonly Unsent[]): Write[] {
  return rows.map((add) => ({ store: "outbox", add }));
}

/** Sign under the lock; `keep` stores at least the counters: a number is never used twice. */
async function signAll(
  desk: Desk,
  shelf: Shelf,
  person: Person,
  statements: readonly Statement[],
  keep: (rows: readonly Unsent[], counters: readonly Write[]) => Promise<void>,
): Promise<string[] | Refusal> {
  return desk.lock(SAVE, async () => {
    const last = new Map<string, number>();
    const rows: Unsent[] = [];
    const skew = await shelf.meta("skew");
    for (const one of statements) {
      const counter = last.get(one.scope) ?? (await lastNumber(shelf, person.device, one.scope));
      const n = counter + 1;
      last.set(one.scope, n);
      const row = await sign(desk, person, one, n, typeof skew === "number" ? skew : null, rows.length);
      if (row instanceof Refusal) return row;
      rows.push(row);
    }
    const counters: Write[] = [...last].map(([scope, n]) => ({
      store: "counters",
      put: { device: person.device, scope, n },
    }));
    await keep(rows, counters);
    return rows.map((row) => row.id);
  });
}

async function lastNumber(shelf: Shelf, device: string, scope: string): Promise<number> {
  const n = member(await shelf.get("counters", [device, scope]), "n");
  return typeof n === "number" ? n : 0;
}

async function sign(
  desk: Desk,
  person: Person,
  one: Statement,
  n: number,
  skew: number | null,
  place: number,
): Promise<Unsent | Refusal> {
  const hasPrivate = Object.keys(one.private).length > 0;
  const part = hasPrivate ? makePrivate(desk.crypto.getRandomValues(new Uint8Array(16)), one.private) : null;
  const now = desk.now();
  const body = makeBody({
    device: person.device,
    n,
    by: person.membership,
    scope: one.scope,
    doc: one.doc,
    after: one.after,
    recordedAt: now,
    skew,
    fields: one.set,
    private: part === null ? null : privateHash(person.origin, part),
  });
  const checked = parseOp(person.origin, body, part);
  if (checked instanceof Refusal) return checked;
  return {
    id: opId(person.origin, body),
    device: person.device,
    scope: one.scope,
    place: now * 1000 + place,
    problem: null,
    body,
    private: part,
    signature: await signed(desk, person.privateKey, message(person.origin, body)),
  };
}

/** Send what waits of a person. One sender at a time; an op leaves the outbox only when the server has it. */
export async function send(desk: Desk, shelf: Shelf, person: Person): Promise<Outcome> {
  return desk.lock(SEND, async () => {
    let outcome: Outcome = "done";
    for (;;) {
      const rows = (await shelf.unsent(person.device)).slice(0, BATCH);
      if (rows.length === 0) return outcome;
      const token = await openSession(desk, shelf, person);
      if (typeof token !== "string") return outcomeOf(token);
      const reply = await post(desk, "/api/v1/sync", request(rows), token);
      if (reply.kind !== "ok") return outcomeOf(reply);
      const results = member(reply.data, "results");
      if (member(reply.data, "origin") !== person.origin || !Array.isArray(results)) return "offline";
      if (results.length !== rows.length) return "offline";
      await noteClock(desk, shelf, reply.data);
      const came = await settle(shelf, rows, results);
      outcome = worse(outcome, came);
      if (came === "later") return outcome; // the same again would only be asked again at once
    }
  });
}

function request(rows: readonly Unsent[]): object {
  const ops = rows.map((row) => ({
    body: row.body,
    signature: row.signature,
    ...(row.private === null ? {} : { private: row.private }),
  }));
  const assertions = assertionsOf(rows);
  const whole = { cursors: {}, ops, limit: { ops: 1, bytes: 1000 }, access: "" };
  return assertions.length > 0 ? { ...whole, assertions } : whole;
}

/** The touches of these ops, one that confirms several only once. */
function assertionsOf(rows: readonly Unsent[]): Assertion[] {
  const found = new Map<string, Assertion>();
  for (const { assertion } of rows)
    if (assertion !== undefined) found.set(assertion.ops.join(" "), assertion);
  return [...found.values()];
}

async function settle(shelf: Shelf, rows: readonly Unsent[], results: readonly unknown[]): Promise<Outcome> {
  let outcome: Outcome = "done";
  const writes: Write[] = [];
  rows.forEach((row, place) => {
    const result = member(results[place], "result");
    const problem = member(results[place], "problem");
    if (result === "accepted" || result === "already") writes.push({ store: "outbox", drop: row.id });
    else if (result === "held") {
      writes.push({ store: "outbox", drop: row.id });
      const named = problem === "device_copied" ? "copied" : problem === "step_up" ? "step_up" : "held";
      outcome = worse(outcome, named);
    } else if (result === "refused") {
      writes.push({ store: "outbox", put: { ...row, problem: String(problem) } });
      outcome = worse(outcome, "refused");
    } else outcome = worse(outcome, "later");
  });
  if (writes.length > 0) await shelf.write(...writes);
  return outcome;
}

async function noteClock(desk: Desk, shelf: Shelf, data: unknown): Promise<void> {
  const now = member(data, "now");
  if (typeof now === "number") await shelf.setMeta("skew", Math.round(now - desk.now()));
}

function outcomeOf(reply: Reply): Outcome {
  if (reply.kind !== "problem") return "offline";
  if (isRevoked(reply) || reply.slug === "session") return "signed_out";
  return "later";
}

const ORDER: readonly Outcome[] = [
  "done",
  "held",
  "step_up",
  "later",
  "offline",
  "signed_out",
  "copied",
  "refused",
];

function worse(one: Outcome, other: Outcome): Outcome {
  return ORDER.indexOf(other) > ORDER.indexOf(one) ? other : one;
}
