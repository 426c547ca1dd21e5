/**
 * Codes on labels: a lot's code and GTINs, as a browser makes, reads and checks them.
 *
 * Twin: `sync/codes.py`, which also makes serials and GS1 Digital Links. Source: PROTOCOL §33.
 */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const CODE_LENGTH = 8;
const TYPED_MAX = 64;
const BETWEEN = /[ \-\u2010\u2011\u2013\u00a0]/gu;
const READ_AS: Readonly<Record<string, string>> = { O: "0", I: "1", L: "1" };
const GTIN = /^(?:[0-9]{8}|[0-9]{12,14})$/;

/** A lot's code of 8 characters from 5 random bytes. */
export function newCode(random: Uint8Array): string {
  let bits = 0;
  let held = 0;
  let code = "";
  for (const byte of random) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5) {
      held -= 5;
      code += ALPHABET.charAt((bits >> held) & 31);
    }
    bits &= (1 << held) - 1;
  }
  return code;
}

/** The code that somebody typed or scanned, in its one form; null where it can't be one. */
export function readCode(text: string, length = CODE_LENGTH): string | null {
  if (text.length > TYPED_MAX) return null;
  const bare = text.replace(BETWEEN, "");
  if (!/^[0-9A-Za-z]*$/.test(bare)) return null;
  const read = [...bare.toUpperCase()].map((one) => READ_AS[one] ?? one).join("");
  return read.length === length && [...read].every((one) => ALPHABET.includes(one)) ? read : null;
}

/** A lot's code as people read it: `7K3M-9QXA`. */
export function showCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** Whether a text is a GTIN of 8, 12, 13 or 14 digits whose check digit is right. */
export function isGtin(text: string): boolean {
  if (!GTIN.test(text)) return false;
  const sum = [...text.slice(0, -1)]
    .reverse()
    .reduce((all, one, at) => all + Number(one) * (at % 2 === 0 ? 3 : 1), 0);
  return (10 - (sum % 10)) % 10 === Number(text.slice(-1));
}
