/**
 * The sync engine: one runner across tabs, ops before photos, back-off with jitter.
 *
 * It runs unchanged in a page and in Node: everything outside comes through `World`.
 */
import type { Reply } from "../net/api.ts";
import { Sessions } from "../net/session.ts";
import { keepOwn, readNewer } from "../store/carried.ts";
import type { Store } from "../store/db.ts";
import { sweepErased } from "../store/erase.ts";
import { type IdentityRow, LAST_SYNC } from "../store/rows.ts";
import { originOf } from "../store/save.ts";
import { removeLostScopes } from "../store/scopes.ts";
import {
  fetchHouseholds,
  fetchLists,
  fetchNews,
  fetchReference,
  fetchSensors,
  fetchTill,
  handIn,
  isHelping,
  sendRequests,
} from "./beside.ts";
import { Pace } from "./pace.ts";
import { askToJoin, isSpent, succeed } from "./second.ts";
import { Turn } from "./turn.ts";
import { Uploads } from "./upload.ts";

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
  /** Photos and voice notes go in one run; so many of the total are voice notes. */
  voicesTotal: number;
}

export interface EngineEvents {
  connection: (state: Connection, progress: Progress | null) => void;
  changed: () => void;
  done: (at: number) => void;
  mismatch: () => void;
  nextAttempt: (at: number | null) => void;
  /** Follow the tree of heads after a turn; true: something changed. Left out where no script may be fetched. */
  tree?: (who: IdentityRow, token: string) => Promise<boolean>;
}

const BACKOFF_FIRST_MS = 5_000;
const BACKOFF_MAX_MS = 15 * 60_000;
const FOREGROUND_MS = 60_000;
/** While a person waits to be let in, in a yard, with the phone in hand. */
const UNCONFIRMED_MS = 10_000;
/** What is about the server or the way to it, and so the same for everybody on this phone. */
const FOR_ALL: ReadonlySet<Connection> = new Set(["offline", "not_our_server", "busy", "update_needed"]);

export class Engine {
  private readonly pace = new Pace();
  private failures = 0;
  private waitMs: number | null = null;
  private cancel: (() => void) | null = null;
  private cancelPhotos: (() => void) | null = null;
  private running: Promise<void> | null = null;
  private again = false;
  private tapped = false;
  /** A person asked while an attempt ran that may be failing already: there is one more. */
  private tappedAgain = false;
  /** The server said when to come again; until then nobody asks. */
  private quiet = false;
  private unconfirmed = false;
  private photosAllowed: () => boolean = () => true;
  readonly sessions: Sessions;
  private readonly store: Store;
  private readonly events: EngineEvents;

  constructor(store: Store, events: EngineEvents, photosAllowed: () => boolean) {
    this.store = store;
    this.events = events;
    this.photosAllowed = photosAllowed;
    this.sessions = new Sessions(store.world.now, (device, own) =>
      store.use(async (db) => keepOwn(db, await originOf(db), device, own)),
    );
  }

  /** Start an attempt now. `tap`: a person asked, so the back-off begins anew. */
  kick(tap = false): Promise<void> {
    if (this.quiet) return Promise.resolve();
    if (tap) this.failures = 0;
    this.tapped ||= tap;
    if (this.running) {
      this.again = true;
      this.tappedAgain ||= tap;
      return this.running;
    }
    this.running = this.runAll().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  stop(): void {
    this.cancel?.();
    this.cancelPhotos?.();
    this.cancel = null;
    this.cancelPhotos = null;
    this.quiet = false;
  }

  private async runAll(): Promise<void> {
    this.cancel?.();
    do {
      this.again = false;
      this.tappedAgain = false;
      const ended = await this.store.world.lock("so-nha-nong sync", () => this.run(), true);
      this.tapped = false;
      this.plan(ended);
      if (ended !== "idle" && !this.tappedAgain) break;
    } while (this.again);
  }

  /** Set the next attempt; undefined: another tab runs, which may not have seen what we just saved. */
  private plan(ended: Connection | undefined): void {
    const { world } = this.store;
    this.cancel?.();
    this.failures = ended === "idle" || ended === undefined ? 0 : this.failures + 1;
    const backoff = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(this.failures, 12));
    const own = ended === "idle" ? this.restMs() : backoff * (0.5 + world.random() / 2);
    const wait = Math.max(own, this.waitMs ?? 0);
    this.quiet = this.waitMs !== null;
    this.waitMs = null;
    this.events.connection(ended ?? "idle", null);
    this.events.nextAttempt(world.now() + wait);
    this.cancel = world.setTimer(() => {
      this.quiet = false;
      void this.kick();
    }, wait);
  }

  private restMs(): number {
    return this.unconfirmed ? UNCONFIRMED_MS : FOREGROUND_MS;
  }

  private async run(): Promise<Connection> {
    try {
      const origin = await this.store.use(originOf);
      if ((await this.store.use((db) => readNewer(db, origin))) > 0) this.events.changed();
      const people = await this.store.use((db) => db.identities.toArray());
      if (people.length === 0) return "idle";
      const ended = await this.turns(people, origin);
      if (await this.store.use((db) => sweepErased(db, origin))) this.events.changed();
      const now = await this.store.use((db) => db.identities.toArray());
      this.unconfirmed = now.some((who) => !who.confirmed && !who.revoked && who.successor === undefined);
      if ((await this.store.use(removeLostScopes)) > 0) this.events.changed();
      if (FOR_ALL.has(ended)) return ended;
      const photos = await this.photos(origin);
      if (photos === "idle" && ended === "idle") {
        const at = this.store.world.now();
        await this.store.use((db) => db.meta.put({ key: LAST_SYNC, value: at })).catch(() => undefined); // no room: sent all the same
        this.events.done(at);
      }
      return photos === "idle" ? ended : photos;
    } catch {
      return "broken";
    }
  }

  /** Everybody's turn; one person's trouble is not another's, the server's is everybody's. */
  private async turns(people: readonly IdentityRow[], origin: string): Promise<Connection> {
    const speaking = new Set(people.filter((p) => !p.joining && !p.revoked).map((p) => p.device));
    const ends: Connection[] = [];
    for (const who of people) {
      if (who.joining) continue;
      if (who.revoked && !this.tapped && people.length > 1) continue;
      if (await this.isRetired(who)) continue;
      const ended = await this.turn(who, origin, speaking);
      if (FOR_ALL.has(ended)) return ended;
      ends.push(ended);
    }
    await this.newKeys(origin);
    return ends.find((end) => end === "idle") === undefined ? (ends[0] ?? "idle") : this.worst(ends);
  }

  /** A scope that is damaged at the server is worth waiting longer for; a revoked person is not. */
  private worst(ends: readonly Connection[]): Connection {
    return ends.includes("broken") ? "broken" : "idle";
  }

  /** An identity that was followed by another and has nothing left to send or to learn. */
  private isRetired(who: IdentityRow): Promise<boolean> {
    return this.store.use(async (db) => {
      if (who.successor === undefined) return false;
      const next = await db.identities.get(who.successor);
      if (!next || next.joining) return false; // the new key's ops still travel with this one
      if ((await db.outbox.where("device").equals(who.device).count()) > 0) return false;
      const mine = db.ops.where("device").equals(who.device);
      if ((await mine.filter((op) => op.state === "held").count()) > 0) return false;
      await db.access.where("device").equals(who.device).delete();
      return true;
    });
  }

  private async turn(who: IdentityRow, origin: string, speaking: ReadonlySet<string>): Promise<Connection> {
    const token = await this.sessions.open(this.store.world, who, origin);
    if (typeof token !== "string") return this.failed(token, who);
    if (who.handIn === 1) await handIn(this.store, who, token);
    const asked = await sendRequests(this.store, who, token);
    if (asked !== null && asked.kind !== "problem") return this.failed(asked, who);
    const events = {
      sending: (ops: number, opsTotal: number) =>
        this.events.connection("sending", { ops, opsTotal, photos: 0, photosTotal: 0, voicesTotal: 0 }),
      changed: this.events.changed,
      mismatch: this.events.mismatch,
    };
    const end = await new Turn(this.store, this.sessions, this.pace, events, who, origin, speaking).run();
    if (end.kind === "failed") return this.failed(end.reply, who);
    if (end.kind === "not_our_server") return end.kind;
    await this.reference(who);
    if (end.kind === "done" && (await this.events.tree?.(who, token))) this.events.changed();
    // Only now it is known that the server was restored: the own document is handed in at once.
    const now = await this.store.use((db) => db.identities.get(who.device));
    if (now?.handIn === 1 && who.handIn !== 1) this.again = true;
    return end.kind === "broken" ? "broken" : "idle";
  }

  private async failed(reply: Reply, who: IdentityRow): Promise<Connection> {
    if (reply.kind === "offline" || reply.kind === "not_our_server") return reply.kind;
    if (reply.kind !== "problem") return "broken";
    this.waitMs = reply.retryMs;
    if (reply.slug === "device_revoked") {
      await this.store.use((db) => db.identities.update(who.device, { revoked: true }));
      this.events.changed();
      return "revoked";
    }
    if (reply.status === 426) return "update_needed";
    return reply.status === 429 || reply.status >= 500 ? "busy" : "broken";
  }

  /** New keys for copied ones, and the question whether a person let them in. */
  private async newKeys(origin: string): Promise<void> {
    const people = await this.store.use((db) => db.identities.toArray());
    if (!people.some((who) => who.copied || who.joining !== undefined)) return;
    for (const who of people) {
      if (isSpent(who) && who.successor === undefined && !who.revoked) {
        if (await succeed(this.store, origin, who)) this.events.changed();
      }
    }
    for (const who of await this.store.use((db) => db.identities.toArray())) {
      if (await askToJoin(this.store, this.sessions, origin, who, this.tapped)) {
        this.again = true; // it has a session now: its own turn comes at once
        this.events.changed();
      }
    }
  }

  /** The snapshot of names and lists; not worth failing a run for. */
  async reference(who: IdentityRow): Promise<void> {
    const origin = await this.store.use(originOf);
    const token = await this.sessions.open(this.store.world, who, origin);
    if (typeof token !== "string") return;
    if (await fetchReference(this.store, who, token)) this.events.changed();
    if (await fetchLists(this.store, who, token)) this.events.changed();
    if (await fetchNews(this.store, who, token)) this.events.changed();
    if (await fetchTill(this.store, who, token)) this.events.changed();
    if (await fetchSensors(this.store, who, token)) this.events.changed();
    if ((await isHelping(this.store, who.device)) && (await fetchHouseholds(this.store, who, token)))
      this.events.changed();
  }

  /** A helper's households alone, asked while somebody waits for a phone to arrive. */
  async households(who: IdentityRow): Promise<void> {
    const token = await this.sessions.open(this.store.world, who, await this.store.use(originOf));
    if (typeof token === "string" && (await fetchHouseholds(this.store, who, token))) this.events.changed();
  }

  private async photos(origin: string): Promise<Connection> {
    if (!this.photosAllowed() || (this.cancelPhotos !== null && !this.tapped)) return "idle";
    this.cancelPhotos?.(); // a person asked: the photos wait no longer
    this.cancelPhotos = null;
    const people = await this.store.use((db) => db.identities.toArray());
    const able = people.filter((who) => !who.joining && !who.revoked);
    const events = {
      photo: (photos: number, photosTotal: number, voicesTotal: number) =>
        this.events.connection("sending", { ops: 0, opsTotal: 0, photos, photosTotal, voicesTotal }),
      changed: this.events.changed,
      mustYield: () => this.again,
    };
    const end = await new Uploads(this.store, this.sessions, this.pace, events).run(able, origin);
    if (end.kind === "wait") {
      this.cancelPhotos = this.store.world.setTimer(() => {
        this.cancelPhotos = null;
      }, end.retryMs);
    }
    return end.kind === "offline" ? "offline" : "idle";
  }
}
