/**
 * Signatures: ECDSA P-256 with SHA-256, raw r ‖ s, as WebCrypto makes them.
 *
 * Low and high s both verify: identity is the hash of the bytes, never the signature. WebCrypto is handed in
 * where a test wants its own. Does not store keys: a `DeviceKey` is a plain object that IndexedDB takes as it
 * is, its private half never leaves the browser.
 * Source: DESIGN §3 "Signature"; WIRE "Op id", "Key"; FIPS 186-5.
 */

import { Refusal } from "./errors.ts";
import { keyToDevice } from "./ids.ts";
import { SIGNATURE_BYTES } from "./limits.ts";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const ALGORITHM = { name: "ECDSA", hash: "SHA-256" };

/** A key pair of this device. */
export interface DeviceKey {
  readonly device: string;
  readonly public: Uint8Array<ArrayBuffer>;
  readonly privateKey: CryptoKey;
}

/** A new random key whose private half can not be taken out. */
export async function makeKey(subtle: SubtleCrypto = crypto.subtle): Promise<DeviceKey> {
  const pair = await subtle.generateKey(CURVE, false, ["sign", "verify"]);
  const point = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const device = keyToDevice(point);
  if (device instanceof Refusal) throw new Error("WebCrypto made a key of another shape");
  return { device, public: point, privateKey: pair.privateKey };
}

/**
 * The device id of a public key whose point lies on P-256.
 *
 * Shape:   65 bytes, 0x04 ‖ X ‖ Y.
 * Refuses: bad_key.
 */
export async function checkKey(
  key: Uint8Array<ArrayBuffer>,
  subtle: SubtleCrypto = crypto.subtle,
): Promise<string | Refusal> {
  const device = keyToDevice(key);
  if (device instanceof Refusal) return device;
  const loaded = await load(key, subtle);
  return loaded instanceof Refusal ? loaded : device;
}

/**
 * Whether `signature` (64 bytes r ‖ s) of `bytes` was made with `key`'s private half.
 *
 * Refuses: bad_key for a key that is none.
 */
export async function verify(
  key: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  subtle: SubtleCrypto = crypto.subtle,
): Promise<boolean | Refusal> {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const loaded = await load(key, subtle);
  if (loaded instanceof Refusal) return loaded;
  return subtle.verify(ALGORITHM, loaded, signature, bytes);
}

/** A 64-byte signature r ‖ s of `bytes`. */
export async function sign(
  key: DeviceKey,
  bytes: Uint8Array<ArrayBuffer>,
  subtle: SubtleCrypto = crypto.subtle,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await subtle.sign(ALGORITHM, key.privateKey, bytes));
}

async function load(key: Uint8Array<ArrayBuffer>, subtle: SubtleCrypto): Promise<CryptoKey | Refusal> {
  const shape = keyToDevice(key);
  if (shape instanceof Refusal) return shape;
  try {
    return await subtle.importKey("raw", key, CURVE, true, ["verify"]);
  } catch {
    return new Refusal("bad_key", "no point of P-256"); // WebCrypto says no more than DataError
  }
}
