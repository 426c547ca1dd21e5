import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  areaShown,
  compareDecimals,
  formatDecimal,
  type Language,
  toBase,
} from "../../../pwa/src/core/units.ts";

interface Case {
  name: string;
  given: { amount: string; unit: string; left: string; right: string; language: Language };
  expect?: unknown;
  reject?: string;
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}

const path = new URL("../../vectors/units.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));
const calls: Record<string, (given: Case["given"]) => unknown> = {
  to_base: (g) => toBase(g.amount, g.unit),
  compare_decimals: (g) => compareDecimals(g.left, g.right),
  format_decimal: (g) => formatDecimal(g.amount, g.language) ?? "bad_amount",
  area_shown: (g) => areaShown(g.amount, g.unit, g.language),
};

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    expect(calls[group.description]?.(one.given)).toEqual(one.reject ?? one.expect);
  });
}
