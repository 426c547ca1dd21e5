/**
 * Drafts in hand: what is being typed, in memory and on the phone.
 *
 * A change is in memory at once and on the phone 400 ms later; a failed write keeps it in memory and says so.
 * A draft that another tab saved or threw away is not brought back by a late write of this one.
 */
import { type Signal, signal } from "@preact/signals";
import type { DraftRow } from "../store/rows.ts";
import { type Context, problemOf } from "./context.ts";
import type { Draft, DraftChange, SaveResult, WriteProblem } from "./types.ts";

const KEEP_MS = 400;
/** A form that was open so lately is opened again after a kill; an older one waits in the list. */
const RESUME_MS = 12 * 3_600_000;

/** Read the drafts of the current person anew. */
export async function loadDrafts(c: Context): Promise<void> {
  const device = c.current.value?.device;
  if (device === undefined) return;
  const rows = await c.store.use((db) => db.drafts.where("device").equals(device).toArray());
  c.drafts.value = rows.sort((a, b) => b.updated_at - a.updated_at);
}

export class DraftDesk {
  readonly failed: Signal<WriteProblem | null> = signal(null);
  /** Bytes of photos that the phone had no room for: they go when the page goes. */
  readonly bytes = new Map<string, ArrayBuffer>();
  /** Drafts being saved: nothing is written beside the save. */
  readonly saving = new Map<string, Promise<SaveResult>>();
  private readonly open = new Map<string, DraftRow>();
  private readonly dirty = new Set<string>();
  /** Begun here and never stored, for want of room. */
  private readonly unstored = new Set<string>();
  private cancel: (() => void) | null = null;
  private readonly c: Context;

  constructor(c: Context) {
    this.c = c;
  }

  async get(id: string): Promise<DraftRow | null> {
    const held = this.open.get(id) ?? (await this.c.store.use((db) => db.drafts.get(id))) ?? null;
    if (held && !this.open.has(id)) this.open.set(id, held);
    return this.open.get(id) ?? held;
  }

  /** Change a draft in memory; `flush` writes it. */
  put(row: DraftRow): DraftRow {
    const next = { ...row, updated_at: this.c.store.world.now() };
    this.open.set(row.id, next);
    this.dirty.add(row.id);
    return next;
  }

  /** Begin a draft: it is there even where the phone has no room for it yet. */
  async begin(row: DraftRow): Promise<WriteProblem | null> {
    this.unstored.add(row.id);
    this.put(row);
    const problem = await this.flush();
    if (problem !== null && problem !== "storage_full") this.drop(row.id);
    return problem;
  }

  keep(id: string, change: DraftChange): void {
    const row = this.open.get(id);
    if (!row) return void this.get(id).then((found) => found && this.keep(id, change));
    if (change.focus === row.focus && Object.keys(change).length === 1) return; // nothing to write
    this.put({
      ...row,
      values: change.values ? { ...change.values } : row.values,
      focus: change.focus === undefined ? row.focus : change.focus,
      removedPhotos: change.removedPhotos ?? row.removedPhotos,
    });
    this.later();
  }

  private later(): void {
    this.cancel ??= this.c.store.world.setTimer(() => void this.flush(), KEEP_MS);
  }

  /** Write what is kept in memory; gives what stood in the way. */
  async flush(): Promise<WriteProblem | null> {
    this.cancel?.();
    this.cancel = null;
    const rows = [...this.dirty].flatMap((id) => (this.saving.has(id) ? [] : (this.open.get(id) ?? [])));
    for (const row of rows) this.dirty.delete(row.id);
    try {
      this.failed.value = rows.length > 0 && (await this.write(rows)) ? "missing" : null;
      await loadDrafts(this.c);
    } catch (error) {
      for (const row of rows) this.dirty.add(row.id);
      this.failed.value = problemOf(error);
    }
    return this.failed.value;
  }

  /** Write drafts that are still there, or new; true where one is gone. */
  private async write(rows: readonly DraftRow[]): Promise<boolean> {
    return this.c.store.use((db) =>
      db.transaction("rw", db.drafts, async () => {
        const there = await db.drafts.bulkGet(rows.map((row) => row.id));
        const kept = rows.flatMap((row, i): DraftRow[] => {
          const held = there[i];
          // A phone whose key was copied got a new one meanwhile: the draft is its person's.
          if (held) return [{ ...row, device: held.device }];
          return this.unstored.has(row.id) ? [row] : [];
        });
        await db.drafts.bulkPut(kept);
        for (const row of kept) this.unstored.delete(row.id);
        return kept.length < rows.length;
      }),
    );
  }

  /** Says whether the phone holds this draft, or has none of it only for want of room. */
  isNew(id: string): boolean {
    return this.unstored.has(id);
  }

  /** Forget a draft in memory. */
  drop(id: string): void {
    this.open.delete(id);
    this.dirty.delete(id);
    this.unstored.delete(id);
  }

  /**
   * The draft in whose form the page died: its camera was open, or a field had the focus.
   *
   * Photos that were only in memory are gone; the form offers to take the first of them again (case 17).
   */
  async lastOpen(): Promise<Draft | null> {
    const now = this.c.store.world.now();
    for (const one of this.c.drafts.value) {
      const row = await this.get(one.id);
      if (!row || Math.abs(now - row.updated_at) > RESUME_MS) continue;
      const lost = row.photos.find((photo) => !photo.stored && !this.bytes.has(photo.id));
      if (lost) {
        const photos = row.photos.filter((photo) => photo.stored);
        const fresh = this.put({ ...row, photos, pendingCapture: { kind: lost.kind } });
        await this.flush();
        return fresh;
      }
      if (row.pendingCapture !== null || row.focus !== null) return row;
    }
    return null;
  }
}
