/**
 * The Vietnamese lunar calendar, from the sun and the moon at Vietnam's time (UTC+7).
 *
 * A month begins on the day of the new moon; month 11 holds the winter solstice; of thirteen months
 * between two solstices the first in which the sun enters no new sign is the leap month.
 * Twin of `sync/lunar.py`, where the sources, the accuracy and what it does not do are written.
 * Sines may differ in the last bit between languages: the vectors hold every day of 1900 to 2199.
 * Source: PROTOCOL §Lunar dates; tests/vectors/lunar.json.
 */

import { BAD_DATE, type BadDate, dateToDay, dayNumber, parseDate, YEAR_MAX } from "./civil.ts";
import type { Language } from "./units.ts";

/** A day of the lunar calendar; `leap` says that the month is the second of its number. */
export interface LunarDate {
  readonly day: number;
  readonly month: number;
  readonly year: number;
  readonly leap: boolean;
}

interface Month {
  readonly start: number;
  readonly month: number;
  readonly year: number;
  readonly leap: boolean;
}

const NEW_MOON_0 = 2_451_550.09766;
const SYNODIC_DAYS = 29.530588861;
const VIETNAM_DAYS = 7 / 24;
const RADIANS = Math.PI / 180;

type MoonTerm = readonly [number, number, number, number, number, number];
type Term = readonly [number, number, number];

/** Days, power of E, multiples of M, M', F and Ω (Meeus, p. 351). */
const MOON_TERMS: readonly MoonTerm[] = [
  [-0.4072, 0, 0, 1, 0, 0],
  [0.17241, 1, 1, 0, 0, 0],
  [0.01608, 0, 0, 2, 0, 0],
  [0.01039, 0, 0, 0, 2, 0],
  [0.00739, 1, -1, 1, 0, 0],
  [-0.00514, 1, 1, 1, 0, 0],
  [0.00208, 2, 2, 0, 0, 0],
  [-0.00111, 0, 0, 1, -2, 0],
  [-0.00057, 0, 0, 1, 2, 0],
  [0.00056, 1, 1, 2, 0, 0],
  [-0.00042, 0, 0, 3, 0, 0],
  [0.00042, 1, 1, 0, 2, 0],
  [0.00038, 1, 1, 0, -2, 0],
  [-0.00024, 1, -1, 2, 0, 0],
  [-0.00017, 0, 0, 0, 0, 1],
  [-0.00007, 0, 2, 1, 0, 0],
  [0.00004, 0, 0, 2, -2, 0],
  [0.00004, 0, 3, 0, 0, 0],
  [0.00003, 0, 1, 1, -2, 0],
  [0.00003, 0, 0, 2, 2, 0],
  [-0.00003, 0, 1, 1, 2, 0],
  [0.00003, 0, -1, 1, 2, 0],
  [-0.00002, 0, -1, 1, -2, 0],
  [-0.00002, 0, 1, 3, 0, 0],
  [0.00002, 0, 0, 4, 0, 0],
];
/** Millionths of a day, degrees at the epoch, degrees a lunation (Meeus, p. 352). */
const PLANET_TERMS: readonly Term[] = [
  [325, 299.77, 0.107408],
  [165, 251.88, 0.016321],
  [164, 251.83, 26.651886],
  [126, 349.42, 36.412478],
  [110, 84.66, 18.206239],
  [62, 141.74, 53.303771],
  [60, 207.14, 2.453732],
  [56, 154.84, 7.30686],
  [47, 34.52, 27.261239],
  [42, 207.19, 0.121824],
  [40, 291.34, 1.844379],
  [37, 161.72, 24.198154],
  [35, 239.56, 25.513099],
  [23, 331.55, 3.592518],
];
/** Degrees, phase and rate a century of the argument's cosine. */
const SUN_TERMS: readonly Term[] = [
  [0.00134, 153.23, 22518.7541],
  [0.00154, 216.57, 45037.5082],
  [0.002, 312.69, 32964.3577],
  [0.00179, 260.74, 445267.1142],
  [0.00178, 141.19, 20.2],
];
/** ΔT in seconds at steps of 25 years from 1900. */
const DELTA_T = [-3, 23, 29, 45, 64, 70, 90, 140, 203, 263, 328, 397, 472];

const years = new Map<number, readonly Month[]>();
const newMoonDays = new Map<number, number>();

/** Returns the lunar date of a civil date, its year being the lunar year, or the problem. */
export function solarToLunar(year: number, month: number, day: number): LunarDate | BadDate {
  const pad = (value: number, size: number) => String(value).padStart(size, "0");
  const number = dateToDay(`${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`);
  if (number === BAD_DATE) return BAD_DATE;
  const months = solsticeYear(number < newMoonDay(month11(year)) ? year : year + 1);
  const found = months.findLast((m) => m.start <= number);
  if (found === undefined) return BAD_DATE;
  return { day: number - found.start + 1, month: found.month, year: found.year, leap: found.leap };
}

/** Returns a civil date's lunar day and month, "4/10 âm", "1/6 nhuận âm"; empty for no date. */
export function lunarShown(date: string, language: Language = "vi"): string {
  const parts = parseDate(date);
  if (parts === BAD_DATE) return "";
  const lunar = solarToLunar(...parts);
  if (lunar === BAD_DATE) return "";
  const words = language === "en" ? (lunar.leap ? "leap lunar" : "lunar") : lunar.leap ? "nhuận âm" : "âm";
  return `${lunar.day}/${lunar.month} ${words}`;
}

/** Returns the months from month 11 of the lunar year before `year` up to the next month 11. */
function solsticeYear(year: number): readonly Month[] {
  const known = years.get(year);
  if (known !== undefined) return known;
  const first = month11(year - 1);
  const last = month11(year);
  const starts = Array.from({ length: last - first }, (_, i) => newMoonDay(first + i));
  const signs = [...starts, newMoonDay(last)].map(sign);
  const leap = last - first === 13 ? signs.findIndex((s, i) => i > 0 && s === signs[i + 1]) : -1;
  const months = starts.map((start, i) => {
    const place = leap >= 0 && i >= leap ? i - 1 : i; // 0 is month 11, 1 is month 12, 2 is month 1 …
    return { start, month: ((place + 10) % 12) + 1, year: place < 2 ? year - 1 : year, leap: i === leap };
  });
  years.set(year, months);
  return months;
}

/** Returns the number of the lunation that holds the winter solstice of December `year`. */
function month11(year: number): number {
  const end = dayNumber(YEAR_MAX, 12, 31) + Math.round((year - YEAR_MAX) * 365.2425);
  let k = Math.floor((end - NEW_MOON_0) / SYNODIC_DAYS) + 1;
  while (newMoonDay(k) > end || sign(newMoonDay(k)) === 9) k -= 1;
  return k;
}

/** Returns the Julian day number, in Vietnam, of the new moon `k` (0 is that of 2000-01-06). */
function newMoonDay(k: number): number {
  const known = newMoonDays.get(k);
  if (known !== undefined) return known;
  const t = k / 1236.85;
  const e = 1 - 0.002516 * t - 0.0000074 * t * t;
  const sun = 2.5534 + 29.1053567 * k - 0.0000014 * t * t;
  const moon = 201.5643 + 385.81693528 * k + 0.0107582 * t * t + 0.00001238 * t * t * t;
  const latitude = 160.7108 + 390.67050284 * k - 0.0016118 * t * t - 0.00000227 * t * t * t;
  const node = 124.7746 - 1.56375588 * k + 0.0020672 * t * t;
  let moment = NEW_MOON_0 + SYNODIC_DAYS * k + 0.00015437 * t * t - 0.00000015 * t * t * t;
  for (const [days, power, ofSun, ofMoon, ofLatitude, ofNode] of MOON_TERMS) {
    const angle = ofSun * sun + ofMoon * moon + ofLatitude * latitude + ofNode * node;
    moment += days * e ** power * Math.sin(angle * RADIANS);
  }
  for (const [millionths, phase, rate] of PLANET_TERMS) {
    const bend = phase === 299.77 ? 0.009173 * t * t : 0;
    moment += millionths * 1e-6 * Math.sin((phase + rate * k - bend) * RADIANS);
  }
  const day = Math.floor(moment - deltaTDays(moment) + VIETNAM_DAYS + 0.5);
  newMoonDays.set(k, day);
  return day;
}

/**
 * Returns which twelfth of its way the sun is in at the first moment of a day in Vietnam: 0 begins
 * at the March equinox, 9 at the winter solstice.
 */
function sign(day: number): number {
  const moment = day - 0.5 - VIETNAM_DAYS;
  const t = (moment + deltaTDays(moment) - 2_415_020) / 36_525;
  const anomaly = (358.47583 + 35_999.04975 * t - 0.00015 * t * t) * RADIANS;
  let longitude = 279.69668 + 36_000.76892 * t + 0.0003025 * t * t;
  longitude += (1.91946 - 0.004789 * t - 0.000014 * t * t) * Math.sin(anomaly);
  longitude += (0.020094 - 0.0001 * t) * Math.sin(2 * anomaly) + 0.000293 * Math.sin(3 * anomaly);
  for (const [degrees, phase, rate] of SUN_TERMS)
    longitude += degrees * Math.cos((phase + rate * t) * RADIANS);
  longitude -= 0.00569 + 0.00479 * Math.sin((259.18 - 1934.142 * t) * RADIANS);
  return ((Math.floor(longitude / 30) % 12) + 12) % 12;
}

/** Returns ΔT in days at a Julian day, between the two nearest steps of the table. */
function deltaTDays(moment: number): number {
  const steps = (moment - 2_415_020) / 9_131.25;
  const at = Math.min(Math.max(Math.floor(steps), 0), DELTA_T.length - 2);
  const low = DELTA_T[at] ?? 0;
  return (low + ((DELTA_T[at + 1] ?? 0) - low) * (steps - at)) / 86_400;
}
