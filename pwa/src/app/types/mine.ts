/** What a person looks after about himself: the household's phones, leaving this phone, what he agreed to. */
import type { PasskeyProblem } from "../../net/passkeys.ts";
import type { DocRef } from "./values.ts";

export interface OwnDevice {
  doc: DocRef;
  device: string;
  /** What the phone called itself when it joined. */
  label: string;
  state: "waiting" | "confirmed" | "revoked";
  joined_at: number | null;
  last_seen: number | null;
  /** What it said last; null: nothing. */
  unsent: number | null;
  photos: number | null;
  app: string | null;
  /** Newest ops of `doc`. */
  after: readonly string[];
  isThis: boolean;
  /** The person may end it: another phone of his own. */
  mayEnd: boolean;
  /** Ended here; the server does not know yet. */
  isEnding: boolean;
}

export interface OwnPerson {
  membership: string;
  name: string;
  farm: string | null;
  organisation: string;
  isMe: boolean;
  devices: readonly OwnDevice[];
}

export interface DeviceList {
  /** Phone clock of the answer that this is. */
  at: number;
  isFresh: boolean;
  people: readonly OwnPerson[];
}

/** What would be lost by leaving; `isExported`: all of it but the drafts is in a file that was handed on. */
export interface Unsent {
  ops: number;
  photos: number;
  requests: number;
  drafts: number;
  isExported: boolean;
}

export type LeaveResult =
  | { ok: true; isLast: boolean }
  /** `unsent`: send or copy to a file first. `no_connection`: the server must hear of it, unless all is in a file. */
  | { ok: false; problem: "unsent" | "no_connection" };

export interface Consent {
  purpose: string;
  version: string;
  required: boolean;
  title: { vi: string; en: string };
  text: { vi: string; en: string };
  /** `given` and `taken_back` are what the person said last here, also before the server has heard it. */
  state: "given" | "taken_back" | "never";
  /** When that was, by the clock of the phone it was said on. */
  at: number | null;
  isWaiting: boolean;
}

/** What can be asked of those who keep the data. */
export type DataAsk = "access" | "erase";

/** Asked on this phone; `isWaiting`: the server has not heard of it. */
export interface AskedData {
  kind: DataAsk;
  at: number;
  isWaiting: boolean;
}

/**
 * `offer`: ask now. `asked`: was asked within a month, may be made from the settings. `no_lock`: the phone checks
 * nobody. `none`: no connection, or a browser without passkeys.
 */
export type PasskeyState = "offer" | "asked" | "made" | "no_lock" | "none";

/** `none`: this browser, or this person's book, is reminded of nothing. `denied`: the browser was told no. */
export type ReminderState = "none" | "denied" | "off" | "on";
/** `not_here`: neither the browser nor the server can. */
export type ReminderProblem = "denied" | "offline" | "not_here";

/** Being woken when there is something new in the book, on this phone. */
export interface Reminders {
  state(): Promise<ReminderState>;
  /** May be offered: off, and never put away. */
  mayOffer(): Promise<boolean>;
  /** Put away for good; it stays in the settings. */
  skip(): Promise<void>;
  /** Call right after a tap: the browser asks the person. Null: on. */
  on(): Promise<ReminderProblem | null>;
  off(): Promise<void>;
  /** Where it is on: tell the server the days to be woken on, as the book says now. */
  renew(): Promise<void>;
}

export interface Mine {
  reminders: Reminders;
  /** The phones of the household; the kept list where there is no connection, null where there never was one. */
  devices(): Promise<DeviceList | null>;
  /** End another phone of one's own; goes out like any op. */
  endDevice(device: OwnDevice): Promise<boolean>;
  /** What of the current person is on this phone alone. */
  unsent(): Promise<Unsent>;
  /** The file that `exportUnsent` made was handed on: what it holds no longer stands in the way. */
  noteExported(): Promise<void>;
  /** Leave this phone: tell the server, then remove keys and data. */
  leave(): Promise<LeaveResult>;
  /** What may be agreed to; null before the first snapshot. */
  consents(): Promise<readonly Consent[] | null>;
  /** Whether the phone may ask for its position in the current book. */
  mayLocate(): Promise<boolean>;
  passkey(): Promise<PasskeyState>;
  /** The person skipped it: not asked again for a month. */
  skipPasskey(): Promise<void>;
  /** Null: made. */
  makePasskey(label: string): Promise<PasskeyProblem | null>;
  /** What the person asked for lately, the newest of each kind. */
  asked(): Promise<readonly AskedData[]>;
  askFor(kind: DataAsk): Promise<void>;
  /** Agree, or take it back. */
  agree(purpose: string, yes: boolean): Promise<void>;
}
