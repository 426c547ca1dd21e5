/**
 * The sync loop: one runner across tabs, ops before photos, batches that grow and shrink, back-off with jitter.
 *
 * It runs unchanged in a page and in Node: everything outside comes through `World`.
 */
import { parseAnswer } from "../core/answer.ts";
import { b64Encode } from "../core/ids.ts";
import { call, type Reply } from "../net/api.ts";
import { sendPhoto } from "../net/photos.ts";
import { Sessions } from "../net/session.ts";
import type { Store } from "../store/db.ts";
import type { IdentityRow, OpRow, OutboxRow } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import { rewind, takeAnswer } from "./take.ts";

export type Connection =
  | "idle"
  | "sending"
  | "offline"
  | "not_our_server"
  | "busy"
  | "update_needed"
  | "revoked"
  | "broken";
export interface Progress {
  ops: number;
  opsTotal: number;
  photos: number;
  photosTotal: number;
}

export interface EngineEvents {
  connection: (state: Connection, progress: Progress | null) => void;
  changed: () => void;
  done: (at: number) => void;
  mismatch: () => void;
  nextAttempt: (at: number | null) => void;
}

const FIRST = 20;
const MOST = 100;
const BACKOFF_FIRST_MS = 5_000;
const BACKOFF_MAX_MS = 15 * 60_000;
const FOREGROUND_MS = 60_000;
/** Pages that do not chain, in one run: after the second the link or the server is at fault, and we wait. */
const BROKEN_MAX = 2;
/** Rounds of one run: more than any backlog needs, so that a server that never ends cannot hold us. */
const ROUNDS_MAX = 2_000;

export class Engine {
  private batch = FIRST;
  private failures = 0;
  private waitMs: number | null = null;
  private cancel: (() => void) | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private photosAllowed: () => boolean = () => true;
  readonly sessions = new Sessions();
  private readonly store: Store;
  private readonly events: EngineEvents;

  constructor(store: Store, events: EngineEvents, photosAllowed: () => boolean) {
    this.store = store;
    this.events = events;
    this.photosAllowed = photosAllowed;
  }

  /** Start an attempt now. `tap`: a person asked, so the back-off begins anew. */
  kick(tap = false): Promise<void> {
    if (tap) this.failures = 0;
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.runAll().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  stop(): void {
    this.cancel?.();
    this.cancel = null;
  }

  private async runAll(): Promise<void> {
    this.cancel?.();
    do {
      this.again = false;
      const ended = await this.store.world.lock("so-nha-nong sync", () => this.run(), true);
      this.plan(ended ?? "idle");
      if (ended !== "idle") break;
    } while (this.again);
  }

  private plan(ended: Connection): void {
    const { world } = this.store;
    this.failures = ended === "idle" ? 0 : this.failures + 1;
    const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.failures, 12));
    const own = ended === "idle" ? FOREGROUND_MS : backoff * (0.5 + world.random() / 2);
    const wait = Math.max(own, this.waitMs ?? 0);
    this.waitMs = null;
    this.events.connection(ended, null);
    this.events.nextAttempt(world.now() + wait);
    this.cancel = world.setTimer(() => void this.kick(), wait);
  }

  private async run(): Promise<Connection> {
    try {
      const people = await this.store.use((db) => db.identities.toArray());
      let worst: Connection = "idle";
      for (const who of people) {
        const ended = await this.runOne(who);
        if (ended !== "idle" && worst === "idle") worst = ended;
      }
      if (worst === "idle" && people.length > 0) this.events.done(this.store.world.now());
      return worst;
    } catch {
      return "broken";
    }
  }

  private async runOne(who: IdentityRow): Promise<Connection> {
    const origin = await this.store.use(originOf);
    let whole = false;
    let done = 0;
    let broken = 0;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const token = await this.sessions.open(this.store.world, who, origin);
      if (typeof token !== "string") return this.failed(token, who);
      const current = (await this.store.use((db) => db.identities.get(who.device))) ?? who;
      const room = this.batch; // it grows with every answer, so what filled it is told by the size before
      const sent = await this.nextBatch(who.device, round === 0 ? null : done);
      const total = await this.store.use((db) => db.outbox.count());
      this.events.connection("sending", { ops: done, opsTotal: done + total, photos: 0, photosTotal: 0 });
      const outcome = await this.round(current, origin, token, sent, whole);
      if (typeof outcome === "string") {
        if (outcome === "session") continue;
        return outcome;
      }
      this.events.changed();
      done += sent.length;
      whole = outcome.whole;
      broken += outcome.broken;
      if (broken >= BROKEN_MAX) return "broken";
      if (!outcome.more && !whole && sent.length < room) break;
    }
    await this.reference(who);
    return this.sendPhotos(who, origin);
  }

  /** The next ops of the outbox for this session; `skip` leaves out those answered `later` in this run. */
  private async nextBatch(device: string, skip: number | null): Promise<OutboxRow[]> {
    return this.store.use(async (db) => {
      const devices = new Set(await db.identities.toCollection().primaryKeys());
      const rows = await db.outbox.orderBy("order").toArray();
      // Own ops by the own session; those of others (after a rewind or an import) by whichever comes first.
      const mine = rows.filter((o) => o.device === device || !devices.has(o.device));
      const picked: OutboxRow[] = [];
      for (const row of mine) {
        if (picked.length >= this.batch) break;
        if (skip !== null) {
          const op = await db.ops.get(row.id);
          if (op?.problem !== null) continue;
        }
        picked.push(row);
      }
      return picked;
    });
  }

  private async round(
    who: IdentityRow,
    origin: string,
    token: string,
    sent: OutboxRow[],
    whole: boolean,
  ): Promise<{ more: boolean; whole: boolean; broken: number } | Connection | "session"> {
    const { world } = this.store;
    const request = await this.store.use(async (db) => {
      const access = await db.access.where("device").equals(who.device).toArray();
      const scopes = await db.scopes.bulkGet(access.map((a) => a.scope));
      const ops = (await db.ops.bulkGet(sent.map((o) => o.id))).filter((o): o is OpRow => o !== undefined);
      return {
        cursors: Object.fromEntries(scopes.flatMap((s) => (s ? [[s.scope, s.cursor]] : []))),
        ops: ops.map((o) => ({
          body: o.body,
          signature: o.signature,
          ...(o.private === null ? {} : { private: o.private }),
        })),
        keys: { [who.device]: who.public },
        limit: { ops: 500, bytes: 200_000 },
        access: who.access,
        phone: {
          unsent: await db.outbox.count(),
          photos: await db.uploads.where("state").equals("waiting").count(),
          app: world.appVersion,
        },
        ...(whole ? { whole: true } : {}),
      };
    });
    const reply = await call(world, "/api/v1/sync", request, token);
    if (reply.kind !== "ok") {
      if (reply.kind === "offline") this.batch = Math.max(1, Math.floor(this.batch / 2));
      if (reply.kind === "problem" && reply.status === 401) {
        this.sessions.forget(who.device);
        return this.failures++ > 3 ? "broken" : "session";
      }
      return this.failed(reply, who);
    }
    const answer = parseAnswer(reply.data, origin, request.ops.length);
    if (answer === null) return "not_our_server";
    const skew = answer.now - world.now();
    const taken = await this.store.use((db) => takeAnswer(db, origin, who, sent, answer, skew));
    for (const scope of taken.broken) {
      this.events.mismatch();
      await this.store.use((db) =>
        db.transaction("rw", db.tables, () => rewind(db, origin, scope, "0", who.device)),
      );
    }
    this.batch = Math.min(MOST, this.batch * 2);
    const more =
      answer.more || answer.rewind.size > 0 || (answer.scopes !== null && answer.access !== who.access);
    return { more, whole: taken.whole, broken: taken.broken.length };
  }

  private async failed(reply: Reply, who: IdentityRow): Promise<Connection> {
    if (reply.kind === "offline" || reply.kind === "not_our_server") return reply.kind;
    if (reply.kind === "ok") return "broken";
    this.waitMs = reply.retryMs;
    if (reply.slug === "device_revoked") {
      await this.store.use((db) => db.identities.update(who.device, { revoked: true }));
      return "revoked";
    }
    if (reply.status === 426) return "update_needed";
    return [429, 503, 507].includes(reply.status) ? "busy" : "broken";
  }

  /** The snapshot of names and lists; not worth failing a run for. */
  async reference(who: IdentityRow): Promise<void> {
    const origin = await this.store.use(originOf);
    const token = await this.sessions.open(this.store.world, who, origin);
    if (typeof token !== "string") return;
    const reply = await call(this.store.world, "/api/v1/reference", null, token);
    if (reply.kind !== "ok" || typeof reply.data !== "object" || reply.data === null) return;
    const me: unknown = Reflect.get(reply.data, "me");
    const state: unknown = typeof me === "object" && me !== null ? Reflect.get(me, "state") : null;
    const copied: unknown = typeof me === "object" && me !== null ? Reflect.get(me, "copied") : null;
    await this.store.use(async (db) => {
      await db.meta.put({ key: `reference ${who.device}`, value: reply.data });
      await db.identities.update(who.device, {
        confirmed: state === "confirmed",
        copied: copied === true,
      });
    });
    this.events.changed();
  }

  private async sendPhotos(who: IdentityRow, origin: string): Promise<Connection> {
    const { world } = this.store;
    if (!this.photosAllowed()) return "idle";
    const rows = await this.store.use((db) => db.uploads.where("state").equals("waiting").toArray());
    let sent = 0;
    for (const row of rows) {
      const allowed = await this.store.use((db) => db.access.get([who.device, row.scope]));
      const blob = await this.store.use((db) => db.blobs.get([row.scope, row.sha256]));
      if (!allowed || !blob) continue;
      const hash = b64Encode(new Uint8Array(await world.crypto.subtle.digest("SHA-256", blob.bytes)));
      if (hash !== row.sha256) {
        await this.store.use((db) => db.uploads.update(row.doc, { state: "broken" }));
        continue;
      }
      const token = await this.sessions.open(world, who, origin);
      if (typeof token !== "string") return this.failed(token, who);
      this.events.connection("sending", { ops: 0, opsTotal: 0, photos: sent, photosTotal: rows.length });
      const outcome = await sendPhoto(world, token, blob, (at) =>
        this.store.use(async (db) => void (await db.uploads.update(row.doc, { sent: at }))),
      );
      if (outcome === "offline") return "offline";
      if (outcome === "session") this.sessions.forget(who.device);
      if (outcome !== "sent") continue;
      sent += 1;
      await this.store.use((db) => db.uploads.update(row.doc, { state: "sent", sent: row.size }));
      this.events.changed();
    }
    return "idle";
  }
}
