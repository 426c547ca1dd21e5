/** What a form of an inspection signs: what was changed on the page and nothing else. */
import { expect, test } from "vitest";
import { changesOf, type Told, wrongDay } from "../../../pwa/src/console/inspecting.ts";

const input = (name: string, value: string, more: Partial<Told> = {}): Told => ({
  name,
  type: "text",
  value,
  defaultValue: "",
  checked: false,
  defaultChecked: false,
  dataset: {},
  ...more,
});

test("a field that nobody touched is not signed, so that a newer one is not written over", () => {
  const same = input("item.records.cause", "Ghi thiếu", { defaultValue: "Ghi thiếu" });
  const stays = input("item.records.result", "fail", { type: "radio", checked: true, defaultChecked: true });
  const other = input("item.records.result", "pass", { type: "radio" });
  expect(changesOf([same, stays, other])).toEqual({ set: {}, private: {} });
});

test("a new result, a day, and a cause that only the cooperative reads", () => {
  const chosen = input("item.records.result", "fail", { type: "radio", checked: true });
  const day = input("item.records.due_on", "20/1/2027", { dataset: { day: "" } });
  const cause = input("item.records.cause", " Ghi thiê\u0301u ", { dataset: { private: "" } });
  expect(changesOf([chosen, day, cause])).toEqual({
    set: { "item.records.result": "fail", "item.records.due_on": "2027-01-20" },
    private: { "item.records.cause": "Ghi thiếu" },
  });
});

test("an emptied field is cleared; a day that the page proposed is signed as it stands", () => {
  const emptied = input("item.records.due_on", "", { dataset: { day: "" }, defaultValue: "01/12/2026" });
  const proposed = input("item.records.closed_on", "28/11/2026", {
    defaultValue: "28/11/2026",
    dataset: { always: "", day: "" },
  });
  expect(changesOf([emptied, proposed]).set).toEqual({
    "item.records.due_on": null,
    "item.records.closed_on": "2026-11-28",
  });
});

test("what is no day is not signed, and the field says so", () => {
  const dataset = { day: "", wrong: "Ghi ngày", latest: "2026-11-28", late: "Chưa tới" };
  const said = (value: string) => [
    changesOf([input("closed_on", value, { dataset })]).set,
    wrongDay({ value, dataset }),
  ];
  expect(said("31/11/2026")).toEqual([{}, "Ghi ngày"]);
  expect(said("mai")).toEqual([{}, "Ghi ngày"]);
  expect(said("29/11/2026")).toEqual([{ closed_on: "2026-11-29" }, "Chưa tới"]);
  expect(said("28-11-2026")).toEqual([{ closed_on: "2026-11-28" }, ""]);
  expect(said("2026-11-28")).toEqual([{ closed_on: "2026-11-28" }, ""]);
  expect(wrongDay({ value: " ", dataset })).toBe("");
});
