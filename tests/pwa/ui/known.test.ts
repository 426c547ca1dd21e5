import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseForms } from "../../../pwa/src/core/forms.ts";
import { knownOf } from "../../../pwa/src/ui/form/known.ts";

const folder = fileURLToPath(new URL("../../../sync/forms/", import.meta.url));
const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}${name}.json`, "utf8"));
const spray = parseForms({ common: read("common"), "CT-10": read("CT-10") }).get("CT-10");

const entry = (product: string, dose: string, pest: string) => ({
  target_pest: pest,
  "line.aaaaaaaa.product": product,
  "line.aaaaaaaa.dose": { amount: dose, unit: "ml/binh" },
  "line.aaaaaaaa.phi_days": 7,
});

test("a product of before brings the dose and days of its newest line, and texts of before stand once, newest first", () => {
  if (spray === undefined) throw new Error("CT-10");
  const known = knownOf(spray, [
    entry("A", "30", "Sâu tơ"),
    entry("B", "10", "Rệp"),
    entry("A", "20", "Sâu tơ"),
  ]);
  expect([...(known.texts.get("product") ?? [])]).toEqual(["A", "B"]);
  expect([...(known.texts.get("target_pest") ?? [])]).toEqual(["Sâu tơ", "Rệp"]);
  expect(known.lines.get("A")).toMatchObject({
    product: "A",
    dose: { amount: "30", unit: "ml/binh" },
    phi_days: 7,
  });
});
