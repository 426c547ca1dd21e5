/**
 * Units: from what the farmer said to integer base units, and back to text people read.
 *
 * Twin of `sync/units.py`; the table is the same file, there is no second copy. Arithmetic is on
 * integers only. A rate, a package and a measured value have no fixed size and are never converted.
 * Source: PROTOCOL §Units; tests/vectors/units.json.
 */

import table from "../../../sync/units.json";

export type Language = "vi" | "en";

/** Why an amount can't be converted: the slugs of the exceptions in the Python twin. */
export type UnitProblem = "bad_amount" | "unknown_unit" | "unknown_size" | "amount_out_of_range";

/** One row of the table; `base` and `factor` are null for a unit without a fixed size. */
export interface Unit {
  readonly code: string;
  readonly dimension: string;
  readonly base: string | null;
  readonly factor: number | null;
  readonly baseMax: number;
  readonly label: Readonly<Record<Language, string>>;
  readonly name: Readonly<Record<Language, string>>;
  readonly mark: string;
  readonly order: number;
}

interface Row {
  code: string;
  dimension: string;
  factor?: number;
  label: Record<Language, string>;
  name?: Record<Language, string>;
  mark?: string;
}

export const AMOUNT = /^(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,9}))?$/;
export const SAO_M2 = 360;
const MARKS: Readonly<Record<Language, readonly [string, string]>> = { vi: [".", ","], en: [",", "."] };

function loadUnits(): ReadonlyMap<string, Unit> {
  const dimensions = new Map<string, { base?: string; max?: number }>(Object.entries(table.dimensions));
  const rows: readonly Row[] = table.units;
  return new Map(
    rows.map((row, order) => {
      const dimension = dimensions.get(row.dimension) ?? {};
      const unit: Unit = {
        code: row.code,
        dimension: row.dimension,
        base: row.factor === undefined ? null : (dimension.base ?? null),
        factor: row.factor ?? null,
        baseMax: dimension.max ?? 0,
        label: row.label,
        name: row.name ?? row.label,
        mark: row.mark ?? "",
        order,
      };
      return [row.code, unit];
    }),
  );
}

export const UNITS: ReadonlyMap<string, Unit> = loadUnits();

/** Says whether the table holds this code. */
export function isUnit(code: unknown): code is string {
  return typeof code === "string" && UNITS.has(code);
}

/**
 * Returns an amount in whole base units, halves rounded up, or the problem.
 *
 * Shape: `amount` is decimal text such as "2.5"; `unit` is a code of the table.
 * Units: m², g, ml, pieces, minutes, cm, VND; one sào (Bắc Bộ) is 360 m².
 */
export function toBase(amount: string, unit: string): number | UnitProblem {
  const parts = splitAmount(amount);
  if (parts === null) return "bad_amount";
  const found = UNITS.get(unit);
  if (found === undefined) return "unknown_unit";
  if (found.factor === null) return "unknown_size";
  const value = divideHalfUp(parts.digits * BigInt(found.factor), parts.scale);
  return value > BigInt(found.baseMax) ? "amount_out_of_range" : Number(value);
}

/** Returns -1, 0 or 1 as `left` is below, equal to or above `right`, both decimal text, or the problem. */
export function compareDecimals(left: string, right: string): -1 | 0 | 1 | UnitProblem {
  const a = splitAmount(left);
  const b = splitAmount(right);
  if (a === null || b === null) return "bad_amount";
  const difference = a.digits * b.scale - b.digits * a.scale;
  if (difference === 0n) return 0;
  return difference > 0n ? 1 : -1;
}

/**
 * Returns decimal text as people write it: "1234.5" is "1.234,5" in vi, "1,234.5" in en; null for
 * text that is no amount. Digits stay as they were said: nothing is rounded or cut.
 */
export function formatDecimal(amount: string, language: Language): string | null {
  const match = AMOUNT.exec(amount);
  if (match === null) return null;
  const [thousands, point] = MARKS[language];
  const whole = match[1] ?? "";
  const first = whole.length % 3 || 3;
  const groups = [whole.slice(0, first)];
  for (let i = first; i < whole.length; i += 3) groups.push(whole.slice(i, i + 3));
  return groups.join(thousands) + (match[2] ? point + match[2] : "");
}

/** Returns an amount with its unit's label, "2,5 sào", or null where either is unknown. */
export function amountShown(amount: string, unit: string, language: Language = "vi"): string | null {
  const text = formatDecimal(amount, language);
  const found = UNITS.get(unit);
  return text === null || found === undefined ? null : `${text} ${found.label[language]}`;
}

/**
 * Returns an area as it was said and, beside it, in m²: ["2 sào", "720 m²"], or the problem.
 *
 * What was said in m² has sào beside it, in hundredths, halves rounded up: ["500 m²", "1,39 sào"].
 */
export function areaShown(
  amount: string,
  unit: string,
  language: Language = "vi",
): readonly [string, string] | UnitProblem {
  const found = UNITS.get(unit);
  if (found === undefined) return "unknown_unit";
  if (found.dimension !== "area") return "unknown_size";
  const squareMetres = toBase(amount, unit);
  if (typeof squareMetres === "string") return squareMetres;
  const beside = unit === "m2" ? [m2ToSao(squareMetres), "sao"] : [String(squareMetres), "m2"];
  const said = amountShown(amount, unit, language);
  const other = amountShown(beside[0] ?? "", beside[1] ?? "", language);
  return said === null || other === null ? "bad_amount" : [said, other];
}

/** Returns whole square metres as decimal text in sào, hundredths, halves rounded up. */
export function m2ToSao(squareMetres: number): string {
  const hundredths = divideHalfUp(BigInt(squareMetres) * 100n, BigInt(SAO_M2));
  const rest = (hundredths % 100n).toString().padStart(2, "0").replace(/0+$/, "");
  const whole = (hundredths / 100n).toString();
  return rest === "" ? whole : `${whole}.${rest}`;
}

function splitAmount(amount: string): { digits: bigint; scale: bigint } | null {
  const match = AMOUNT.exec(amount);
  if (match === null) return null;
  const fraction = match[2] ?? "";
  return { digits: BigInt((match[1] ?? "") + fraction), scale: 10n ** BigInt(fraction.length) };
}

/** Returns a quotient of non-negative integers to the nearest integer, halves up. */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor);
}
