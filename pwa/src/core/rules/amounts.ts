/**
 * Amounts that rules add up: integers of 10⁻⁹ of a unit, by what they can be added to.
 *
 * Mass is in g, volume in ml; a package (gói, chai) and a counted thing only add to their own unit. A package of a
 * known size counts both ways. Twin of `sync/rules/amounts.py`. Source: sync/units.json.
 */
import { AMOUNT, UNITS } from "../units.ts";
import type { Value } from "../values.ts";
import { type BookRecord, options } from "./shape.ts";

export const NANO = 1_000_000_000n;
const BASE: ReadonlyMap<string, string> = new Map([
  ["mass", "g"],
  ["volume", "ml"],
  ["area", "m2"],
]);

/** Unit to which it adds → 10⁻⁹ of it. */
export type Sizes = ReadonlyMap<string, bigint>;

/** What an amount comes to; nothing where it is no amount. `pack`: what one package holds. */
export function sizesOf(value: Value, pack: Value = null): Sizes {
  const said = readAmount(value);
  const found = said === null ? undefined : UNITS.get(said.unit);
  if (said === null || found === undefined) return new Map();
  const base = BASE.get(found.dimension);
  if (found.factor !== null && base !== undefined) return new Map([[base, said.nano * BigInt(found.factor)]]);
  const held = found.dimension === "package" ? sizesOf(pack) : new Map<string, bigint>();
  return new Map([
    [said.unit, said.nano],
    ...[...held].map(([unit, size]) => [unit, (said.nano * size) / NANO] as const),
  ]);
}

/** The smallest that any head says of the first of these fields that is filled in. */
export const least = (record: BookRecord, names: readonly string[], pack = ""): Sizes =>
  pick(record, names, pack, false);

/** The largest that any head says of the first of these fields that is filled in. */
export const most = (record: BookRecord, names: readonly string[], pack = ""): Sizes =>
  pick(record, names, pack, true);

/** What is not below zero as a fact: decimal text and its unit, kg and litres where it is much. */
export function amountOf(nano: bigint, unit: string): { amount: string; unit: string } {
  if ((unit === "g" || unit === "ml") && (nano >= 1000n * NANO || nano === 0n)) {
    return { amount: decimal(nano, 1000n * NANO), unit: unit === "g" ? "kg" : "l" };
  }
  return { amount: decimal(nano, NANO), unit };
}

function decimal(nano: bigint, one: bigint): string {
  const digits = String(one + (nano % one))
    .slice(1)
    .replace(/0+$/, "")
    .slice(0, 9);
  return /[1-9]/.test(digits) ? `${nano / one}.${digits}` : String(nano / one);
}

function pick(record: BookRecord, names: readonly string[], pack: string, isMost: boolean): Sizes {
  const packs = pack === "" ? [null] : options(record, pack);
  for (const name of names) {
    const found = new Map<string, bigint>();
    for (const value of options(record, name)) {
      for (const one of packs) {
        for (const [unit, size] of sizesOf(value, one)) {
          const known = found.get(unit);
          if (known === undefined || size > known === isMost) found.set(unit, size);
        }
      }
    }
    if (found.size > 0) return found;
  }
  return new Map();
}

function readAmount(value: Value): { unit: string; nano: bigint } | null {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const { amount, unit } = value as { [name: string]: Value };
  const match = typeof amount === "string" ? AMOUNT.exec(amount) : null;
  if (match === null || typeof unit !== "string" || !UNITS.has(unit)) return null;
  return { unit, nano: BigInt((match[1] ?? "") + (match[2] ?? "").padEnd(9, "0")) };
}
