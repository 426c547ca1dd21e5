/**
 * Whose devices signed: each one's way back to the operator's key, by ops that let it in; passkeys' answers.
 *
 * Twin of `sync/bundle_devices.py`. Source: PROTOCOL §14, §27, §37.
 */

import * as cose from "./cose.ts";
import { Refusal } from "./errors.ts";
import { b64Decode, b64Encode, isB64 } from "./ids.ts";
import { DIGEST_BYTES, KEY_BYTES, SECRET_BYTES, SIGNATURE_BYTES } from "./limits.ts";
import { docType, message, type Op, parseOp } from "./ops.ts";
import { sha256 } from "./sha256.ts";
import { checkKey, verify } from "./signing.ts";

type Bytes = Uint8Array<ArrayBuffer>;
export type Outside = Readonly<Record<string, unknown>>;

/** An op of a bundle's list, with the signature that it says it has. */
export interface Told {
  readonly op: Op;
  readonly signature: unknown;
}

export const refusal = (where: string, what: string) => new Refusal("bad_bundle", `${where}: ${what}`);

/** Whether a value is an object of exactly these members. */
export function isExactly(value: unknown, names: readonly string[]): value is Outside {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const own = Object.keys(value);
  return own.length === names.length && names.every((name) => own.includes(name));
}

export class Devices {
  readonly origin: string;
  operator = "";
  readonly keys = new Map<string, Bytes>();
  readonly trusted = new Set<string>();
  /** Of each credential its document and key. */
  readonly passkeys = new Map<string, readonly [string, cose.CoseKey]>();
  readonly joins = new Set<string>();

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Whether the device that an op names signed it. */
  async hasSigned(op: Op, signature: unknown): Promise<boolean> {
    const key = this.keys.get(op.device);
    if (key === undefined || typeof signature !== "string") return false;
    const raw = b64Decode(signature, SIGNATURE_BYTES);
    return !(raw instanceof Refusal) && (await verify(key, message(this.origin, op.body), raw)) === true;
  }
}

/** The devices that the ops of their documents tell of, and passkeys' answers over them. */
export async function checkDevices(
  origin: string,
  operator: string,
  listed: readonly unknown[],
  answers: readonly unknown[],
): Promise<Devices | Refusal> {
  const devices = new Devices(origin);
  const key = b64Decode(operator, KEY_BYTES);
  const name = key instanceof Refusal ? key : await checkKey(key);
  if (key instanceof Refusal || name instanceof Refusal) return refusal("operator", "no key");
  devices.operator = name;
  devices.keys.set(name, key);
  const told: Told[] = [];
  for (const [i, one] of listed.entries()) {
    const where = `device op ${i + 1}`;
    if (!isExactly(one, ["body", "signature"])) return refusal(where, "not the members of an op");
    const op = parseOp(origin, String(one.body), null);
    if (op instanceof Refusal) return refusal(where, op.detail);
    told.push({ op, signature: one.signature });
    const own = await ownKey(op);
    if (own === null) continue;
    devices.keys.set(op.device, own);
    devices.joins.add(op.id);
  }
  for (const [i, { op, signature }] of told.entries()) {
    if (!(await devices.hasSigned(op, signature)))
      return refusal(`device op ${i + 1} (${op.doc})`, "not signed by the device that it names");
  }
  await letIn(
    devices,
    told.map((one) => one.op),
    answers,
  );
  return devices;
}

/** The ids of the ops that passkeys confirm. */
export async function checkAssertions(
  listed: readonly unknown[],
  devices: Devices,
  here: ReadonlySet<string>,
): Promise<Set<string> | Refusal> {
  const confirmed = new Set<string>();
  for (const [i, one] of listed.entries()) {
    const named = await confirmedBy(devices, one);
    if (named === null)
      return refusal(`assertion ${i + 1}`, "not made by a passkey named here over these ops");
    if (!named.some((id) => here.has(id) || devices.joins.has(id)))
      return refusal(`assertion ${i + 1}`, "it confirms nothing that is here");
    for (const id of named) confirmed.add(id);
  }
  return confirmed;
}

/** Let in whom somebody let in who is in, until nobody more is. */
async function letIn(devices: Devices, ops: readonly Op[], answers: readonly unknown[]): Promise<void> {
  devices.trusted.add(devices.operator);
  for (let before = -1; before !== devices.trusted.size + devices.passkeys.size; ) {
    before = devices.trusted.size + devices.passkeys.size;
    for (const op of ops) {
      if (devices.trusted.has(op.device) && docType(op) === "passkey") takePasskey(devices, op);
      if (devices.joins.has(op.id) && !devices.trusted.has(op.device))
        if (await isLetIn(devices, op, ops, answers)) devices.trusted.add(op.device);
    }
  }
}

async function isLetIn(
  devices: Devices,
  join: Op,
  ops: readonly Op[],
  answers: readonly unknown[],
): Promise<boolean> {
  const beside = ops.filter((op) => op.scope === join.scope && devices.trusted.has(op.device));
  const mine = beside.filter((op) => op.doc === join.doc);
  const isConfirmed = ({ fields }: Op) =>
    fields.confirmed === true && (fields.device === undefined || fields.device === join.device);
  if (mine.some(isConfirmed)) return true;
  if (beside.some((op) => docType(op) === "admission" && admits(op, join.id))) return true;
  if (mine.some((op) => op.fields.confirm === false && knowsSecret(op.fields.secret_hash, join))) return true;
  const named = join.fields.passkey;
  for (const one of answers) {
    const credential = isExactly(one, ANSWER) ? String(one.credential) : "";
    if (typeof named !== "string" || devices.passkeys.get(credential)?.[0] !== named) continue;
    if ((await confirmedBy(devices, one))?.includes(join.id)) return true;
  }
  return false;
}

function admits(op: Op, join: string): boolean {
  return Array.isArray(op.fields.admit) && op.fields.admit.includes(join);
}

function knowsSecret(wanted: unknown, join: Op): boolean {
  const { secret } = join.fields;
  if (typeof secret !== "string") return false;
  const raw = b64Decode(secret, SECRET_BYTES);
  return !(raw instanceof Refusal) && b64Encode(sha256(raw)) === wanted;
}

/** The key that a join carries for its own device. */
async function ownKey(op: Op): Promise<Bytes | null> {
  const { key } = op.fields;
  if (docType(op) !== "device" || !isB64(key, KEY_BYTES)) return null;
  const raw = b64Decode(key);
  return !(raw instanceof Refusal) && (await checkKey(raw)) === op.device ? raw : null;
}

function takePasskey(devices: Devices, op: Op): void {
  const { credential, public_key: text } = op.fields;
  if (typeof credential !== "string" || typeof text !== "string" || devices.passkeys.has(credential)) return;
  const raw = b64Decode(text);
  const key = raw instanceof Refusal ? raw : cose.parseCose(raw);
  if (!(key instanceof Refusal)) devices.passkeys.set(credential, [op.doc, key]);
}

const ANSWER = ["ops", "credential", "client", "authenticator", "signature"];

/** The ids of the ops that a passkey's answer confirms, null where it does not hold. */
async function confirmedBy(devices: Devices, one: unknown): Promise<string[] | null> {
  if (!isExactly(one, ANSWER)) return null;
  const known = devices.passkeys.get(String(one.credential));
  const ids = cose.sortedIds(one.ops);
  const [client, data, signature] = [one.client, one.authenticator, one.signature].map((text) =>
    b64Decode(typeof text === "string" ? text : "="),
  );
  if (known === undefined || ids === null || ids.some((id) => id.length !== DIGEST_BYTES)) return null;
  if (!(client instanceof Uint8Array && data instanceof Uint8Array && signature instanceof Uint8Array))
    return null;
  const holds =
    cose.answersChallenge(client, cose.stepUpChallenge(devices.origin, ids)) &&
    cose.isPersonVerified(data) &&
    (await cose.verifyPasskey(known[1], Uint8Array.of(...data, ...sha256(client)), signature));
  return holds ? (one.ops as string[]) : null;
}
