/**
 * Texts that are signed, and the values they may hold.
 *
 * A body is taken only if parsing it and writing it again without spaces gives the same bytes: then both
 * languages read the same value from it, and nothing needs to be canonicalised. `JSON.parse` can not be the
 * judge: it takes `1.0` and `-0` for integers, forgets doubled members and
 * rounds long integers. So the reader here takes exactly the one text that the writer gives, and nothing else.
 * No floats, no big integers, no doubled members, no unpaired surrogate, no U+0000.
 * Source: DESIGN §3 "Op", "Values"; WIRE "Body".
 */

import { Refusal } from "./errors.ts";
import { DEPTH_MAX } from "./limits.ts";
import { DELETED, isName, type Members, Reader, type Value } from "./reader.ts";

export { DELETED, isName, type Members, type Value };

const DECIMAL = /^(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?$/;
const LINE = /^line\.([a-z2-7]{8})\.([a-z][a-z0-9_]*)$/;
const UNPAIRED = /[\ud800-\udfff]/u; // with the u flag a pair is one character and does not match

const UTF8 = new TextEncoder();

/**
 * The JSON text of a value as it is signed: no spaces, members in their order.
 *
 * Only `"`, `\` and U+0000–001F are escaped, short forms first, hex in lower case.
 */
export function writeText(value: Value): string {
  return JSON.stringify(value);
}

/** Whether a value is an object (and no list). */
export function isMembers(value: Value | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The object that a signed text holds.
 *
 * Shape:   UTF-8 of at most `sizeMax` bytes, an object at depth 1, depth ≤ `DEPTH_MAX`.
 * Refuses: too_large above the size; bad_body for every other fault.
 */
export function parseText(text: string, sizeMax: number): Members | Refusal {
  if (UNPAIRED.test(text)) return new Refusal("bad_body", "text with an unpaired surrogate");
  if (text.length > sizeMax || UTF8.encode(text).length > sizeMax) {
    return new Refusal("too_large", `more than ${sizeMax} bytes`);
  }
  return new Reader(text, DEPTH_MAX).object();
}

/** [line id, field] of `line.<id>.<field>`, or undefined for any other name. */
export function splitLine(name: string): [string, string] | undefined {
  const match = LINE.exec(name);
  return match ? [match[1] as string, match[2] as string] : undefined;
}

/** Whether `text` is a decimal amount: digits, at most 9 behind a dot, no sign. */
export function isDecimal(text: unknown): text is string {
  return typeof text === "string" && DECIMAL.test(text);
}
