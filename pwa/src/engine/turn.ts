/** One person's turn in a run: rounds of pushing and pulling until nothing waits and nothing new comes. */
import { type Answer, parseAnswer } from "../core/answer.ts";
import { REQUEST_ASSERTIONS_MAX, REQUEST_SCOPES_MAX } from "../core/limits.ts";
import { call, type Reply } from "../net/api.ts";
import { type Sessions, toSent } from "../net/session.ts";
import type { Database, Store } from "../store/db.ts";
import { type Batch, nextBatch } from "../store/outbox.ts";
import type { IdentityRow, OpRow } from "../store/rows.ts";
import type { Pace } from "./pace.ts";
import { type Taken, takeAnswer } from "./take.ts";

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
/** From the largest request to a single op. */
const SHRINKS_MAX = 8;

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
  /** The server takes nothing for the moment: no more is sent in this turn, only pulled. */
  private paused = false;
  /** How many scopes were asked for to their end: a request holds only so many. */
  private windowAt = 0;
  private done = 0;
  private refusedSessions = 0;
  private shrunk = 0;

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
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const token = await this.sessions.open(this.store.world, this.who, this.origin);
      if (typeof token !== "string") return { kind: "failed", reply: token };
      this.who = (await this.store.use((db) => db.identities.get(this.who.device))) ?? this.who;
      const end = await this.round(token);
      if (end !== null) return end;
    }
    return { kind: "broken" };
  }

  /** One request and its answer; null: there is more, or the same again. */
  private async round(token: string): Promise<TurnEnd | null> {
    const batch = await this.batch(this.pace.ops, this.pace.bytes);
    const total = await this.store.use((db) => db.outbox.count());
    this.events.sending(this.done, this.done + total);
    const { request, window } = await this.store.use((db) => this.compose(db, batch.ops));
    const reply = await call(this.store.world, "/api/v1/sync", request, token);
    if (reply.kind !== "ok") return this.refused(reply);
    const answer = parseAnswer(reply.data, this.origin, batch.ops.length);
    if (answer === null) return { kind: "not_our_server" };
    this.pace.grow();
    this.paused ||= answer.results.some((one) => one.problem === "read_only");
    const taken = await this.take(batch.ops, answer);
    if (taken === null) return null;
    if (taken.whole && this.whole) return { kind: "broken" };
    this.whole ||= taken.whole;
    this.done += batch.ops.length;
    this.after = batch.last;
    if (answer.more || answer.rewind.size > 0 || taken.whole || taken.access) return null;
    this.windowAt += window.length;
    if (!this.pushOnly && window.length === REQUEST_SCOPES_MAX) return null;
    if ((await this.batch(1, 1)).ops.length > 0) return null;
    if (this.pushOnly) return { kind: "failed", reply: UPDATE };
    if (this.paused) return { kind: "failed", reply: PAUSED };
    return { kind: this.sick.size > 0 ? "broken" : "done" };
  }

  /** What a refused request means for the turn; null: try again, otherwise. */
  private refused(reply: Reply): TurnEnd | null {
    const status = reply.kind === "problem" ? reply.status : 0;
    if (status === 401 && ++this.refusedSessions < SESSIONS_MAX) {
      this.sessions.forget(this.who.device);
      return null;
    }
    this.pace.shrink();
    if (status === 413 && ++this.shrunk < SHRINKS_MAX) return null;
    if (status !== 426 || this.pushOnly) return { kind: "failed", reply };
    this.pushOnly = true;
    return null;
  }

  /** Store an answer; null: it was damaged on its way and nothing of it was kept. */
  private async take(ops: readonly OpRow[], answer: Answer): Promise<Taken | null> {
    const skew = answer.now - this.store.world.now();
    const { who, origin, isStrict } = this;
    const taken = await this.store.use((db) => takeAnswer(db, origin, who, ops, answer, skew, isStrict));
    if (taken.broken.length > 0) {
      this.isStrict = false;
      if (isStrict) return null;
      this.events.mismatch();
      for (const scope of taken.broken) this.sick.add(scope);
    }
    if (taken.changed) this.events.changed();
    for (const id of taken.deferred) this.deferred.add(id);
    return taken;
  }

  private batch(opsMax: number, bytesMax: number): Promise<Batch> {
    const limits = { after: this.after, opsMax, bytesMax, takes: (op: OpRow) => this.takes(op) };
    return this.store.use((db) => nextBatch(db, limits));
  }

  private takes(op: OpRow): boolean {
    const isMine = op.device === this.who.device || !this.speaking.has(op.device);
    return isMine && !this.paused && !this.deferred.has(op.id);
  }

  /** What room the browser says that there is; nothing where it says nothing. */
  private async room(): Promise<{ free_mb?: number }> {
    const { usage, quota } = await this.store.world.estimate();
    return usage === null || quota === null ? {} : { free_mb: Math.floor(Math.max(0, quota - usage) / 1e6) };
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
      ...touchesOf(ops),
      limit: { ops: 500, bytes: this.pace.page },
      access: this.who.access,
      phone: {
        // What will be left when the server has these: no request follows to say so.
        unsent: Math.max(0, (await db.outbox.count()) - ops.length),
        photos: await db.uploads.where("state").equals("waiting").count(),
        app: this.store.world.appVersion,
        ...(await this.room()),
      },
      ...(this.whole ? { whole: true } : {}),
    };
    return { request, window };
  }
}

/** The touches of passkeys that these ops have, each once. */
function touchesOf(ops: readonly OpRow[]): { assertions?: unknown[] } {
  const texts = [...new Set(ops.flatMap((op) => (op.touch === undefined ? [] : [op.touch])))];
  const assertions: unknown[] = texts.slice(0, REQUEST_ASSERTIONS_MAX).map((text) => JSON.parse(text));
  return assertions.length > 0 ? { assertions } : {};
}

const UPDATE: Reply = { kind: "problem", status: 426, slug: "update", retryMs: null };
const PAUSED: Reply = { kind: "problem", status: 503, slug: "read_only", retryMs: null };
