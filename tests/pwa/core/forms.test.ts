import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  checkValues,
  type FormValues,
  fieldOf,
  formsFor,
  groupOf,
  lazyForms,
  parseForm,
  parseForms,
  tileOf,
} from "../../../pwa/src/core/forms.ts";

interface Case {
  name: string;
  given: { form: unknown; values: FormValues; private: FormValues | null };
  expect?: [];
  reject?: { code: string; field: string; vi?: string; en?: string }[];
}
interface Vectors {
  groups: { description: string; cases: Case[] }[];
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const folder = "../../../sync/forms/";
const names = readdirSync(new URL(folder, import.meta.url)).map((file) => file.replace(/\.json$/, ""));
const files = Object.fromEntries(names.map((name) => [name, read(`${folder}${name}.json`)]));
const forms = parseForms(files);
const vectors = read("../../vectors/forms.json") as Vectors;

for (const group of vectors.groups) {
  test.each(group.cases)(`${group.description}: $name`, ({ given, reject }) => {
    const form = typeof given.form === "string" ? forms.get(given.form) : parseForm(given.form);
    if (!form) throw new Error("no such form");
    const found = checkValues(form, given.values, given.private);
    const wanted = reject ?? [];
    expect(found).toHaveLength(wanted.length);
    expect(found).toMatchObject(wanted);
  });
}

describe("forms of the package", () => {
  test("every file but the schema and the common fields is a form", () => {
    expect([...forms.keys()].sort()).toEqual(names.filter((n) => n !== "schema" && n !== "common").sort());
  });

  test("a file that is no form never stops the others", () => {
    const some = parseForms({ ...files, "XX-99": { form: 1 }, "XX-98": null });
    expect(some.size).toBe(forms.size);
  });

  test("read one by one they are the same, and none is read before it is asked for", () => {
    const asked: string[] = [];
    const watched = new Proxy(files, {
      get: (all, name) => {
        asked.push(String(name));
        return all[String(name)];
      },
    });
    const some = lazyForms({ ...files, "XX-98": null, "XX-99": { form: 1 } });
    const lazy = lazyForms(watched);
    expect(asked).toEqual([]);
    expect(lazy.get("CT-10")).toEqual(forms.get("CT-10"));
    expect(asked).toEqual(["common", "CT-10"]);
    expect(lazyForms(watched).get("CT-10")).toBe(lazy.get("CT-10"));
    for (const none of ["schema", "common", "XX-97", "constructor"]) expect(lazy.get(none)).toBeUndefined();
    expect([...some.values()]).toEqual([...forms.values()]);
  });

  test("an organic form stands in the place of the crop form that it replaces", () => {
    const codes = formsFor("organic", forms.values()).map((f) => f.form);
    for (const form of forms.values()) {
      if (form.sector === "organic") for (const code of form.replaces) expect(codes).not.toContain(code);
    }
    expect(formsFor("crop", forms.values()).some((f) => f.sector === "organic")).toBe(false);
  });

  test("an entry goes by the work of its form that has a tile of its own, else by the form", () => {
    const tiles = [...forms.values()].flatMap((form) => form.tiles.map((tile) => [form, tile] as const));
    expect(tiles.filter(([, tile]) => tile.icon === "water").map(([form]) => form.sector)).toEqual([
      "crop",
      "organic",
    ]);
    for (const [form, tile] of tiles) {
      expect(tileOf(form, { ...tile.set, note: "x" })).toBe(tile);
      expect(tileOf(form, {})).toMatchObject({ code: "", icon: form.icon, short: form.short });
    }
  });

  test("a tile that fills nothing in would hide the form's own: it is left out", () => {
    const odd = { code: "x", icon: "x", short: { vi: "x", en: "x" }, order: 1, set: {} };
    expect(
      parseForm({ ...(files["CT-07"] as object), tiles: [odd, { ...odd, set: { activity: 1 } }, 1] })?.tiles,
    ).toEqual([]);
  });

  test("a group of a line names the fields of that line alone", () => {
    const spray = forms.get("CT-10");
    if (!spray) throw new Error("no such form");
    expect(groupOf(spray, "line.aaaaaaa2.dose")).toContain("line.aaaaaaa2.phi_kind");
    expect(groupOf(spray, "target_pest")).toEqual(["target_pest"]);
    expect(fieldOf(spray, "line.aaaaaaa2.dose")?.type).toBe("amount");
  });
});
