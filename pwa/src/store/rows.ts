/** Rows of the phone's database, as stored. Ops are exact texts; everything in `docs` can be folded again. */
import type { Op } from "../core/ops.ts";
import type { Value as CoreValue } from "../core/values.ts";

export type Value = null | string | number | boolean | Value[] | { [name: string]: Value };
export type Values = { [field: string]: Value };

/** A copy of a core value that the caller may own. */
export function toValue(value: CoreValue): Value {
  if (Array.isArray(value)) return value.map(toValue);
  return typeof value === "object" && value !== null
    ? toValues(value)
    : (value as string | number | boolean | null);
}
export function toValues(members: object): Values {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, toValue(value)]));
}
/** All fields that an op sets, private ones too. */
export function fieldsOf(op: Op): Values {
  return { ...toValues(op.fields), ...toValues(op.privateFields ?? {}) };
}
export type OpState = "outbox" | "sent" | "held" | "refused" | "turned_down";

export interface OpRow {
  id: string;
  scope: string;
  doc: string;
  device: string;
  n: number;
  /** Null while not in the log. */
  seq: number | null;
  receivedAt: number | null;
  /** Digest of the scope's log at `seq`, once a page held it. */
  digest: string | null;
  body: string;
  private: string | null;
  signature: string;
  state: OpState;
  problem: string | null;
  tried: boolean;
  /** The scope, while the op is acknowledged and no page of the log has held it yet. */
  unlogged?: string;
  /** The touch of a passkey that confirms it (PROTOCOL §27), JSON; it goes wherever the op goes. */
  touch?: string;
  /** 1: bytes that this version can't read; stored and passed on, folded after an update. */
  newer?: 1;
  /** 1: its document was erased; the private part is gone and none is kept again. */
  erased?: 1;
  /** Its place before the server was restored. */
  was?: { seq: number; receivedAt: number | null; digest: string | null };
}
export interface OutboxRow {
  order?: number;
  id: string;
  scope: string;
  device: string;
}
export interface DocRow {
  scope: string;
  doc: string;
  type: string;
  /** `happened_on` and recorded_at, so that an index walks the diary in its order. */
  sort: string;
  values: Values;
  conflicts: string[];
  heads: { [field: string]: readonly string[] };
  tips: string[];
  deleted: boolean;
  recordedAt: number;
  /** What its own ops say; photos and reviews are added when shown. */
  state: "refused" | "onphone" | "waiting" | "held" | "sent";
  /** The document a photo or review belongs to, an entry's season; "" for others. */
  of: string;
  /** Folded text for search. */
  words: string;
  /** The different words of an entry, for the index of search. */
  tokens: string[];
  /** 1: what was private of it was erased. */
  erased?: 1;
}
export interface IdentityRow {
  device: string;
  privateKey: CryptoKey;
  public: string;
  name: string;
  village: string;
  membership: string;
  org: string;
  /** The cooperative's name, as the invitation showed it. */
  orgName?: string;
  confirmed: boolean;
  revoked: boolean;
  copied: boolean;
  access: string;
  /** Ops of its own device document, and of the passkey that let it in: handed in again after a restore. */
  own: SignedText[];
  /** The touches of passkeys over these ops, each as JSON; none for who came by an invitation. */
  touches?: string[];
  me: string;
  /** The device that took this one's place after its key was found in two places. */
  successor?: string;
  /** A second join that a person still has to let in; the same bytes are sent until then. */
  joining?: { body: string; signature: string; askedAt: number | null; problem: string | null };
  /** The short code by which this device joined: a second join needs it again. */
  code?: string;
  /** 1: the server was restored; the ops of the own device document are to be handed in. */
  handIn?: 0 | 1;
}
/** What an answer brings of a device's own documents: ops, and the touches of passkeys over them. */
export interface OwnTexts {
  readonly ops: readonly SignedText[];
  readonly touches: readonly string[];
}
/** The exact texts of an op and its signature. */
export interface SignedText {
  body: string;
  private: string | null;
  signature: string;
}
/** The public key of a device, as base64url. */
export interface KeyRow {
  device: string;
  key: string;
}
/** A row made in the field: asked of the server before the ops that speak of it. */
export interface RequestRow {
  order?: number;
  id: string;
  device: string;
  kind:
    | "organisation"
    | "farm"
    | "person"
    | "membership"
    | "help"
    | "consent"
    | "withdrawal"
    | "data_request"
    | "bulletins_read"
    | "proposal"
    | "bank_account";
  made_at: number;
  values: Values;
  /** `unsent` and `waiting` (a person decides) are asked again; the others are the end. */
  state: "unsent" | "waiting" | "settled" | "declined" | "refused";
  reason: string | null;
  /** The row as the server has it, once settled. */
  row: Values | null;
  askedAt: number | null;
}
export interface AccessRow {
  device: string;
  scope: string;
  write: boolean;
}
export interface ScopeRow {
  scope: string;
  cursor: string;
  /** Up to which number a tested backup covers the scope, as the server said last. */
  safe?: number;
  /** Documents whose private parts are gone and are not kept again. */
  erased?: string[];
  /** Up to where a verified checkpoint covers our log, with the digest there. */
  logged?: { seq: number; digest: string };
}
export interface CounterRow {
  device: string;
  scope: string;
  n: number;
}
export interface BlobRow {
  sha256: string;
  scope: string;
  bytes: ArrayBuffer;
}
export interface UploadRow {
  doc: string;
  scope: string;
  sha256: string;
  of: string;
  size: number;
  type: string;
  sent: number;
  /** `broken`: the bytes are damaged here, or the server can't take them (`problem`). */
  state: "waiting" | "sent" | "broken" | "erased";
  problem?: string;
}
export interface DraftPhotoRow {
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
  sha256: string;
}
export interface DraftRow {
  id: string;
  /** Whose draft it is. */
  device: string;
  scope: string;
  doc: string;
  document: "entry" | "plot" | "season" | "inspection" | "question";
  form: string;
  /** True: a new document; false: an edit of a stored one. */
  isNew: boolean;
  values: Values;
  /** Values when the form opened: what differs is what is saved. */
  base: Values;
  /** Newest ops of the document when the form opened. */
  after: readonly string[];
  photos: readonly DraftPhotoRow[];
  /** `photo:uuid` of stored photos to take away on save. */
  removedPhotos: readonly string[];
  /** Field that had the focus, "" before any had it; null once the form was left. */
  focus: string | null;
  /** Set before the camera opens; a relaunch then goes straight back to this draft. */
  pendingCapture: { kind: string } | null;
  updated_at: number;
}
export interface MetaRow {
  key: string;
  value: unknown;
}

/** In `meta`: phone clock, ms, of the last complete round, of a page or of the worker. */
export const LAST_SYNC = "last sync";
