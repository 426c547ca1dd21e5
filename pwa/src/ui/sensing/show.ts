/** How a value of a sensor reads: number, unit, limits. */
import type { Measured, SensorRow } from "../../app/types.ts";
import { language } from "../words/index.ts";
import { sensingWords } from "../words/sensing.ts";

export function shownValue(one: Measured, value: number): string {
  const number = new Intl.NumberFormat(language.value, {
    minimumFractionDigits: one.decimals,
    maximumFractionDigits: one.decimals,
  }).format(value / 1000);
  return one.unit === "" ? number : `${number} ${one.unit}`;
}

/** "từ 3,5 mg/l trở lên"; "" without a limit. */
export function shownBounds(one: Measured): string {
  const w = sensingWords.value;
  const [low, high] = [one.low, one.high].map((bound) => (bound === null ? null : shownValue(one, bound)));
  if (low != null && high != null) return w.between(low, high);
  if (low != null) return w.from(low);
  return high != null ? w.upto(high) : "";
}

export const shownName = (one: Measured): string => one.name[language.value];
export const hoursOf = (ms: number): number => Math.round(ms / 3_600_000);

/** What a sensor warns of, in one line; without a measure: it is silent. */
export function alarmWords(sensor: SensorRow, one: Measured | null): string {
  const w = sensingWords.value;
  if (one === null) return w.silent_short(sensor.name, hoursOf(sensor.silentMs));
  return (one.verdict === "low" ? w.warns_low : w.warns_high)(shownName(one), shownValue(one, one.value));
}
