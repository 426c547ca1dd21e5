/** One person's turn in a run: rounds of pushing and pulling until nothing waits and nothing new comes. */
import { parseAnswer } from "../core/answer.ts";
import { REQUEST_SCOPES_MAX } from "../core/limits.ts";
import { call, type Reply } from "../net/api.ts";
import { type Sessions, toSent } from "../net/session.ts";
import type { Database, Store } from "../store/db.ts";
import { nextBatch } from "../store/outbox.ts";
import type { IdentityRow, OpRow } from "../store/rows.ts";
import type { Pace } from "./pace.ts";
import { takeAnswer } from "./take.ts";

/** How a turn ended; `problem` is the reply that stood in the way. */
export type TurnEnd = { kind: "done" | "broken" | "not_our_server" } | { kind: "failed"; reply: Reply };

export interface TurnEvents {
  sending: (done: number, total: number) => void;
  changed: () => void;
  mismatch: () => void;
}

/** Rounds of one turn: more than any backlog needs, so that a server that never ends cannot hold us. */
const ROUNDS_MAX = 2_000;
const SESSIONS_MAX = 3;

export class Turn {
  private readonly store: Store;
  private readonly sessions: Sessions;
  private readonly pace: Pace;
  private readonly events: TurnEvents;
  private who: IdentityRow;
  private readonly origin: string;
  /** Devices that speak for themselves; the ops of all others go through whoever comes first. */
  private readonly speaking: ReadonlySet<string>;
  private readonly deferred = new Set<string>();
  private after = 0;
  private whole = false;
  /** The first page that does not chain was damaged on its way; after it the server is at fault. */
  private isStrict = true;
  /** Scopes that are left out of the rest of the turn, so that the others go on. */
  private readonly sick = new Set<string>();
  /** The server answers no pull to so old an app; what we have it still takes. */
  private pushOnly = false;
  private windowAt = 0;

  constructor(
    store: Store,
    sessions: Sessions,
    pace: Pace,
    events: TurnEvents,
    who: IdentityRow,
    origin: string,
    speaking: ReadonlySet<string>,
  ) {
    this.store = store;
    this.sessions = sessions;
    this.pace = pace;
    this.events = events;
    this.who = who;
    this.origin = origin;
    this.speaking = speaking;
  }

  async run(): Promise<TurnEnd> {
    let done = 0;
    let refusedSessions = 0;
    let shrunk = 0;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const token = await this.sessions.open(this.store.world, this.who, this.origin);
      if (typeof token !== "string") return { kind: "failed", reply: token };
      this.who = (await this.store.use((db) => db.identities.get(this.who.device))) ?? this.who;
      const { pace } = this;
      const limits = {
        after: this.after,
        opsMax: pace.ops,
        bytesMax: pace.bytes,
        takes: (op: OpRow) => this.takes(op),
      };
      const batch = await this.store.use((db) => nextBatch(db, limits));
      const total = await this.store.use((db) => db.outbox.count());
      this.events.sending(done, done + total);
      const { request, window } = await this.store.use((db) => this.compose(db, batch.ops));
      const reply = await call(this.store.world, "/api/v1/sync", request, token);
      if (reply.kind !== "ok") {
        const isUpdate = reply.kind === "problem" && reply.status === 426;
        const isLarge = reply.kind === "problem" && reply.status === 413;
        if (reply.kind === "problem" && reply.status === 401 && ++refusedSessions < SESSIONS_MAX) {
          this.sessions.forget(this.who.device);
          continue;
        }
        pace.shrink();
        if (isLarge && ++shrunk < 8) continue;
        if (!isUpdate || this.pushOnly) return { kind: "failed", reply };
        this.pushOnly = true;
        continue;
      }
      const answer = parseAnswer(reply.data, this.origin, batch.ops.length);
      if (answer === null) return { kind: "not_our_server" };
      pace.grow();
      const skew = answer.now - this.store.world.now();
      const { who, origin, isStrict } = this;
      const taken = await this.store.use((db) =>
        takeAnswer(db, origin, who, batch.ops, answer, skew, isStrict),
      );
      if (taken.broken.length > 0) {
        this.isStrict = false;
        if (isStrict) continue; // nothing of it was kept: ask again
        this.events.mismatch();
        for (const scope of taken.broken) this.sick.add(scope);
      }
      if (taken.whole && this.whole) return { kind: "broken" };
      if (taken.changed) this.events.changed();
      for (const id of taken.deferred) this.deferred.add(id);
      this.whole ||= taken.whole;
      done += batch.ops.length;
      this.after = batch.last;
      const isNew = answer.scopes !== null && answer.access !== this.who.access;
      if (answer.more || answer.rewind.size > 0 || taken.whole || isNew) continue;
      this.windowAt += window.length;
      const scopesLeft = !this.pushOnly && window.length === REQUEST_SCOPES_MAX;
      if (!scopesLeft && !(await this.hasMore())) {
        if (this.pushOnly) return { kind: "failed", reply: UPDATE };
        return { kind: this.sick.size > 0 ? "broken" : "done" };
      }
    }
    return { kind: "broken" };
  }

  private takes(op: OpRow): boolean {
    const isMine = op.device === this.who.device || !this.speaking.has(op.device);
    return isMine && !this.deferred.has(op.id);
  }

  private async hasMore(): Promise<boolean> {
    const limits = { after: this.after, opsMax: 1, bytesMax: 1, takes: (op: OpRow) => this.takes(op) };
    return (await this.store.use((db) => nextBatch(db, limits))).ops.length > 0;
  }

  /** The request for a batch: cursors of the scopes it speaks of, then of the next ones in their order. */
  private async compose(db: Database, ops: readonly OpRow[]) {
    const { device } = this.who;
    const access = await db.access.where("device").equals(device).sortBy("scope");
    const mine = access.map((row) => row.scope).filter((scope) => !this.sick.has(scope));
    const spoken = [...new Set(ops.map((op) => op.scope))].filter((scope) => mine.includes(scope));
    const next = mine.slice(this.windowAt, this.windowAt + REQUEST_SCOPES_MAX);
    const wanted = [...new Set([...spoken, ...next])].slice(0, REQUEST_SCOPES_MAX);
    const rows = this.pushOnly ? [] : await db.scopes.bulkGet(wanted);
    const others = [...new Set(ops.map((op) => op.device))].filter((one) => one !== device);
    const keys = await db.keys.bulkGet(others);
    const window = next.filter((scope) => wanted.includes(scope));
    const request = {
      cursors: Object.fromEntries(rows.flatMap((row) => (row ? [[row.scope, row.cursor]] : []))),
      ops: ops.map(toSent),
      ...(keys.some((row) => row !== undefined)
        ? { keys: Object.fromEntries(keys.flatMap((row) => (row ? [[row.device, row.key]] : []))) }
        : {}),
      limit: { ops: 500, bytes: this.pace.page },
      access: this.who.access,
      phone: {
        unsent: await db.outbox.count(),
        photos: await db.uploads.where("state").equals("waiting").count(),
        app: this.store.world.appVersion,
      },
      ...(this.whole ? { whole: true } : {}),
    };
    return { request, window };
  }
}

const UPDATE: Reply = { kind: "problem", status: 426, slug: "update", retryMs: null };
