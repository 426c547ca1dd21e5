/**
 * What a label says about waiting and dose, read strictly: what is not understood stays text.
 *
 * Twin of `sync/lists_read.py`. A waiting time that is no bare number of days never becomes one.
 * Source: PROTOCOL §Reference lists; tests/vectors/lists.json.
 */

import { plainName } from "./plain.ts";
import { compareDecimals, UNITS } from "./units.ts";

export type PhiKind = "days" | "not_defined_on_label" | "unknown" | "stage";

/** From `low` to `high`, both decimal text above zero; `unit` a code of the units table. */
export interface Dose {
  readonly low: string;
  readonly high: string;
  readonly unit: string;
}

export interface Phi {
  readonly kind: PhiKind;
  /** 0 to `PHI_DAYS_MAX`; null for every kind but "days". */
  readonly days: number | null;
  /** Growth stages in which it must not be used. */
  readonly stages: readonly string[];
}

/** Our choice: no label waits longer than a year; a greater number is a slip of the pen. */
export const PHI_DAYS_MAX = 366;
/** The growth stages of the forms, in their order; a label's stage forbids it and all that follow. */
export const STAGES = ["seedling", "growing", "flowering", "fruiting", "ripe"] as const;

const DASH = /[\u2010-\u2015\u2212]/g;
const DAYS = /^([0-9]{1,4})(?: ?- ?([0-9]{1,4}))?$/;
const FORBIDS = /\b(?:khong|khung|truoc)\b/;
const HEADING = /\b(?:lua|khi|truoc|da|tu) tro\b|\btro bong\b|\bra hoa\b/;
const FRUITING = /\b(?:dau|ra) (?:qua|trai)\b/;
const NOT_DEFINED = /^(?:khong xac dinh\.?|not defined\.?)$/;

const NUMBER = "([0-9]{1,15}(?:[.,][0-9]{1,9})?)";
const PART = new RegExp(`^(?:pha )?${NUMBER}(?: ?%)?(?: ?- ?${NUMBER})? ?(%|‰|[a-z].*)$`);
const LITRES = /^(ml|g) ?\/ ?(?:binh ?)?([0-9]{1,4}) ?(?:lit|l)(?: (?:nuoc|thuoc))?$/;
const AMBIGUOUS = /^[1-9][0-9]{0,2}[.,][0-9]{3}$/;

/** Returns what a waiting time as printed says. */
export function parsePhi(text: string): Phi {
  const told = plainName(text).replace(DASH, "-");
  const days = DAYS.exec(told);
  if (days !== null) {
    const least = Number(days[1]);
    const most = Number(days[2] ?? days[1]);
    return least <= most && most <= PHI_DAYS_MAX ? { kind: "days", days: most, stages: [] } : UNKNOWN;
  }
  if (FORBIDS.test(told)) {
    if (HEADING.test(told)) return { kind: "stage", days: null, stages: STAGES.slice(2) };
    if (FRUITING.test(told)) return { kind: "stage", days: null, stages: STAGES.slice(3) };
  }
  return NOT_DEFINED.test(told) ? { kind: "not_defined_on_label", days: null, stages: [] } : UNKNOWN;
}

const UNKNOWN: Phi = { kind: "unknown", days: null, stages: [] };

/**
 * Returns the doses that a label's text names, or null where any of it is not understood.
 *
 * Shape: "0.1 - 0.2% (10 - 20 ml/10 lít nước)" is two statements of one dose. So much in so many litres
 * becomes ml/l or g/l where that is exact; per mille becomes per cent.
 */
export function parseDose(text: string): readonly Dose[] | null {
  const told = plainName(text).replace(DASH, "-").replace(/\.+$/, "");
  const at = told.indexOf("(");
  const outer = (at < 0 ? told : told.slice(0, at)).replace(/^ +| +$/g, "");
  const inner = at < 0 ? null : told.slice(at + 1).replace(/^ +|[ )]+$/g, "");
  if (inner === "") return null;
  const doses: Dose[] = [];
  for (const part of inner === null ? [told] : [outer, inner]) {
    const dose = parsePart(part);
    if (dose === null) return null;
    doses.push(dose);
  }
  return doses;
}

function parsePart(part: string): Dose | null {
  const match = PART.exec(part);
  if (match === null) return null;
  const first = match[1] ?? "";
  const second = match[2] ?? first;
  const of = match[3] ?? "";
  // "1.000" is a thousand to most people here and one to a machine: nobody guesses.
  if (AMBIGUOUS.test(first) || AMBIGUOUS.test(second)) return null;
  const [unit, divisor] = unitOf(of);
  const low = share(first, divisor);
  const high = share(second, divisor);
  if (unit === "" || low === null || high === null || compareDecimals(low, high) === 1) return null;
  return { low, high, unit };
}

/** Returns the unit and what to divide by; "" for what is no unit. */
function unitOf(of: string): readonly [string, number] {
  if (of === "%") return ["pct", 1];
  if (of === "‰") return ["pct", 10];
  const litres = LITRES.exec(of);
  if (litres !== null) return [`${litres[1]}/l`, Number(litres[2])];
  const rate = of
    .replace(/ ?\/ ?/g, "/")
    .replace(/ m3$/, "m3")
    .replace(/\/lit$/, "/l")
    .replace(/^lit\//, "l/");
  return [UNITS.get(rate)?.dimension === "rate" ? rate : "", 1];
}

/** Returns a number divided by a whole one as decimal text, null unless exact, above zero and short. */
function share(text: string, divisor: number): string | null {
  const [whole = "", fraction = ""] = text.replace(",", ".").split(".");
  const scaled = BigInt(whole + fraction.padEnd(9, "0"));
  if (divisor === 0 || scaled === 0n || scaled % BigInt(divisor) !== 0n) return null;
  const quotient = scaled / BigInt(divisor);
  const units = quotient / SCALE;
  if (units >= 10n ** 15n) return null;
  return `${units}.${(quotient % SCALE).toString().padStart(9, "0")}`.replace(/\.?0+$/, "");
}

const SCALE = 10n ** 9n;
