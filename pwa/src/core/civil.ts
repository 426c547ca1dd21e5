/**
 * Civil dates as the farmer says them: "2026-11-08", no time and no time zone.
 *
 * Proleptic Gregorian calendar, years 1900 to 2199. No clock is read here, and no `Date`: that one
 * thinks in the phone's time zone. Twin of `sync/civil.py`.
 * Source: PROTOCOL §Civil dates; tests/vectors/civil.json.
 */

import type { Language } from "./units.ts";

export type BadDate = "bad_date";
export const BAD_DATE: BadDate = "bad_date";

export const YEAR_MIN = 1900;
export const YEAR_MAX = 2199;
export const VIETNAM_MINUTES = 7 * 60;
const ISO = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const DAY_MIN = 2_415_021; // Julian day number of 1900-01-01
const DAY_MAX = 2_524_593; // … of 2199-12-31
const DAY_OF_1970 = 2_440_588;
const MS_OF_DAY = 86_400_000;
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export const WEEKDAYS: Readonly<Record<Language, readonly string[]>> = {
  vi: ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"],
  en: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
};

/** Says whether `text` is a date that exists, as YYYY-MM-DD, in 1900 to 2199. */
export function isCivilDate(text: unknown): text is string {
  return typeof text === "string" && parseDate(text) !== BAD_DATE;
}

/** Returns [year, month, day] of a civil date, or the problem. */
export function parseDate(text: string): readonly [number, number, number] | BadDate {
  const match = ISO.exec(text);
  if (match === null) return BAD_DATE;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  if (year < YEAR_MIN || year > YEAR_MAX || day < 1 || day > monthDays(year, month)) return BAD_DATE;
  return [year, month, day];
}

/** Returns the Julian day number of a civil date (its noon), or the problem. */
export function dateToDay(text: string): number | BadDate {
  const parts = parseDate(text);
  return parts === BAD_DATE ? BAD_DATE : dayNumber(...parts);
}

/** Returns the Julian day number of a year, month and day that exist. */
export function dayNumber(year: number, month: number, day: number): number {
  // Years begin in March here, so that the leap day is the last of its year.
  const shifted = month > 2 ? year : year - 1;
  const monthOfYear = (month + 9) % 12;
  const leapDays = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return 1_721_119 + shifted * 365 + leapDays + Math.floor((153 * monthOfYear + 2) / 5) + day;
}

/** Returns the civil date of a Julian day number, or the problem outside 1900 to 2199. */
export function dayToDate(day: number): string | BadDate {
  if (!Number.isInteger(day) || day < DAY_MIN || day > DAY_MAX) return BAD_DATE;
  let year = YEAR_MIN + Math.floor((day - DAY_MIN) / 366);
  while (dayNumber(year + 1, 1, 1) <= day) year += 1;
  let month = 1;
  let left = day - dayNumber(year, 1, 1);
  while (left >= monthDays(year, month)) {
    left -= monthDays(year, month);
    month += 1;
  }
  return `${year}-${twoDigits(month)}-${twoDigits(left + 1)}`;
}

/** Returns the date so many days later, or earlier where `days` is negative, or the problem. */
export function addDays(text: string, days: number): string | BadDate {
  const day = dateToDay(text);
  return day === BAD_DATE ? BAD_DATE : dayToDate(day + days);
}

/** Returns the days from one date to another, negative if `later` lies before, or the problem. */
export function daysBetween(earlier: string, later: string): number | BadDate {
  const from = dateToDay(earlier);
  const to = dateToDay(later);
  return from === BAD_DATE || to === BAD_DATE ? BAD_DATE : to - from;
}

/** Returns 1 for Monday to 7 for Sunday (ISO 8601), or the problem. */
export function weekday(text: string): number | BadDate {
  const day = dateToDay(text);
  return day === BAD_DATE ? BAD_DATE : (day % 7) + 1;
}

/** Returns the weekday in full, "Thứ Năm", "Chủ nhật", or the empty text for no date. */
export function weekdayName(text: string, language: Language = "vi"): string {
  const number = weekday(text);
  return number === BAD_DATE ? "" : (WEEKDAYS[language][number - 1] ?? "");
}

/** Returns a date as people write it here, "Chủ nhật, 8/11/2026"; no date comes back as it is. */
export function dateShown(text: string, language: Language = "vi"): string {
  const parts = parseDate(text);
  if (parts === BAD_DATE) return text;
  const [year, month, day] = parts;
  return `${weekdayName(text, language)}, ${day}/${month}/${year}`;
}

/** Returns the civil date at a time in ms since 1970, by default in Vietnam, or the problem. */
export function msToDate(ms: number, offsetMinutes: number = VIETNAM_MINUTES): string | BadDate {
  return dayToDate(DAY_OF_1970 + Math.floor((ms + offsetMinutes * 60_000) / MS_OF_DAY));
}

function monthDays(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
