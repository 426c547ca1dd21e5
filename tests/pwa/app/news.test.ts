/** What a person is told, read from what the server gave last: by this phone's calendar, as text, unread until opened. */
import { expect, test } from "vitest";
import { makeAsking } from "../../../pwa/src/app/asking.ts";
import { makeNews } from "../../../pwa/src/app/news.ts";
import { ownForms } from "../../../pwa/src/app/own_forms.ts";
import { msToDate } from "../../../pwa/src/core/civil.ts";
import { b64Decode } from "../../../pwa/src/core/ids.ts";
import { PROPOSAL_VOICE_BYTES_MAX, REQUEST_BYTES_MAX } from "../../../pwa/src/core/limits.ts";
import { newsKey } from "../../../pwa/src/store/news.ts";
import { dueRequests, requestLine } from "../../../pwa/src/store/requests.ts";
import { allForms, Desk } from "./desk.ts";

const DAY = 86_400_000;

function told(id: string, now: number, from: number, to: number, more: object = {}) {
  const day = (n: number) => msToDate(now + n * DAY);
  const days = { starts_on: day(from), ends_on: day(to) };
  return {
    id,
    kind: "pest",
    title: id,
    text: "x",
    urgent: false,
    published_at: 1,
    by: "Xã",
    ...days,
    ...more,
  };
}

async function phone(data: object): Promise<Desk> {
  const desk = await Desk.open();
  const key = newsKey(desk.c.current.value?.device ?? "");
  await desk.store.use((db) => db.meta.put({ key, value: { at: 5, tag: "t", data } }));
  return desk;
}

test("only what runs today is shown, urgent first, and what is no bulletin stops nothing", async () => {
  const desk = await phone({});
  const now = desk.store.world.now();
  const bulletins = [
    told("over", now, -9, -1),
    told("ahead", now, 1, 5),
    told("today", now, 0, 0, { published_at: 2 }),
    told("older", now, -3, 3),
    told("storm", now, -1, 1, { urgent: true, kind: "of a newer server" }),
    null,
    7,
    { id: 8 },
  ];
  const key = newsKey(desk.c.current.value?.device ?? "");
  await desk.store.use((db) =>
    db.meta.put({ key, value: { at: 5, data: { bulletins, prices: [{ days: [["x"]] }] } } }),
  );
  const news = makeNews(desk.c);
  expect((await news.bulletins()).map((one) => one.id)).toEqual(["storm", "today", "older"]);
  expect(await news.prices()).toEqual([]);
  expect(await news.heardAt()).toBe(5);
});

test("what was opened is read here at once, and told to the server once", async () => {
  const desk = await phone({});
  const now = desk.store.world.now();
  const id = "019a0000-0000-7000-8000-0000000000aa";
  const key = newsKey(desk.c.current.value?.device ?? "");
  await desk.store.use((db) => db.meta.put({ key, value: { data: { bulletins: [told(id, now, 0, 1)] } } }));
  const news = makeNews(desk.c);
  expect((await news.bulletins())[0]?.isRead).toBe(false);
  await news.read(id);
  await news.read(id);
  expect((await news.bulletins())[0]?.isRead).toBe(true);
  const rows = await desk.store.use((db) => db.requests.toArray());
  expect(rows.map((row) => [row.kind, Object.keys(row.values), row.state])).toEqual([
    ["bulletins_read", [id], "unsent"],
  ]);
});

test("a proposal waits on the phone until the server tells it back with its answer", async () => {
  const desk = await phone({});
  const news = makeNews(desk.c);
  expect(await news.propose("  ")).toBe(false);
  expect(await news.propose("x".repeat(2001))).toBe(false);
  expect(await news.propose(" Xin mở đường ra đồng ")).toBe(true);
  const [mine] = await news.proposed();
  expect(mine).toMatchObject({ text: "Xin mở đường ra đồng", state: "waiting", answer: "" });
  const key = newsKey(desk.c.current.value?.device ?? "");
  const back = { id: mine?.id, made_at: 1, text: mine?.text, state: "answered", answer: "Quý I", by: "Xã" };
  await desk.store.use((db) => db.meta.put({ key, value: { data: { proposals: [back] } } }));
  expect((await news.proposed()).map((one) => [one.state, one.answer])).toEqual([["answered", "Quý I"]]);
});

test("a proposal can be spoken without a word written, and what is too long is not taken", async () => {
  const desk = await phone({});
  const news = makeNews(desk.c);
  const voice = (bytes: number, seconds: number) => ({
    blob: new Blob([new Uint8Array(bytes).fill(7)], { type: "audio/webm" }),
    seconds,
  });
  expect(await news.propose("", voice(PROPOSAL_VOICE_BYTES_MAX + 1, 9))).toBe(false);
  expect(await news.propose("", voice(9, 61))).toBe(false);
  for (let i = 0; i < 3; i++) expect(await news.propose("", voice(PROPOSAL_VOICE_BYTES_MAX, 12))).toBe(true);
  expect(await news.proposed()).toMatchObject([
    { text: "", voiceSeconds: 12, state: "waiting" },
    { voiceSeconds: 12 },
    { voiceSeconds: 12 },
  ]);
  const rows = await desk.store.use((db) => db.requests.toArray());
  expect(b64Decode(String(rows[0]?.values.voice))).toHaveLength(PROPOSAL_VOICE_BYTES_MAX);
  // As many as fit one request, in their order; the others with the next.
  const due = await desk.store.use((db) => dueRequests(db, rows[0]?.device ?? "", desk.now));
  expect(due.map((row) => row.id)).toEqual(rows.slice(0, 1).map((row) => row.id));
  expect(JSON.stringify({ requests: due.map(requestLine) }).length).toBeLessThan(REQUEST_BYTES_MAX);
});

test("a question keeps its words private, and what the household adds to it is no answer", async () => {
  const desk = await Desk.open();
  desk.c.reference.value = { me: { role: "owner" } };
  desk.c.forms.value = new Map([...allForms(), ...ownForms()]);
  const asking = makeAsking(desk.c, desk.drafts);
  const begun = await asking.begin("season:019a0000-0000-7000-8000-000000000001");
  if (!begun.ok) throw new Error(begun.problem);
  desk.drafts.keep(begun.draft.id, { values: { ...begun.draft.values, text: "Lá cà chua vàng" } });
  const saved = await desk.drafts.save(begun.draft.id);
  if (!saved.ok) throw new Error(saved.problem);
  expect(saved.doc).toMatch(/^question:/);
  const [op] = await desk.store.use((db) => db.ops.toArray());
  expect(op?.body).toContain('"season":"season:');
  expect(op?.body).not.toContain("cà chua");
  expect(op?.private).toContain("Lá cà chua vàng");
  expect(await asking.list()).toMatchObject([{ text: "Lá cà chua vàng", isAnswered: false, said: [] }]);
  expect(await asking.answer(saved.scope, saved.doc, "Từ hôm qua")).toBe(true);
  expect((await asking.list())[0]).toMatchObject({ isAnswered: false, said: [{ text: "Từ hôm qua" }] });
  desk.now += 1000;
  desk.c.reference.value = { me: { role: "extension" } };
  expect(await makeAsking(desk.c, desk.drafts).answer(saved.scope, saved.doc, "Tỉa lá bệnh")).toBe(true);
  expect((await asking.list())[0]?.isAnswered).toBe(true);
});
