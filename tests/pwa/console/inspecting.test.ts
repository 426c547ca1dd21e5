/** What a form of an inspection signs: what was changed on the page and nothing else. */
import { expect, test } from "vitest";
import { changesOf, type Told } from "../../../pwa/src/console/inspecting.ts";

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
  const day = input("item.records.due_on", "2027-01-20", { type: "date" });
  const cause = input("item.records.cause", " Ghi thiê\u0301u ", { dataset: { private: "" } });
  expect(changesOf([chosen, day, cause])).toEqual({
    set: { "item.records.result": "fail", "item.records.due_on": "2027-01-20" },
    private: { "item.records.cause": "Ghi thiếu" },
  });
});

test("an emptied field is cleared; a day that the page proposed is signed as it stands", () => {
  const emptied = input("item.records.due_on", "", { type: "date", defaultValue: "2026-12-01" });
  const proposed = input("item.records.closed_on", "2026-11-28", {
    type: "date",
    defaultValue: "2026-11-28",
    dataset: { always: "" },
  });
  expect(changesOf([emptied, proposed]).set).toEqual({
    "item.records.due_on": null,
    "item.records.closed_on": "2026-11-28",
  });
});
