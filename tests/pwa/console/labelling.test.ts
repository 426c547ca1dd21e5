import { expect, test } from "vitest";
import { saidOf } from "../../../pwa/src/console/labelling.ts";

const WHOLE = {
  product: "Sạch Cuốn 5SC",
  active_ingredient: "Chất A",
  crop: "lúa",
  pest: "sâu cuốn lá",
  dose_text: "12 - 15 ml/bình",
  dose_low: "12",
  dose_high: "15",
  dose_unit: "ml/binh",
  phi_kind: "days",
  phi_days: "7",
  phi_stage: "",
  phi_text: "7 ngày",
};

const said = (change: Partial<typeof WHOLE> = {}) => {
  const fields: Record<string, string> = { ...WHOLE, ...change };
  return saidOf((name) => fields[name] ?? "");
};

test("a label's fields become values, a number of days only where the label has one", () => {
  expect(said()).toMatchObject({ phi_kind: "days", phi_days: 7, phi_stage: null, dose_unit: "ml/binh" });
  expect(said({ phi_kind: "unknown" })).toMatchObject({ phi_kind: "unknown", phi_days: null });
  expect(said({ phi_kind: "stage", phi_stage: "flowering" })).toMatchObject({
    phi_days: null,
    phi_stage: "flowering",
  });
  expect(said({ phi_days: "0" })).toMatchObject({ phi_days: 0 });
  expect(said({ dose_low: "", dose_high: "", dose_unit: "" })).toMatchObject({
    dose_low: null,
    dose_unit: null,
  });
  expect(said({ dose_low: "0,5", dose_high: "" })).toMatchObject({ dose_low: "0.5", dose_high: "0.5" });
});

test.each([
  ["no kind", { phi_kind: "" }, "phi"],
  ["days without a number", { phi_days: "" }, "phi"],
  ["more than a year", { phi_days: "367" }, "phi"],
  ["a stage without its name", { phi_kind: "stage" }, "phi"],
  ["no unit", { dose_unit: "" }, "dose"],
  ["zero", { dose_low: "0" }, "dose"],
  ["backwards", { dose_low: "20" }, "dose"],
  ["no number", { dose_low: "một nắp" }, "dose"],
] as const)("a field that can't be so is told: %s", (_name, change, wrong) => {
  expect(said(change)).toBe(wrong);
});
