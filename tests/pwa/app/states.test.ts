/** An entry stands in exactly one state, the first of LOOK.md that applies; filters look at all of them. */
import { expect, test } from "vitest";
import { loadFarm, makeFarm } from "../../../pwa/src/app/farm.ts";
import { loadHome, lookAround } from "../../../pwa/src/app/home.ts";
import type { EntryState } from "../../../pwa/src/app/types.ts";
import { Desk, FARM, picture, uuid } from "./desk.ts";

const stateOf = async (desk: Desk, doc: string): Promise<EntryState | undefined> =>
  (await desk.diary.detail(doc))?.state;

/** The heads that a reviewer has before him: of the entry and its photos. */
async function heads(desk: Desk, doc: string): Promise<string[]> {
  const photos = await desk.store.use((db) => db.docs.where("[scope+of]").equals([FARM, doc]).toArray());
  const rows = [await desk.doc(doc), ...photos.filter((row) => row.type === "photo")];
  return [...new Set(rows.flatMap((row) => Object.values(row.heads).flat()))].sort();
}
async function review(desk: Desk, doc: string, decision: string): Promise<string> {
  const id = `review:${uuid()}`;
  const seen = await heads(desk, doc);
  await desk.pull(id, { of: doc, decision, heads: seen }, [], { comment: "Liều bao nhiêu?" });
  return id;
}

async function withPhoto(desk: Desk): Promise<{ doc: string; photo: string }> {
  const draft = await desk.begin("CT-10", { happened_on: "2026-11-08" });
  const taken = await desk.drafts.addPhoto(draft.id, picture(3), "work");
  await desk.drafts.save(draft.id);
  return { doc: draft.doc, photo: `photo:${taken.ok ? taken.photo.id : ""}` };
}
const uploaded = (desk: Desk, photo: string) =>
  desk.store.use((db) => db.uploads.update(photo, { state: "sent" }));

test("the states of one entry, one after another", async () => {
  const desk = await Desk.open();
  const { doc, photo } = await withPhoto(desk);
  expect(await stateOf(desk, doc)).toBe("onphone");
  await desk.mark(doc, { tried: true });
  expect(await stateOf(desk, doc)).toBe("onphone"); // its photo's op was not tried yet
  await desk.mark(photo, { tried: true });
  expect(await stateOf(desk, doc)).toBe("waiting");
  await desk.acknowledge();
  expect(await stateOf(desk, doc)).toBe("waiting"); // the bytes
  await uploaded(desk, photo);
  expect(await stateOf(desk, doc)).toBe("sent");
  await review(desk, doc, "asked");
  expect(await stateOf(desk, doc)).toBe("asked");
  await review(desk, doc, "approved");
  expect(await stateOf(desk, doc)).toBe("approved");
  await desk.edit(doc, { note: "thêm" });
  expect(await stateOf(desk, doc)).toBe("onphone");
  await desk.acknowledge();
  expect(await stateOf(desk, doc)).toBe("amended");
  await review(desk, doc, "approved");
  expect(await stateOf(desk, doc)).toBe("approved");
});

test("held comes before what the cooperative said, refused before all", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry();
  await desk.acknowledge();
  await review(desk, doc, "approved");
  await desk.edit(doc, { note: "thêm" });
  await desk.store.use(async (db) => {
    const row = (await db.ops.toArray()).find((op) => op.state === "outbox");
    if (row) await db.ops.put({ ...row, state: "held", tried: true });
  });
  await desk.mark(doc, {});
  expect(await stateOf(desk, doc)).toBe("held");
  await desk.mark(doc, { state: "refused" });
  expect(await stateOf(desk, doc)).toBe("refused");
});

test("a photo added after approval makes the entry amended", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry();
  await desk.acknowledge();
  await review(desk, doc, "approved");
  await desk.pull(`photo:${uuid()}`, { of: doc, sha256: "x", bytes: 1, type: "image/jpeg", kind: "work" });
  expect(await stateOf(desk, doc)).toBe("amended");
});

test("the review that the log holds last counts, whatever clocks say; the entry lists them all", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry();
  await desk.acknowledge();
  await review(desk, doc, "asked");
  desk.now -= 400 * 86_400_000;
  await review(desk, doc, "approved");
  const entry = await desk.diary.detail(doc);
  expect(entry?.state).toBe("approved");
  expect(entry?.talk.map((one) => one.kind)).toEqual(["asked", "approved"]);
  expect(entry?.talk[0]?.text).toBe("Liều bao nhiêu?");
});

test("an answer in words leaves the entry asked, takes it off the home screen, and is private", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry();
  await desk.acknowledge();
  const asked = await review(desk, doc, "asked");
  await lookAround(desk.c);
  expect((await loadHome(desk.c)).asked.map((one) => one.question)).toEqual([
    { kind: "asked", review: asked, comment: "Liều bao nhiêu?", field: null, answered: false },
  ]);
  expect((await desk.diary.answer(doc, asked, "30 ml một bình")).ok).toBe(true);
  const entry = await desk.diary.detail(doc);
  expect([entry?.state, entry?.question?.answered]).toEqual(["asked", true]);
  expect(entry?.talk.map((one) => [one.kind, one.mine, one.isOnPhone])).toEqual([
    ["asked", false, false],
    ["comment", true, true],
  ]);
  expect((await loadHome(desk.c)).asked).toEqual([]);
  const [said] = await desk.store.use((db) => db.ops.where("state").equals("outbox").toArray());
  expect(JSON.parse(said?.body ?? "").set).toEqual({ of: doc, answers: asked });
  expect(said?.body).not.toContain("30 ml");
  // The next question is a new one, and nobody has answered it.
  await desk.acknowledge();
  await review(desk, doc, "asked");
  expect((await desk.diary.detail(doc))?.question?.answered).toBe(false);
});

test("a message of the cooperative stands on the home screen until it is read or answered", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry();
  await desk.acknowledge();
  await review(desk, doc, "approved");
  const say = async (text: string) => {
    const comment = `comment:${uuid()}`;
    desk.now += 1000;
    await desk.pull(comment, { of: doc }, [], { text });
    await lookAround(desk.c);
    return comment;
  };
  const asked = async () => (await loadHome(desk.c)).asked.map((one) => one.question);
  const first = await say("Lần sau chụp cả nhãn nhé.");
  const message = { kind: "said", comment: "Lần sau chụp cả nhãn nhé.", field: null, answered: false };
  expect(await asked()).toEqual([{ ...message, review: first }]);
  await desk.diary.answer(doc, first, "");
  expect(await asked()).toEqual([]);
  const second = await say("Nhãn mờ quá.");
  expect((await asked()).map((one) => one?.review)).toEqual([second]);
  await desk.diary.answer(doc, second, "Mai tôi chụp lại.");
  const entry = await desk.diary.detail(doc);
  expect([entry?.state, await asked()]).toEqual(["approved", []]);
  expect(entry?.talk.map((one) => [one.isCoop, one.seen, one.text])).toEqual([
    [true, false, "Liều bao nhiêu?"],
    [true, false, "Lần sau chụp cả nhãn nhé."],
    [true, false, "Nhãn mờ quá."],
    [false, true, ""],
    [false, false, "Mai tôi chụp lại."],
  ]);
  const sent = await desk.store.use((db) => db.ops.where("state").equals("outbox").toArray());
  expect(sent.sort((a, b) => a.n - b.n).map((op) => JSON.parse(op.body).set)).toEqual([
    { of: doc, answers: first, seen: true },
    { of: doc, answers: second },
  ]);
});

test("a question opens the entry at the field that it is about", async () => {
  const desk = await Desk.open();
  const doc = await desk.entry({ note: "x" });
  await desk.acknowledge();
  const opened = await desk.drafts.edit(doc, "note");
  expect(opened.ok && opened.draft.focus).toBe("note");
  const again = await desk.drafts.edit(doc, "water");
  expect(again.ok && again.draft.focus).toBe("water");
});

test("a filter of states is applied before the page is cut", async () => {
  const desk = await Desk.open();
  const asked: string[] = [];
  for (let i = 0; i < 12; i++) {
    const doc = await desk.entry({ happened_on: `2026-10-${String(i + 10)}` });
    if (i % 4 === 0) asked.push(doc);
  }
  await desk.acknowledge();
  for (const doc of asked) await review(desk, doc, "asked");
  const first = await desk.diary.page({ states: ["asked"] }, null, 2);
  expect(first.rows.map((row) => row.doc)).toEqual([asked[2], asked[1]]);
  const second = await desk.diary.page({ states: ["asked"] }, first.next, 2);
  expect(second.rows.map((row) => row.doc)).toEqual([asked[0]]);
  expect(second.next).toBeNull();
  expect((await desk.diary.page({ states: ["sent"] }, null, 30)).rows).toHaveLength(9);
  expect(await lookAround(desk.c)).toBe(true);
  const home = await loadHome(desk.c);
  expect(home.asked.map((row) => row.doc)).toEqual([...asked].reverse());
});

test("pages meet without a gap or a double, also among entries of one moment, newest first", async () => {
  const desk = await Desk.open();
  for (let i = 0; i < 150; i++)
    await desk.pull(`entry:${uuid()}`, { happened_on: `2026-0${1 + (i % 9)}-01`, form: "CT-10" });
  // Ten of one day and one moment: only their names tell them apart.
  desk.seq = 1000;
  for (let i = 0; i < 10; i++) {
    desk.now -= 1;
    await desk.pull(`entry:${uuid()}`, { happened_on: "2026-05-05", form: "CT-10" });
  }
  const seen: string[] = [];
  const days: string[] = [];
  let next: string | null = null;
  do {
    const page = await desk.diary.page({}, next, 7);
    seen.push(...page.rows.map((row) => row.doc));
    days.push(...page.rows.map((row) => row.happened_on));
    next = page.next;
  } while (next !== null && seen.length < 1000);
  expect(new Set(seen).size).toBe(160);
  expect(seen).toHaveLength(160);
  expect(days).toEqual([...days].sort().reverse());
});

test("search finds words without their accents, any of them, by their beginnings", async () => {
  const desk = await Desk.open();
  const wanted = await desk.entry({ happened_on: "2026-03-01", note: "Phun ở Đồng Rọc, trời mát" });
  for (let i = 0; i < 40; i++) await desk.entry({ happened_on: "2026-04-01", note: "Phun ruộng nhà" });
  const find = async (text: string) => (await desk.diary.page({ text })).rows.map((row) => row.doc);
  expect(await find("dong roc")).toEqual([wanted]);
  expect(await find("ĐỒNG Rọ")).toEqual([wanted]);
  expect(await find("phun mat")).toEqual([wanted]);
  expect(await find("roc khongco")).toEqual([]);
  expect((await desk.diary.page({ text: "phun" }, null, 100)).rows).toHaveLength(41);
});

test("search finds an entry by the names beside it: of the work, the place and the season", async () => {
  const desk = await Desk.open();
  const [plot, season] = [`plot:${uuid()}`, `season:${uuid()}`];
  await desk.pull(plot, { form: "plot" }, [], { name: "Đồng Mả Đỏ" });
  await desk.pull(season, { form: "season", product_name: "Lúa nếp", started_on: "2026-02-01" }, []);
  const sprayed = await desk.entry({ happened_on: "2026-03-01", plots: [plot], season, note: "Trời mát" });
  const reaped = await desk.entry({ happened_on: "2026-03-02", note: "Trời mát" }, "CT-12");
  const find = async (text: string) => (await desk.diary.page({ text })).rows.map((row) => row.doc);
  expect(await find("phun thuoc")).toEqual([sprayed]);
  expect(await find("thu hoạch")).toEqual([reaped]);
  expect(await find("ma do")).toEqual([sprayed]);
  expect(await find("lua nep mat")).toEqual([sprayed]);
  expect(await find("mat")).toEqual([reaped, sprayed]);
  expect(await find("ma do thu hoach")).toEqual([]);
});

test("search of a word that a thousand entries have, and of one that a single one has, reads few rows", async () => {
  const desk = await Desk.open();
  const base = await desk.entry({ note: "Phun ruộng" });
  const row = await desk.doc(base);
  const rows = Array.from({ length: 1000 }, (_, i) => ({
    ...row,
    doc: `entry:${uuid()}`,
    sort: `2025-01-01 ${String(i).padStart(16, "0")}`,
    tokens: i === 17 ? [...row.tokens, "buoi"] : row.tokens,
  }));
  await desk.store.use((db) => db.docs.bulkPut(rows));
  let read = 0;
  desk.store.use((db) => {
    db.docs.hook("reading", (one) => {
      read += 1;
      return one;
    });
    return Promise.resolve();
  });
  expect((await desk.diary.page({ text: "phun" }, null, 30)).rows).toHaveLength(30);
  expect(read).toBeLessThan(150);
  read = 0;
  expect((await desk.diary.page({ text: "buoi" })).rows).toHaveLength(1);
  expect(read).toBeLessThan(10);
});

test("like the last time: the same season first, nothing that is not to be repeated", async () => {
  const desk = await Desk.open();
  const [one, other] = [`season:${uuid()}`, `season:${uuid()}`];
  await desk.entry({
    happened_on: "2026-10-01",
    season: one,
    note: "riêng",
    "line.abcdefgh.product": "Thuốc A",
  });
  await desk.entry({ happened_on: "2026-10-05", season: other, "line.abcdefgh.product": "Thuốc B" });
  expect((await desk.drafts.lastLike("CT-10", one, null))?.["line.abcdefgh.product"]).toBe("Thuốc A");
  expect((await desk.drafts.lastLike("CT-10", null, null))?.["line.abcdefgh.product"]).toBe("Thuốc B");
  expect(await desk.drafts.lastLike("CT-10", one, null)).not.toHaveProperty("note");
  expect(await desk.drafts.lastLike("CT-10", one, null)).not.toHaveProperty("form");
  expect(await desk.drafts.lastLike("CT-11", null, null)).toBeNull();
});

test("products come from the whole history, those of the form first, a voided entry's not", async () => {
  const desk = await Desk.open();
  await desk.entry({ happened_on: "2024-01-01", "line.abcdefgh.product": "Thuốc cũ" });
  for (let i = 0; i < 70; i++)
    await desk.entry({ happened_on: "2026-01-01", "line.abcdefgh.product": "Thuốc mới" });
  const gone = await desk.entry({ happened_on: "2026-02-01", "line.abcdefgh.product": "Ghi nhầm" });
  await desk.diary.void(gone, "Ghi nhầm");
  expect(await desk.drafts.products("CT-10")).toEqual(["Thuốc mới", "Thuốc cũ"]);
  const written = await desk.drafts.written("CT-10");
  expect(new Set(written.map((values) => values["line.abcdefgh.product"]))).toEqual(new Set(["Thuốc mới"]));
});

test("a season counts its entries, the farm has the sector of its seasons, names typed are kept", async () => {
  const desk = await Desk.open();
  desk.c.reference.value = { products: [{ code: "lua", sector: "crop" }] };
  const season = `season:${uuid()}`;
  await desk.pull(season, { product: "lua", started_on: "2026-09-01", plots: [] });
  for (let i = 0; i < 3; i++) await desk.entry({ season, performed_by: `Người ${i}` });
  const gone = await desk.entry({ season });
  await desk.diary.void(gone, "Ghi nhầm");
  await desk.entry({});
  await loadFarm(desk.c);
  expect(await makeFarm(desk.c).entriesOf(season)).toBe(4);
  expect(desk.c.farm.value?.sector).toBe("crop");
  await lookAround(desk.c);
  expect(desk.c.workers.value).toEqual(expect.arrayContaining(["Người 0", "Người 1", "Người 2"]));
});

test("a season that was ended by a slip runs again", async () => {
  const desk = await Desk.open();
  const season = `season:${uuid()}`;
  await desk.pull(season, { form: "season", product_name: "Khoai tây", started_on: "2026-10-01" });
  const farm = makeFarm(desk.c);
  const runs = async (day: string | null) => {
    expect((await farm.endSeason(season, day)).ok).toBe(true);
    await loadFarm(desk.c);
    return desk.c.seasons.value[0]?.running;
  };
  expect(await runs("2026-11-01")).toBe(false);
  expect(await runs(null)).toBe(true);
});

test("a season is named in words of the language, never by a code", async () => {
  const desk = await Desk.open();
  const season = `season:${uuid()}`;
  await desk.pull(season, { product_name: "Khoai tây", season_name: "winter", started_on: "2026-11-09" });
  await loadFarm(desk.c);
  expect(desk.c.seasons.value[0]?.name).toBe("Khoai tây, vụ đông");
  desk.c.settings.value = { ...desk.c.settings.value, language: "en" };
  await loadFarm(desk.c);
  expect(desk.c.seasons.value[0]?.name).toBe("Khoai tây, winter");
});
