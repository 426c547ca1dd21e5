/**
 * Text as search and the reference lists compare it: without accents, lower case, single spaces.
 *
 * Twin of `sync/plain.py`. Source: PROTOCOL §Reference lists; tests/vectors/lists.json.
 */

const MARKS = /[\u0300-\u036f]/g;
// Named one by one: what counts as white space is not the same in both languages.
const SPACES = /[ \t\n\v\f\r\u00a0\u2000-\u200b\u202f\u3000\ufeff]+/g;
const BETWEEN = /[^a-z0-9]+/g;

/** Returns text without accents and case: "Đồng  Rọc" is "dong roc". */
export function plainName(text: string): string {
  return trimmed(
    text.normalize("NFD").replace(MARKS, "").replace(/[đĐ]/g, "d").replace(SPACES, " "),
  ).toLowerCase();
}

/** Returns the words of a text with one space between them: "2,4,5-T (muối)" is "2 4 5 t muoi". */
export function plainWords(text: string): string {
  return trimmed(plainName(text).replace(BETWEEN, " "));
}

/** Returns text without the spaces at its ends; other white space stays. */
function trimmed(text: string): string {
  return text.replace(/^ +| +$/g, "");
}
