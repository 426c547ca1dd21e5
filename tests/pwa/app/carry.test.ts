/** The file that carries what is unsent: whole round trips through another phone and the real server. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportUnsent } from "../../../pwa/src/app/carry.ts";
import { importFile } from "../../../pwa/src/app/carry_in.ts";
import { makeDrafts } from "../../../pwa/src/app/drafts.ts";
import { loadPeople } from "../../../pwa/src/app/people.ts";
import { b64Encode, sha256 } from "../../../pwa/src/core/index.ts";
import { saveRequest } from "../../../pwa/src/store/requests.ts";
import { Chance } from "../../simulation/tier_b/chance.ts";
import { House } from "../house.ts";
import { joined, type Phone } from "../phone.ts";
import { allForms, scaled } from "./desk.ts";

/** `TIMES=20` (`make check-long`): so many times as many changed files. */
const CHANGED = 40 * Number(process.env.TIMES ?? 1);
let house: House;
beforeAll(async () => {
  house = await House.open();
});
afterAll(() => house.close());

/** A phone that wrote an entry with a picture and never found a connection again. */
async function stranded(person: string): Promise<{ phone: Phone; doc: string }> {
  const phone = await joined(house, person, "Nhà Lụa");
  await loadPeople(phone.context);
  phone.context.forms.value = allForms();
  phone.link.fault = () => ({ kind: "request_lost" });
  const drafts = makeDrafts(phone.context, scaled);
  const begun = await drafts.create({
    form: "CT-10",
    values: { happened_on: "2026-11-08", note: "Phun chiều" },
  });
  if (!begun.ok) throw new Error(begun.problem);
  // A real JPEG: the server decodes what it is given.
  await drafts.addPhoto(begun.draft.id, jpeg(), "work");
  const saved = await drafts.save(begun.draft.id);
  if (!saved.ok) throw new Error(saved.problem);
  return { phone, doc: saved.doc };
}

async function carrier(person: string): Promise<Phone> {
  const phone = await joined(house, person, "Nhà Lụa");
  await loadPeople(phone.context);
  return phone;
}

const linesOf = async (blob: Blob) => (await blob.text()).split("\n");

test("ops, their private parts and photos of one phone are sent by another, and come back as sent", async () => {
  const { phone, doc } = await stranded("Bà Lụa");
  const file = await exportUnsent(phone.context);
  expect(file).toMatchObject({ ops: 2, photos: 1, photosLeft: 0 });
  expect(file.name).toMatch(/^so-nha-nong-\d{4}-\d\d-\d\d\.sonhanong$/);
  const other = await carrier("Ông Tạo");
  expect(await importFile(other.context, file.blob)).toMatchObject({
    ok: true,
    ops: 2,
    photos: 1,
    bad: 0,
    problem: null,
  });
  expect((await other.doc(doc))?.state).toBe("onphone");
  expect((await other.doc(doc))?.values.note).toBe("Phun chiều");
  expect(await other.sync()).toBe("idle");
  expect(await house.log(await other.farm())).toEqual(
    expect.arrayContaining((await phone.ops()).map((op) => op.id)),
  );
  const uploads = await other.store.use((db) => db.uploads.toArray());
  expect(uploads.map((row) => row.state)).toEqual(["sent"]);
  // The phone that wrote them finds them in the log: nothing twice, nothing left.
  phone.link.heal();
  expect(await phone.sync()).toBe("idle");
  expect((await phone.doc(doc))?.state).toBe("sent");
  expect(await phone.outbox()).toBe(0);
  const again = await importFile(other.context, file.blob);
  expect(again).toMatchObject({ ok: true, ops: 0, photos: 0, already: 3, bad: 0 });
  expect(await other.outbox()).toBe(0);
});

test("a cut file loses only its last line", async () => {
  const { phone } = await stranded("Bà Mận");
  const { blob } = await exportUnsent(phone.context);
  const whole = await linesOf(blob);
  const other = await carrier("Ông Bốn");
  const inPhoto = blob.slice(0, blob.size - 40);
  expect(await importFile(other.context, inPhoto)).toMatchObject({ ok: true, ops: 2, photos: 0, bad: 1 });
  const third = await carrier("Bà Năm");
  const ends = new Blob([whole.slice(0, 3).join("\n"), "\n", (whole[3] ?? "").slice(0, 60)]);
  expect(await importFile(third.context, ends)).toMatchObject({ ok: true, ops: 1, photos: 0, bad: 1 });
});

test("case 100: only what a signature covers comes in, and only from our own server's books", async () => {
  const { phone } = await stranded("Bà Sáu");
  const { blob } = await exportUnsent(phone.context);
  const other = await carrier("Ông Bảy");
  const lines = await linesOf(blob);
  const forged = lines.map((line) => line.replace("2026-11-08", "2026-11-09"));
  expect(await importFile(other.context, new Blob([forged.join("\n")]))).toMatchObject({ ops: 1, bad: 1 });
  const foreign = [(lines[0] ?? "").replace("vi-du.example/so", "khac.example/so"), ...lines.slice(1)];
  expect(await importFile(other.context, new Blob([foreign.join("\n")]))).toMatchObject({
    ok: false,
    problem: "other_origin",
    ops: 0,
  });
  expect(await importFile(other.context, new Blob(["Xin chào\n"]))).toMatchObject({ problem: "not_a_file" });
  const huge = Object.defineProperty(new Blob([lines.join("\n")]), "size", { value: 200_000_001 });
  expect(await importFile(other.context, huge)).toMatchObject({ problem: "too_large", ops: 0 });
});

test("case 100: of a file changed anywhere, only what was in the whole one comes in", async () => {
  const { phone } = await stranded("Bà Chín");
  const { blob } = await exportUnsent(phone.context);
  const whole = new Uint8Array(await blob.arrayBuffer());
  const real = new Set((await phone.ops()).map((op) => op.id));
  const other = await carrier("Ông Mười");
  const before = new Set((await other.ops()).map((op) => op.id));
  const chance = new Chance(100);
  for (let time = 0; time < CHANGED; time++) {
    const report = await importFile(other.context, new Blob([changed(whole, chance)]));
    expect(report.ops).toBeLessThanOrEqual(2);
    for (const op of await other.ops()) expect(before.has(op.id) || real.has(op.id)).toBe(true);
    for (const row of await other.store.use((db) => db.blobs.toArray()))
      expect(b64Encode(sha256(new Uint8Array(row.bytes)))).toBe(row.sha256);
  }
});

/** Some bytes changed, a piece lost, doubled or moved, or the end cut. */
function changed(whole: Uint8Array, chance: Chance): BlobPart {
  const bytes = [...whole];
  const at = chance.whole(0, bytes.length - 1);
  const size = chance.whole(1, 400);
  const way = chance.whole(0, 4);
  if (way === 0) bytes.length = at;
  else if (way === 1) bytes.splice(at, size);
  else if (way === 2) bytes.splice(at, 0, ...bytes.slice(at, at + size));
  else if (way === 3) bytes.splice(0, at, ...bytes.slice(0, at).reverse());
  else for (let i = 0; i < size / 20; i++) bytes[chance.whole(0, bytes.length - 1)] = chance.whole(0, 255);
  return new Uint8Array(bytes);
}

test("bytes that are not the picture they are called are left out", async () => {
  const { phone } = await stranded("Bà Tám");
  const { blob } = await exportUnsent(phone.context);
  const lines = await linesOf(blob);
  const at = lines.findIndex((line) => line.startsWith('{"photo"'));
  lines[at + 1] = (lines[at + 1] ?? "").replace(/^..../, "AAAA");
  const other = await carrier("Ông Chín");
  expect(await importFile(other.context, new Blob([lines.join("\n")]))).toMatchObject({
    ops: 2,
    photos: 0,
    bad: 1,
  });
  expect(await other.store.use((db) => db.blobs.count())).toBe(0);
});

test("history 13: requests stand first in the file, and the phone that carries them asks", async () => {
  const { phone } = await stranded("Bà Mười");
  const who = await phone.who();
  const made = await saveRequest(phone.store, who.device, "person", { name: "Người mới" });
  const file = await exportUnsent(phone.context);
  const first = (await linesOf(file.blob)).slice(0, 3);
  const kinds = first.map((line) => Object.keys(JSON.parse(line) as object)[0]);
  expect(kinds).toEqual(["so_nha_nong", "id", "key"]);
  const other = await carrier("Ông Ba");
  expect(await importFile(other.context, file.blob)).toMatchObject({ ok: true, requests: 1 });
  const row = await other.store.use((db) => db.requests.where("id").equals(made.id).first());
  expect(row).toMatchObject({
    state: "unsent",
    device: (await other.who()).device,
    values: { name: "Người mới" },
  });
  other.link.seen = [];
  await other.sync();
  const paths = other.link.seen.map((one) => one.path);
  expect(paths.indexOf("/api/v1/requests")).toBeGreaterThan(-1);
  expect(paths.indexOf("/api/v1/requests")).toBeLessThan(paths.indexOf("/api/v1/sync"));
});

test("what was carried once can be carried on: the keys of others stand in the file", async () => {
  const { phone } = await stranded("Bà Hai");
  const first = await exportUnsent(phone.context);
  const middle = await carrier("Ông Tư");
  middle.link.fault = () => ({ kind: "request_lost" });
  await importFile(middle.context, first.blob);
  const second = await exportUnsent(middle.context);
  const last = await carrier("Bà Bảy");
  expect(await importFile(last.context, second.blob)).toMatchObject({ ok: true, ops: 2, photos: 1, bad: 0 });
});

/** A picture of one grey square, 8 × 8. */
function jpeg(): Blob {
  const text =
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAx" +
    "NDQ0Hyc5PTgyPC4zNDL/wAALCAAIAAgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF" +
    "BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW" +
    "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi" +
    "4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/ACv/2Q==";
  return new Blob([Buffer.from(text, "base64")], { type: "image/jpeg" });
}
