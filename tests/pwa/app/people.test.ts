/** Several persons on one phone: each sees his own, writes with his own key, and has his own drafts. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportUnsent } from "../../../pwa/src/app/carry.ts";
import { makeDiary } from "../../../pwa/src/app/diary.ts";
import { loadDrafts } from "../../../pwa/src/app/draft_desk.ts";
import { makeDrafts } from "../../../pwa/src/app/drafts.ts";
import { loadHome } from "../../../pwa/src/app/home.ts";
import { makeJoining } from "../../../pwa/src/app/joining.ts";
import { loadPeople, makePeople, toIdentity } from "../../../pwa/src/app/people.ts";
import { photoUrl } from "../../../pwa/src/app/photo_url.ts";
import { stuckOps, waitingPhotos } from "../../../pwa/src/app/stuck.ts";
import { House } from "../house.ts";
import { joined } from "../phone.ts";
import { allForms, makeIdentity, picture, scaled } from "./desk.ts";

let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

/** A phone on which people of two households joined; the second is the current one. */
async function shared() {
  const phone = await joined(house, "Bà Lụa", "Nhà Lụa");
  await phone.join(await house.invite("Ông Tạo", "Nhà Tạo", "owner"));
  const { context } = phone;
  context.forms.value = allForms();
  await loadPeople(context);
  const people = makePeople(context);
  const [lua, tao] = ["Bà Lụa", "Ông Tạo"].map(
    (name) => people.identities.value.find((one) => one.name === name)?.device ?? "",
  );
  return { phone, context, people, lua: lua ?? "", tao: tao ?? "" };
}

test("a second invitation adds a person: own key, own membership, own farm", async () => {
  const { phone, context, people, lua, tao } = await shared();
  expect(people.identities.value).toHaveLength(2);
  expect(lua).not.toBe(tao);
  expect(context.current.value?.device).toBe(tao);
  expect(context.farms.value.map((farm) => farm.name)).toEqual(["Nhà Tạo"]);
  await people.switchTo(lua);
  expect(context.farms.value.map((farm) => farm.name)).toEqual(["Nhà Lụa"]);
  const rows = await phone.store.use((db) => db.identities.toArray());
  expect(new Set(rows.map((row) => row.membership)).size).toBe(2);
  expect(new Set(rows.map((row) => row.public)).size).toBe(2);
});

test("the choice of person outlives the app", async () => {
  const { phone, people, lua } = await shared();
  await people.switchTo(lua);
  phone.boot();
  await loadPeople(phone.context);
  expect(phone.context.current.value?.device).toBe(lua);
});

test("what one person may not see is not shown to him: entries, photos, stuck ops, counts", async () => {
  const { phone, context, people, lua, tao } = await shared();
  await people.switchTo(lua);
  const drafts = makeDrafts(context, scaled);
  const begun = await drafts.create({ form: "CT-10" });
  if (!begun.ok) throw new Error(begun.problem);
  await drafts.addPhoto(begun.draft.id, picture(1), "work");
  const saved = await drafts.save(begun.draft.id);
  if (!saved.ok) throw new Error(saved.problem);
  await phone.store.use((db) => db.ops.toCollection().modify({ state: "held", tried: true }));
  const diary = makeDiary(context);
  const entry = await diary.detail(saved.doc);
  expect(entry?.photos).toHaveLength(1);
  expect(await stuckOps(context)).toHaveLength(2);
  expect(await waitingPhotos(context)).toHaveLength(1);
  await people.switchTo(tao);
  expect(await diary.detail(saved.doc, saved.scope)).toBeNull();
  expect((await diary.page({})).rows).toEqual([]);
  const [photo] = entry?.photos ?? [];
  if (!photo) throw new Error("no photo");
  expect(await photoUrl(context, phone.engine, photo, "thumb")).toBeNull();
  expect(await stuckOps(context)).toEqual([]);
  expect(await waitingPhotos(context)).toEqual([]);
  expect(await loadHome(context)).toMatchObject({ today: [], waitingOps: 0, waitingPhotos: 0, held: 0 });
});

test("each signs with his own key, and both are sent", async () => {
  const { phone, context, people, lua, tao } = await shared();
  const docs: string[] = [];
  for (const device of [lua, tao]) {
    await people.switchTo(device);
    const drafts = makeDrafts(context, scaled);
    const begun = await drafts.create({ form: "CT-10" });
    const saved = begun.ok ? await drafts.save(begun.draft.id) : begun;
    if (saved.ok && "doc" in saved) docs.push(saved.doc);
  }
  expect(await phone.sync()).toBe("idle");
  const rows = await phone.ops();
  const written = docs.map((doc) => rows.find((row) => row.doc === doc));
  expect(written.map((row) => row?.device)).toEqual([lua, tao]);
  expect(written.map((row) => row?.state)).toEqual(["sent", "sent"]);
});

test("drafts are a person's own", async () => {
  const { context, people, lua, tao } = await shared();
  await people.switchTo(lua);
  const drafts = makeDrafts(context, scaled);
  await drafts.create({ form: "CT-10" });
  expect(context.drafts.value).toHaveLength(1);
  await people.switchTo(tao);
  await loadDrafts(context);
  expect(context.drafts.value).toEqual([]);
});

test("the short code is kept: a second join with a new key needs it", async () => {
  const phone = await joined(house, "Bà Mận", "Nhà Mận");
  const link = await house.invite("Ông Mận", "Nhà Mận", "member", true);
  const joining = makeJoining(phone.context, phone.engine, () => loadPeople(phone.context));
  const result = await joining.join({ id: link.id, code: link.code }, "Máy thử");
  expect(result.ok).toBe(true);
  const rows = await phone.store.use((db) => db.identities.toArray());
  expect(rows.map((row) => row.code)).toContain(link.code);
  expect(await phone.store.use((db) => db.keys.count())).toBeGreaterThanOrEqual(1);
});

test("a key that another one followed is no person to choose", async () => {
  const { phone, context, people, lua, tao } = await shared();
  await phone.store.use((db) => db.identities.update(tao, { successor: lua }));
  await loadPeople(context);
  expect(people.identities.value.map((one) => one.device)).toEqual([lua]);
  expect(context.current.value?.device).toBe(lua);
});

test("a voice note that waits is counted as one, beside the photos", async () => {
  const { phone, context } = await shared();
  const drafts = makeDrafts(context, scaled);
  const begun = await drafts.create({ form: "CT-10" });
  if (!begun.ok) throw new Error(begun.problem);
  await drafts.addPhoto(begun.draft.id, picture(1), "work");
  await drafts.addVoice(begun.draft.id, new Blob([new Uint8Array(9)], { type: "audio/webm" }), 3);
  const saved = await drafts.save(begun.draft.id);
  if (!saved.ok) throw new Error(saved.problem);
  const two = { waitingPhotos: 2, waitingVoices: 1 };
  expect(await loadHome(context)).toMatchObject(two);
  expect(await makeDiary(context).detail(saved.doc)).toMatchObject(two);
  expect((await waitingPhotos(context)).map((one) => one.isVoice).sort()).toEqual([false, true]);
  expect(await exportUnsent(phone.context)).toMatchObject({ photos: 2, voices: 1 });
});

test("case 15: a copied phone's new key goes on saying why it waits, until somebody lets it in", async () => {
  const fresh = { ...(await makeIdentity("Bà Lụa")), confirmed: false };
  const joining = { body: "{}", signature: "", askedAt: null, problem: null };
  expect([toIdentity(fresh).copied, toIdentity({ ...fresh, joining }).copied]).toEqual([false, true]);
});
