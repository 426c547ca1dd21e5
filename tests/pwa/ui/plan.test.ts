import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formFiles } from "../../../pwa/build/plugins.ts";
import { type Form, parseCommon, parseForm } from "../../../pwa/src/app/forms.ts";
import { parseForms } from "../../../pwa/src/core/forms.ts";
import { findingsOf, splitPrivate } from "../../../pwa/src/ui/form/findings.ts";
import {
  dropLine,
  isAsked,
  lineId,
  oddRange,
  planFields,
  repeatValues,
  setValue,
} from "../../../pwa/src/ui/form/plan.ts";

const folder = new URL("../../../sync/forms/", import.meta.url).pathname;
const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}${name}`, "utf8"));
const common = parseCommon(read("common.json"));

function load(code: string): Form {
  const form = parseForm(read(`${code}.json`), common);
  if (form === null) throw new Error(code);
  return form;
}

const spray = load("CT-10");

test("every form file can be drawn: each field is in the plan, folded or not, where its condition holds", () => {
  for (const file of formFiles(folder)) {
    if (file === "common.json") continue;
    const form = load(file.slice(0, -5));
    const entry = form.document === "entry";
    const plan = planFields(form.fields, {}, "", entry);
    const names = new Set([...plan.main, ...plan.more].map((field) => field.name));
    const hidden = form.fields.filter((field) => !names.has(field.name));
    for (const field of hidden) {
      const placed = entry && common.some((one) => one.name === field.name);
      expect(field.when !== null || placed, `${file} ${field.name}`).toBe(true);
    }
  }
});

test("a field with a condition is asked only while the condition holds", () => {
  const days = spray.lines?.fields.find((field) => field.name === "phi_days");
  if (days === undefined) throw new Error("phi_days");
  expect(isAsked(days, { "line.aaaaaaaa.phi_kind": "days" }, "line.aaaaaaaa.")).toBe(true);
  expect(isAsked(days, { "line.aaaaaaaa.phi_kind": "unknown" }, "line.aaaaaaaa.")).toBe(false);
  expect(isAsked(days, { "line.bbbbbbbb.phi_kind": "days" }, "line.aaaaaaaa.")).toBe(false);
});

test("what is asked no more is cleared, so that no unseen value is saved", () => {
  const before = { "line.aaaaaaaa.phi_kind": "days", "line.aaaaaaaa.phi_days": 7 };
  const after = setValue(spray, before, "line.aaaaaaaa.phi_kind", "unknown");
  expect(after["line.aaaaaaaa.phi_days"]).toBeNull();
  expect(before["line.aaaaaaaa.phi_days"]).toBe(7);
});

test("private fields go to the private part, in lines too, and the checks see both", () => {
  const forms = parseForms(
    Object.fromEntries(formFiles(folder).map((name) => [name.slice(0, -5), read(name)])),
  );
  const form = forms.get("CT-10");
  if (form === undefined) throw new Error("CT-10");
  const [open, hidden] = splitPrivate(form, {
    target_pest: "Rệp",
    performed_by: "Lụa",
    "line.aaaaaaaa.product": "A",
  });
  expect(hidden).toEqual({ performed_by: "Lụa" });
  expect(Object.keys(open)).toEqual(["target_pest", "line.aaaaaaaa.product"]);
  const found = findingsOf(spray, { "line.aaaaaaaa.product": "A" }).map((one) => one.field);
  expect(found).toContain("target_pest");
  expect(found).not.toContain("line.aaaaaaaa.phi_days");
});

test("an amount outside the usual range is noticed in the field's first unit only", () => {
  const area = spray.fields.find((field) => field.name === "treated_area");
  if (area === undefined) throw new Error("treated_area");
  expect(oddRange(area, { amount: "9999", unit: "sao" })).toEqual(area.range);
  expect(oddRange(area, { amount: "2", unit: "sao" })).toBeNull();
  expect(oddRange(area, { amount: "9999", unit: "m2" })).toBeNull();
});

test("as last time copies neither the date nor what is not to be repeated, and lines get new ids", () => {
  const last = {
    happened_on: "2026-11-01",
    note: "x",
    target_pest: "Sâu tơ",
    "line.aaaaaaaa.product": "Emamectin 5WG",
    "line.aaaaaaaa.lot_no": null,
  };
  const next = repeatValues({ happened_on: "2026-11-24" }, last, spray, () => "bbbbbbbb");
  expect(next).toEqual({
    happened_on: "2026-11-24",
    target_pest: "Sâu tơ",
    "line.bbbbbbbb.product": "Emamectin 5WG",
  });
});

test("a stored line is cleared field by field, a new one just goes", () => {
  const values = { "line.aaaaaaaa.product": "A", "line.bbbbbbbb.product": "B", note: "n" };
  const base = { "line.aaaaaaaa.product": "A" };
  expect(dropLine(values, base, "aaaaaaaa")["line.aaaaaaaa.product"]).toBeNull();
  expect(dropLine(values, base, "bbbbbbbb")).toEqual({ "line.aaaaaaaa.product": "A", note: "n" });
});

test("a line id is 8 letters of a-z2-7 from any bytes", () => {
  expect(lineId(Uint8Array.from([0, 255, 31, 32, 25, 26, 128, 7]))).toMatch(/^[a-z2-7]{8}$/);
});
