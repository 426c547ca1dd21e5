/** What waits, what is stuck, how full the phone is, and the file that carries what is unsent. */
import type { ReadonlySignal } from "@preact/signals";
import type { Connection, Progress } from "../../engine/sync.ts";
import type { TreeState } from "../tree.ts";
import type { DocRef, Scope } from "./values.ts";

/** How the last attempt ended; `not_our_server`: an answer that is not our server's (captive portal). */
export type { Connection, Progress };

/** An op that does not simply wait its turn. */
export interface StuckOp {
  op: string;
  scope: Scope;
  doc: DocRef;
  /** Form code for an entry. */
  form: string | null;
  happened_on: string | null;
  state: "held" | "refused" | "turned_down" | "later" | "declined";
  problem: string | null;
  reason: string | null;
  /** What the person can do. */
  next: "wait" | "ask" | "update" | "record_again" | "export";
}

export interface WaitingPhoto {
  doc: DocRef;
  /** The entry (or plot) it belongs to. */
  of: DocRef | null;
  bytes: number;
  /** Bytes the server has already. */
  sent: number;
  state: "waiting" | "sending" | "broken" | "wifi";
  isVoice: boolean;
}

export interface SyncStatus {
  connection: Connection;
  waitingOps: number;
  /** Photos and voice notes whose bytes wait; `waitingVoices` of them are voice notes. */
  waitingPhotos: number;
  waitingVoices: number;
  waitingPhotoBytes: number;
  /** Phone clock of the last complete round; null: never. */
  last_sync_at: number | null;
  next_attempt_at: number | null;
  /** Of the running round. */
  progress: Progress | null;
  /** Server clock minus phone clock, ms; warn above 10 minutes. */
  skew: number | null;
  /** Digest of our own log did not agree with the server's: taken again from the start. */
  digestMismatch: boolean;
  /** The tree of heads that the server gave does not grow out of the one that this phone verified. */
  forked: boolean;
}

export interface StorageStatus {
  used: number | null;
  left: number | null;
  /** Browser promised to keep the data. */
  persisted: boolean | null;
  /** Less than 20 % or 300 MB left: photos stop before text. */
  nearlyFull: boolean;
}

export interface ImportReport {
  ok: boolean;
  ops: number;
  already: number;
  /** Photos and voice notes; `voices` of them are voice notes. */
  photos: number;
  voices: number;
  requests: number;
  /** Lines that could not be taken (cut, damaged, bad signature). */
  bad: number;
  problem: "not_a_file" | "other_origin" | "too_large" | "storage_full" | "storage_broken" | null;
}

export interface ExportFile {
  /** Ends in `.sonhanong`. */
  name: string;
  blob: Blob;
  ops: number;
  /** Photos and voice notes; `voices` of them are voice notes. */
  photos: number;
  voices: number;
  /** Photos that did not fit into one file. */
  photosLeft: number;
}

export interface Sync {
  status: ReadonlySignal<SyncStatus>;
  storage: ReadonlySignal<StorageStatus>;
  stuck: ReadonlySignal<readonly StuckOp[]>;
  photos: ReadonlySignal<readonly WaitingPhoto[]>;
  /** How far the public log proves the book at hand. */
  tree(): Promise<TreeState>;
  /** "Gửi ngay": resets the back-off. Resolves when the round ended. */
  now(): Promise<void>;
  /** What has not been acknowledged, signed, with photo bytes. */
  exportUnsent(): Promise<ExportFile>;
  importFile(blob: Blob): Promise<ImportReport>;
  /** Ask the browser to keep the data; true when granted. */
  askPersist(): Promise<boolean>;
}
