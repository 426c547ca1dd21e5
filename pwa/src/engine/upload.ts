/** Photos behind the ops: one at a time, in pieces, from wherever the server stands. */
import { b64Encode } from "../core/ids.ts";
import { type Sent, sendPhoto } from "../net/photos.ts";
import type { Sessions } from "../net/session.ts";
import type { Store } from "../store/db.ts";
import type { IdentityRow, UploadRow } from "../store/rows.ts";
import type { Pace } from "./pace.ts";

export interface UploadEvents {
  photo: (sent: number, total: number, voices: number) => void;
  changed: () => void;
  /** True when ops wait again: they go first. */
  mustYield: () => boolean;
}
/** `wait`: the server takes no photos for so long; ops are another matter. */
export type UploadEnd = { kind: "done" | "offline" } | { kind: "wait"; retryMs: number };

/** Tries of one photo in one run whose bytes did not arrive as they are. */
const TRIES_MAX = 3;

export class Uploads {
  private readonly store: Store;
  private readonly sessions: Sessions;
  private readonly pace: Pace;
  private readonly events: UploadEvents;

  constructor(store: Store, sessions: Sessions, pace: Pace, events: UploadEvents) {
    this.store = store;
    this.sessions = sessions;
    this.pace = pace;
    this.events = events;
  }

  async run(people: readonly IdentityRow[], origin: string): Promise<UploadEnd> {
    const rows = await this.store.use((db) => db.uploads.where("state").equals("waiting").toArray());
    const voices = rows.filter((row) => row.type.startsWith("audio/")).length;
    let sent = 0;
    for (const row of rows) {
      if (this.events.mustYield()) return { kind: "done" };
      this.events.photo(sent, rows.length, voices);
      const outcome = await this.one(row, people, origin);
      if (outcome === null) continue;
      if (outcome.kind === "offline") {
        this.pace.shrinkChunk();
        return { kind: "offline" };
      }
      if (outcome.kind === "later" && outcome.retryMs !== null) {
        return { kind: "wait", retryMs: outcome.retryMs };
      }
      if (outcome.kind === "sent") sent += 1;
    }
    return { kind: "done" };
  }

  /** One photo, by the first of the people who may write there; null where it can't go now. */
  private async one(row: UploadRow, people: readonly IdentityRow[], origin: string): Promise<Sent | null> {
    const { store } = this;
    const who = await this.whoFor(row.scope, people);
    const blob = await store.use((db) => db.blobs.get([row.scope, row.sha256]));
    if (!who || !blob) return null;
    const hash = await store.world.crypto.subtle.digest("SHA-256", blob.bytes);
    if (b64Encode(new Uint8Array(hash)) !== row.sha256) {
      await this.mark(row, { state: "broken", problem: "hash_mismatch" });
      return null;
    }
    for (let round = 0; round < TRIES_MAX; round++) {
      const token = await this.sessions.open(store.world, who, origin);
      if (typeof token !== "string") return token.kind === "offline" ? { kind: "offline" } : null;
      const outcome = await sendPhoto(
        store.world,
        token,
        blob,
        () => this.pace.chunk,
        async (at) => {
          this.pace.growChunk();
          await store.use((db) => db.uploads.update(row.doc, { sent: at }));
        },
      );
      if (outcome.kind === "session") this.sessions.forget(who.device);
      else if (outcome.kind !== "again") {
        if (outcome.kind === "sent") await this.mark(row, { state: "sent", sent: row.size });
        if (outcome.kind === "refused") await this.mark(row, { state: "broken", problem: "refused" });
        return outcome;
      }
    }
    return null;
  }

  /** Who writes in the scope; else one who waits to be confirmed and wrote there, as the ops may travel. */
  private async whoFor(scope: string, people: readonly IdentityRow[]): Promise<IdentityRow | undefined> {
    const keys = people.map((who): [string, string] => [who.device, scope]);
    const access = await this.store.use((db) => db.access.bulkGet(keys));
    const writer = people.find((_, i) => access[i] !== undefined);
    if (writer) return writer;
    const waiting = people.filter((who) => !who.confirmed);
    const counters = await this.store.use((db) =>
      db.counters.bulkGet(waiting.map((who): [string, string] => [who.device, scope])),
    );
    return waiting.find((_, i) => counters[i] !== undefined);
  }

  private async mark(row: UploadRow, change: Partial<UploadRow>): Promise<void> {
    await this.store.use((db) => db.uploads.update(row.doc, change));
    this.events.changed();
  }
}
