/** Drafts outlive the page, the camera and a full phone; saving one is exact about what the person saw and changed. */
import { IDBObjectStore } from "fake-indexeddb";
import { afterEach, expect, test, vi } from "vitest";
import { stuckOps } from "../../../pwa/src/app/stuck.ts";
import { transactionsOf } from "../store/transactions.ts";
import { Desk, FARM, picture } from "./desk.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** No room for rows of these tables. */
function fullFor(...tables: string[]): void {
  const real = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...args) {
    if (tables.includes(this.name)) throw new DOMException("full", "QuotaExceededError");
    return real.apply(this, args);
  });
}

test("case 1: what was typed is on the phone within two seconds and comes back in its field", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin();
  desk.drafts.keep(draft.id, { focus: "note" });
  desk.drafts.keep(draft.id, { values: { ...draft.values, note: "Phun chiều" } });
  expect(desk.timers.next).toBeLessThanOrEqual(2000);
  desk.timers.pass(2000);
  await desk.drafts.flush(); // waits for the write that the timer began
  await desk.boot();
  expect(desk.drafts.toResume.value).toMatchObject({ id: draft.id, focus: "note" });
  expect((await desk.drafts.get(draft.id))?.values.note).toBe("Phun chiều");
});

test("a form that was left waits in the list, and one from long ago does not jump up", async () => {
  const desk = await Desk.open();
  const left = await desk.begin();
  desk.drafts.keep(left.id, { focus: "note" });
  desk.drafts.keep(left.id, { focus: null });
  await desk.drafts.flush();
  await desk.boot();
  expect(desk.drafts.toResume.value).toBeNull();
  desk.drafts.keep(left.id, { focus: "note" });
  await desk.drafts.get(left.id);
  await desk.drafts.flush();
  desk.now += 24 * 3_600_000;
  await desk.boot();
  expect(desk.drafts.toResume.value).toBeNull();
  expect(desk.drafts.list.value).toHaveLength(1);
});

test("case 17: the camera kills the page: back into the draft, earlier photos kept", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin();
  await desk.drafts.addPhoto(draft.id, picture(1), "work");
  expect(await desk.drafts.beforeCamera(draft.id, "label")).toBeNull();
  await desk.boot();
  expect(desk.drafts.toResume.value?.pendingCapture).toEqual({ kind: "label" });
  expect(desk.drafts.toResume.value?.photos).toHaveLength(1);
  await desk.drafts.addPhoto(draft.id, picture(2), "label");
  const saved = await desk.drafts.save(draft.id);
  expect(saved).toMatchObject({ ok: true, photosLeft: 0 });
  const doc = await desk.doc(draft.doc);
  expect((await desk.diary.detail(doc.doc))?.photos.map((p) => p.kind).sort()).toEqual(["label", "work"]);
});

test("case 5: no room for a picture: the text is saved, the picture waits in the draft and is saved later", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin("CT-10", { note: "Phun chiều" });
  fullFor("blobs");
  expect(await desk.drafts.addPhoto(draft.id, picture(1), "work")).toMatchObject({
    ok: false,
    problem: "storage_full",
    photo: { stored: false },
  });
  const first = await desk.drafts.save(draft.id);
  expect(first).toMatchObject({ ok: true, photosLeft: 1, draft: draft.id });
  expect((await desk.doc(draft.doc)).values.note).toBe("Phun chiều");
  expect(await desk.store.use((db) => db.outbox.count())).toBe(1);
  vi.restoreAllMocks();
  expect(await desk.drafts.save(draft.id)).toMatchObject({ ok: true, photosLeft: 0, draft: null });
  const entry = await desk.diary.detail(draft.doc);
  expect(entry?.photos).toHaveLength(1);
  expect((await desk.doc(draft.doc)).conflicts).toEqual([]);
  // Only the photo was left to write: the text is one op, made once.
  expect(await desk.written(draft.doc)).toHaveLength(1);
  expect(desk.drafts.list.value).toEqual([]);
});

test("case 5: what is left of a draft has seen its own text, whatever came in between", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin("CT-10", { note: "một" });
  fullFor("blobs");
  await desk.drafts.addPhoto(draft.id, picture(1), "work");
  await desk.drafts.save(draft.id);
  vi.restoreAllMocks();
  await desk.acknowledge();
  const left = await desk.drafts.get(draft.id);
  desk.drafts.keep(draft.id, { values: { ...left?.values, note: "hai" } });
  expect(await desk.drafts.save(draft.id)).toMatchObject({ ok: true });
  expect(await desk.doc(draft.doc)).toMatchObject({ conflicts: [], values: { note: "hai" } });
});

test("case 5: a picture that was only in memory when the page died is asked for again", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin();
  fullFor("blobs");
  await desk.drafts.addPhoto(draft.id, picture(1), "label");
  vi.restoreAllMocks();
  await desk.boot();
  expect(desk.drafts.toResume.value).toMatchObject({
    id: draft.id,
    pendingCapture: { kind: "label" },
    photos: [],
  });
});

test("case 5: photos stop before text: the last room is left to words", async () => {
  const desk = await Desk.open({
    estimate: async () => ({ usage: 990_000_000, quota: 1_000_000_000, persisted: true }),
  });
  const draft = await desk.begin();
  expect(await desk.drafts.addPhoto(draft.id, picture(1), "work")).toMatchObject({ problem: "storage_full" });
  expect(await desk.drafts.save(draft.id)).toMatchObject({ ok: true, photosLeft: 1 });
});

test("case 6: a full phone: nothing is said to be saved, every word stays, and a draft can still be begun", async () => {
  const desk = await Desk.open();
  fullFor("drafts", "docs");
  const draft = await desk.begin("CT-10", { note: "Phun chiều" });
  expect(desk.drafts.failed.value).toBe("storage_full");
  expect(await desk.drafts.save(draft.id)).toEqual({ ok: false, problem: "storage_full" });
  expect((await desk.drafts.get(draft.id))?.values.note).toBe("Phun chiều");
  vi.restoreAllMocks();
  expect(await desk.drafts.save(draft.id)).toMatchObject({ ok: true });
  expect((await desk.doc(draft.doc)).values.note).toBe("Phun chiều");
  expect(desk.drafts.failed.value).toBeNull();
});

test("a tap on save is one transaction, with what was typed a moment before", async () => {
  const desk = await Desk.open();
  const first = await desk.begin();
  await desk.drafts.get(first.id);
  await desk.drafts.save(first.id); // from here on it is known what a save stands on
  const draft = await desk.begin();
  desk.drafts.keep(draft.id, { values: { ...draft.values, note: "Phun chiều" } });
  const made = await transactionsOf(() => desk.drafts.save(draft.id));
  expect(made).toEqual([{ mode: "readwrite", durability: "strict" }]);
  expect((await desk.doc(draft.doc)).values.note).toBe("Phun chiều");
  expect(desk.drafts.list.value).toEqual([]);
});

test("a save that fails keeps what was typed a moment before the tap", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin();
  fullFor("docs");
  desk.drafts.keep(draft.id, { values: { ...draft.values, note: "Phun chiều" } });
  expect(await desk.drafts.save(draft.id)).toEqual({ ok: false, problem: "storage_full" });
  await desk.boot();
  expect((await desk.drafts.get(draft.id))?.values.note).toBe("Phun chiều");
});

test("saving without a change writes nothing and says so", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry();
  expect(await desk.edit(doc, {})).toEqual({ ok: false, problem: "nothing_changed" });
  expect(await desk.written(doc)).toHaveLength(1);
});

test("two taps on save are one entry", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin();
  const both = await Promise.all([desk.drafts.save(draft.id), desk.drafts.save(draft.id)]);
  // Both are told the truth: it is saved, and it is the same entry.
  for (const one of both) expect(one).toMatchObject({ ok: true, doc: draft.doc });
  expect(await desk.written(draft.doc)).toHaveLength(1);
});

test("a draft that another tab saved is neither saved twice nor brought back by late typing", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin();
  const other = desk.drafts;
  await other.get(draft.id);
  await desk.boot();
  expect(await desk.drafts.save(draft.id)).toMatchObject({ ok: true });
  other.keep(draft.id, { values: { ...draft.values, note: "muộn" } });
  expect(await other.flush()).toBe("missing");
  expect(await other.save(draft.id)).toEqual({ ok: false, problem: "missing" });
  expect(await desk.written(draft.doc)).toHaveLength(1);
  expect(await desk.store.use((db) => db.drafts.count())).toBe(0);
});

test("typing goes on under the new key of a phone whose key was copied", async () => {
  const desk = await Desk.open();
  const draft = await desk.begin();
  await desk.store.use((db) => db.drafts.update(draft.id, { device: "b".repeat(32) }));
  desk.drafts.keep(draft.id, { values: { note: "tiếp" } });
  await desk.drafts.flush();
  const row = await desk.store.use((db) => db.drafts.get(draft.id));
  expect(row).toMatchObject({ device: "b".repeat(32), values: { note: "tiếp" } });
});

test("the bytes of a draft's photo go with it, unless something else shows the same picture", async () => {
  const desk = await Desk.open();
  const first = await desk.begin();
  const second = await desk.begin();
  for (const draft of [first, second]) await desk.drafts.addPhoto(draft.id, picture(7), "work");
  await desk.drafts.discard(first.id);
  expect(await desk.store.use((db) => db.blobs.count())).toBe(1);
  const [photo] = (await desk.drafts.get(second.id))?.photos ?? [];
  await desk.drafts.removePhoto(second.id, photo?.id ?? "");
  expect(await desk.store.use((db) => db.blobs.count())).toBe(0);
});

test("history 1: a form open across a pull has seen what was on its screen, and no more", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry({ note: "một" });
  await desk.acknowledge();
  const [mine] = (await desk.doc(doc)).tips;
  const opened = await desk.drafts.edit(doc);
  if (!opened.ok) throw new Error(opened.problem);
  await desk.pull(doc, {}, [mine ?? ""], { note: "hai" });
  await desk.boot(); // also across a kill
  const again = await desk.drafts.edit(doc);
  if (!again.ok) throw new Error(again.problem);
  desk.drafts.keep(again.draft.id, { values: { ...again.draft.values, note: "ba" } });
  expect(await desk.drafts.save(again.draft.id)).toMatchObject({ ok: true });
  const row = await desk.doc(doc);
  expect(row.conflicts).toEqual(["note"]);
  expect(row.heads.note).toHaveLength(2);
});

test("a refused entry is recorded again with its words, under its own name", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry({ note: "Phun chiều" });
  await desk.mark(doc, { state: "refused", problem: "too_large", tried: true });
  const again = await desk.drafts.edit(doc);
  expect(again).toMatchObject({ ok: true, draft: { isNew: true, form: "CT-10", scope: FARM } });
  if (!again.ok) return;
  expect(again.draft.doc).toBe(doc);
  expect(again.draft.values.note).toBe("Phun chiều");
  expect((await desk.drafts.save(again.draft.id)).ok).toBe(true);
  expect((await desk.doc(doc)).state).toBe("onphone");
  expect(await stuckOps(desk.c)).toEqual([]);
});

test("a refused change is offered again over what stands", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry({ note: "một" });
  await desk.acknowledge();
  await desk.edit(doc, { note: "hai" });
  await desk.store.use(async (db) => {
    const row = (await db.ops.toArray()).find((op) => op.state === "outbox");
    if (row) await db.ops.put({ ...row, state: "refused", problem: "bad_body" });
  });
  await desk.mark(doc, {});
  const again = await desk.drafts.edit(doc);
  expect(again).toMatchObject({
    ok: true,
    draft: { isNew: false, values: { note: "hai" }, base: { note: "một" } },
  });
});
