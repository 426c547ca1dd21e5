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
import type { Form, FormField, FormLines, FormPhoto, Sector, Words } from "./forms";

export type { Form, FormField, FormLines, FormPhoto, Sector, Words };

/** A value of a field, as it stands in an op. Amounts are `{ amount: "2.5", unit: "sao" }`. */
export type Value = null | string | number | boolean | Value[] | { [name: string]: Value };
export type Values = { [field: string]: Value };

/** `type:uuid`, for example `entry:0199…`. A document is known by its scope and this. */
export type DocRef = string;
/** `farm:uuid` or `org:uuid`. */
export type Scope = string;

// ---- start -------------------------------------------------------------------------------------------------

/** Where the app stands. Anything but `ready` and `unjoined` is a full screen that says one thing. */
export type AppState =
  | { kind: "starting" }
  /** No secure context: no key can be made. */
  | { kind: "insecure" }
  /** Inside Zalo, Facebook …: no key is made; `openUrl` (Android intent) hands over to the real browser. */
  | { kind: "in_app_browser"; name: string; system: "android" | "ios" | "other"; openUrl: string | null }
  /** Data would vanish with the window: joining is refused. */
  | { kind: "private_window" }
  /** No identity on this phone yet: show joining. */
  | { kind: "unjoined" }
  /** At least one identity: the diary works, with or without a connection. */
  | { kind: "ready" }
  /** Another tab with an older version keeps the database: "Đóng cửa sổ khác". */
  | { kind: "blocked" }
  /** Data of a newer app version: nothing is written, reading and export only; offer the update. */
  | { kind: "newer_data"; found: number; known: number }
  /** IndexedDB cannot be opened or written after a retry. `detail` is for support, not for the farmer. */
  | { kind: "storage_broken"; detail: string };

// ---- joining -----------------------------------------------------------------------------------------------

/** An invitation as opened: with a secret from the QR's fragment, or with a code typed by hand. */
export type Invite = { id: string; secret: string } | { id: string; code: string };

export type JoinProblem =
  | "no_connection"
  | "invite_unknown"
  | "invite_used"
  | "invite_expired"
  | "key_in_use"
  | "bad_key"
  | "too_many_tries"
  /** The capability check failed: see `AppState` or storage. */
  | "no_key_here"
  | "server";

export interface InviteLook {
  /** Household (or person) name and village, to ask "Có phải nhà bác không?". */
  name: string;
  village: string;
  /** True when a person of the cooperative must confirm the phone first; recording works meanwhile. */
  confirm: boolean;
}

export type LookResult = { ok: true; look: InviteLook } | { ok: false; problem: JoinProblem };
export type JoinResult =
  | { ok: true; identity: Identity; held: boolean }
  | { ok: false; problem: JoinProblem };

export interface Joining {
  /** Parse an address bar: `#i=<id>.<secret>` or `/i/<id>` (the code is then asked for). Null: no invitation. */
  parseAddress(href: string): { id: string; secret: string | null } | null;
  /** Ask the server what the invitation is. No effect on either side. */
  look(invite: Invite): Promise<LookResult>;
  /** Check the phone (strict write and read back, sign), make the key, join, keep the identity, start syncing. */
  join(invite: Invite, label: string): Promise<JoinResult>;
}

// ---- people on this phone ----------------------------------------------------------------------------------

/** One person's key on this phone ("Ai đang ghi?"). */
export interface Identity {
  /** Device id of the key; also the id of the identity. */
  device: string;
  /** Name to show. */
  name: string;
  village: string;
  membership: string;
  org: Scope;
  /** False until a person at the cooperative confirmed the phone (entries are then `held`). */
  confirmed: boolean;
  /** The cooperative withdrew this phone: reading and export work, sending does not. */
  revoked: boolean;
  /** The key was found in two places: a new key was made and waits for confirmation. */
  copied: boolean;
}

export interface FarmRef {
  scope: Scope;
  name: string;
  village: string;
  /** False: reading only. */
  write: boolean;
  /** `crop` … as far as the reference says; null when unknown. */
  sector: Sector | null;
}

export interface People {
  identities: ReadonlySignal<readonly Identity[]>;
  current: ReadonlySignal<Identity | null>;
  switchTo(device: string): Promise<void>;
  /** Farms the current identity may see; a farmer has one. */
  farms: ReadonlySignal<readonly FarmRef[]>;
  farm: ReadonlySignal<FarmRef | null>;
  switchFarm(scope: Scope): Promise<void>;
  /** Household members for the chips of `person` fields: names from the reference, then names typed before. */
  household: ReadonlySignal<readonly string[]>;
}

// ---- entries ------------------------------------------------------------------------------------------------

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
  conflict: boolean;
  deleted: boolean;
  /** Photos and voice notes of the entry; `waitingPhotos` of them are not at the server yet. */
  photos: readonly PhotoRow[];
  waitingPhotos: number;
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
  /** waiting: not at the server. broken: the stored bytes no longer fit the hash ("ảnh hỏng"). remote: bytes not here. */
  state: "waiting" | "sent" | "broken" | "remote";
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
  /** Reviews of the cooperative: newest first. */
  reviews: readonly { decision: string; comment: string; received_at: number | null }[];
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
  /** End conflicts: for each field the id of the op whose value stands (its whole group is written). */
  resolve(doc: DocRef, chosen: { [field: string]: string }): Promise<SaveResult>;
}

// ---- drafts -------------------------------------------------------------------------------------------------

export interface DraftPhoto {
  /** uuid; becomes `photo:<id>` when saved. */
  id: string;
  kind: string;
  type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  seconds: number | null;
  /** False: the phone was full, the bytes are in memory only and go when the page goes. */
  stored: boolean;
}

export interface Draft {
  id: string;
  scope: Scope;
  doc: DocRef;
  document: "entry" | "plot" | "season";
  form: string;
  /** True: a new document; false: an edit of a stored one. */
  isNew: boolean;
  values: Values;
  /** Values when the form opened: what differs is what is saved. */
  base: Values;
  /** Newest ops of the document when the form opened. */
  after: readonly string[];
  photos: readonly DraftPhoto[];
  /** `photo:uuid` of stored photos to take away on save. */
  removedPhotos: readonly DocRef[];
  /** Field that had the focus. */
  focus: string | null;
  /** Set before the camera opens; a relaunch then goes straight back to this draft. */
  pendingCapture: { kind: string } | null;
  updated_at: number;
}

export type DraftChange = {
  values?: Values;
  focus?: string | null;
  removedPhotos?: readonly DocRef[];
};

export type WriteProblem =
  /** The phone is full: nothing was saved, keep the text on the screen. */
  | "storage_full"
  /** IndexedDB failed twice. */
  | "storage_broken"
  /** Written by a newer version: this one may not write. */
  | "newer_data"
  /** No right to write here, or no identity. */
  | "read_only"
  /** Text longer than an op may be. */
  | "too_large"
  /** The value cannot be written (not a value of the protocol). */
  | "bad_value"
  /** Nothing differs from what was there. */
  | "nothing_changed"
  | "missing";

export type SaveResult =
  /** Durable. `photosLeft` > 0: these photos did not fit and stay in `draft`. */
  | { ok: true; doc: DocRef; scope: Scope; photosLeft: number; draft: string | null }
  | { ok: false; problem: WriteProblem };

export type DraftResult = { ok: true; draft: Draft } | { ok: false; problem: WriteProblem };

export interface NewDraft {
  form: string;
  season?: DocRef;
  plots?: readonly DocRef[];
  /** Field values to start with ("như lần trước", defaults). */
  values?: Values;
}

export type PhotoProblem =
  | "storage_full"
  | "storage_broken"
  /** HEIC or damaged: offer the camera in the app. */
  | "undecodable"
  | "too_large"
  | "too_long"
  | "missing";
export type PhotoResult =
  | { ok: true; photo: DraftPhoto }
  | { ok: false; problem: PhotoProblem; photo?: DraftPhoto };

export interface Drafts {
  /** Unfinished drafts of the current identity, newest first. */
  list: ReadonlySignal<readonly Draft[]>;
  /** A draft waiting for its camera picture after a kill: open it at once, offer "Chụp lại". */
  toResume: ReadonlySignal<Draft | null>;
  /** Start a new document. `happened_on` (today) and `performed_by` (current person) are filled. */
  create(start: NewDraft): Promise<DraftResult>;
  /** Open a stored document for editing, or go on with the edit already begun. */
  edit(doc: DocRef): Promise<DraftResult>;
  get(id: string): Promise<Draft | null>;
  /**
   * Keep what is typed. Calls within 400 ms are joined; at most 2 s pass to the write. Resolves at once;
   * a failed write shows in `failed`.
   */
  keep(id: string, change: DraftChange): void;
  /** Write what is kept now (page hidden, before the camera, leaving the form). Resolves when written. */
  flush(): Promise<WriteProblem | null>;
  /** Last write of a draft failed. Null: all kept. */
  failed: ReadonlySignal<WriteProblem | null>;
  /** flush() and mark, before opening a camera that may kill the page. */
  beforeCamera(id: string, kind: string): Promise<WriteProblem | null>;
  /** The camera came back (with or without a picture). */
  afterCamera(id: string): Promise<void>;
  discard(id: string): Promise<void>;
  /** Scale (≤ 1600 px, JPEG, no EXIF), hash and store a picture. One at a time. */
  addPhoto(id: string, blob: Blob, kind: string): Promise<PhotoResult>;
  /** A voice note as recorded, ≤ 60 s. */
  addVoice(id: string, blob: Blob, seconds: number): Promise<PhotoResult>;
  removePhoto(id: string, photo: string): Promise<void>;
  /** Object URL of a draft photo, null if gone. The caller revokes it. */
  photoUrl(id: string, photo: string): Promise<string | null>;
  /** Sign and store. Text is saved without a photo that does not fit. */
  save(id: string): Promise<SaveResult>;
  /** Values of the last entry of this form (same season and plot first), without fields marked not to repeat. */
  lastLike(form: string, season: DocRef | null, plot: DocRef | null): Promise<Values | null>;
}

// ---- farm ---------------------------------------------------------------------------------------------------

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
  /** Entries of this season on the phone. */
  entries: number;
  values: Values;
  state: EntryState;
  conflict: boolean;
  deleted: boolean;
}

export interface Farm {
  plots: ReadonlySignal<readonly PlotRow[]>;
  /** Running ones first, then newest. */
  seasons: ReadonlySignal<readonly SeasonRow[]>;
  /** New and changed plots and seasons go through `Drafts` with the forms `plot` and `season`. */
  endSeason(doc: DocRef, endedOn: string): Promise<SaveResult>;
}

// ---- home and activities --------------------------------------------------------------------------------------

export interface Home {
  today: readonly EntryRow[];
  runningSeasons: readonly SeasonRow[];
  waitingOps: number;
  waitingPhotos: number;
  drafts: readonly Draft[];
  held: number;
  refused: number;
  conflicts: readonly EntryRow[];
  asked: readonly EntryRow[];
}

export interface Activities {
  /** Every form, once loaded. */
  forms: ReadonlySignal<ReadonlyMap<string, Form>>;
  /** Forms to record with, for the season's sector (null: all of the farm), most used first, then by `order`. */
  list(season: DocRef | null): Promise<readonly Form[]>;
  form(code: string): Form | null;
}

// ---- sync ---------------------------------------------------------------------------------------------------

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
}

export type Connection =
  | "idle"
  | "sending"
  | "offline"
  /** An answer came that is not our server's (captive portal). */
  | "not_our_server"
  | "busy"
  | "update_needed"
  | "revoked"
  | "broken";

export interface SyncStatus {
  connection: Connection;
  waitingOps: number;
  waitingPhotos: number;
  waitingPhotoBytes: number;
  /** Phone clock of the last complete round; null: never. */
  last_sync_at: number | null;
  next_attempt_at: number | null;
  /** Of the running round. */
  progress: { ops: number; opsTotal: number; photos: number; photosTotal: number } | null;
  /** Server clock minus phone clock, ms; warn above 10 minutes. */
  skew: number | null;
  /** Digest of our own log did not agree with the server's: taken again from the start. */
  digestMismatch: boolean;
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
  photos: number;
  requests: number;
  /** Lines that could not be taken (cut, damaged, bad signature). */
  bad: number;
  problem: "not_a_file" | "other_origin" | "too_large" | "storage_full" | "storage_broken" | null;
}

export interface Sync {
  status: ReadonlySignal<SyncStatus>;
  storage: ReadonlySignal<StorageStatus>;
  stuck: ReadonlySignal<readonly StuckOp[]>;
  photos: ReadonlySignal<readonly WaitingPhoto[]>;
  /** "Gửi ngay": resets the back-off. Resolves when the round ended. */
  now(): Promise<void>;
  /** What has not been acknowledged, signed, with photo bytes. `name` ends in `.sonhanong`. */
  exportUnsent(): Promise<{ name: string; blob: Blob; ops: number; photos: number }>;
  importFile(blob: Blob): Promise<ImportReport>;
  /** Ask the browser to keep the data; true when granted. */
  askPersist(): Promise<boolean>;
}

// ---- settings and update ------------------------------------------------------------------------------------

export interface Settings {
  language: "vi" | "en";
  letters: "normal" | "large" | "huge";
  lunar: boolean;
  wifiOnlyPhotos: boolean;
}

export interface Updates {
  available: ReadonlySignal<boolean>;
  /** True: forms with unsaved typing are open, `apply` would wait. */
  dirty: ReadonlySignal<boolean>;
  /** Called by main.ts when a new service worker waits; `apply` tells it to take over. */
  offer(apply: () => void): void;
  /** Take the new version now; false when a form is dirty (nothing happens). */
  apply(): Promise<boolean>;
}

/** The phone below the screens. One per page, from `createApp` in `app/app.ts`. */
export interface App {
  state: ReadonlySignal<AppState>;
  /** Check the place, open the store, load identities, begin syncing. Call once. */
  start(): Promise<void>;
  /** The page was hidden: keep drafts. */
  hidden(): Promise<void>;
  stop(): void;
  joining: Joining;
  people: People;
  home: ReadonlySignal<Home | null>;
  activities: Activities;
  diary: Diary;
  drafts: Drafts;
  farm: Farm;
  sync: Sync;
  settings: ReadonlySignal<Settings>;
  changeSettings(change: Partial<Settings>): Promise<void>;
  updates: Updates;
  /** Object URL of a stored photo (asks the server for bytes the phone has not); null: not to be had now. */
  photoUrl(photo: PhotoRow, size: "thumb" | "view"): Promise<string | null>;
  /** Reference lists of the server's snapshot (`products`, `villages` …); null before the first sync. */
  reference(name: string): readonly { [name: string]: Value }[] | null;
}
