/**
 * Passkeys' public keys and answers, as far as somebody who verifies them later needs it. Twin of `sync/cose.py`.
 *
 * Source: RFC 9052 §7; RFC 8949 §3; RFC 9053 §2; RFC 8812 §2; W3C Web Authentication Level 3 §6.1, §7.2.
 */

import { verifyNote } from "./ed25519.ts";
import { Refusal } from "./errors.ts";
import { b64Decode, b64Encode } from "./ids.ts";
import { domain } from "./ops.ts";
import { sha256 } from "./sha256.ts";

type Bytes = Uint8Array<ArrayBuffer>;
export type CoseKey = ReadonlyMap<number, number | Bytes>;

const VERIFIED = 0x04;
const FLAGS_AT = 32;

/** The members of a COSE key. Refuses: bad_key. */
export function parseCose(data: Bytes): CoseKey | Refusal {
  const reader = new Reader(data);
  try {
    const count = reader.head(5);
    const found = new Map<number, number | Bytes>();
    for (let i = 0; i < count; i++) {
      const name = reader.item();
      if (typeof name !== "number") throw new RangeError();
      found.set(name, reader.item());
    }
    return reader.at === data.length ? found : new Refusal("bad_key", "no COSE key");
  } catch {
    return new Refusal("bad_key", "no COSE key");
  }
}

/** SHA-256(D(step-up) ‖ ids, raw, ascending), of ids that stand in that order. */
export function stepUpChallenge(origin: string, ids: readonly Bytes[]): Bytes {
  return sha256(domain("step-up", origin), ...ids);
}

/** Whether an authenticator's client data are an assertion over that challenge. */
export function answersChallenge(client: Bytes, challenge: Bytes): boolean {
  try {
    const said: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(client));
    const { type, challenge: text } = Object(said) as { type?: unknown; challenge?: unknown };
    return type === "webauthn.get" && text === b64Encode(challenge);
  } catch {
    return false;
  }
}

/** Whether the authenticator saw the person's finger, face or PIN. */
export function isPersonVerified(authenticator: Bytes): boolean {
  return ((authenticator[FLAGS_AT] ?? 0) & VERIFIED) !== 0;
}

/** Whether a passkey of that key made an answer: ES256, EdDSA or RS256; false for all others. */
export async function verifyPasskey(key: CoseKey, message: Bytes, signature: Bytes): Promise<boolean> {
  const [x, y, n] = [key.get(-2), key.get(-3), key.get(-1)];
  const { subtle } = crypto;
  try {
    if (key.get(3) === -7 && x instanceof Uint8Array && y instanceof Uint8Array) {
      const raw = rawOf(signature);
      const curve = { name: "ECDSA", namedCurve: "P-256" };
      const loaded = await subtle.importKey("raw", Uint8Array.of(4, ...x, ...y), curve, true, ["verify"]);
      return raw !== null && (await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, loaded, raw, message));
    }
    if (key.get(3) === -8) return x instanceof Uint8Array && (await verifyNote(x, message, signature));
    if (key.get(3) === -257 && x instanceof Uint8Array && n instanceof Uint8Array) {
      const kind = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
      const jwk = { kty: "RSA", n: b64Encode(n), e: b64Encode(x) };
      const loaded = await subtle.importKey("jwk", jwk, kind, true, ["verify"]);
      return await subtle.verify(kind.name, loaded, signature, message);
    }
  } catch {
    return false;
  }
  return false;
}

/** The 64 bytes r ‖ s of a DER signature, or null for what is none (X.690 §8.3). */
function rawOf(der: Bytes): Bytes | null {
  const raw = new Uint8Array(64);
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return null;
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1] ?? 0;
    const bytes = der.subarray(at + 2, at + 2 + length);
    const isShort = length > 0 && bytes.length === length && ((bytes[0] as number) & 0x80) === 0;
    const isLeast = length < 2 || bytes[0] !== 0 || ((bytes[1] as number) & 0x80) !== 0;
    const bare = bytes[0] === 0 ? bytes.subarray(1) : bytes;
    if (der[at] !== 2 || !isShort || !isLeast || bare.length > 32) return null;
    raw.set(bare, end - bare.length);
    at += 2 + length;
  }
  return at === der.length ? raw : null;
}

class Reader {
  at = 0;
  private readonly data: Bytes;

  constructor(data: Bytes) {
    this.data = data;
  }

  /** The number in the head of an item; of type `wanted` if that is given. */
  head(wanted: number | null = null): number {
    const first = this.data[this.at++];
    if (first === undefined || (wanted !== null && first >> 5 !== wanted)) throw new RangeError();
    const low = first & 0x1f;
    if (low < 24) return low;
    if (low > 25) throw new RangeError();
    let number = 0;
    for (let i = 0; i < 1 << (low - 24); i++) {
      const byte = this.data[this.at++];
      if (byte === undefined) throw new RangeError();
      number = number * 256 + byte;
    }
    return number;
  }

  item(): number | Bytes {
    const kind = (this.data[this.at] ?? 0xff) >> 5;
    const number = this.head();
    if (kind === 0) return number;
    if (kind === 1) return -1 - number;
    if (kind !== 2 || this.at + number > this.data.length) throw new RangeError();
    this.at += number;
    return this.data.slice(this.at - number, this.at);
  }
}

/** The ids of a list, where they are ids, each once, ascending by their bytes; null otherwise. */
export function sortedIds(list: unknown): Bytes[] | null {
  if (!Array.isArray(list)) return null;
  const found: Bytes[] = [];
  for (const one of list) {
    const raw = typeof one === "string" ? b64Decode(one, 32) : null;
    if (raw === null || raw instanceof Refusal) return null;
    const last = found.at(-1);
    if (last !== undefined && !isBelow(last, raw)) return null;
    found.push(raw);
  }
  return found;
}

function isBelow(one: Bytes, other: Bytes): boolean {
  const at = one.findIndex((byte, i) => byte !== other[i]);
  return at >= 0 && (one[at] as number) < (other[at] as number);
}
