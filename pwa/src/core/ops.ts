/**
 * Ops: what a phone signs, sends and keeps for ever.
 *
 * An op sets some fields of one document. Its body is stored, forwarded and verified as the exact text that was
 * signed; its id is the SHA-256 of a domain line and that text.
 * Source: DESIGN §3 "Op"; WIRE "Body", "Op id", "Private part".
 */

import { Refusal } from "./errors.ts";
import { b64Encode, isB64, isDevice, isDoc, isScope, isUuid } from "./ids.ts";
import {
  BODY_BYTES_MAX,
  DIGEST_BYTES,
  INTEGER_MAX,
  PARENTS_MAX,
  PRIVATE_BYTES_MAX,
  SALT_BYTES,
  VERSION,
} from "./limits.ts";
import { sha256 } from "./sha256.ts";
import { isMembers, type Members, parseText, type Value, writeText } from "./values.ts";

const REQUIRED = ["v", "device", "n", "by", "scope", "doc", "recorded_at", "set"];
const KNOWN = new Set([...REQUIRED, "after", "skew", "anchor", "private"]);
const ANCHORS = new Set(["digest,seq", "digest,root,seq,size"]);
const UTF8 = new TextEncoder();

/** What the phone held when it made an op. */
export interface Anchor {
  readonly seq: number;
  readonly digest: string;
  readonly size?: number;
  readonly root?: string;
}

/**
 * One parsed op. Whether its signature holds is not said here (`signing.verify`).
 *
 * `id` is base64url of 32 bytes; `recordedAt` and `skew` are ms; `fields` is the `set` of the body,
 * `privateFields` that of the private part (null where the part did not come or was erased); `body` and
 * `private` are the exact texts.
 */
export interface Op {
  readonly id: string;
  readonly device: string;
  readonly n: number;
  readonly by: string;
  readonly scope: string;
  readonly doc: string;
  readonly after: readonly string[];
  readonly recordedAt: number;
  readonly skew: number;
  readonly anchor: Anchor | null;
  readonly fields: Members;
  readonly privateHash: string | null;
  readonly privateFields: Members | null;
  readonly body: string;
  readonly private: string | null;
}

/** What a new body is made of; `private` is the hash of its private part. */
export interface BodyParts {
  readonly device: string;
  readonly n: number;
  readonly by: string;
  readonly scope: string;
  readonly doc: string;
  readonly recordedAt: number;
  readonly fields: Readonly<Record<string, Value>>;
  readonly after?: readonly string[];
  readonly skew?: number | null;
  readonly anchor?: Anchor | null;
  readonly private?: string | null;
}

/** The document's type, the part before the colon. */
export function docType(op: Op): string {
  return op.doc.slice(0, op.doc.indexOf(":"));
}

/** The domain line D(name) of a log, e.g. `so-nha-nong/1/op <origin>\n`. */
export function domain(name: string, origin: string): Uint8Array<ArrayBuffer> {
  return UTF8.encode(`so-nha-nong/1/${name} ${origin}\n`);
}

/** M, the bytes that are signed and hashed: D(op) ‖ body. */
export function message(origin: string, body: string): Uint8Array<ArrayBuffer> {
  return UTF8.encode(`so-nha-nong/1/op ${origin}\n${body}`);
}

/** The id of the op with this body, as base64url. */
export function opId(origin: string, body: string): string {
  return b64Encode(sha256(message(origin, body)));
}

/** The hash that a body names for its private part: SHA-256(D(private) ‖ P). */
export function privateHash(origin: string, text: string): string {
  return b64Encode(sha256(domain("private", origin), UTF8.encode(text)));
}

/**
 * The op that a body and its private part hold.
 *
 * Refuses: bad_body for any fault of form; newer_version for a whole number `v` above ours; too_large above
 *          32 KiB and 16 KiB; bad_private for a private part that does not match.
 */
export function parseOp(origin: string, body: string, part: string | null = null): Op | Refusal {
  const envelope = parseText(body, BODY_BYTES_MAX);
  if (envelope instanceof Refusal) return envelope;
  if (isInteger(envelope.v, VERSION + 1)) {
    return new Refusal("newer_version", "a version this program does not know");
  }
  if (envelope.v !== VERSION) return new Refusal("bad_body", "v is no version");
  const fault = checkEnvelope(envelope);
  if (fault) return fault;
  const known = envelope as unknown as Envelope; // checkEnvelope has looked at each member
  const named = known.private ?? null;
  const privateFields = part === null ? null : parsePrivate(origin, part, named, known.set);
  if (privateFields instanceof Refusal) return privateFields;
  return {
    id: opId(origin, body),
    device: known.device,
    n: known.n,
    by: known.by,
    scope: known.scope,
    doc: known.doc,
    after: known.after ?? [],
    recordedAt: known.recorded_at,
    skew: known.skew ?? 0,
    anchor: known.anchor ?? null,
    fields: known.set,
    privateHash: named,
    privateFields,
    body,
    private: part,
  };
}

/**
 * The body of a new op.
 *
 * Shape: members in the order of DESIGN's table, those left out that are empty; `after` sorted as the wire wants
 *        it. The caller passes time and `n`. Not checked here: whoever makes an op parses it before storing.
 */
export function makeBody(parts: BodyParts): string {
  const envelope: Record<string, Value> = {
    v: VERSION,
    device: parts.device,
    n: parts.n,
    by: parts.by,
    scope: parts.scope,
    doc: parts.doc,
  };
  if (parts.after?.length) envelope.after = [...parts.after].sort();
  envelope.recorded_at = parts.recordedAt;
  if (parts.skew !== undefined && parts.skew !== null) envelope.skew = parts.skew;
  if (parts.anchor) envelope.anchor = { ...parts.anchor };
  envelope.set = { ...parts.fields };
  if (parts.private) envelope.private = parts.private;
  return writeText(envelope);
}

/** The text P of a private part; `salt` is 16 random bytes, new for each op (RangeError otherwise). */
export function makePrivate(salt: Uint8Array, fields: Readonly<Record<string, Value>>): string {
  if (salt.length !== SALT_BYTES) throw new RangeError("a salt is 16 bytes");
  return writeText({ salt: b64Encode(salt), set: { ...fields } });
}

interface Envelope {
  readonly device: string;
  readonly n: number;
  readonly by: string;
  readonly scope: string;
  readonly doc: string;
  readonly after?: readonly string[];
  readonly recorded_at: number;
  readonly skew?: number;
  readonly anchor?: Anchor;
  readonly set: Members;
  readonly private?: string;
}

function isInteger(value: Value | undefined, low: number): boolean {
  return typeof value === "number" && value >= low; // the reader lets only safe integers through
}

/** A refusal (bad_body) unless the envelope has exactly the members of version 1. */
function checkEnvelope(envelope: Members): Refusal | undefined {
  if (
    !REQUIRED.every((name) => name in envelope) ||
    !Object.keys(envelope).every((name) => KNOWN.has(name))
  ) {
    return new Refusal("bad_body", "the envelope lacks a member or has one that it does not know");
  }
  const has = (name: string) => name in envelope;
  const checks: Readonly<Record<string, boolean>> = {
    device: isDevice(envelope.device),
    n: isInteger(envelope.n, 1),
    by: isUuid(envelope.by),
    scope: isScope(envelope.scope),
    doc: isDoc(envelope.doc),
    recorded_at: isInteger(envelope.recorded_at, 0),
    skew: !has("skew") || isInteger(envelope.skew, -INTEGER_MAX),
    set: isMembers(envelope.set),
    private: !has("private") || isB64(envelope.private, DIGEST_BYTES),
    after: !has("after") || isAfter(envelope.after),
    anchor: !has("anchor") || isAnchor(envelope.anchor),
  };
  const bad = Object.keys(checks).find((name) => !checks[name]);
  return bad === undefined ? undefined : new Refusal("bad_body", `${bad} is not well made`);
}

function isAfter(after: Value | undefined): boolean {
  return (
    Array.isArray(after) &&
    after.length >= 1 &&
    after.length <= PARENTS_MAX &&
    after.every((parent) => isB64(parent, DIGEST_BYTES)) &&
    after.every((parent, i) => i === 0 || (after[i - 1] as string) < (parent as string))
  );
}

function isAnchor(anchor: Value | undefined): boolean {
  return (
    isMembers(anchor) &&
    ANCHORS.has(Object.keys(anchor).sort().join()) &&
    isInteger(anchor.seq, 0) &&
    isB64(anchor.digest, DIGEST_BYTES) &&
    (!("size" in anchor) || isInteger(anchor.size, 0)) &&
    (!("root" in anchor) || isB64(anchor.root, DIGEST_BYTES))
  );
}

/** The private fields, after checking the part against the hash that the body names. */
function parsePrivate(
  origin: string,
  text: string,
  named: string | null,
  fields: Members,
): Members | Refusal {
  const part = parseText(text, PRIVATE_BYTES_MAX);
  if (part instanceof Refusal) {
    return part.slug === "too_large" ? part : new Refusal("bad_private", part.detail);
  }
  if (named === null || privateHash(origin, text) !== named) {
    return new Refusal("bad_private", "the private part is not the one that the body names");
  }
  if (Object.keys(part).sort().join() !== "salt,set" || !isMembers(part.set)) {
    return new Refusal("bad_private", "a private part has exactly salt and set");
  }
  if (!isB64(part.salt, SALT_BYTES)) return new Refusal("bad_private", "a salt is 16 bytes");
  if (Object.keys(part.set).some((name) => name in fields)) {
    return new Refusal("bad_private", "a name stands in both parts");
  }
  return part.set;
}
