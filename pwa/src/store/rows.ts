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
  /** The document a photo or review belongs to; "" for others. */
  of: string;
  /** Folded text for search. */
  words: string;
}
export interface IdentityRow {
  device: string;
  privateKey: CryptoKey;
  public: string;
  name: string;
  village: string;
  membership: string;
  org: string;
  confirmed: boolean;
  revoked: boolean;
  copied: boolean;
  access: string;
  /** Ops of its own device document: handed in again after a restore. */
  own: { body: string; private: string | null; signature: string }[];
  me: string;
}
export interface AccessRow {
  device: string;
  scope: string;
  write: boolean;
}
export interface ScopeRow {
  scope: string;
  cursor: string;
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
  state: "waiting" | "sent" | "broken";
}
export interface DraftPhotoRow {
  id: string;
  kind: string;
  type: string;
  bytes: number;
  width: number | null;
  height: number | null;
  seconds: number | null;
  stored: boolean;
  sha256: string;
}
export interface DraftRow {
  id: string;
  device: string;
  scope: string;
  doc: string;
  document: "entry" | "plot" | "season";
  form: string;
  isNew: boolean;
  values: Values;
  base: Values;
  after: string[];
  photos: DraftPhotoRow[];
  removedPhotos: string[];
  focus: string | null;
  pendingCapture: { kind: string } | null;
  updated_at: number;
}
export interface MetaRow {
  key: string;
  value: unknown;
}
