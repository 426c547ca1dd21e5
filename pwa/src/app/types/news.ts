/** Bulletins, prices, proposals and questions, as their screens see them. */
import type { Draft, DraftResult } from "./drafts.ts";
import type { PhotoRow, Said } from "./entries.ts";

export interface Bulletin {
  readonly id: string;
  /** prices, weather, pest, notice, story, answer; of a newer server perhaps another. */
  readonly kind: string;
  readonly title: string;
  readonly text: string;
  readonly urgent: boolean;
  readonly starts_on: string;
  readonly ends_on: string;
  readonly published_at: number;
  readonly by: string;
  readonly isRead: boolean;
}

/** What a product cost at a market. `days`: civil date, lowest, highest in whole đồng, the oldest first. */
export interface PriceLine {
  readonly product: string;
  readonly market: string;
  readonly unit: string;
  readonly source: string;
  readonly days: readonly (readonly [day: string, low: number, high: number])[];
}

/** `state`: waiting: not at the server yet; refused: it can't be taken. */
export interface Proposed {
  readonly id: string;
  readonly made_at: number;
  readonly text: string;
  /** Of what was spoken; 0: nothing was. */
  readonly voiceSeconds: number;
  readonly state: "waiting" | "refused" | "new" | "read" | "answered" | "done";
  readonly answer: string;
  readonly by: string;
}

/** A voice note as the phone recorded it. */
export interface Spoken {
  readonly blob: Blob;
  readonly seconds: number;
}

export interface News {
  /** What runs today, urgent first, then the newest. */
  bulletins(): Promise<readonly Bulletin[]>;
  prices(): Promise<readonly PriceLine[]>;
  /** Somebody opened it: kept here, and told to the server with the next sync. */
  read(id: string): Promise<void>;
  proposed(): Promise<readonly Proposed[]>;
  /** In words, spoken, or both. False: it could not be kept. */
  propose(text: string, voice?: Spoken): Promise<boolean>;
  /** When the server was heard last about all this; null: never. */
  heardAt(): Promise<number | null>;
}

/** One question with what was said to it. `farm`: whose it is, for whoever looks after several. */
export interface Asked {
  readonly doc: string;
  readonly scope: string;
  readonly farm: string;
  readonly text: string;
  readonly recordedAt: number;
  readonly season: string;
  readonly plot: string;
  readonly state: "refused" | "onphone" | "waiting" | "held" | "sent";
  readonly photos: readonly PhotoRow[];
  readonly said: readonly Said[];
  /** Somebody who is not of the household spoke last. */
  readonly isAnswered: boolean;
}

export interface Asking {
  /** Of all farms that this person sees here: to who answers what waits first, else the newest first. */
  list(): Promise<readonly Asked[]>;
  begin(season: string | null): Promise<DraftResult>;
  /** What is being written. */
  draft(): Draft | undefined;
  /** Of a household: it asks and says more, others answer. */
  isAsker(): boolean;
  mayAnswer(): boolean;
  mayAsk(): boolean;
  answer(scope: string, doc: string, text: string): Promise<boolean>;
}
