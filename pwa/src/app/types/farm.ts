/** Plots, seasons, the home view and the activities to choose from. */
import type { ReadonlySignal } from "@preact/signals";
import type { Draft, SaveResult } from "./drafts.ts";
import type { EntryRow, EntryState } from "./entries.ts";
import type { DocRef, Form, Forms, FormTile, Scope, Sector, Values } from "./values.ts";

export interface PlotRow {
  scope: Scope;
  doc: DocRef;
  name: string;
  kind: string;
  area: { amount: string; unit: string } | null;
  values: Values;
  /** Running seasons on it. */
  seasons: readonly DocRef[];
  state: EntryState;
  conflict: boolean;
  deleted: boolean;
}

export interface SeasonRow {
  scope: Scope;
  doc: DocRef;
  /** Product name with the season's own name, for a heading. */
  name: string;
  product: string | null;
  sector: Sector | null;
  plots: readonly DocRef[];
  standard: string;
  started_on: string;
  ended_on: string | null;
  running: boolean;
  values: Values;
  state: EntryState;
  conflict: boolean;
  deleted: boolean;
}

export interface Farm {
  plots: ReadonlySignal<readonly PlotRow[]>;
  /** Running ones first, then newest. */
  seasons: ReadonlySignal<readonly SeasonRow[]>;
  /** How many entries of a season are on the phone. */
  entriesOf(season: DocRef): Promise<number>;
  /** New and changed plots and seasons go through `Drafts` with the forms `plot` and `season`. */
  /** `endedOn` null: it goes on after all. */
  endSeason(doc: DocRef, endedOn: string | null): Promise<SaveResult>;
}

export interface Home {
  today: readonly EntryRow[];
  runningSeasons: readonly SeasonRow[];
  waitingOps: number;
  /** Photos and voice notes; `waitingVoices` of them are voice notes. */
  waitingPhotos: number;
  waitingVoices: number;
  drafts: readonly Draft[];
  held: number;
  refused: number;
  conflicts: readonly EntryRow[];
  asked: readonly EntryRow[];
}

/** One tile to record by. */
export interface Activity {
  form: Form;
  tile: FormTile;
}

export interface Activities {
  /** Every form, once loaded. */
  forms: ReadonlySignal<Forms>;
  /** Forms to record with, for the season's sector (null: all of the farm), most used first, then by `order`. */
  list(season: DocRef | null): Promise<readonly Form[]>;
  /** The tiles of these forms, a form's own and those of its works, in the same order. */
  tiles(season: DocRef | null): Promise<readonly Activity[]>;
  form(code: string): Form | null;
}
