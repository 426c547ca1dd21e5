/** How a run comes to rest, and the verdict: every replica says what the server's log says. */
import { viewOf } from "../../../pwa/src/store/fold.ts";
import type { DocRow, OpRow } from "../../../pwa/src/store/rows.ts";
import { bury } from "./death.ts";
import { Broken } from "./ledger.ts";
import { ORIGIN, SCENARIO, type SimPhone } from "./people.ts";
import type { Run } from "./run.ts";

const ROUND_MS = 1_800_000;

/** Let the faults end, everybody sync and people decide, until nothing waits anywhere. */
export async function settle(run: Run): Promise<number> {
  const { house } = run;
  bury();
  house.off = 0;
  await house.ask({ do: "begin" });
  for (const phone of run.phones) {
    phone.network = 0;
    phone.off = 0;
    await phone.link.deliverLate();
    phone.timers.pass(86_400_000);
  }
  let left = "";
  for (let round = 1; round <= SCENARIO.rounds_max; round++) {
    house.now += ROUND_MS;
    // A server that had no time, on a busy machine, says when to come again: the phone keeps quiet until then.
    for (const phone of run.phones) phone.timers.pass(ROUND_MS);
    await run.confirm();
    await run.decide("admit");
    for (const phone of run.phones) {
      await run.rejoin(phone, true);
      await phone.sync();
      phone.note();
      await phone.checkSaved();
    }
    await run.ledger.check();
    left = await waits(run);
    if (left === "") return round;
  }
  throw new Broken(`does not come to rest: ${left}\n${await account(run)}`);
}

/** What each phone knows of its people and scopes, and what the server answers when it asks once more. */
async function account(run: Run): Promise<string> {
  const lines: string[] = [];
  for (const phone of run.phones) {
    phone.link.seen = [];
    const end = await phone.sync();
    const people = await phone.store.use((db) => db.identities.toArray());
    const access = await phone.store.use((db) => db.access.toArray());
    const scopes = await phone.store.use((db) => db.scopes.toArray());
    const left = new Set(["privateKey", "own", "touches"]);
    const answers = phone.link.seen.map((one) => {
      const said = JSON.stringify(one.answer) ?? "";
      return `${one.method} ${one.path} ${one.status} ${said.slice(0, 300)}`;
    });
    lines.push(
      `${phone.name} ${end} ${JSON.stringify({ people, access, scopes }, (key, value) => (left.has(key) ? undefined : value))}`,
      ...answers.map((one) => `  ${one}`),
    );
  }
  return lines.join("\n");
}

async function waits(run: Run): Promise<string> {
  const [held] = await run.house.held();
  if (held) return `held ${held.id} (${held.reason}) in ${held.scope}`;
  const heads = new Map(
    (await run.house.rows("SELECT scope, seq FROM heads")).map((row) => [row[0], row[1]]),
  );
  for (const phone of run.phones) {
    const outbox = await phone.store.use((db) => db.outbox.toArray());
    if (outbox.length > 0) {
      const op = await phone.store.use((db) => db.ops.get(outbox[0]?.id ?? ""));
      return `${phone.name} has ${outbox.length} to send, the first ${op?.doc} (${op?.problem})`;
    }
    const uploads = await phone.store.use((db) => db.uploads.toArray());
    const photo = uploads.find((one) => one.state !== "sent");
    if (photo) return `${phone.name} has a photo to send (${photo.state} ${photo.problem})`;
    for (const row of await phone.store.use((db) => db.scopes.toArray())) {
      const seq = Number(row.cursor.split(".")[1] ?? 0);
      if (seq !== (heads.get(row.scope) ?? 0))
        return `${phone.name} holds ${row.scope} to ${seq}, not to ${heads.get(row.scope)}`;
    }
  }
  return "";
}

/** The server's log, folded by the core alone. */
async function truth(run: Run): Promise<{ rows: Map<string, OpRow[]>; digests: Map<string, string> }> {
  const query =
    "SELECT scope, seq, id, doc, device, n, received_at, digest, body, private FROM ops ORDER BY scope, seq";
  const rows = new Map<string, OpRow[]>();
  const digests = new Map<string, string>();
  for (const [scope, seq, id, doc, device, n, at, digest, body, part] of await run.house.rows(query)) {
    const row = {
      id: String(id),
      scope: String(scope),
      doc: String(doc),
      device: String(device),
      n: Number(n),
      seq: Number(seq),
      receivedAt: Number(at),
      digest: Buffer.from(String(digest), "hex").toString("base64url"),
      body: String(body),
      private: part === null || part === undefined ? null : String(part),
      signature: "",
      state: "sent" as const,
      problem: null,
      tried: true,
    };
    const key = `${row.scope} ${row.doc}`;
    rows.set(key, [...(rows.get(key) ?? []), row]);
    digests.set(row.scope, row.digest);
  }
  return { rows, digests };
}

const said = (view: DocRow | null | undefined) =>
  JSON.stringify(
    view && {
      values: Object.entries(view.values).sort(),
      heads: Object.entries(view.heads).sort(),
      conflicts: [...view.conflicts].sort(),
      deleted: view.deleted,
      tips: view.tips,
    },
  );

/** Hold every phone against the server's log. */
export async function judge(run: Run): Promise<void> {
  const { rows, digests } = await truth(run);
  const logged = new Set([...rows.values()].flat().map((row) => row.id));
  const down = await run.house.rows("SELECT id FROM held_ops WHERE is_turned_down");
  const turnedDown = new Set(down.map((row) => String(row[0])));
  for (const phone of run.phones) await judgePhone(phone, rows, digests, logged, turnedDown);
}

async function judgePhone(
  phone: SimPhone,
  truth: Map<string, OpRow[]>,
  digests: Map<string, string>,
  logged: ReadonlySet<string>,
  turnedDown: ReadonlySet<string>,
): Promise<void> {
  const ops = await phone.ops();
  for (const op of ops) {
    const isDecided = turnedDown.has(op.id) || op.state === "turned_down"; // a restore may forget it, nobody owes it
    if (!logged.has(op.id) && !isDecided) {
      throw new Broken(`${phone.name} holds ${op.doc} (${op.state} ${op.problem}) and the server does not`);
    }
  }
  const scopes = await phone.store.use((db) => db.scopes.toArray());
  for (const { scope, cursor } of scopes) {
    const digest = cursor.split(".")[2] ?? "";
    if (digest !== (digests.get(scope) ?? "")) throw new Broken(`${phone.name}: another log of ${scope}`);
    const views = await phone.store.use((db) => db.docs.filter((row) => row.scope === scope).toArray());
    const here = new Map(views.map((row) => [`${scope} ${row.doc}`, row]));
    for (const [key, list] of truth) {
      if (!key.startsWith(`${scope} `)) continue;
      const mine = here.get(key);
      const theirs = viewOf(ORIGIN, scope, key.slice(scope.length + 1), list);
      if (said(mine) !== said(theirs)) {
        throw new Broken(`${phone.name}: ${key} says ${said(mine)}, should say ${said(theirs)}`);
      }
      here.delete(key);
    }
    for (const view of here.values()) {
      const all = ops.filter((op) => op.scope === scope && op.doc === view.doc);
      if (!all.every((op) => turnedDown.has(op.id) || op.state === "turned_down"))
        throw new Broken(`${phone.name} alone shows ${view.doc}`);
    }
  }
}
