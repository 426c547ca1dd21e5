/**
 * An invitation made where its secret stays: the fields of its op, the code to be read out, what a QR code shows.
 *
 * Only hashes leave the browser. The same shape as `flask invite` makes.
 * Source: WIRE "Joining"; PROTOCOL §14.
 */
import { b64Encode, makeUuid7 } from "./ids.ts";
import { CODE_CHARS, INVITE_HOURS, SECRET_BYTES } from "./limits.ts";
import { sha256 } from "./sha256.ts";
import type { Value } from "./values.ts";

const CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // 32 of them; no 0 O 1 I
const HOUR_MS = 3_600_000;
/** How many random bytes `makeInvite` takes: the id's, the secret's, the code's. */
export const INVITE_RANDOM_BYTES = 10 + SECRET_BYTES + CODE_CHARS;

export interface Invitation {
  readonly id: string;
  readonly doc: string;
  /** What the invite op sets. */
  readonly fields: Readonly<Record<string, Value>>;
  /** `<id>.<secret>`: behind `#i=` of a link that is shown, never sent. */
  readonly whole: string;
  /** 8 characters, written `ABCD-EFGH`. */
  readonly code: string;
  readonly expiresAt: number;
}

/** A fresh invitation for a membership. Random: INVITE_RANDOM_BYTES; now in ms. */
export function makeInvite(
  now: number,
  random: Uint8Array,
  membership: string,
  kind: "phone" | "browser" | "sensor",
  confirm: boolean,
): Invitation {
  const id = makeUuid7(now, random.slice(0, 10));
  const secret = random.slice(10, 10 + SECRET_BYTES);
  const code = [...random.slice(10 + SECRET_BYTES)].map((byte) => CODE_LETTERS[byte & 31]).join("");
  const expiresAt = now + INVITE_HOURS * HOUR_MS;
  return {
    id,
    doc: `device:${id}`,
    fields: {
      membership,
      kind,
      confirm,
      secret_hash: b64Encode(sha256(secret)),
      code_hash: b64Encode(sha256(new TextEncoder().encode(`${id}:${code}`))),
      expires_at: expiresAt,
    },
    whole: `${id}.${b64Encode(secret)}`,
    code: `${code.slice(0, 4)}-${code.slice(4)}`,
    expiresAt,
  };
}
