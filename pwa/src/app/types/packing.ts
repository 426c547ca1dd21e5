/** The packing house on the phone, as its screen sees it. */

export type PackingKind = "handle" | "pack" | "store" | "split" | "merge" | "ship" | "return" | "loss";

/** A lot that is still worked with. `unit`: in which its amounts are said; `day`: civil, "" for none. */
export interface PackingLot {
  readonly doc: string;
  readonly code: string;
  /** The product: its id, and its name. */
  readonly ware: string;
  readonly product: string;
  readonly day: string;
  readonly unit: string;
  readonly recalled: boolean;
}

/** Something that was recorded of a lot. */
export interface PackingStep {
  readonly doc: string;
  readonly kind: string;
  readonly day: string;
  readonly code: string;
  readonly amount: string;
  readonly state: "refused" | "onphone" | "waiting" | "held" | "sent";
}

/** What a person typed: decimal text with a comma or a point. */
export interface PackingSaid {
  readonly amount: string;
  readonly out: string;
  readonly packs: string;
  readonly buyer: string;
  readonly vehicle: string;
  readonly reason: string;
  readonly place: string;
  /** A civil date. */
  readonly day: string;
  /** What is taken of other lots, by document. */
  readonly others: Readonly<Record<string, string>>;
}

export type PackingWrong = "amount" | "more" | "packs" | "reason" | "day" | "none" | "many";

export type PackingResult =
  | { readonly ok: true /** Of the lot that was made, "" for none. */; readonly code: string }
  | { readonly ok: false; readonly problem: PackingWrong | "not_saved" };

export interface Packing {
  /** Whether this person records for a packing house on this phone. */
  isOpen(): Promise<boolean>;
  lots(): Promise<readonly PackingLot[]>;
  /** The newest first. */
  steps(): Promise<readonly PackingStep[]>;
  record(lot: PackingLot, kind: PackingKind, said: PackingSaid): Promise<PackingResult>;
}
