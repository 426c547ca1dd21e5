/**
 * Names of things on the wire: base64url, device ids, UUIDs, scopes, documents.
 *
 * Source: WIRE "Encodings", "Key"; RFC 4648 §5 and §6; RFC 9562 (UUIDv7).
 */

import { Refusal } from "./errors.ts";
import { KEY_BYTES } from "./limits.ts";
import { sha256 } from "./sha256.ts";

export const SCOPE_KINDS = ["farm", "org", "sensor"] as const;

const UUID_SHAPE = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const UUID = new RegExp(`^${UUID_SHAPE}$`);
const SCOPE = new RegExp(`^(?:farm|org|sensor):${UUID_SHAPE}$`);
const DOC = new RegExp(`^[a-z][a-z0-9_]{0,39}:${UUID_SHAPE}$`);
const DEVICE = /^[a-z2-7]{32}$/;
const ORIGIN = /^[a-z0-9.\-/]{1,100}$/;

const B64_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const B32_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const B64_VALUES = new Map([...B64_LETTERS].map((letter, value) => [letter, value]));

/** Base64url text without padding. */
export function b64Encode(data: Uint8Array): string {
  return spell(data, 6, B64_LETTERS);
}

/**
 * The bytes of strict base64url text.
 *
 * Shape:   only `A-Za-z0-9_-`, no padding, unused low bits zero; `size` bytes where given.
 * Refuses: bad_body for anything else, also text that decodes but is not what `b64Encode` gives (two texts
 *          never name the same bytes).
 */
export function b64Decode(text: string, size?: number): Uint8Array<ArrayBuffer> | Refusal {
  if (text.length % 4 === 1) return new Refusal("bad_body", "not base64url without padding");
  const out = new Uint8Array(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let room = 0;
  let at = 0;
  for (const letter of text) {
    const value = B64_VALUES.get(letter);
    if (value === undefined) return new Refusal("bad_body", "not base64url without padding");
    bits = ((bits << 6) | value) & 0xffff;
    room += 6;
    if (room >= 8) {
      room -= 8;
      out[at++] = bits >>> room;
    }
  }
  if ((bits & ((1 << room) - 1)) !== 0) return new Refusal("bad_body", "base64url with stray low bits");
  if (size !== undefined && out.length !== size) {
    return new Refusal("bad_body", `expected ${size} bytes in base64url`);
  }
  return out;
}

/** Whether `text` is strict base64url of exactly `size` bytes. */
export function isB64(text: unknown, size: number): text is string {
  return typeof text === "string" && !(b64Decode(text, size) instanceof Refusal);
}

/**
 * The device id of a 65-byte public key: 32 characters of base32, lower case.
 *
 * Refuses: bad_key unless the key is 0x04 followed by 64 bytes. Whether the point lies on the curve is checked
 *          where the key is loaded (`signing`).
 * Source:  WIRE "Key".
 */
export function keyToDevice(key: Uint8Array): string | Refusal {
  if (key.length !== KEY_BYTES || key[0] !== 4) {
    return new Refusal("bad_key", "a key is 65 bytes and starts with 0x04");
  }
  return spell(sha256(key).subarray(0, 20), 5, B32_LETTERS);
}

/** Whether `text` has the shape of a device id. */
export function isDevice(text: unknown): text is string {
  return typeof text === "string" && DEVICE.test(text);
}

/** Whether `text` is a UUID in lower case with hyphens. */
export function isUuid(text: unknown): text is string {
  return typeof text === "string" && UUID.test(text);
}

/** Whether `text` names a scope: `farm:`, `org:` or `sensor:` and a UUID. */
export function isScope(text: unknown): text is string {
  return typeof text === "string" && SCOPE.test(text);
}

/** Whether `text` names a document: `type:uuid`, the type being an open set. */
export function isDoc(text: unknown): text is string {
  return typeof text === "string" && DOC.test(text);
}

/** Whether `text` may name a log: 1–100 characters of `a-z0-9.-/`. */
export function isOrigin(text: unknown): text is string {
  return typeof text === "string" && ORIGIN.test(text);
}

/** [kind or type, uuid] of a scope or a document name that was checked before. */
export function splitRef(ref: string): [string, string] {
  const colon = ref.indexOf(":");
  return colon < 0 ? [ref, ""] : [ref.slice(0, colon), ref.slice(colon + 1)];
}

/**
 * A UUIDv7 for a time in ms and 10 random bytes; throws RangeError on any other size.
 *
 * Source: RFC 9562 §5.7.
 */
export function makeUuid7(ms: number, random: Uint8Array): string {
  if (random.length !== 10 || !Number.isInteger(ms) || ms < 0 || ms >= 2 ** 48) {
    throw new RangeError("a UUIDv7 needs 48 bits of time and 10 random bytes");
  }
  const raw = new Uint8Array(16);
  const view = new DataView(raw.buffer);
  view.setUint32(0, Math.floor(ms / 0x10000));
  view.setUint16(4, ms % 0x10000);
  raw.set(random, 6);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  const text = Array.from(raw, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
    "-",
  );
}

/** The bits of `data` as letters of `width` bits each, the last one filled up with zeros. */
function spell(data: Uint8Array, width: number, letters: string): string {
  const mask = (1 << width) - 1;
  let text = "";
  let bits = 0;
  let held = 0;
  for (const byte of data) {
    bits = ((bits << 8) | byte) & 0xffff;
    held += 8;
    while (held >= width) {
      held -= width;
      text += letters.charAt((bits >>> held) & mask);
    }
  }
  return held > 0 ? text + letters.charAt((bits << (width - held)) & mask) : text;
}
