/** Names while typing: what lists and labels say of the crop, and nothing that they don't say. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseForms } from "../../../pwa/src/core/forms.ts";
import { makeLists } from "../../../pwa/src/core/lists.ts";
import { makeIndex, search } from "../../../pwa/src/core/lists_search.ts";
import { labelUseFromWire, listsFromWire } from "../../../pwa/src/core/lists_wire.ts";
import {
  isUnknown,
  kindsOf,
  labelOf,
  leavesWith,
  SHOWN_MAX,
  suggest,
  takenUp,
  valuesOf,
  waitOf,
} from "../../../pwa/src/ui/form/suggest.ts";

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const read = (name: string) => JSON.parse(readFileSync(path(name), "utf8"));
const sample = read("tests/vectors/lists.json");
const bare = listsFromWire(sample.lists);
if (bare === null) throw new Error("lists");
const own = [
  ...sample.label_uses,
  { ...sample.label_uses[0], product: "Mẫu Riêng", crop: "Cà chua", phi_days: 3 },
];
const book = own.map(labelUseFromWire).filter((one) => one !== null);
const lists = { ...bare, labelUses: makeLists("", [], [], [], book).labelUses };
const index = makeIndex(bare);
const open = {
  lists,
  search: (typed: string, limit: number, crop = "") => search(index, typed, limit, crop),
};
const forms = parseForms({
  common: read("sync/forms/common.json"),
  "CT-10": read("sync/forms/CT-10.json"),
  "CT-03": read("sync/forms/CT-03.json"),
  "CN-06": read("sync/forms/CN-06.json"),
});
const fieldsOf = (form: string) => forms.get(form)?.lines?.fields ?? [];
const ask = { day: "2026-03-01", crop: "Lúa", pest: "", kinds: ["pesticide"] as const };
const names = (typed: string, before: readonly string[] = [], more = {}) =>
  suggest(open, typed, { ...ask, ...more }, before).map((one) => one.name);

test("a few letters without accents narrow the list; what was written before goes first, once", () => {
  expect(names("mau")).toContain("Mẫu Xanh 5EC");
  expect(names("mau xa")).toEqual(["Mẫu Xanh 5EC"]);
  expect(names("5e", ["Mẫu Xanh 5EC", "Ngoài 5EC"])).toEqual(["Mẫu Xanh 5EC", "Ngoài 5EC"]);
  expect(names("mau", ["Mẫu A", "Mẫu B", "Mẫu C", "Mẫu D"]).length).toBeLessThanOrEqual(SHOWN_MAX);
  expect(names("rieng")).toEqual(["Mẫu Riêng"]); // only the cooperative's label book has it
  expect(names(" -")).toEqual([]);
  expect(names("mau", [], { kinds: [] })).toEqual([]);
});

test("a tap writes what the label says of the season's crop, and nothing for another crop", () => {
  const [row] = suggest(open, "mau xa", ask, []);
  if (row === undefined) throw new Error("row");
  expect(row.label?.doses).toEqual(["15-20 ml/sào"]);
  expect(valuesOf(fieldsOf("CT-10"), row)).toEqual({
    product: "Mẫu Xanh 5EC",
    active_ingredient: "Hoạt chất A",
    phi_kind: "days",
    phi_days: 14,
  });
  expect(valuesOf(fieldsOf("CT-03"), row)).toEqual({
    product: "Mẫu Xanh 5EC",
    active_ingredient: "Hoạt chất A",
  });
  const [elsewhere] = suggest(open, "mau xa", { ...ask, crop: "Su hào" }, []);
  expect(elsewhere?.label).toBeNull();
  expect(elsewhere && valuesOf(fieldsOf("CT-10"), elsewhere)).not.toHaveProperty("phi_kind");
  expect(labelOf(lists, "Mẫu Xanh 5EC", { ...ask, crop: "" })).toBeNull();
});

test("a text that is no number of days stays text, also beside labels that have a number", () => {
  const use = (phi_kind: string, phi_days: number | null, phi_text: string, pest = "rầy") => ({
    ...sample.label_uses[0],
    product: "Mẫu Chữ",
    pest,
    phi_kind,
    phi_days,
    phi_text,
  });
  const told = (...rows: unknown[]) => {
    const uses = rows.map(labelUseFromWire).filter((one) => one !== null);
    return { ...bare, labelUses: makeLists("", [], [], [], uses).labelUses };
  };
  const stage = use("stage", null, "Không dùng khi lúa trỗ");
  const label = labelOf(told(stage, use("days", 7, "7")), "Mẫu Chữ", ask);
  expect([label?.kind, label?.days, label?.waits]).toEqual(["text", null, ["Không dùng khi lúa trỗ", "7"]]);
  const row = { name: "Mẫu Chữ", active: "", label, eggs: null, milk: null };
  expect(valuesOf(fieldsOf("CT-10"), row)).toEqual({ product: "Mẫu Chữ" });
  const two = told(use("days", 7, "7"), use("days", 14, "14", "sâu"));
  expect(labelOf(two, "Mẫu Chữ", ask)?.days).toBe(14);
  expect(labelOf(two, "Mẫu Chữ", { ...ask, pest: "Ray" })?.days).toBe(7);
  const none = labelOf(told(use("not_defined_on_label", null, "KXĐ")), "Mẫu Chữ", ask);
  expect(valuesOf(fieldsOf("CT-10"), { ...row, label: none })).toEqual({
    product: "Mẫu Chữ",
    phi_kind: "not_defined_on_label",
  });
});

test("another name takes along what the label of the old one gave, and leaves what a person wrote", () => {
  const line = { product: "Mẫu Xanh 5EC", active_ingredient: "Hoạt chất A", phi_kind: "days", phi_days: 14 };
  const fields = fieldsOf("CT-10");
  const gone = { active_ingredient: null, phi_kind: null, phi_days: null };
  expect(leavesWith(fields, lists, ask, line)).toEqual(gone);
  expect(leavesWith(fields, lists, ask, { ...line, phi_days: 21 })).not.toHaveProperty("phi_days");
  expect(leavesWith(fields, lists, ask, { ...line, product: "Tự gõ" })).toEqual({});
});

test("a tap fills in what is empty and leaves what a person wrote, a waiting time as a whole", () => {
  const fields = fieldsOf("CT-10");
  const [row] = suggest(open, "mau xa", ask, []);
  if (row === undefined) throw new Error("row");
  const line = { product: "mau xa", phi_kind: "unknown" };
  expect(takenUp(fields, lists, ask, line, row)).toEqual({
    product: row.name,
    active_ingredient: "Hoạt chất A",
  });
  const before = { product: row.name, active_ingredient: "Hoạt chất A", phi_kind: "days", phi_days: 14 };
  const other = { name: "Tự gõ", active: "", label: null, eggs: null, milk: null };
  const gone = { active_ingredient: null, phi_kind: null, phi_days: null };
  expect(takenUp(fields, lists, ask, before, other)).toEqual({ ...gone, product: "Tự gõ" });
});

test("meat and eggs are waited for apart: each field is filled in from the label's own", () => {
  const fields = fieldsOf("CN-06");
  const hens = { ...ask, crop: "Gà đẻ trứng", kinds: ["veterinary"] as const };
  const [row] = suggest(open, "thu y", hens, []);
  if (row === undefined) throw new Error("row");
  const waits = {
    withdrawal_kind: "days",
    withdrawal_days: 7,
    withdrawal_eggs_kind: "days",
    withdrawal_eggs_days: 5,
  };
  expect(takenUp(fields, lists, hens, { product: "thu y" }, row)).toMatchObject(waits);
  const mine = { product: "thu y", withdrawal_eggs_kind: "unknown" };
  const told = takenUp(fields, lists, hens, mine, row);
  expect(told).toMatchObject({ withdrawal_days: 7 });
  expect(told).not.toHaveProperty("withdrawal_eggs_days");
  expect(waitOf(lists, "Thú Y Một 10%", hens, "withdrawal_eggs_kind")?.days).toBe(5);
  expect(waitOf(lists, "Thú Y Một 10%", hens, "withdrawal_milk_kind")).toBeNull();
  expect(waitOf(lists, "Thú Y Một 10%", hens, "dose")).toBeNull();
});

test("a name is only said to be in no list where a whole list of its kind is loaded", () => {
  expect(isUnknown(lists, "Tên lạ", ask)).toBe(true);
  expect(isUnknown(lists, "Tê", ask)).toBe(false);
  expect(isUnknown(lists, "Mẫu Xanh 5EC", ask)).toBe(false);
  expect(isUnknown(lists, "Tên lạ", { ...ask, day: "2024-01-01" })).toBe(false);
  expect(isUnknown(lists, "Tên lạ", { ...ask, kinds: ["pesticide", "fertiliser"] })).toBe(false);
});

test("which lists a line is sought in follows from its form and what it is said to be", () => {
  expect(kindsOf("CT-10", {}, "aaaaaaaa")).toEqual(["pesticide"]);
  expect(kindsOf("CT-03", { "line.aaaaaaaa.input_type": "fertiliser" }, "aaaaaaaa")).toEqual(["fertiliser"]);
  expect(kindsOf("CT-03", {}, "aaaaaaaa")).toHaveLength(3);
  expect(kindsOf("CN-06", {}, "aaaaaaaa")).toEqual(["veterinary"]);
  expect(kindsOf("CN-02", {}, "aaaaaaaa")).toEqual([]);
});
