/** Internal inspection without coverage: begun by who may, filled in item by item, put right by the household. */
import { expect, test } from "vitest";
import { makeInspections } from "../../../pwa/src/app/inspections.ts";
import { ANNEX_D, checklistForms, INSPECTION, itemField } from "../../../pwa/src/core/checklists.ts";
import type { Values } from "../../../pwa/src/store/rows.ts";
import { allForms, Desk } from "./desk.ts";

const [first, second] = ANNEX_D.items.map((item) => item.code);
const of = (code = "", field = "") => itemField(code, field);

/** A phone whose person has a role. */
async function phone(role: string): Promise<Desk> {
  const desk = await Desk.open();
  desk.c.reference.value = { me: { role } };
  const checked = checklistForms(ANNEX_D).map((form) => [form.form, form] as const);
  desk.c.forms.value = new Map([...allForms(), ...checked]);
  return desk;
}

async function fill(desk: Desk, draft: { id: string; values: Values }, change: Values): Promise<string> {
  desk.drafts.keep(draft.id, { values: { ...draft.values, ...change } });
  const saved = await desk.drafts.save(draft.id);
  if (!saved.ok) throw new Error(saved.problem);
  return saved.doc;
}

test("who inspects writes results, and why one failed goes into the private part", async () => {
  const desk = await phone("extension");
  const inspections = makeInspections(desk.c, desk.drafts);
  expect(inspections.mayBegin()).toBe(true);
  const begun = await inspections.begin("season:1");
  if (!begun.ok) throw new Error(begun.problem);
  const doc = await fill(desk, begun.draft, {
    [of(first, "result")]: "pass",
    [of(second, "result")]: "fail",
    [of(second, "cause")]: "Chưa vẽ sơ đồ",
    [of(second, "due_on")]: "2026-12-31",
  });
  expect(doc).toMatch(/^inspection:/);
  const [row] = await desk.store.use((db) => db.ops.toArray());
  expect(row?.body).toContain('"of":"season:1"');
  expect(row?.body).toContain('"inspector_role":"extension"');
  expect(row?.body).not.toContain("Chưa vẽ");
  expect(row?.private).toContain("Chưa vẽ");
  const [found] = await inspections.list();
  expect(found).toMatchObject({ doc, of: "season:1", stand: { seen: 2, passed: 1 } });
  expect(found?.stand.open.map((item) => item.code)).toEqual([second]);
});

test("a household begins none, and writes what it did about what failed, and no result", async () => {
  const desk = await phone("reviewer");
  const begun = await makeInspections(desk.c, desk.drafts).begin(null);
  if (!begun.ok) throw new Error(begun.problem);
  const doc = await fill(desk, begun.draft, { [of(second, "result")]: "fail" });
  desk.c.reference.value = { me: { role: "owner" } };
  const inspections = makeInspections(desk.c, desk.drafts);
  expect(inspections.mayBegin()).toBe(false);
  const opened = await inspections.edit(doc);
  if (!opened.ok) throw new Error(opened.problem);
  const form = desk.c.forms.value.get(opened.draft.form);
  const asked = form?.fields.map((field) => field.name) ?? [];
  expect(asked).toContain(of(second, "closed_on"));
  expect(asked.some((name) => name.endsWith(".result") || name.endsWith(".due_on"))).toBe(false);
  await fill(desk, opened.draft, {
    [of(second, "action")]: "Đã vẽ",
    [of(second, "closed_on")]: "2026-11-20",
  });
  const written = (await desk.written(doc))[1];
  expect(written).toEqual({ [of(second, "action")]: "Đã vẽ", [of(second, "closed_on")]: "2026-11-20" });
  const [found] = await inspections.list();
  expect(found?.of).toBe("farm");
  expect(found?.stand.failed).toHaveLength(1);
  expect(found?.stand.open).toEqual([]);
});

test("every result and its answers are asked for by names that the wire takes, in the order of the standard", () => {
  const [form] = checklistForms(ANNEX_D);
  const names = form?.fields.map((field) => field.name) ?? [];
  for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/);
  expect(form?.document).toBe(INSPECTION);
  const results = names.filter((name) => name.endsWith(".result"));
  expect(results).toEqual(ANNEX_D.items.map((item) => itemField(item.code, "result")));
});
