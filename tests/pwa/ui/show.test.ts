/** How forms and days are named for a person. */
import { readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { type Form, parseCommon, parseForm } from "../../../pwa/src/app/forms.ts";
import { toggled } from "../../../pwa/src/ui/form/harvests.tsx";
import { headText } from "../../../pwa/src/ui/screens/conflicts.tsx";
import { bytesShown } from "../../../pwa/src/ui/screens/storage.tsx";
import { dayWithin, formBeside } from "../../../pwa/src/ui/show.ts";

const folder = new URL("../../../sync/forms/", import.meta.url).pathname;
const read = (name: string): unknown => JSON.parse(readFileSync(`${folder}${name}`, "utf8"));
const common = parseCommon(read("common.json"));

function load(code: string): Form {
  const form = parseForm(read(`${code}.json`), common);
  if (form === null) throw new Error(code);
  return form;
}

afterEach(() => {
  vi.useRealTimers();
});

test("two kinds of work with one name are told apart by what is grown or kept, others stand alone", () => {
  const [hens, fish, spray] = [load("CN-05"), load("TS-04"), load("CT-10")];
  expect([hens, fish].map((one) => one.short.vi)).toEqual(["Cho ăn", "Cho ăn"]);
  expect([hens, fish, spray].map((one) => formBeside(one, [hens, fish, spray]))).toEqual([
    "Chăn nuôi",
    "Cá, tôm",
    "",
  ]);
  expect(formBeside(hens, [hens, spray])).toBe("");
});

test("where one phone took an entry out and the other wrote on, the choice is in words", () => {
  const base = { op: "a", who: null, recorded_at: 0, group: {} };
  const heads = [
    { ...base, value: true },
    { ...base, value: null },
  ];
  const conflict = { field: "_deleted", group: [], heads };
  expect(heads.map((one) => headText(load("CT-14"), conflict, one))).toEqual(["Bỏ khỏi sổ", "Giữ trong sổ"]);
});

test("a tap chooses a harvest or lets it go, and leaves the others, also those no longer offered", () => {
  expect(toggled(["entry:old"], "entry:new")).toEqual(["entry:old", "entry:new"]);
  expect(toggled(["entry:old", "entry:new"], "entry:new")).toEqual(["entry:old"]);
  expect(toggled(["entry:old"], "entry:old")).toBe(null);
});

test("a day inside a sentence begins small", () => {
  vi.useFakeTimers({ now: new Date(2026, 10, 24, 9) });
  expect(dayWithin("2026-11-24")).toBe("hôm nay");
  expect(dayWithin("2026-11-22")).toBe("chủ nhật 22/11");
});

test("a size is said as people read it, and what is there is never shown as nothing", () => {
  const sizes = [0, 900, 340_000, 9_949_000, 9_960_000, 214_000_000, 1_100_000_000];
  expect(sizes.map(bytesShown)).toEqual(["0 MB", "0,1 MB", "0,3 MB", "9,9 MB", "10 MB", "214 MB", "1,1 GB"]);
});
