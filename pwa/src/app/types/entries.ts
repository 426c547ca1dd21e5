/** Entries as the diary shows them: rows, one entry with its history, and what can be done with it. */
import type { ReadonlySignal } from "@preact/signals";
import type { SaveResult } from "./drafts.ts";
import type { DocRef, Scope, Value, Values } from "./values.ts";

/** Exactly one, the first that applies (LOOK.md). Conflicts and findings are marks beside it. */
export type EntryState =
  | "draft"
  | "refused"
  | "onphone"
  | "waiting"
  | "held"
  | "asked"
  | "amended"
  | "approved"
  | "sent";

/** What the cooperative asks about an entry as it stands. */
export interface Question {
  /** `asked`: a review that asks. `said`: a message of the cooperative beside its decisions. */
  kind: "asked" | "said";
  /** The document that an answer names. */
  review: DocRef;
  /** "" where the words are not here (erased, or not come yet). */
  comment: string;
  /** The field that it is about; null: none. */
  field: string | null;
  /** Somebody of the household answered in words: the cooperative's turn. */
  answered: boolean;
}

/** One thing said about an entry: a review, or what somebody answered. */
export interface Said {
  doc: DocRef;
  kind: "asked" | "approved" | "comment";
  /** "" where the words are not here. */
  text: string;
  /** Name if the phone knows the membership, else null. */
  who: string | null;
  mine: boolean;
  /** Of the cooperative: a decision, or a comment that answers nothing. */
  isCoop: boolean;
  /** Read, and nothing said. */
  seen: boolean;
  at: number;
  isOnPhone: boolean;
}

/** What a list row needs. `values` are the folded fields as they show, private ones included. */
export interface EntryRow {
  scope: Scope;
  doc: DocRef;
  form: string;
  happened_on: string;
  recorded_at: number;
  season: DocRef | null;
  plots: readonly DocRef[];
  state: EntryState;
  /** What waits for a word of the household, or was answered and waits for the cooperative. */
  question: Question | null;
  conflict: boolean;
  deleted: boolean;
  /** What was private of it is gone for good; nobody changes it any more. */
  erased: boolean;
  /** Photos and voice notes of the entry; `waitingPhotos` of them are not at the server yet. */
  photos: readonly PhotoRow[];
  waitingPhotos: number;
  /** How many of those are voice notes. */
  waitingVoices: number;
  values: Values;
}

export interface PhotoRow {
  /** `photo:uuid`. */
  doc: DocRef;
  scope: Scope;
  kind: string;
  type: string;
  sha256: string;
  bytes: number;
  width: number | null;
  height: number | null;
  seconds: number | null;
  /** waiting: not at the server. broken: the stored bytes no longer fit the hash ("ảnh hỏng"). remote: bytes not here. erased: gone for good. */
  state: "waiting" | "sent" | "broken" | "remote" | "erased";
}

export interface Change {
  field: string;
  /** null: the field was empty before. */
  from: Value;
  to: Value;
}

/** One op in an entry's history, oldest first. */
export interface HistoryStep {
  op: string;
  /** Name if the phone knows the membership, else null (show "máy khác"). */
  who: string | null;
  /** Recorded for somebody: the name, "" where it is not known; null: for oneself. */
  behalf: string | null;
  device: string;
  mine: boolean;
  recorded_at: number;
  /** Server's clock ahead of the phone's when recorded, ms; null if never heard. */
  skew: number | null;
  received_at: number | null;
  state: "onphone" | "waiting" | "sent" | "held" | "refused" | "turned_down";
  problem: string | null;
  /** `created`, `changed`, `voided`, `restored`, `photo` (an op of one of its photos), `resolved` (ended a conflict). */
  what: "created" | "changed" | "voided" | "restored" | "photo" | "resolved";
  changes: readonly Change[];
}

export interface Conflict {
  field: string;
  /** Fields that the form says are written together with it. */
  group: readonly string[];
  /** Best first; the first one shows. */
  heads: readonly { op: string; who: string | null; recorded_at: number; value: Value; group: Values }[];
}

export interface EntryDetail extends EntryRow {
  history: readonly HistoryStep[];
  conflicts: readonly Conflict[];
  /** The cooperative's reviews and what was answered, oldest first. */
  talk: readonly Said[];
  /** A draft of an edit that was begun and not finished. */
  draft: string | null;
  mayWrite: boolean;
}

export interface DiaryQuery {
  season?: DocRef;
  plot?: DocRef;
  form?: string;
  /** Civil dates, both included. */
  from?: string;
  to?: string;
  /** Accent-insensitive: "dong roc" finds "Đồng Rọc". */
  text?: string;
  states?: readonly EntryState[];
}

export interface DiaryPage {
  rows: readonly EntryRow[];
  /** Give it back to get the next page; null at the end. */
  next: string | null;
}

export interface Diary {
  /** Newest `happened_on` first, then newest recorded. 30 rows a page unless told. */
  page(query: DiaryQuery, next?: string | null, size?: number): Promise<DiaryPage>;
  detail(doc: DocRef, scope?: Scope): Promise<EntryDetail | null>;
  /** Rises whenever a stored document changed: ask again for what is on the screen. */
  changed: ReadonlySignal<number>;
  /** Void ("gạch bỏ") is an op, nothing goes away. */
  void(doc: DocRef, reason: string): Promise<SaveResult>;
  restore(doc: DocRef): Promise<SaveResult>;
  /** Answer in words what the cooperative said; "": it was read. The entry stays as it is. */
  answer(doc: DocRef, review: DocRef, text: string): Promise<SaveResult>;
  /** End conflicts: for each field the id of the op whose value stands (its whole group is written). */
  resolve(doc: DocRef, chosen: { [field: string]: string }): Promise<SaveResult>;
}
