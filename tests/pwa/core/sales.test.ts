import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  closingOf,
  type Fields,
  nextReceipt,
  parseDeal,
  problemsOf,
  totalOf,
} from "../../../pwa/src/core/sales.ts";

interface Given {
  amount: unknown;
  price: unknown;
  deductions: unknown;
  values: Fields;
  deals: { doc: string; values: Fields; is_void: boolean }[];
  day: string;
  point: string;
  cash_max: number;
  device: string;
  receipts: string[];
}
interface Vectors {
  groups: {
    description: string;
    cases: { name: string; given: Given; expect?: unknown; reject?: string }[];
  }[];
}

const path = new URL("../../vectors/sales.json", import.meta.url);
const vectors: Vectors = JSON.parse(readFileSync(path, "utf8"));
const DOC = "sale:019a0000-0000-7000-8000-000000000100";

function shape(values: Fields): unknown {
  const { doc: _doc, isVoid: _isVoid, ...rest } = parseDeal(DOC, values);
  return rest;
}

const calls: Record<string, (given: Given) => unknown> = {
  total_of: (g) => totalOf(g.amount, g.price, g.deductions),
  parse_deal: (g) => shape(g.values),
  closing_of: (g) =>
    closingOf(
      g.deals.map((one) => parseDeal(one.doc, one.values, one.is_void)),
      g.day,
      g.point,
    ),
  problems_of: (g) => problemsOf(parseDeal(DOC, g.values), g.values, g.cash_max),
  next_receipt: (g) => nextReceipt(g.device, g.receipts),
};

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, (one) => {
    const found = calls[group.description]?.(one.given);
    expect(found).toEqual(one.reject === undefined ? one.expect : { field: one.reject });
  });
}
