/**
 * Whether a label that names a crop (or an animal) means the crop of a season.
 *
 * Names are data. The longest known name that begins a text tells what it is, what follows is a variety: "lúa Bắc
 * Thơm" is rice, "lúa mì" is not. Marks count where both write them ("dứa" is no "dưa"). What is only perhaps meant,
 * "đậu" for soybeans, is neither yes nor no; of a name that nobody knows nothing is said.
 * Twin of `sync/crops.py`. Source: sync/crops.json; PROTOCOL §Rules and findings; tests/vectors/lists.json.
 */
import data from "../../../sync/crops.json";
import { plainName } from "./plain.ts";

export type Fit = "same" | "unsure" | "unknown" | "other";
export const FITS: readonly Fit[] = ["same", "unsure", "unknown", "other"];

const WORD = /(?:[a-z0-9đ]|[\u0300-\u036f])+/g;
const PARTS = /[,;/+&]/;
const KEPT_MAX = 4096;

/** A word of a text: without marks, with them (in the order of their letters), and whether it has any. */
interface Word {
  readonly bare: string;
  readonly marked: string;
  readonly isBare: boolean;
}

/** What a text may be about: a crop or a group by its code, and the variety behind the name. */
interface Crop {
  readonly code: string;
  readonly rest: readonly string[];
}

interface Group {
  readonly names: readonly string[];
  readonly covers: readonly string[];
  readonly maybe: readonly string[];
}

const CROPS: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(data.crops));
const GROUPS: ReadonlyMap<string, Group> = new Map(Object.entries(data.groups));
const LEAD: ReadonlySet<string> = new Set(data.lead.map(plainName));

const bareOf = (text: readonly Word[]): readonly string[] => text.map((word) => word.bare);
const begins = (text: readonly string[], head: readonly string[]): boolean =>
  head.every((word, at) => text[at] === word);

function wordsOf(text: string): readonly Word[] {
  return (text.normalize("NFD").toLowerCase().match(WORD) ?? [])
    .map((one) => ({
      bare: plainName(one),
      marked: [...one].sort().join(""),
      isBare: plainName(one) === one,
    }))
    .filter((word) => word.bare !== "");
}

/** What is known by the words of a name without marks: the words with them, and the code. */
const CODES = new Map<string, { readonly marked: readonly string[]; readonly code: string }[]>();
let longest = 0;
for (const [code, names] of [...CROPS, ...[...GROUPS].map(([one, { names }]) => [one, names] as const)]) {
  for (const words of names.map(wordsOf)) {
    const name = bareOf(words).join(" ");
    CODES.set(name, [...(CODES.get(name) ?? []), { marked: words.map((word) => word.marked), code }]);
    longest = Math.max(longest, words.length);
  }
}

/** All that a group means, through groups in it too; true where it surely does. */
function membersOf(group: Group): Map<string, boolean> {
  const found = new Map<string, boolean>();
  for (const [members, isSure] of [
    [group.covers, true],
    [group.maybe, false],
  ] as const) {
    for (const one of members) {
      const inner = GROUPS.get(one);
      for (const [member, sure] of [[one, true] as const, ...(inner ? membersOf(inner) : [])])
        found.set(member, (found.get(member) ?? false) || (isSure && sure));
    }
  }
  return found;
}
const MEMBERS: ReadonlyMap<string, ReadonlyMap<string, boolean>> = new Map(
  [...GROUPS].map(([code, group]) => [code, membersOf(group)]),
);

/**
 * Says whether what a label names is the crop of a season, both as people write them, several between commas; a label
 * that names none means all. `product`: the season's code in the list of products, which counts where its name tells
 * nothing. unsure: a wider or narrower name; unknown: one of the two is no name that is known.
 */
export function cropFit(label: string, crop: string, product = ""): Fit {
  if (plainName(label) === "") return "same";
  const found = label
    .split(PARTS)
    .flatMap((one) => crop.split(PARTS).map((other) => fitOf(one, other, product)));
  return FITS.find((one) => found.includes(one)) ?? "other";
}

const kept = new Map<string, Fit>();

function fitOf(label: string, crop: string, product: string): Fit {
  const key = `${label}\n${crop}\n${product}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  if (kept.size >= KEPT_MAX) kept.clear();
  const found = compared(label, crop, product);
  kept.set(key, found);
  return found;
}

function compared(label: string, crop: string, product: string): Fit {
  const [ours, theirs] = [wordsOf(label), wordsOf(crop)];
  if (ours.length === 0 || theirs.length === 0) return "other";
  const agree = (word: Word, at: number) => isAlike(word, theirs[at]);
  if (ours.length === theirs.length && ours.every(agree)) return "same";
  const named = knownAs(ours);
  const told = knownAs(theirs);
  const isCode = told.length === 0 && (CROPS.has(product) || MEMBERS.has(product));
  const grown = isCode ? [{ code: product, rest: bareOf(theirs) }] : told;
  if (named.length > 0 && grown.length > 0) {
    const found = new Set(named.flatMap((one) => grown.map((other) => meet(one, other))));
    const [only] = found;
    return found.size > 1 || only === undefined ? "unsure" : only;
  }
  const [one, other] = [bareOf(ours), bareOf(theirs)];
  if (one.length === other.length && begins(one, other)) return "same";
  return begins(one, other) || begins(other, one) ? "unsure" : "unknown";
}

/** Says whether a label for one means the other. */
function meet(label: Crop, crop: Crop): Fit {
  const ofLabel = MEMBERS.get(label.code);
  if (label.code === crop.code) {
    const isWithin = begins(crop.rest, label.rest);
    if (isWithin && (ofLabel === undefined || crop.rest.length === label.rest.length)) return "same";
    return ofLabel !== undefined && label.rest.length > 0 && crop.rest.length > 0 ? "other" : "unsure";
  }
  const means = ofLabel?.get(crop.code);
  if (means !== undefined) return means && label.rest.length === 0 ? "same" : "unsure";
  const ofCrop = MEMBERS.get(crop.code);
  if (ofCrop === undefined || crop.rest.length > 0) return "other";
  const shares = ofLabel !== undefined && [...ofLabel.keys()].some((one) => ofCrop.has(one));
  return ofCrop.has(label.code) || shares ? "unsure" : "other";
}

/** What a text may be about; several where it is written without marks, none for an unknown name. */
function knownAs(text: readonly Word[]): readonly Crop[] {
  for (let length = Math.min(text.length, longest); length > 0; length -= 1) {
    const [head, rest] = [text.slice(0, length), text.slice(length)];
    const fits = (marked: readonly string[]) =>
      head.every((word, at) => word.isBare || word.marked === marked[at]);
    const named = (CODES.get(bareOf(head).join(" ")) ?? []).filter(({ marked }) => fits(marked));
    const codes = [...new Set(named.map(({ code }) => code))];
    if (codes.length === 0) continue;
    const inner = rest.length > 0 && codes.every((code) => MEMBERS.has(code)) ? knownAs(rest) : [];
    return inner.length > 0 ? inner : codes.map((code) => ({ code, rest: bareOf(rest) }));
  }
  const [first, ...others] = text;
  return first !== undefined && others.length > 0 && LEAD.has(first.bare) ? knownAs(others) : [];
}

function isAlike(one: Word, other: Word | undefined): boolean {
  if (other === undefined || one.bare !== other.bare) return false;
  return one.isBare || other.isBare || one.marked === other.marked;
}
