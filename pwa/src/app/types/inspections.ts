/** Internal inspections as the screens see them. */
import type { standOf } from "../../core/checklists.ts";
import type { DraftResult } from "./drafts.ts";
import type { EntryState } from "./entries.ts";
import type { DocRef, Values } from "./values.ts";

export interface Inspection {
  doc: DocRef;
  /** A season, or `farm`. */
  of: string;
  happened_on: string;
  values: Values;
  state: EntryState;
  conflict: boolean;
  stand: ReturnType<typeof standOf>;
}

export interface Inspections {
  /** The farm's, newest first. */
  list(): Promise<readonly Inspection[]>;
  /** Whether the person may begin one here. */
  mayBegin(): boolean;
  /** Begin one about a season, or about the whole farm. */
  begin(season: string | null): Promise<DraftResult>;
  /** Go on with one: who inspects in its whole form, the household in what it did about what failed. */
  edit(doc: DocRef): Promise<DraftResult>;
}
