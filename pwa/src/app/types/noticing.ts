/** What the rules notice, as screens see it. */
import type { Sizes } from "../../core/rules/amounts.ts";
import type { Piece } from "../../core/rules/completeness.ts";
import type { Due } from "../../core/rules/due.ts";
import type { Gap } from "../../core/rules/season.ts";
import type { Finding } from "../../core/rules/shape.ts";
import type { StockLine } from "../../core/rules/stock.ts";
import type { DocRef, Values } from "./values.ts";

/** A form that is being filled in. */
export interface DraftToCheck {
  doc: DocRef;
  document: string;
  form: string;
  values: Values;
}

/** How long nothing of a season may be taken. */
export interface SeasonWait {
  /** `days`: until `until`; `unknown`: nobody knows; `not_defined`: the label says so. */
  state: "days" | "unknown" | "not_defined";
  /** The first safe day by what is known; "" for none. */
  until: string;
  /** The last day of the work that is waited for. */
  since: string;
  product: string;
  /** The entry that set it. */
  entry: DocRef;
}

/** One input of the store. `incoming`: how much each purchase and count said, by unit. */
export interface Stored {
  readonly line: StockLine;
  readonly incoming: readonly Sizes[];
}

/** How whole the book of a season is. */
export interface SeasonBook {
  readonly pieces: readonly Piece[];
  readonly gaps: readonly Gap[];
}

export interface Noticing {
  /** What is noticed of a form while it is filled in, beside everything in the book. */
  draft(draft: DraftToCheck): Promise<readonly Finding[]>;
  /** What is noticed of a stored entry. */
  about(doc: DocRef): Promise<readonly Finding[]>;
  /** The running seasons that wait, or waited; those in which nothing was ever done have none. */
  waits(): Promise<ReadonlyMap<DocRef, SeasonWait>>;
  /** Days after `today` on which a running season may be harvested or something of an inspection must be done. */
  days(today: string): Promise<readonly string[]>;
  /** How whole the book of a season is on a day; null for one that is not here. */
  book(season: DocRef, today: string): Promise<SeasonBook | null>;
  /** What the farm has to do by a day about inspections. */
  inspected(today: string): Promise<readonly Due[]>;
  /** The store of the farm, one for each input, in the order of plain names. */
  stock(): Promise<readonly Stored[]>;
}
