/**
 * One input of the store as its card says it: what is left, what runs out, and what can't be worked out. Pure.
 *
 * Units that say the same thing twice (a bottle of known size, in bottles and in ml) are shown once: in the unit that
 * was taken from, else as they were bought. Where that is not certain nothing is said to be left.
 */
import type { Stored } from "../../app/types.ts";
import { addDays } from "../../core/civil.ts";
import { amountOf, type Sizes } from "../../core/rules/amounts.ts";
import type { Amount } from "../show.ts";

/** Our choice: a month is time enough to use something up, or to buy less. */
const SOON_DAYS = 30;
const BASE: ReadonlySet<string> = new Set(["g", "ml"]);
const ICONS: Readonly<Record<string, string>> = {
  pesticide: "bottle",
  veterinary: "vaccine",
  fertiliser: "fertilise",
  feed: "feed",
};

/** `some`: one purchase is over, a later one is still good. */
export interface Expiry {
  readonly day: string;
  readonly state: "good" | "soon" | "some" | "over";
}

export interface Shelf {
  readonly plain: string;
  readonly name: string;
  readonly icon: string;
  /** Null: can't be worked out. Empty: none. */
  readonly left: readonly Amount[] | null;
  readonly bought: readonly Amount[];
  readonly used: readonly Amount[];
  /** How much more was used than came in. */
  readonly below: Amount | null;
  readonly neverBought: boolean;
  readonly mixed: boolean;
  /** Entries whose amount could not be added. */
  readonly open: readonly string[];
  readonly expiry: Expiry | null;
  readonly countedOn: string;
}

/** The store as cards: what is over or below nothing first, then what runs out or is not clear. */
export function shelves(stored: readonly Stored[], today: string): readonly Shelf[] {
  const made = stored.map((one) => shelf(one, today));
  return [0, 1, 2].flatMap((rank) => made.filter((one) => rankOf(one) === rank));
}

function rankOf({ below, expiry, mixed, open, neverBought }: Shelf): number {
  if (below !== null || expiry?.state === "over") return 0;
  const isUnclear = mixed || neverBought || open.length > 0;
  return isUnclear || expiry?.state === "soon" || expiry?.state === "some" ? 1 : 2;
}

function shelf({ line, incoming }: Stored, today: string): Shelf {
  const known = new Set(incoming.flatMap((one) => [...one.keys()]));
  const isMixed = mixedUp(line.used, incoming);
  const units = [...line.left.keys()].filter((unit) => known.has(unit)).sort(packagesFirst);
  const shown = units.filter((unit) => isShown(unit, units, line.used, incoming));
  const sizes = new Map(shown.map((unit) => [unit, line.left.get(unit) ?? 0n]));
  const short = [...sizes].find(([, size]) => size < 0n);
  const left = amounts(sizes);
  const told = isMixed || known.size === 0 ? null : left;
  return {
    plain: line.plain,
    name: line.name,
    icon: [...line.kinds].sort().map((kind) => ICONS[kind])[0] ?? "sack",
    left: told,
    bought: amounts(shownOnce(line.bought, incoming)),
    used: amounts(line.used),
    below: short === undefined || isMixed ? null : amountOf(-short[1], short[0]),
    neverBought: known.size === 0,
    mixed: isMixed,
    open: known.size === 0 ? [] : line.open,
    expiry: told !== null && left.length === 0 ? null : expiryOf(line.expires, today),
    countedOn: line.countedOn,
  };
}

const packagesFirst = (a: string, b: string): number =>
  BASE.has(a) === BASE.has(b) ? (a < b ? -1 : 1) : BASE.has(a) ? 1 : -1;

const comesAlone = (unit: string, incoming: readonly Sizes[]): boolean =>
  incoming.some((one) => one.size === 1 && one.has(unit));

/** Units in which the same came in twice. */
const tied = (incoming: readonly Sizes[]): ReadonlySet<string> =>
  new Set(incoming.filter((one) => one.size > 1).flatMap((one) => [...one.keys()]));

/** Taken out in several units that say the same, or in one while packages of an unknown size came in too. */
function mixedUp(used: Sizes, incoming: readonly Sizes[]): boolean {
  const same = [...tied(incoming)];
  const drawn = same.filter((unit) => used.has(unit));
  const isVague = same.some((unit) => !BASE.has(unit) && comesAlone(unit, incoming));
  return drawn.length > 1 || (drawn.some((unit) => BASE.has(unit)) && isVague);
}

function isShown(unit: string, units: readonly string[], used: Sizes, incoming: readonly Sizes[]): boolean {
  if (used.has(unit) || comesAlone(unit, incoming)) return true;
  return !BASE.has(unit) && !units.some((one) => used.has(one));
}

/** What came in, without the size of packages beside their count. */
function shownOnce(bought: Sizes, incoming: readonly Sizes[]): Sizes {
  return new Map([...bought].filter(([unit]) => !BASE.has(unit) || comesAlone(unit, incoming)));
}

function amounts(sizes: Sizes): readonly Amount[] {
  const some = [...sizes].filter(([, size]) => size > 0n).sort(([a], [b]) => packagesFirst(a, b));
  return some.map(([unit, size]) => amountOf(size, unit));
}

function expiryOf(expires: readonly string[], today: string): Expiry | null {
  const [first] = expires;
  const last = expires.at(-1);
  if (first === undefined || last === undefined) return null;
  if (last < today) return { day: last, state: "over" };
  if (first < today) return { day: first, state: "some" };
  return { day: first, state: first <= String(addDays(today, SOON_DAYS)) ? "soon" : "good" };
}
