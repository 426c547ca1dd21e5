import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dateToDay, dayToDate, parseDate } from "../../../pwa/src/core/civil.ts";
import { lunarShown, solarToLunar } from "../../../pwa/src/core/lunar.ts";
import type { Language } from "../../../pwa/src/core/units.ts";

interface Case {
  name: string;
  given: { date: string; parts?: [number, number, number]; language: Language; from: string; to: string };
  expect?: unknown;
  reject?: string;
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}

const path = new URL("../../vectors/lunar.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));

function convert(given: Case["given"]): unknown {
  const parts = given.parts ?? parseDate(given.date);
  if (parts === "bad_date") return parts;
  const lunar = solarToLunar(...parts);
  return lunar === "bad_date" ? lunar : [lunar.day, lunar.month, lunar.year, lunar.leap];
}

function digestDays(given: Case["given"]): string {
  const digest = createHash("sha256");
  for (let number = Number(dateToDay(given.from)); number <= Number(dateToDay(given.to)); number += 1) {
    const day = dayToDate(number);
    const parts = parseDate(day);
    const lunar = parts === "bad_date" ? parts : solarToLunar(...parts);
    if (lunar === "bad_date") throw new Error(`no lunar date for ${day}`);
    digest.update(`${day} ${lunar.day}/${lunar.month}/${lunar.year}${lunar.leap ? "+" : ""}\n`);
  }
  return digest.digest("hex");
}

for (const group of vectors.groups) {
  const call =
    group.description === "solar_to_lunar"
      ? convert
      : group.description === "lunar_shown"
        ? (given: Case["given"]) => lunarShown(given.date, given.language)
        : digestDays;
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    expect(call(one.given)).toEqual(one.reject ?? one.expect);
  });
}
