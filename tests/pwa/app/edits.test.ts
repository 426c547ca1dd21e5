/** Changes of a stored entry write what the person changed, whole groups; the fold gives the expected document. */
import { expect, test } from "vitest";
import { makeActivities } from "../../../pwa/src/app/farm.ts";
import { Desk, FARM } from "./desk.ts";

const LINE = "line.abcdefgh.";
const SPRAY = {
  happened_on: "2026-11-08",
  [`${LINE}product`]: "Regent 800WG",
  [`${LINE}dose`]: { amount: "30", unit: "ml/binh" },
  [`${LINE}phi_days`]: 7,
  note: "Chiều mát",
};

/** Fields of a line that stand together with one of them, by the form itself. */
function group(desk: Desk, form: string): string[] {
  const lines = desk.c.forms.value.get(form)?.lines;
  return [...(lines?.groups[0] ?? [])].map((name) => LINE + name);
}

test("an edit writes only what changed", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry(SPRAY);
  await desk.edit(doc, { note: "Chiều mưa" });
  expect((await desk.written(doc))[1]).toEqual({ note: "Chiều mưa" });
  expect((await desk.doc(doc)).values).toMatchObject({ ...SPRAY, note: "Chiều mưa" });
});

test("a field of a group is written with its whole group, as it stood on the screen", async () => {
  const desk = await Desk.open();
  const names = group(desk, "CT-10");
  expect(names.length).toBeGreaterThan(1);
  const values = Object.fromEntries(names.map((name, i) => [name, `v${i}`]));
  const doc = await desk.entry({ happened_on: "2026-11-08", ...values });
  await desk.edit(doc, { [names[0] ?? ""]: "khác" });
  expect((await desk.written(doc))[1]).toEqual({ ...values, [names[0] ?? ""]: "khác" });
});

test("a cleared field is written as null and is gone from the document", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry(SPRAY);
  await desk.edit(doc, { note: null });
  expect((await desk.written(doc))[1]).toEqual({ note: null });
  expect((await desk.doc(doc)).values).not.toHaveProperty("note");
});

test("what names a person goes into the private part, what the form calls public does not", async () => {
  const desk = await Desk.open();
  await desk.entry(SPRAY);
  const [row] = await desk.store.use((db) => db.ops.toArray());
  expect(row?.body).not.toContain("Bà Lụa");
  expect(row?.body).not.toContain("Chiều mát");
  expect(row?.private).toContain("Bà Lụa");
  expect(row?.body).toContain("Regent 800WG");
});

test("void and restore are ops that have seen the entry; nothing goes away", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry(SPRAY);
  expect(await desk.diary.void(doc, "Ghi nhầm")).toMatchObject({ ok: true });
  expect(await desk.doc(doc)).toMatchObject({ deleted: true, conflicts: [], values: { note: "Chiều mát" } });
  expect(await desk.diary.restore(doc)).toMatchObject({ ok: true });
  expect(await desk.doc(doc)).toMatchObject({ deleted: false, conflicts: [] });
  const steps = (await desk.diary.detail(doc))?.history.map((step) => step.what);
  expect(steps).toEqual(["created", "voided", "restored"]);
});

test("a void does not cover what came after its screen was drawn", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry(SPRAY);
  await desk.acknowledge();
  await desk.diary.detail(doc);
  const [tip] = (await desk.doc(doc)).tips;
  await desk.pull(doc, {}, [tip ?? ""], { note: "Máy kia ghi" });
  await desk.diary.void(doc, "Ghi nhầm");
  expect(await desk.doc(doc)).toMatchObject({ deleted: false, conflicts: ["note"] });
});

/** Two phones wrote different values of a group, neither having seen the other. */
async function disagree(desk: Desk) {
  const names = group(desk, "CT-10");
  const doc = await desk.entry({
    happened_on: "2026-11-08",
    ...Object.fromEntries(names.map((n) => [n, "gốc"])),
  });
  await desk.acknowledge();
  const tips = (await desk.doc(doc)).tips;
  const mine = Object.fromEntries(names.map((name) => [name, "ở đây"]));
  const theirs = Object.fromEntries(names.map((name) => [name, "máy kia"]));
  await desk.edit(doc, mine);
  await desk.acknowledge();
  const other = await desk.pull(doc, theirs, tips);
  return { doc, names, mine, theirs, other };
}

test("history 3: a choice writes the whole group after all heads, and the conflict ends", async () => {
  const desk = await Desk.open();
  const { doc, names, theirs, other } = await disagree(desk);
  const before = await desk.diary.detail(doc);
  expect(before?.conflict).toBe(true);
  // One group is one question, however many of its fields differ.
  expect(before?.conflicts).toHaveLength(1);
  expect(before?.conflicts[0]?.heads).toHaveLength(2);
  const field = before?.conflicts[0]?.field ?? "";
  expect(await desk.diary.resolve(doc, { [field]: other })).toMatchObject({ ok: true });
  const row = await desk.doc(doc);
  expect(row.conflicts).toEqual([]);
  for (const name of names) expect(row.values[name]).toBe("máy kia");
  expect((await desk.written(doc)).at(-1)).toEqual(theirs);
  expect(row.tips).toHaveLength(1);
  expect((await desk.diary.detail(doc))?.history.at(-1)?.what).toBe("resolved");
});

test("history 3: a head that came after the choice was shown stays in conflict", async () => {
  const desk = await Desk.open();
  const { doc, names, other } = await disagree(desk);
  const shown = await desk.diary.detail(doc);
  const origin = (await desk.doc(doc)).tips;
  const late = Object.fromEntries(names.map((name) => [name, "máy thứ ba"]));
  await desk.pull(doc, late, []);
  await desk.diary.resolve(doc, { [shown?.conflicts[0]?.field ?? ""]: other });
  const row = await desk.doc(doc);
  expect(origin.length).toBe(2);
  expect(row.conflicts.length).toBeGreaterThan(0);
});

test.each([
  ["kept", null, false],
  ["crossed out", true, true],
])("history 4: deleted there, edited here: it is %s by one choice", async (_, value, deleted) => {
  const desk = await Desk.open();
  const doc = await desk.entry(SPRAY);
  await desk.acknowledge();
  const tips = (await desk.doc(doc)).tips;
  await desk.edit(doc, { note: "Sửa ở đây" });
  await desk.acknowledge();
  await desk.pull(doc, { _deleted: true }, tips);
  const found = await desk.diary.detail(doc);
  expect(found?.conflicts).toHaveLength(1);
  expect(found?.conflicts[0]?.field).toBe("_deleted");
  const head = found?.conflicts[0]?.heads.find((one) => one.value === value);
  expect(await desk.diary.resolve(doc, { _deleted: head?.op ?? "" })).toMatchObject({ ok: true });
  const row = await desk.doc(doc);
  expect(row).toMatchObject({ deleted, conflicts: [] });
  expect(row.values.note).toBe("Sửa ở đây");
});

test("the history says who changed what from what, and what each writer had before him", async () => {
  const desk = await Desk.open();
  const { doc, names } = await disagree(desk);
  const steps = (await desk.diary.detail(doc))?.history ?? [];
  const last = steps.filter((step) => step.what === "changed");
  expect(last).toHaveLength(2);
  // Both started from the same entry: neither changed what the other had written.
  for (const step of last) {
    expect(step.changes.find((one) => one.field === names[0])?.from).toBe("gốc");
  }
  expect(last.map((step) => step.mine).sort()).toEqual([false, true]);
});

test("a photo that is taken away is an op of its document, and a step of the entry's history", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin("CT-10", SPRAY);
  await desk.drafts.addPhoto(draft.id, new Blob([new Uint8Array(50)]), "work");
  await desk.drafts.save(draft.id);
  await desk.acknowledge();
  const [photo] = (await desk.diary.detail(draft.doc))?.photos ?? [];
  const opened = await desk.drafts.edit(draft.doc);
  if (!opened.ok) throw new Error(opened.problem);
  desk.drafts.keep(opened.draft.id, { removedPhotos: [photo?.doc ?? ""] });
  expect(await desk.drafts.save(opened.draft.id)).toMatchObject({ ok: true });
  const entry = await desk.diary.detail(draft.doc);
  expect(entry?.photos).toEqual([]);
  expect(entry?.history.filter((step) => step.what === "photo")).toHaveLength(2);
  expect(await desk.written(draft.doc)).toHaveLength(1);
});

test("nobody writes where he may only read", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry(SPRAY);
  const farm = { scope: FARM, name: "", village: "", write: false, sector: null };
  desk.c.farm.value = farm;
  desk.c.farms.value = [farm];
  expect(await desk.diary.void(doc, "x")).toEqual({ ok: false, problem: "read_only" });
  expect(await desk.drafts.edit(doc)).toEqual({ ok: false, problem: "read_only" });
  expect(await desk.drafts.create({ form: "CT-10" })).toEqual({ ok: false, problem: "read_only" });
});

test("a work with a tile of its own is a tile beside its form's, opens filled in, and is counted by itself", async () => {
  const desk = await Desk.open();
  const activities = makeActivities(desk.c);
  const names = async () =>
    (await activities.tiles(null)).map(({ form, tile }) => `${form.form} ${tile.code}`);
  expect(await names()).toContain("CT-07 irrigate");
  expect((await names())[0]).not.toBe("CT-07 irrigate");
  const tile = desk.c.forms.value.get("CT-07")?.tiles.find((one) => one.code === "irrigate");
  await desk.entry({ happened_on: "2026-11-08", ...tile?.set }, "CT-07");
  expect((await names())[0]).toBe("CT-07 irrigate");
  expect((await activities.list(null))[0]?.form).toBe("CT-07");
});
