/**
 * Recovery codes: an invitation for oneself that fits on paper. The code is the secret, and the secret names the
 * invitation, so that the typed code alone is enough.
 *
 * 128 bits in 26 characters of Crockford's base32, the two highest bits zero; spaces, dashes and case do not count,
 * and O, I, L are read as 0, 1, 1.
 * Source: PROTOCOL §27; Crockford, "Base 32".
 */
import { b64Encode } from "./ids.ts";
import { SECRET_BYTES } from "./limits.ts";
import { sha256 } from "./sha256.ts";

const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARS = 26;
const GROUP = 4;
const DOMAIN = "so-nha-nong/1/recovery\n";

/** What a code opens: the invite id and its secret, as a link's fragment carries them. */
export interface Recovery {
  readonly id: string;
  readonly secret: string;
  readonly secretHash: string;
}

/** The code of 16 secret bytes, in groups of four for a person to copy. */
export function secretToCode(secret: Uint8Array): string {
  let rest = secret.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let code = "";
  for (let place = 0; place < CHARS; place++) {
    code = LETTERS.charAt(Number(rest & 31n)) + code;
    rest >>= 5n;
  }
  return (code.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? []).join("-");
}

/** The secret of a typed code, or null for what is none. */
export function codeToSecret(typed: string): Uint8Array<ArrayBuffer> | null {
  const plain = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (plain.length !== CHARS) return null;
  let rest = 0n;
  for (const letter of plain) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) return null;
    rest = (rest << 5n) | BigInt(value);
  }
  if (rest >> 128n !== 0n) return null;
  const secret = new Uint8Array(SECRET_BYTES);
  for (let place = SECRET_BYTES - 1; place >= 0; place--) {
    secret[place] = Number(rest & 255n);
    rest >>= 8n;
  }
  return secret;
}

/** The invitation that a secret names. */
export function recoveryOf(secret: Uint8Array): Recovery {
  const named = sha256(new TextEncoder().encode(DOMAIN), secret).slice(0, 16);
  named[6] = ((named[6] ?? 0) & 0x0f) | 0x80; // a uuid of version 8 (RFC 9562)
  named[8] = ((named[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...named].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
    "-",
  );
  return { id, secret: b64Encode(secret), secretHash: b64Encode(sha256(secret)) };
}
