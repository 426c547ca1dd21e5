/** Amounts of goods, from base units back to what people say. */
import { toBase } from "../core/units.ts";

/** Whole base units as decimal text of a unit: 75000 g in kg is "75". */
export function inUnit(size: number, unit: string): string {
  const factor = toBase("1", unit);
  const one = typeof factor === "number" && factor > 0 ? factor : 1;
  const digits = String(one + (size % one)).slice(1); // units are powers of ten of their base
  const rest = one > 1 ? digits.replace(/0+$/, "") : "";
  return rest === "" ? String(Math.floor(size / one)) : `${Math.floor(size / one)}.${rest}`;
}
