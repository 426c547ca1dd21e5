/**
 * Doses compared exactly: a rate as a fraction of integers, only with another of the same kind.
 *
 * "30 ml/bình" compares with what a label says a litre only where the size of the tank is known; nothing is
 * guessed. Twin of `sync/rules/rates.py`. Source: sync/units.json; PROTOCOL §Rules and findings.
 */
import { AMOUNT, SAO_M2, UNITS } from "../units.ts";
import type { Value } from "../values.ts";

const OVER = /^([a-z]+)\/(100|1000)?([a-z0-9]+)$/;
const MG: ReadonlyMap<string, bigint> = new Map([
  ["mg", 1n],
  ["g", 1000n],
  ["kg", 1_000_000n],
]);
const TANK = "binh";

/** `top / bottom` of a kind such as "mass/area"; kinds with one unit alone are named by it. */
export interface Rate {
  readonly kind: string;
  readonly top: bigint;
  readonly bottom: bigint;
}

/** An amount in base units: mass in mg, volume in ml, area in m². */
export interface Fraction {
  readonly dimension: string;
  readonly top: bigint;
  readonly bottom: bigint;
}

/** -1, 0 or 1 as `left` is below, equal to or above `right`, both of one kind. */
export function compare(left: Rate, right: Rate): -1 | 0 | 1 {
  const difference = left.top * right.bottom - right.top * left.bottom;
  if (difference === 0n) return 0;
  return difference > 0n ? 1 : -1;
}

/**
 * What a dose says, as it was said first, then in base units where these are known. `tank`: one tank, null where
 * nobody said; an unreadable amount says nothing.
 */
export function ratesOf(amount: string, unit: string, tank: Fraction | null = null): Rate[] {
  const match = AMOUNT.exec(amount);
  if (match === null || !UNITS.has(unit)) return [];
  const { digits, scale } = split(match);
  const said = [{ kind: unit, top: digits, bottom: scale }];
  const parts = OVER.exec(unit === "mg_l" ? "mg/l" : unit);
  const top = size(parts?.[1] ?? "");
  if (parts === null || top === null) return said;
  if (parts[3] === TANK && tank !== null) {
    const kind = `${top.dimension}/volume`;
    return [...said, { kind, top: digits * top.factor * tank.bottom, bottom: scale * tank.top }];
  }
  const bottom = size(parts[3] ?? "");
  if (bottom === null) return said;
  const kind = `${top.dimension}/${bottom.dimension}`;
  return [
    ...said,
    { kind, top: digits * top.factor, bottom: scale * bottom.factor * BigInt(parts[2] ?? "1") },
  ];
}

/** An amount for each m², null unless both are amounts of a known size and the area is not none. */
export function quotient(total: Value, area: Value): Rate | null {
  const [over, under] = [fraction(total), fraction(area)];
  if (over === null || under === null || under.dimension !== "area" || under.top === 0n) return null;
  if (over.dimension !== "mass" && over.dimension !== "volume") return null;
  return {
    kind: `${over.dimension}/area`,
    top: over.top * under.bottom,
    bottom: over.bottom * under.top,
  };
}

/** A rate over an area as people say it: ml or g a sào, cut to hundredths. */
export function perSao(rate: Rate): { amount: string; unit: string } {
  const isMass = rate.kind === "mass/area";
  const cut = (rate.top * BigInt(SAO_M2) * 100n) / (rate.bottom * (isMass ? 1000n : 1n));
  const rest = String(cut % 100n).padStart(2, "0");
  const amount = `${cut / 100n}.${rest}`.replace(/\.?0+$/, "");
  return { amount, unit: isMass ? "g/sao" : "ml/sao" };
}

/** An amount in base units; null for one without a fixed size. */
export function fraction(value: Value): Fraction | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const { amount, unit } = value as { [name: string]: Value };
  const match = typeof amount === "string" ? AMOUNT.exec(amount) : null;
  const known = typeof unit === "string" ? size(unit) : null;
  if (match === null || known === null) return null;
  const { digits, scale } = split(match);
  return { dimension: known.dimension, top: digits * known.factor, bottom: scale };
}

function split(match: RegExpExecArray): { digits: bigint; scale: bigint } {
  const decimals = match[2] ?? "";
  return { digits: BigInt((match[1] ?? "") + decimals), scale: 10n ** BigInt(decimals.length) };
}

function size(unit: string): { dimension: string; factor: bigint } | null {
  const mass = MG.get(unit);
  if (mass !== undefined) return { dimension: "mass", factor: mass };
  const found = UNITS.get(unit);
  if (found === undefined || found.factor === null) return null;
  return {
    dimension: found.dimension,
    factor: BigInt(found.factor) * (found.dimension === "mass" ? 1000n : 1n),
  };
}
