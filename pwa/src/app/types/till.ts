/** Buying and selling on the phone, as its screens see it. */
import type { Closing, Deal, Direction, Paid, Pay, SaleField } from "../../core/sales.ts";
import type { DocRow, Values } from "../../store/rows.ts";

export interface TillAccount {
  readonly farm: string | null;
  readonly bin: string;
  readonly number: string;
  readonly holder: string;
}
export interface TillBank {
  readonly bin: string;
  readonly short: string;
  readonly name: string;
}
/** A name that is chosen: a point, a household, a lot, a product. */
export interface TillName {
  readonly id: string;
  readonly name: string;
}

/** What the clerk has at hand without coverage. */
export interface TillPlace {
  /** The cooperative that this clerk weighs for; "" on a household's phone. */
  readonly organisation: string;
  readonly points: readonly TillName[];
  readonly farms: readonly (TillName & { readonly code: string })[];
  readonly lots: readonly TillName[];
  readonly products: readonly TillName[];
  readonly accounts: readonly TillAccount[];
  readonly banks: readonly TillBank[];
  /** From how many đồng on to pay without cash, and why; 0: no rule. */
  readonly cashRule: { readonly dong: number; readonly text: string };
  readonly point: string;
}

/** One sale on this phone, with all that it says. */
export interface TillSale {
  readonly deal: Deal;
  readonly values: Values;
  readonly state: DocRow["state"];
  readonly isReplaced: boolean;
  /** Of a household's own list: who bought. */
  readonly buyer: string;
}

export interface TillAmount {
  readonly amount: string;
  readonly unit: string;
}

/** What a person said of a sale; "" and null for what was left out. */
export interface TillSaid {
  readonly direction: Direction;
  readonly farm: string;
  readonly party: string;
  readonly lot: string;
  readonly product: string;
  readonly weighed: TillAmount | null;
  readonly tare: TillAmount | null;
  readonly price: TillAmount | null;
  readonly moisture: string;
  readonly impurity: string;
  readonly other: string;
  readonly pay: Pay;
  readonly corrects: string;
}

/** What was said, worked out: the fields of a sale, or the field that is to blame. */
export type TillWorked =
  | {
      readonly ok: true;
      readonly set: Values;
      readonly hidden: Values;
      readonly dong: number;
      readonly net: TillAmount;
    }
  | { readonly ok: false; readonly problem: SaleField | "tare" | "product" };

export type TillResult =
  | { readonly ok: true; readonly doc: string }
  | { readonly ok: false; readonly problem: SaleField | "tare" | "product" | "not_saved" };

export interface Till {
  /** What this person is here; "" who neither buys, sells nor has a household. */
  whose(): Promise<"point" | "household" | "">;
  place(): Promise<TillPlace>;
  choosePoint(id: string): Promise<void>;
  /** Of a clerk all that were recorded here or came, the newest first; of a household its own. */
  sales(): Promise<readonly TillSale[]>;
  closing(sales: readonly TillSale[], day: string, point: string): Closing;
  /** What was being written when the page went; null for nothing. */
  draft(): Promise<TillSaid | null>;
  keepDraft(said: TillSaid | null): Promise<void>;
  record(said: TillSaid): Promise<TillResult>;
  settle(sale: TillSale, pay: Pay, paid: Paid): Promise<boolean>;
  takeBack(sale: TillSale): Promise<boolean>;
  /** The words that are read out before an account is given, and their version. */
  consent(): Promise<{ readonly version: string; readonly vi: string; readonly en: string }>;
  giveAccount(farm: string, account: Omit<TillAccount, "farm"> | null): Promise<boolean>;
}
