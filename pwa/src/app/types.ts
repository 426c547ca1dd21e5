/**
 * What the screens see of the phone: signals to draw from, async functions to call, plain data between them.
 *
 * Rules for a caller:
 * - Nothing here throws for an expected outcome: results are unions with `ok`. An unexpected error rejects.
 * - `{ ok: true }` of a save is given only after a strict IndexedDB transaction has completed.
 * - Signals change after the durable write, also when another tab or the service worker wrote.
 * - Objects from a signal are never changed in place; do not change them either.
 *
 * It does not draw, word or translate anything: texts come from forms (`Words`) or are data.
 */
import type { ReadonlySignal } from "@preact/signals";
import type { OpenLists } from "./lists.ts";
import type { Around } from "./types/around.ts";
import type { Drafts } from "./types/drafts.ts";
import type { Diary, PhotoRow } from "./types/entries.ts";
import type { Activities, Farm, Home } from "./types/farm.ts";
import type { Inspections } from "./types/inspections.ts";
import type { Mine } from "./types/mine.ts";
import type { Noticing } from "./types/noticing.ts";
import type { Packing } from "./types/packing.ts";
import type { People } from "./types/people.ts";
import type { AppState, Joining } from "./types/start.ts";
import type { Sync } from "./types/sync.ts";
import type { Team } from "./types/team.ts";
import type { Value } from "./types/values.ts";

export type * from "./types/around.ts";
export type * from "./types/drafts.ts";
export type * from "./types/entries.ts";
export type * from "./types/farm.ts";
export type * from "./types/inspections.ts";
export type * from "./types/mine.ts";
export type * from "./types/news.ts";
export type * from "./types/noticing.ts";
export type * from "./types/packing.ts";
export type * from "./types/people.ts";
export type * from "./types/sensing.ts";
export type * from "./types/start.ts";
export type * from "./types/sync.ts";
export type * from "./types/team.ts";
export type * from "./types/till.ts";
export type * from "./types/training.ts";
export type * from "./types/values.ts";

export interface Settings {
  language: "vi" | "en";
  letters: "normal" | "large" | "huge";
  lunar: boolean;
  wifiOnlyPhotos: boolean;
}

export interface Updates {
  available: ReadonlySignal<boolean>;
  /** True: a form stands open, or something typed is not on the phone yet; `apply` would wait. */
  dirty: ReadonlySignal<boolean>;
  /** Called by main.ts when a new service worker waits; `apply` tells it to take over. */
  offer(apply: () => void): void;
  /** Take the new version now; false when a form is dirty (nothing happens). */
  apply(): Promise<boolean>;
}

/** The phone below the screens. One per page, from `createApp` in `app/app.ts`. */
export interface App {
  /** Somebody practises on made-up data: nothing is sent, nothing of it is kept. */
  practice: boolean;
  state: ReadonlySignal<AppState>;
  /** Check the place, open the store, load identities, begin syncing. Call once. */
  start(): Promise<void>;
  /** The page was hidden: keep drafts. */
  hidden(): Promise<void>;
  stop(): void;
  joining: Joining;
  people: People;
  /** The household's phones, leaving, consents: fetched when first looked at. */
  mine(): Promise<Mine>;
  /** Internal inspections of the farm: fetched when first looked at. */
  inspections(): Promise<Inspections>;
  /** The packing house: fetched where there is no farm to record for. */
  packing(): Promise<Packing>;
  /** What stands beside the diary: fetched when Home has time, the same one every time. */
  around(): Promise<Around>;
  /** What the rules notice: fetched with the first question. */
  noticing(): Promise<Noticing>;
  home: ReadonlySignal<Home | null>;
  activities: Activities;
  diary: Diary;
  drafts: Drafts;
  farm: Farm;
  sync: Sync;
  /** What a helper needs; fetched when first asked for, the same one every time. */
  team(): Promise<Team>;
  /** What may be used and what labels say, for the current person; fetched when first asked for. */
  lists(): Promise<OpenLists>;
  settings: ReadonlySignal<Settings>;
  changeSettings(change: Partial<Settings>): Promise<void>;
  updates: Updates;
  /** With data of a newer version: show the diary all the same, read only, nothing sent. */
  readNewer(): void;
  /** Object URL of a stored photo (asks the server for bytes the phone has not); null: not to be had now. */
  photoUrl(photo: PhotoRow, size: "thumb" | "view"): Promise<string | null>;
  /** Reference lists of the server's snapshot (`products`, `villages` …); null before the first sync. */
  reference(name: string): readonly { [name: string]: Value }[] | null;
}
